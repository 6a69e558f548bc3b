-- Viewers of chosen subsets. `subsets` holds ids, as a JSON list; those of other roles are none. A program that does not
-- know the role refuses to read it, rather than to show everything.
CREATE TABLE memberships_with_subsets (
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('subset-viewer', 'viewer', 'editor', 'administrator')),
    created_at_ms   INTEGER NOT NULL,
    subsets         TEXT NOT NULL DEFAULT '[]' CHECK (role = 'subset-viewer' OR subsets = '[]'),
    PRIMARY KEY (user_id, organization_id)
) STRICT, WITHOUT ROWID;
INSERT INTO memberships_with_subsets (user_id, organization_id, role, created_at_ms)
SELECT user_id, organization_id, role, created_at_ms FROM memberships;
DROP TABLE memberships;
ALTER TABLE memberships_with_subsets RENAME TO memberships;
CREATE INDEX memberships_by_organization ON memberships (organization_id);

CREATE TABLE invitations_with_subsets (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email           TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('subset-viewer', 'viewer', 'editor', 'administrator')),
    token_hash      BLOB NOT NULL UNIQUE,
    invited_by      TEXT NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER NOT NULL,
    mailed          INTEGER NOT NULL DEFAULT 0,
    subsets         TEXT NOT NULL DEFAULT '[]' CHECK (role = 'subset-viewer' OR subsets = '[]'),
    UNIQUE (organization_id, email)
) STRICT;
INSERT INTO invitations_with_subsets
    (id, organization_id, email, role, token_hash, invited_by, created_at_ms, expires_at_ms, mailed)
SELECT id, organization_id, email, role, token_hash, invited_by, created_at_ms, expires_at_ms, mailed FROM invitations;
DROP TABLE invitations;
ALTER TABLE invitations_with_subsets RENAME TO invitations;

CREATE TABLE api_tokens_with_subsets (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('subset-viewer', 'viewer', 'editor', 'administrator')),
    token_hash      BLOB NOT NULL UNIQUE,
    created_by      TEXT NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER,
    last_used_ms    INTEGER,
    subsets         TEXT NOT NULL DEFAULT '[]' CHECK (role = 'subset-viewer' OR subsets = '[]')
) STRICT;
INSERT INTO api_tokens_with_subsets
    (id, organization_id, name, role, token_hash, created_by, created_at_ms, expires_at_ms, last_used_ms)
SELECT id, organization_id, name, role, token_hash, created_by, created_at_ms, expires_at_ms, last_used_ms
FROM api_tokens;
DROP TABLE api_tokens;
ALTER TABLE api_tokens_with_subsets RENAME TO api_tokens;
CREATE INDEX api_tokens_by_organization ON api_tokens (organization_id);
