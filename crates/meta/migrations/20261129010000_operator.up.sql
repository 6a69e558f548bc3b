-- Folders of this machine and its own credentials are the operator's to give. A connection that the operator made, at
-- the command line, goes on without further ado; what was made or pointed elsewhere through the HTTP interface needs
-- their allowance. The audit log tells the two apart: only the HTTP interface writes there about connections.
ALTER TABLE connections ADD COLUMN by_operator INTEGER NOT NULL DEFAULT 0 CHECK (by_operator IN (0, 1));

UPDATE connections SET by_operator = 1
WHERE kind IN ('local', 'aws_own')
  AND NOT EXISTS (
      SELECT 1 FROM audit
      WHERE action = 'connection.create' AND json_extract(detail, '$.id') = connections.id
  )
  AND NOT EXISTS (
      SELECT 1 FROM audit
      WHERE action = 'connection.change'
        AND audit.organization_id = connections.organization_id
        AND audit.target = connections.name
        AND (json_extract(detail, '$.fields') LIKE '%location%'
             OR json_extract(detail, '$.fields') LIKE '%bucket%'
             OR json_extract(detail, '$.fields') LIKE '%prefix%')
  );
