DROP TRIGGER publications_deleted;
CREATE TRIGGER publications_deleted AFTER DELETE ON publications BEGIN
    UPDATE organizations SET past_from_ms = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE id = (SELECT organization_id FROM connections WHERE id = OLD.connection_id);
END;
UPDATE organizations SET past_from_ms =
    max(coalesce(past_from_ms, 0), (SELECT max(until_ms) FROM past_gaps WHERE organization_id = organizations.id))
WHERE id IN (SELECT organization_id FROM past_gaps);
DROP TABLE past_gaps;
