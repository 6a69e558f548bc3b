-- Jobs of every kind, claimed with a lease. The table is made anew, because a job need not be a connection's any more.
CREATE TABLE jobs_before AS SELECT * FROM jobs;
DROP TABLE jobs;

CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Its type; 'read' reads a connection.
    name            TEXT NOT NULL,
    -- What it waits for its turn with.
    lane            TEXT NOT NULL,
    -- Whose: one at a time of an organization in each lane.
    organization_id TEXT REFERENCES organizations (id),
    connection_id   TEXT REFERENCES connections (id),
    -- One of a key waits or runs at a time, however often it is asked for.
    dedupe          TEXT,
    -- What it has to do, in the words of its type.
    payload         TEXT NOT NULL DEFAULT '{}',
    -- More comes before less.
    priority        INTEGER NOT NULL DEFAULT 0,
    -- 'parked' is not ended: it keeps polls from queueing the connection anew.
    state           TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'parked')),
    -- Why: 'asked' by somebody, or 'poll'.
    reason          TEXT NOT NULL DEFAULT 'asked' CHECK (reason IN ('asked', 'poll')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- Runs that took their process down since the job last got further.
    crashes         INTEGER NOT NULL DEFAULT 0,
    -- Names the deliveries that the last run set out to read.
    deliveries      TEXT,
    -- Whether what is published already is read again, too.
    again           INTEGER NOT NULL DEFAULT 0,
    -- Whether it was asked for while it ran: what it looked at may have been before that.
    anew            INTEGER NOT NULL DEFAULT 0,
    -- Whether somebody wants it to stop, and whether it did: nothing failed, and nothing came of it.
    stop            INTEGER NOT NULL DEFAULT 0,
    cancelled       INTEGER NOT NULL DEFAULT 0,
    -- Who runs it, and until when it is theirs without another sign of life.
    lease           TEXT,
    lease_until_ms  INTEGER,
    -- How far it is, in the words of its type.
    progress        TEXT,
    run_after_ms    INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    started_at_ms   INTEGER,
    finished_at_ms  INTEGER,
    failure         TEXT,
    CHECK ((state IN ('done', 'failed')) = (finished_at_ms IS NOT NULL)),
    CHECK ((state = 'running') <= (lease_until_ms IS NOT NULL))
) STRICT;

-- What ran when the program was stopped for this is nobody's.
INSERT INTO jobs (id, name, lane, connection_id, dedupe, state, reason, attempts, crashes, deliveries, again,
    cancelled, lease_until_ms, run_after_ms, created_at_ms, started_at_ms, finished_at_ms, failure)
SELECT id, 'read', 'reading', connection_id, 'read:' || connection_id, state, reason, attempts, crashes, deliveries,
    again, cancelled, CASE state WHEN 'running' THEN 0 END, run_after_ms, created_at_ms, started_at_ms,
    finished_at_ms, failure
FROM jobs_before;
DROP TABLE jobs_before;

CREATE UNIQUE INDEX jobs_open ON jobs (dedupe) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_waiting ON jobs (lane, state, run_after_ms) WHERE finished_at_ms IS NULL;
CREATE INDEX jobs_by_connection ON jobs (connection_id, id);
CREATE INDEX jobs_ended ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL;
