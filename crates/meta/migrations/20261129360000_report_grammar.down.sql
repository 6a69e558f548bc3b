ALTER TABLE saved_reports DROP COLUMN grammar;
