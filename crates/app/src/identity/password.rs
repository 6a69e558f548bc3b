//! Passwords: argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives first (19 MiB of memory,
//! two passes, one lane). They stand in each stored hash, so that they can be raised later.

use super::secret::random_bytes;
use crate::{AppError, Result};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Letters that a password has at least. Long beats odd: no rules about digits and signs (NIST SP 800-63B).
pub(crate) const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// Hashes and compares, a few at a time: each takes a processor and 19 MiB.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// Compared with when there is no account, so that its absence takes as long to find out.
    nobody: OnceLock<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(2)), nobody: OnceLock::new() }
    }
}

impl Passwords {
    /// The hash to store.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.alone(move || hash(&password)).await?
    }

    /// Whether the password is the one of that hash; without a hash never, and as slowly.
    pub(crate) async fn verify(&self, stored: Option<&str>, password: &str) -> Result<bool> {
        let known = stored.is_some();
        let stored = match (stored, self.nobody.get()) {
            (Some(stored), _) => stored.to_owned(),
            (None, Some(nobody)) => nobody.clone(),
            (None, None) => {
                let made = self.hash("nobody has this password").await?;
                self.nobody.get_or_init(|| made).clone()
            }
        };
        // Hashing the text of a book is work that only an attacker asks for.
        let password = if password.len() > LONGEST * 4 { String::new() } else { password.to_owned() };
        let equal = self.alone(move || verify(&stored, &password)).await??;
        Ok(known && equal)
    }

    async fn alone<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let stopped = |error: &dyn std::fmt::Display| AppError::internal(format!("hashing stopped: {error}"));
        let _turn = self.turns.acquire().await.map_err(|error| stopped(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| stopped(&error))
    }
}

/// Refuses passwords that are too easy to guess.
pub(crate) fn check(password: &str, about: &[&str]) -> Result<()> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Err(AppError::invalid(format!(
            "the password has {letters} letters; at least {SHORTEST} are needed"
        ))
        .advise("Take a few words that do not belong together."));
    }
    if letters > LONGEST {
        return Err(AppError::invalid(format!("the password has more than {LONGEST} letters"))
            .advise("Take a shorter one."));
    }
    let lower = password.to_lowercase();
    let kinds: std::collections::BTreeSet<char> = lower.chars().collect();
    let own =
        about.iter().map(|text| text.trim().to_lowercase()).any(|text| !text.is_empty() && lower == text);
    if kinds.len() < 5 || own {
        return Err(AppError::invalid("the password is easy to guess")
            .advise("Take a few words that do not belong together, and not your name or address."));
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| AppError::internal(format!("argon2 parameters: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String> {
    let failed = |error| AppError::internal(format!("the password cannot be hashed: {error}"));
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(failed)?;
    Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}

fn verify(stored: &str, password: &str) -> Result<bool> {
    let unreadable = |error| AppError::internal(format!("a stored password hash cannot be read: {error}"));
    let parsed = PasswordHash::new(stored).map_err(unreadable)?;
    // The parameters of the stored hash decide; the comparison takes the same time wherever the texts differ.
    Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_are_argon2id_and_salted() {
        let passwords = Passwords::default();
        let one = passwords.hash("correct horse battery").await.unwrap();
        let two = passwords.hash("correct horse battery").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(passwords.verify(Some(&one), "correct horse battery").await.unwrap());
        for wrong in ["", "correct horse batterY", "correct horse battery "] {
            assert!(!passwords.verify(Some(&one), wrong).await.unwrap(), "{wrong}");
        }
        assert!(!passwords.verify(Some(&one), &"x".repeat(100_000)).await.unwrap());
    }

    #[tokio::test]
    async fn without_an_account_nothing_is_right_and_it_takes_as_long() {
        let passwords = Passwords::default();
        assert!(!passwords.verify(None, "nobody has this password").await.unwrap());
        let stored = passwords.hash("correct horse battery").await.unwrap();
        let mut fastest = [std::time::Duration::MAX; 2];
        for _ in 0..3 {
            for (at, hash) in [Some(stored.as_str()), None].into_iter().enumerate() {
                let started = std::time::Instant::now();
                assert!(!passwords.verify(hash, "wrong").await.unwrap());
                fastest[at] = fastest[at].min(started.elapsed());
            }
        }
        assert!(fastest[1] * 3 > fastest[0] && fastest[0] * 3 > fastest[1], "{fastest:?}");
    }

    #[test]
    fn easy_ones_are_refused() {
        for password in ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "ada@example.com", "ADA@example.com"]
        {
            assert!(check(password, &["ada@example.com", ""]).is_err(), "{password}");
        }
        assert!(check(&"ab cd ef ".repeat(40), &[]).is_err());
        check("correct horse battery", &["ada@example.com"]).unwrap();
        check("größere Äpfel", &[]).unwrap();
    }
}
