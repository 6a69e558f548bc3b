CREATE TABLE jobs_after AS SELECT * FROM jobs WHERE name = 'read';
DROP TABLE jobs;

CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'parked')),
    reason         TEXT NOT NULL CHECK (reason IN ('asked', 'poll')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    crashes        INTEGER NOT NULL DEFAULT 0,
    deliveries     TEXT,
    run_after_ms   INTEGER NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    started_at_ms  INTEGER,
    finished_at_ms INTEGER,
    failure        TEXT,
    cancelled      INTEGER NOT NULL DEFAULT 0,
    again          INTEGER NOT NULL DEFAULT 0,
    CHECK ((state IN ('done', 'failed')) = (finished_at_ms IS NOT NULL))
) STRICT;

INSERT INTO jobs (id, connection_id, state, reason, attempts, crashes, deliveries, run_after_ms, created_at_ms,
    started_at_ms, finished_at_ms, failure, cancelled, again)
SELECT id, connection_id, state, reason, attempts, crashes, deliveries, run_after_ms, created_at_ms, started_at_ms,
    finished_at_ms, failure, cancelled, again
FROM jobs_after;
DROP TABLE jobs_after;

CREATE UNIQUE INDEX jobs_open ON jobs (connection_id) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_by_connection ON jobs (connection_id, id);
