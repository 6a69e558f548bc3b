-- Tenants, their sources of billing data, what was published of them, and the history of ingests.
-- Instants are milliseconds since 1970 (UTC); amounts are exact decimals as text; lists and objects are JSON.

CREATE TABLE organizations (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    demo INTEGER NOT NULL CHECK (demo IN (0, 1))
) STRICT;

CREATE TABLE connections (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('local', 's3')),
    location        TEXT NOT NULL,
    name            TEXT NOT NULL,
    UNIQUE (organization_id, location)
) STRICT;

CREATE TABLE publications (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id      TEXT NOT NULL REFERENCES connections (id),
    period             TEXT NOT NULL,
    stage              TEXT NOT NULL CHECK (stage IN ('dashboards', 'complete')),
    rollup_version     INTEGER NOT NULL,
    rollup_files       TEXT NOT NULL,
    line_items_version INTEGER,
    line_item_files    TEXT NOT NULL,
    row_count          INTEGER NOT NULL,
    byte_count         INTEGER NOT NULL,
    currency           TEXT NOT NULL,
    raw_total          TEXT NOT NULL,
    stored_total       TEXT NOT NULL,
    proven             INTEGER NOT NULL CHECK (proven IN (0, 1)),
    fingerprint        TEXT NOT NULL,
    proof              TEXT NOT NULL,
    features           TEXT NOT NULL,
    data_from          INTEGER,
    data_to            INTEGER,
    published_at_ms    INTEGER NOT NULL,
    superseded_at_ms   INTEGER,
    CHECK ((stage = 'complete') = (line_items_version IS NOT NULL))
) STRICT;

-- One current publication of each period, whatever happens.
CREATE UNIQUE INDEX publications_current ON publications (connection_id, period)
    WHERE superseded_at_ms IS NULL;

CREATE TABLE ingests (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    period         TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    started_at_ms  INTEGER NOT NULL,
    heartbeat_ms   INTEGER NOT NULL,
    finished_at_ms INTEGER,
    stage          TEXT NOT NULL DEFAULT '',
    row_count      INTEGER NOT NULL DEFAULT 0,
    bytes_done     INTEGER NOT NULL DEFAULT 0,
    bytes_total    INTEGER NOT NULL DEFAULT 0,
    outcome        TEXT CHECK (outcome IN ('published', 'failed', 'unchanged', 'abandoned')),
    failure        TEXT,
    CHECK ((outcome IS NULL) = (finished_at_ms IS NULL)),
    CHECK ((outcome = 'failed') = (failure IS NOT NULL) OR outcome IS NULL)
) STRICT;

CREATE INDEX ingests_by_connection ON ingests (connection_id, id);
CREATE INDEX ingests_running ON ingests (heartbeat_ms) WHERE finished_at_ms IS NULL;
