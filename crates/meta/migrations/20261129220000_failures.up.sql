-- What fails of a connection, from its first time to its end.
CREATE TABLE failures (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    -- 'look': it could not be looked at, or not be read as a whole. 'gone': nothing is there any more. 'empty': nothing
    -- is there yet, which is no failure. 'month': a delivery was refused. 'stopped': no new deliveries come.
    kind          TEXT NOT NULL CHECK (kind IN ('look', 'gone', 'empty', 'month', 'stopped')),
    -- The month, or the delivery where no month is known; else empty.
    subject       TEXT NOT NULL,
    failure       TEXT NOT NULL,
    first_at_ms   INTEGER NOT NULL,
    last_at_ms    INTEGER NOT NULL,
    times         INTEGER NOT NULL DEFAULT 1,
    ended_at_ms   INTEGER
) STRICT;

CREATE UNIQUE INDEX failures_open ON failures (connection_id, kind, subject) WHERE ended_at_ms IS NULL;
CREATE INDEX failures_by_connection ON failures (connection_id, id);

-- What stood until now: the last word on its month was a failure.
INSERT INTO failures (connection_id, kind, subject, failure, first_at_ms, last_at_ms)
SELECT connection_id, 'month', period, failure, started_at_ms, coalesce(finished_at_ms, started_at_ms)
FROM ingests WHERE outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM ingests AS later
    WHERE later.connection_id = ingests.connection_id AND later.period = ingests.period
        AND later.id > ingests.id AND later.outcome IN ('published', 'failed', 'unchanged')
) AND EXISTS (
    SELECT 1 FROM connections WHERE connections.id = ingests.connection_id AND kind <> 'shared'
);

-- The deliveries of a connection, and when each was first seen.
CREATE TABLE deliveries (
    connection_id TEXT NOT NULL REFERENCES connections (id),
    -- Its name and fingerprint, in short.
    delivery      TEXT NOT NULL,
    seen_at_ms    INTEGER NOT NULL,
    -- Whether the last look found it.
    present       INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (connection_id, delivery)
) STRICT, WITHOUT ROWID;

-- Neither read nor looked at until somebody goes on with it.
ALTER TABLE connections ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
