ALTER TABLE connections DROP COLUMN by_operator;
