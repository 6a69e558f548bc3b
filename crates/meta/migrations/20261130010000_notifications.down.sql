DROP TABLE notification_routes;
DROP TABLE notification_deliveries;
DROP TABLE notifications;
DROP TABLE notification_channels;
