-- Who gets a mail when a published bill changes, from which amount on; null: nobody.
ALTER TABLE connections ADD COLUMN bill_diff_mails TEXT;
-- What of a bill diff is none of a month's growth; null: nothing, or of an earlier version.
ALTER TABLE bill_changes ADD COLUMN settled TEXT;
-- When it was decided whether to tell of it, and told.
ALTER TABLE bill_changes ADD COLUMN told_at_ms INTEGER;
