ALTER TABLE bill_changes DROP COLUMN told_at_ms;
ALTER TABLE bill_changes DROP COLUMN settled;
ALTER TABLE connections DROP COLUMN bill_diff_mails;
