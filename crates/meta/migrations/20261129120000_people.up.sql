-- When the account's address was proven to be its holder's; NULL: never. Until then a password may be a stranger's,
-- who was invited under that address somewhere: the first proof drops it.
ALTER TABLE users ADD COLUMN email_proven_ms INTEGER;
-- Nobody but the identity provider has ever let anybody into these.
UPDATE users SET email_proven_ms = created_at_ms
WHERE password_hash IS NULL AND EXISTS (SELECT 1 FROM openid_identities WHERE user_id = users.id);
-- Whether the link went to the invited address alone: then whoever has it holds the address.
ALTER TABLE invitations ADD COLUMN mailed INTEGER NOT NULL DEFAULT 0;
-- Domains whose addresses get reports without being members'. JSON list.
ALTER TABLE organizations ADD COLUMN mail_domains TEXT NOT NULL DEFAULT '[]';
-- Sessions that are older have no way into the organization.
ALTER TABLE organizations ADD COLUMN sessions_from_ms INTEGER NOT NULL DEFAULT 0;
-- Recipients outside the organization and its domains that an administrator allowed. JSON list.
ALTER TABLE saved_reports ADD COLUMN approved TEXT NOT NULL DEFAULT '[]';

-- Mails that people have had sent in the last hour. `sender` is who caused them.
CREATE TABLE sent_mails (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    sender          TEXT NOT NULL,
    at_ms           INTEGER NOT NULL,
    mails           INTEGER NOT NULL CHECK (mails > 0)
) STRICT;

CREATE INDEX sent_mails_of ON sent_mails (organization_id, at_ms);
