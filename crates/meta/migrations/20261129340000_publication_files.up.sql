-- Files of the lake as rows: what each belongs to and what becomes of it. A file goes from staged (written, of no
-- publication yet) to published, to superseded (kept for looking back) and to deletable, which only a vacuum reads.
-- Files of a publication that is deleted are nobody's: the next vacuum removes them.
CREATE TABLE publication_files (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    publication_id INTEGER REFERENCES publications (id) ON DELETE CASCADE,
    table_name     TEXT NOT NULL,
    path           TEXT NOT NULL,
    byte_count     INTEGER CHECK (byte_count >= 0),
    schema_version INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('staged', 'published', 'superseded', 'deletable')),
    since_ms       INTEGER NOT NULL,
    CHECK (publication_id IS NOT NULL OR state IN ('staged', 'deletable'))
) STRICT;

CREATE UNIQUE INDEX publication_files_once ON publication_files (table_name, path, coalesce(publication_id, 0));
CREATE INDEX publication_files_of ON publication_files (publication_id, table_name);
CREATE INDEX publication_files_state ON publication_files (state, since_ms);

-- What there is. Sizes are found out by the next vacuum.
INSERT INTO publication_files (publication_id, table_name, path, byte_count, schema_version, state, since_ms)
SELECT publications.id, 'rollup', file.value, NULL, schema_version, 'published', published_at_ms
FROM publications, json_each(rollup_files) AS file WHERE superseded_at_ms IS NULL;
INSERT INTO publication_files (publication_id, table_name, path, byte_count, schema_version, state, since_ms)
SELECT publications.id, 'line_items', file.value, NULL, schema_version, 'published', published_at_ms
FROM publications, json_each(line_item_files) AS file WHERE superseded_at_ms IS NULL;

-- When the files of a publication became deletable: from then on no day on which it counted can be asked for.
ALTER TABLE publications ADD COLUMN files_gone_ms INTEGER;
-- Earlier versions removed them at once.
UPDATE publications SET files_gone_ms = superseded_at_ms WHERE superseded_at_ms IS NOT NULL;
ALTER TABLE publications DROP COLUMN rollup_files;
ALTER TABLE publications DROP COLUMN line_item_files;

-- One row: how long superseded files are kept, for every process that works on this folder.
CREATE TABLE lake_settings (
    id                 INTEGER PRIMARY KEY CHECK (id = 1),
    keep_superseded_ms INTEGER NOT NULL CHECK (keep_superseded_ms >= 0)
) STRICT;

-- What somebody removes is gone from the past as well: days before cannot be told any more, and are refused.
ALTER TABLE organizations ADD COLUMN past_from_ms INTEGER;
CREATE TRIGGER publications_deleted AFTER DELETE ON publications BEGIN
    UPDATE organizations SET past_from_ms = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE id = (SELECT organization_id FROM connections WHERE id = OLD.connection_id);
END;
