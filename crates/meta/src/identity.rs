//! People, roles, sessions, invitations, tokens, and the log of what was done.
//!
//! Each change takes its [`NewAudit`] and writes it in the same transaction: no change without its entry. Secrets
//! come in as hashes; this store never sees one.

mod attempts;
mod audit;
mod invitations;
mod mails;
mod members;
mod openid;
mod sessions;
mod setup;
mod tokens;
mod users;

pub use audit::{AuditEntry, NewAudit};
pub(crate) use audit::{insert as insert_audit, insert_all as insert_entries};
pub use invitations::{Invitation, NewInvitation};
pub use mails::{MailLimits, NewMails};
pub use members::Member;
pub use openid::{LinkEntries, Linked, OpenIdFlow, OpenIdIdentity};
pub use sessions::{Basis, NewSession, Session};
pub use setup::FirstAdministrator;
pub use tokens::{ApiToken, NewApiToken};
pub use users::{NewUser, Person, StoredUser, User};

/// SHA-256 of a secret.
pub type SecretHash = [u8; 32];
