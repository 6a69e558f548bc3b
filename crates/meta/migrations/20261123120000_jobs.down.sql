DROP TABLE notices;
DROP TABLE bill_changes;
DROP TABLE jobs;
