CREATE TABLE definitions_now (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('subsets', 'virtual_tags', 'shared_costs', 'organizational_units')),
    document        TEXT NOT NULL,
    -- Grows with each change: a change says which one it was made from.
    revision        INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (organization_id, kind)
) STRICT;
INSERT INTO definitions_now (organization_id, kind, document, revision)
    SELECT organization_id, kind, document, revision FROM definitions
    WHERE kind NOT IN ('account_names', 'tag_spellings');
DROP TABLE definitions;
ALTER TABLE definitions_now RENAME TO definitions;
