ALTER TABLE connections DROP COLUMN paused;
DROP TABLE deliveries;
DROP TABLE failures;
