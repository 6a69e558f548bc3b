-- Work that waits, runs or has ended; what restatements changed; what people were told.
CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    -- Why: 'asked' by somebody, or 'poll'.
    reason         TEXT NOT NULL CHECK (reason IN ('asked', 'poll')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    run_after_ms   INTEGER NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    heartbeat_ms   INTEGER,
    finished_at_ms INTEGER,
    failure        TEXT,
    CHECK ((state IN ('done', 'failed')) = (finished_at_ms IS NOT NULL))
) STRICT;

-- A connection is processed once at a time, however often it is asked for.
CREATE UNIQUE INDEX jobs_open ON jobs (connection_id) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_by_connection ON jobs (connection_id, id);

CREATE TABLE bill_changes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    period        TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    currency      TEXT NOT NULL,
    total_before  TEXT NOT NULL,
    total_after   TEXT NOT NULL,
    -- Rows of service, account, before and after, largest change first.
    changes       TEXT NOT NULL
) STRICT;

CREATE INDEX bill_changes_by_connection ON bill_changes (connection_id, id);

-- What a connection's administrators were told and is not over yet, so that they hear of a cause once.
CREATE TABLE notices (
    connection_id TEXT NOT NULL REFERENCES connections (id),
    cause         TEXT NOT NULL,
    told_at_ms    INTEGER NOT NULL,
    PRIMARY KEY (connection_id, cause)
) STRICT;
