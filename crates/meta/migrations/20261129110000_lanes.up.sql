-- Jobs that took their process down are counted and parked, and organizations take turns. The table is made anew,
-- because SQLite cannot change a check.
CREATE TABLE jobs_before AS SELECT * FROM jobs;
DROP TABLE jobs;

CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    -- 'parked' is not ended: it keeps polls from queueing the connection anew.
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'parked')),
    -- Why: 'asked' by somebody, or 'poll'.
    reason         TEXT NOT NULL CHECK (reason IN ('asked', 'poll')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    -- Runs that took their process down since the job last got further.
    crashes        INTEGER NOT NULL DEFAULT 0,
    -- Names the deliveries that the last run set out to read.
    deliveries     TEXT,
    run_after_ms   INTEGER NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    started_at_ms  INTEGER,
    finished_at_ms INTEGER,
    failure        TEXT,
    CHECK ((state IN ('done', 'failed')) = (finished_at_ms IS NOT NULL))
) STRICT;

INSERT INTO jobs (id, connection_id, state, reason, attempts, run_after_ms, created_at_ms, started_at_ms, finished_at_ms, failure)
SELECT id, connection_id, state, reason, attempts, run_after_ms, created_at_ms, heartbeat_ms, finished_at_ms, failure
FROM jobs_before;
DROP TABLE jobs_before;

-- A connection is processed once at a time, however often it is asked for.
CREATE UNIQUE INDEX jobs_open ON jobs (connection_id) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_by_connection ON jobs (connection_id, id);

-- When an organization last got a turn.
ALTER TABLE organizations ADD COLUMN served_at_ms INTEGER NOT NULL DEFAULT 0;
