DROP TABLE ingests;
DROP TABLE publications;
DROP TABLE connections;
DROP TABLE organizations;
