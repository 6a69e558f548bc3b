DROP TABLE sent_mails;
ALTER TABLE saved_reports DROP COLUMN approved;
ALTER TABLE organizations DROP COLUMN sessions_from_ms;
ALTER TABLE organizations DROP COLUMN mail_domains;
ALTER TABLE invitations DROP COLUMN mailed;
ALTER TABLE users DROP COLUMN email_proven_ms;
