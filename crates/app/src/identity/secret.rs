//! Secrets that we hand out, and comparing without telling by time.

use crate::hex::hex;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meta::SecretHash;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// 256 random bits as text. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one, from the operating system.
    pub fn random() -> crate::Result<Self> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)))
    }

    /// One that came back. What cannot be one of ours is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// What is stored of it. A plain hash is enough: 256 random bits cannot be guessed from it.
    pub fn hash(&self) -> SecretHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The text, to hand out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A second secret that follows from this one and does not give it away.
    pub fn derive(&self, purpose: &str) -> String {
        let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(&self.0).finalize();
        URL_SAFE_NO_PAD.encode(digest)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Whether two texts are equal, in a time that depends on their lengths alone.
pub fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// Random bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> crate::Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| {
        crate::AppError::internal(format!("the operating system gives no random numbers: {error}"))
    })?;
    Ok(bytes)
}

/// A random identifier.
pub(crate) fn random_id() -> crate::Result<String> {
    Ok(hex(random_bytes::<12>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_read_back() {
        let (one, two) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), 43);
        assert_eq!(Secret::parse(one.reveal()), Some(one.clone()));
        assert_ne!(one.hash(), two.hash());
        assert_eq!(format!("{one:?}"), "Secret(…)");
        for text in ["", "abc", "é", &one.reveal()[1..], &format!("{}A", one.reveal())] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_derived_depends_on_secret_and_purpose() {
        let (one, two) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_eq!(one.derive("csrf"), one.derive("csrf"));
        assert_ne!(one.derive("csrf"), one.derive("other"));
        assert_ne!(one.derive("csrf"), two.derive("csrf"));
        assert!(!one.derive("csrf").contains(one.reveal()));
    }

    #[test]
    fn compares_whole_texts() {
        assert!(same("abc", "abc"));
        for (left, right) in [("abc", "abx"), ("abc", "ab"), ("", "a"), ("abc", "Abc")] {
            assert!(!same(left, right));
        }
    }
}
