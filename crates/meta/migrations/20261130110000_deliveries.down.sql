DROP TABLE channel_asks;
DROP INDEX notification_deliveries_at;
DROP INDEX notifications_told;
DROP INDEX notifications_waiting;
ALTER TABLE notifications DROP COLUMN early;
ALTER TABLE notifications DROP COLUMN refused;
ALTER TABLE notifications DROP COLUMN last_try_ms;
ALTER TABLE notifications DROP COLUMN first_try_ms;
