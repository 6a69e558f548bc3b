DROP TABLE trend_deliveries;
DROP TABLE trend_looks;
DROP TABLE trend_comments;
DROP TABLE trend_history;
DROP TABLE trend_events;
DROP TABLE trend_definitions;
