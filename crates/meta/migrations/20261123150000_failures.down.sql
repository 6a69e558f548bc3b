DROP INDEX ingests_failed;
