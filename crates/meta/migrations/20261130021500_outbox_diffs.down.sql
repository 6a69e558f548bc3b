DROP INDEX outbox_undiffed;
ALTER TABLE outbox DROP COLUMN diffs;
