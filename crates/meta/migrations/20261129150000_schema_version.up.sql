-- What is kept of a report grows: publications from before know fewer columns (model::schema::VERSION).
ALTER TABLE publications ADD COLUMN schema_version INTEGER NOT NULL DEFAULT 1;
-- Whether a look at the source after the upgrade did not find such a publication's delivery any more.
ALTER TABLE publications ADD COLUMN source_gone INTEGER NOT NULL DEFAULT 0;
