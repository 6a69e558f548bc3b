ALTER TABLE organizations DROP COLUMN served_at_ms;

CREATE TABLE jobs_before AS SELECT * FROM jobs;
DROP TABLE jobs;

CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    reason         TEXT NOT NULL CHECK (reason IN ('asked', 'poll')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    run_after_ms   INTEGER NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    heartbeat_ms   INTEGER,
    finished_at_ms INTEGER,
    failure        TEXT,
    CHECK ((state IN ('done', 'failed')) = (finished_at_ms IS NOT NULL))
) STRICT;

-- What is parked failed, as far as the version before knows.
INSERT INTO jobs (id, connection_id, state, reason, attempts, run_after_ms, created_at_ms, heartbeat_ms, finished_at_ms, failure)
SELECT id, connection_id, CASE state WHEN 'parked' THEN 'failed' ELSE state END, reason, attempts, run_after_ms,
       created_at_ms, started_at_ms, CASE state WHEN 'parked' THEN coalesce(started_at_ms, created_at_ms) ELSE finished_at_ms END, failure
FROM jobs_before;
DROP TABLE jobs_before;

CREATE UNIQUE INDEX jobs_open ON jobs (connection_id) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_by_connection ON jobs (connection_id, id);
