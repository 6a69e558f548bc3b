-- The bill diffs that are still to be made of a publication, as JSON (see `BillDiff`): written in the publication's own
-- transaction, cleared in the one that keeps the diffs.
ALTER TABLE outbox ADD COLUMN diffs TEXT;

CREATE INDEX outbox_undiffed ON outbox (connection_id, id) WHERE diffs IS NOT NULL;
