-- What was published, for whatever follows from it: written in the publication's own transaction, whoever published.
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    publication_id INTEGER NOT NULL,
    connection_id  TEXT NOT NULL REFERENCES connections (id),
    period         TEXT NOT NULL,
    at_ms          INTEGER NOT NULL,
    -- When the jobs that follow were queued.
    relayed_at_ms  INTEGER
) STRICT;

CREATE INDEX outbox_open ON outbox (connection_id, id) WHERE relayed_at_ms IS NULL;
