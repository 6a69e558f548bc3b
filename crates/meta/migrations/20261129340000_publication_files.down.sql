DROP TRIGGER publications_deleted;
ALTER TABLE organizations DROP COLUMN past_from_ms;
ALTER TABLE publications ADD COLUMN rollup_files TEXT NOT NULL DEFAULT '[]';
ALTER TABLE publications ADD COLUMN line_item_files TEXT NOT NULL DEFAULT '[]';
UPDATE publications SET
    rollup_files = (SELECT json_group_array(path) FROM publication_files
                    WHERE publication_id = publications.id AND table_name = 'rollup'),
    line_item_files = (SELECT json_group_array(path) FROM publication_files
                       WHERE publication_id = publications.id AND table_name = 'line_items')
WHERE superseded_at_ms IS NULL;
ALTER TABLE publications DROP COLUMN files_gone_ms;
DROP TABLE publication_files;
DROP TABLE lake_settings;
