-- Version of the grammar that a report's address is written in. 0: subsets and virtual tags may stand in it by name; they
-- are looked up at the next start and stand by identifier from then on, so that a rename leaves the report alone.
ALTER TABLE saved_reports ADD COLUMN grammar INTEGER NOT NULL DEFAULT 0;
