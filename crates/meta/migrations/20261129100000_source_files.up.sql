-- What became of every file below a connection's source when it was looked at last: JSON that the application reads.
CREATE TABLE source_files (
    connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    looked_at_ms  INTEGER NOT NULL,
    files         TEXT NOT NULL
);
