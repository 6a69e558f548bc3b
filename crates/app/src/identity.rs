//! People and scripts: how they show who they are, and what an administrator does about them.
//!
//! A secret (session, token, invitation, set-up link) is 256 random bits that leave once and are kept as their
//! SHA-256; a password is kept as its argon2id hash. Every change and every sign-in is written to the audit log in
//! the transaction that makes it. Who may call what is decided in [`crate::policy`] before these run.

mod audit;
mod caller;
mod invitations;
mod limits;
mod members;
mod openid;
mod organizations;
mod password;
mod secret;
mod sessions;
mod setup;
mod standing;
mod tokens;

pub use audit::{AuditPage, audit_log, entry, note};
pub use caller::{Presented, caller, is_still};
pub use invitations::{
    Accepting, Invited, Offer, accept_invitation, accept_pending, decline_pending, invitations, invite,
    offer, pending_invitations, withdraw_invitation,
};
pub(crate) use limits::{count_mails, sender};
pub use members::{
    add_member, change_password, change_role, forget_identities, members, remove_member, reset_password,
    users,
};
pub use meta::{ApiToken, AuditEntry, Invitation, Member, NewAudit, SecretHash, User};
pub use openid::{OpenIdFailure, OpenIdSettings, OpenIdStart, check_openid, finish_openid, start_openid};
pub use organizations::{create_organization, mail_domains, rename_organization, set_mail_domains};
pub(crate) use organizations::{
    found_organization, may_found_organization, new_organization_id, own_organizations,
};
pub(crate) use password::Passwords;
pub(crate) use secret::random_id;
pub use secret::{Secret, same};
pub(crate) use sessions::of_everybody;
pub use sessions::{
    IDLE, LONGEST, SignedIn, end_all_sessions, end_sessions, memberships, sign_in, sign_out,
    switch_organization,
};
pub use setup::{SettingUp, set_up, setup_link, setup_needed};
pub use standing::{standing, subset_names};
pub use tokens::{CreatedToken, create_token, revoke_all_tokens, revoke_token, revoke_tokens, tokens};

use crate::App;

/// Whether mails can be sent; without, links are shown to administrators.
pub fn mail_configured(app: &App) -> bool {
    app.mail().is_some()
}

/// Now, as it is stored.
fn now_ms(app: &App) -> i64 {
    app.now().timestamp_millis()
}

/// A name as it is kept: trimmed, of sensible length, on one line.
pub(crate) fn name_of(what: &str, text: &str) -> crate::Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(crate::AppError::invalid(format!("{what} is empty, too long or not on one line"))
            .advise("Write 1 to 100 letters."));
    }
    Ok(text.to_owned())
}
