-- What somebody removes is gone from the past as well: the time for which it counted cannot be told any more, and is
-- refused. Before, all time until the removal was (organizations.past_from_ms, which holds for removals of then).
CREATE TABLE past_gaps (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    from_ms         INTEGER NOT NULL,
    until_ms        INTEGER NOT NULL
) STRICT;

CREATE INDEX past_gaps_of ON past_gaps (organization_id, from_ms);

DROP TRIGGER publications_deleted;
CREATE TRIGGER publications_deleted AFTER DELETE ON publications
    -- What was taken back lasted no time.
    WHEN OLD.superseded_at_ms IS NULL OR OLD.superseded_at_ms > OLD.published_at_ms
BEGIN
    INSERT INTO past_gaps (organization_id, from_ms, until_ms)
    SELECT organization_id, OLD.published_at_ms,
        coalesce(OLD.superseded_at_ms, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
    FROM connections WHERE id = OLD.connection_id;
END;
