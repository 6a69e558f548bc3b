ALTER TABLE publications DROP COLUMN source_gone;
ALTER TABLE publications DROP COLUMN schema_version;
