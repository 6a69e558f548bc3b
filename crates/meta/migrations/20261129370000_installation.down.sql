DROP INDEX publications_counted;
DROP INDEX jobs_counted;
DROP TABLE installation;
