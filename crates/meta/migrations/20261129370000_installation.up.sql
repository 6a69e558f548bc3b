-- Names this data folder, so that a backup is never continued with another one's files. A restored folder keeps it.
CREATE TABLE installation (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO installation (id) VALUES (lower(hex(randomblob(16))));
