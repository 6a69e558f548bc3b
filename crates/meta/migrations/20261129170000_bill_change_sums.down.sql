ALTER TABLE bill_changes DROP COLUMN sums;
