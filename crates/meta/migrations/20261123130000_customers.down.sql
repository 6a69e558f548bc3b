-- Customers' connections have no place in the older table: they and what belongs to them are forgotten.
PRAGMA defer_foreign_keys = ON;

DELETE FROM jobs WHERE connection_id IN (SELECT id FROM connections WHERE kind = 'shared');
DELETE FROM bill_changes WHERE connection_id IN (SELECT id FROM connections WHERE kind = 'shared');
DELETE FROM notices WHERE connection_id IN (SELECT id FROM connections WHERE kind = 'shared');
DELETE FROM ingests WHERE connection_id IN (SELECT id FROM connections WHERE kind = 'shared');
DELETE FROM publications WHERE connection_id IN (SELECT id FROM connections WHERE kind = 'shared');
DELETE FROM connections WHERE kind = 'shared';

CREATE TABLE connections_after AS SELECT * FROM connections;
DROP TABLE connections;

CREATE TABLE connections (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('local', 's3_compatible', 'aws_own', 'aws_role')),
    location        TEXT NOT NULL,
    name            TEXT NOT NULL,
    state           TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('draft', 'waiting', 'ready', 'failing')),
    settings        TEXT NOT NULL DEFAULT '{}',
    external_id     TEXT UNIQUE,
    sealed_secret   BLOB,
    poll_minutes    INTEGER NOT NULL DEFAULT 60 CHECK (poll_minutes > 0),
    verification    TEXT,
    verified_at_ms  INTEGER,
    created_at_ms   INTEGER NOT NULL DEFAULT 0,
    CHECK ((kind = 'aws_role') = (external_id IS NOT NULL)),
    CHECK ((verification IS NULL) = (verified_at_ms IS NULL))
) STRICT;

INSERT INTO connections
SELECT id, organization_id, kind, location, name, state, settings, external_id, sealed_secret, poll_minutes,
       verification, verified_at_ms, created_at_ms
FROM connections_after;
DROP TABLE connections_after;

CREATE UNIQUE INDEX connections_location ON connections (organization_id, location) WHERE location <> '';
