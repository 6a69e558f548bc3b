ALTER TABLE bill_changes DROP COLUMN lines_total;
ALTER TABLE bill_changes DROP COLUMN rows_after;
ALTER TABLE bill_changes DROP COLUMN rows_before;
