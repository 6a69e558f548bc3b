-- Whether somebody stopped it: nothing failed, and nothing came of it.
ALTER TABLE jobs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
-- Whether what is published already is read again, too.
ALTER TABLE jobs ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
