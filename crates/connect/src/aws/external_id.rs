//! The external ID: what keeps somebody else's connection from using a customer's role (the confused deputy).
//!
//! It is made here and nowhere else: 256 random bits, a new one for each connection. Nothing reads one from a
//! user, so that nobody can name the external ID of another customer's role.

use rand::Rng;
use std::fmt::{self, Write};

/// External ID of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// A new one.
    pub fn generate() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        let mut text = String::with_capacity(64);
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// One that was generated before and kept in the metadata store; `None` if it cannot be one of ours.
    pub fn from_store(text: &str) -> Option<Self> {
        let ours = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        ours.then(|| Self(text.to_owned()))
    }

    /// The text that AWS compares.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_and_comes_back_from_the_store() {
        let ids: std::collections::HashSet<String> =
            (0..100).map(|_| ExternalId::generate().to_string()).collect();
        assert_eq!(ids.len(), 100);
        for id in ids {
            assert_eq!(ExternalId::from_store(&id).unwrap().as_str(), id);
        }
        assert_eq!(ExternalId::from_store("chosen-by-a-user"), None);
    }
}
