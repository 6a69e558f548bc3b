-- What an organization defines over its bills: subsets of accounts, virtual tags, shared costs, and where AWS
-- Organizations places its accounts. Each is small, always read whole and changed as one, so that a set of rules is
-- never half of one version and half of another.
CREATE TABLE definitions (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('subsets', 'virtual_tags', 'shared_costs', 'organizational_units')),
    document        TEXT NOT NULL,
    -- Grows with each change: a change says which one it was made from.
    revision        INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (organization_id, kind)
) STRICT;

CREATE TABLE saved_reports (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Whose it is; NULL: nobody's in particular, made by a token, at the command line or in the open demo.
    owner_id        TEXT REFERENCES users (id),
    name            TEXT NOT NULL,
    -- The page's address, as its query string.
    address         TEXT NOT NULL,
    shared          INTEGER NOT NULL CHECK (shared IN (0, 1)),
    frequency       TEXT CHECK (frequency IN ('daily', 'weekly', 'monthly')),
    -- JSON list of addresses.
    recipients      TEXT NOT NULL DEFAULT '[]',
    next_run_ms     INTEGER,
    last_run_ms     INTEGER,
    last_error      TEXT,
    created_at_ms   INTEGER NOT NULL,
    CHECK ((frequency IS NULL) = (next_run_ms IS NULL)),
    CHECK (owner_id IS NOT NULL OR shared = 1)
) STRICT;

CREATE INDEX saved_reports_of ON saved_reports (organization_id);
CREATE INDEX saved_reports_due ON saved_reports (next_run_ms) WHERE next_run_ms IS NOT NULL;
