//! How often sign-in may be tried. Each attempt counts for its account and for the address it came from before the
//! password is looked at; success takes it back.

use super::now_ms;
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Attempts count for this long (ms).
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Wrong passwords for one account in that time.
pub(crate) const PER_ACCOUNT: u32 = 10;
/// Wrong passwords from one address in that time: an office shares one.
pub(crate) const PER_ADDRESS: u32 = 50;

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
    let subjects = [(attempt.account.clone(), PER_ACCOUNT), (attempt.address.clone(), PER_ADDRESS)];
    let Some(oldest) = app.meta().attempt(&subjects, now, now - WINDOW_MS).await? else { return Ok(attempt) };
    let seconds = u32::try_from((oldest + WINDOW_MS - now) / 1000 + 1).unwrap_or(1).max(1);
    let mut error = AppError::new(ErrorKind::TooMany, "too many attempts to sign in")
        .advise(format!("Try again in {} minutes.", seconds.div_ceil(60)));
    error.retry_after_s = Some(seconds);
    Err(error)
}

impl Attempt {
    /// The password was right: the account starts anew; the address keeps what it got wrong elsewhere.
    pub(crate) async fn succeeded(&self, app: &App) -> Result<()> {
        app.meta().forget_attempts(&self.account).await?;
        Ok(app.meta().forget_attempt(&self.address).await?)
    }
}

/// A hash: people type passwords into the wrong field.
fn subject(kind: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{kind} {text}"));
    super::secret::hex(&digest)
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
