ALTER TABLE bill_changes DROP COLUMN source;
DROP TABLE bill_choices;
DROP TABLE bill_conflicts;
