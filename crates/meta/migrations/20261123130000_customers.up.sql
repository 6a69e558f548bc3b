-- A customer's connection reads some accounts of the bill that another connection holds. The table is made anew,
-- because SQLite cannot change a check: what refers to it must find every row again at the end.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE connections_before AS SELECT * FROM connections;
DROP TABLE connections;

CREATE TABLE connections (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('local', 's3_compatible', 'aws_own', 'aws_role', 'shared')),
    -- Folder or address; empty while it is not known.
    location        TEXT NOT NULL,
    name            TEXT NOT NULL,
    state           TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('draft', 'waiting', 'ready', 'failing')),
    settings        TEXT NOT NULL DEFAULT '{}',
    external_id     TEXT UNIQUE,
    -- Encrypted with a key that is not in this database.
    sealed_secret   BLOB,
    poll_minutes    INTEGER NOT NULL DEFAULT 60 CHECK (poll_minutes > 0),
    verification    TEXT,
    verified_at_ms  INTEGER,
    created_at_ms   INTEGER NOT NULL DEFAULT 0,
    -- The connection through which a shared one reads.
    parent_id       TEXT REFERENCES connections (id),
    CHECK ((kind = 'aws_role') = (external_id IS NOT NULL)),
    CHECK ((kind = 'shared') = (parent_id IS NOT NULL)),
    CHECK ((verification IS NULL) = (verified_at_ms IS NULL))
) STRICT;

INSERT INTO connections SELECT *, NULL FROM connections_before;
DROP TABLE connections_before;

CREATE UNIQUE INDEX connections_location ON connections (organization_id, location) WHERE location <> '';
CREATE INDEX connections_through ON connections (parent_id) WHERE parent_id IS NOT NULL;
