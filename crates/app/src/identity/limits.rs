//! How often sign-in may be tried, and how many mails may be caused. An attempt counts for its account and for the
//! address it came from before the password is looked at; success takes it back. Mails count before they leave.

use super::now_ms;
use crate::limits::{
    ATTEMPT_WINDOW_MS, ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS, MAIL_WINDOW_MS, MAILS_PER_ORGANIZATION,
    MAILS_PER_SENDER,
};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use meta::{MailLimits, NewAudit, NewMails, TakenJob};
use model::OrganizationId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// An attempt that was let pass.
pub(crate) struct Attempt {
    account: String,
    address: String,
}

/// Counts an attempt, or says when to come back.
pub(crate) async fn attempt(app: &App, caller: &Caller, account: &str) -> Result<Attempt> {
    let attempt = Attempt {
        account: subject("account", &account.trim().to_lowercase()),
        address: subject("address", &network(caller.address.as_deref().unwrap_or("unknown"))),
    };
    let now = now_ms(app);
    let subjects =
        [(attempt.account.clone(), ATTEMPTS_PER_ACCOUNT), (attempt.address.clone(), ATTEMPTS_PER_ADDRESS)];
    match app.meta().attempt(&subjects, now, now - ATTEMPT_WINDOW_MS).await? {
        None => Ok(attempt),
        Some(oldest) => Err(too_many("too many attempts to sign in", oldest + ATTEMPT_WINDOW_MS - now)),
    }
}

/// Says when to come again, in that many milliseconds.
fn too_many(what: &str, wait_ms: i64) -> AppError {
    let seconds = u32::try_from(wait_ms / 1000 + 1).unwrap_or(1).max(1);
    let mut error = AppError::new(ErrorKind::TooMany, what)
        .advise(format!("Try again in {} minutes.", seconds.div_ceil(60)));
    error.retry_after_s = Some(seconds);
    error
}

/// Who causes a mail, as the limits tell senders apart.
pub(crate) fn sender(caller: &Caller) -> String {
    match &caller.via {
        Via::Nobody => "nobody".to_owned(),
        Via::Demo => "demo".to_owned(),
        Via::Session { user, .. } => format!("user {}", user.id),
        Via::Token { id, .. } => format!("token {id}"),
        Via::CommandLine => "command line".to_owned(),
    }
}

/// Counts mails that are about to be sent, and writes the entry and the progress of the job that sends them with it; or
/// says when to come again.
pub(crate) async fn count_mails(
    app: &App,
    organization: &OrganizationId,
    sender: String,
    mails: usize,
    entry: Option<&NewAudit>,
    begun: Option<(&TakenJob, &Value)>,
) -> Result<()> {
    let at_ms = now_ms(app);
    let mails = u32::try_from(mails).unwrap_or(u32::MAX);
    let new = NewMails { organization_id: organization.clone(), sender, mails, at_ms };
    let limits = MailLimits {
        window_ms: MAIL_WINDOW_MS,
        per_sender: MAILS_PER_SENDER,
        per_organization: MAILS_PER_ORGANIZATION,
    };
    match app.meta().count_mails(&new, limits, entry, begun).await? {
        None => Ok(()),
        Some(from_ms) => Err(too_many("too many mails were sent in the last hour", from_ms - at_ms)),
    }
}

impl Attempt {
    /// Nothing was judged: it does not count.
    pub(crate) async fn withdrawn(&self, app: &App) -> Result<()> {
        app.meta().forget_attempt(&self.account).await?;
        Ok(app.meta().forget_attempt(&self.address).await?)
    }

    /// The password was right: the account starts anew; the address keeps what it got wrong elsewhere.
    pub(crate) async fn succeeded(&self, app: &App) -> Result<()> {
        app.meta().forget_attempts(&self.account).await?;
        Ok(app.meta().forget_attempt(&self.address).await?)
    }
}

/// A hash: people type passwords into the wrong field.
fn subject(kind: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{kind} {text}"));
    crate::hex::hex(digest)
}

/// Who is given a whole network of addresses (IPv6: a /64) counts as one.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [one, two, three, four, ..] = address.segments();
            format!("{one:x}:{two:x}:{three:x}:{four:x}:")
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_one_address() {
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        assert_ne!(subject("account", "x"), subject("address", "x"));
        assert_eq!(subject("account", "x").len(), 64);
    }
}
