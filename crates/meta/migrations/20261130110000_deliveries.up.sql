-- When a message was tried first and last, whether its receiver refused it alone, and whether it is tried before its time.
ALTER TABLE notifications ADD COLUMN first_try_ms INTEGER;
ALTER TABLE notifications ADD COLUMN last_try_ms INTEGER;
ALTER TABLE notifications ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN early INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notifications_waiting ON notifications (channel_id, id) WHERE state = 'waiting';
-- What is pruned, by its time.
CREATE INDEX notifications_told ON notifications (created_at_ms) WHERE state <> 'waiting';
CREATE INDEX notification_deliveries_at ON notification_deliveries (at_ms);

-- Tests and messages that somebody asked to have sent again, in the last minute.
CREATE TABLE channel_asks (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_asks_of ON channel_asks (organization_id, at_ms);
