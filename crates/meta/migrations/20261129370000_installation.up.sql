-- Names this data folder, so that a backup is never continued with another one's files. A restored folder keeps it.
CREATE TABLE installation (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO installation (id) VALUES (lower(hex(randomblob(16))));

-- For those who watch the server: jobs that ended, and what was read, are counted without their rows.
CREATE INDEX jobs_counted ON jobs (name, lane, state, run_after_ms);
CREATE INDEX publications_counted ON publications (connection_id, row_count, byte_count);
