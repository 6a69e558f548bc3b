-- Who may see chosen subsets alone would see everything: they are taken out instead.
CREATE TABLE memberships_before (
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'administrator')),
    created_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (user_id, organization_id)
) STRICT, WITHOUT ROWID;
INSERT INTO memberships_before
SELECT user_id, organization_id, role, created_at_ms FROM memberships WHERE role <> 'subset-viewer';
DROP TABLE memberships;
ALTER TABLE memberships_before RENAME TO memberships;
CREATE INDEX memberships_by_organization ON memberships (organization_id);

CREATE TABLE invitations_before (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email           TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'administrator')),
    token_hash      BLOB NOT NULL UNIQUE,
    invited_by      TEXT NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER NOT NULL,
    mailed          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (organization_id, email)
) STRICT;
INSERT INTO invitations_before
SELECT id, organization_id, email, role, token_hash, invited_by, created_at_ms, expires_at_ms, mailed
FROM invitations WHERE role <> 'subset-viewer';
DROP TABLE invitations;
ALTER TABLE invitations_before RENAME TO invitations;

CREATE TABLE api_tokens_before (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'administrator')),
    token_hash      BLOB NOT NULL UNIQUE,
    created_by      TEXT NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER,
    last_used_ms    INTEGER
) STRICT;
INSERT INTO api_tokens_before
SELECT id, organization_id, name, role, token_hash, created_by, created_at_ms, expires_at_ms, last_used_ms
FROM api_tokens WHERE role <> 'subset-viewer';
DROP TABLE api_tokens;
ALTER TABLE api_tokens_before RENAME TO api_tokens;
CREATE INDEX api_tokens_by_organization ON api_tokens (organization_id);
