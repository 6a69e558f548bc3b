-- Line items behind the totals of a bill diff, and how many lines it has in all; not known of earlier ones.
ALTER TABLE bill_changes ADD COLUMN rows_before INTEGER;
ALTER TABLE bill_changes ADD COLUMN rows_after INTEGER;
ALTER TABLE bill_changes ADD COLUMN lines_total INTEGER;

-- The figures of earlier diffs were the organization's, not the connection's: wherever it had several connections
-- they say nothing of this one.
DELETE FROM bill_changes WHERE connection_id IN (
    SELECT id FROM connections WHERE organization_id IN (
        SELECT organization_id FROM connections GROUP BY organization_id HAVING count(*) > 1
    )
);
