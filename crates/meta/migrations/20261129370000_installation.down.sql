DROP INDEX ingests_counted;
DROP INDEX jobs_counted;
DROP TABLE installation;
