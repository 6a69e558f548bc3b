-- Every page asks which failures stand; few ingests fail.
CREATE INDEX ingests_failed ON ingests (connection_id, id) WHERE outcome = 'failed';
