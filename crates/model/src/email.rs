//! E-mail addresses, as accounts are known by.

use std::fmt;
use std::str::FromStr;

/// The text cannot be an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an e-mail address: write it as name@example.com")]
pub struct EmailError(String);

/// An e-mail address in lower case: two spellings are one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Parses an address: one `@`, something on both sides, nothing that would break a mail's header. Whether
    /// it exists only a mail can tell.
    pub fn try_new(text: &str) -> Result<Self, EmailError> {
        let email = text.trim().to_lowercase();
        let sound = |part: &str| {
            !part.is_empty()
                && part.chars().all(|letter| {
                    !letter.is_whitespace() && !letter.is_control() && !"<>()[],;:\\\"@".contains(letter)
                })
        };
        match email.split_once('@') {
            Some((name, host)) if sound(name) && name.len() <= 64 && sound(host) && email.len() <= 254 => {
                Ok(Self(email))
            }
            _ => Err(EmailError(text.chars().take(254).collect())),
        }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::try_new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        assert_eq!(Email::try_new(" Ada@Example.COM "), Email::try_new("ada@example.com"));
        for text in
            ["", "ada", "@example.com", "ada@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b,c@d"]
        {
            assert!(Email::try_new(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_fits_a_header_and_reads_back(text in "\\PC{0,40}@?\\PC{0,40}") {
            if let Ok(email) = Email::try_new(&text) {
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert!(!email.as_str().contains(['\r', '\n', ' ', '<', '>', ',']));
                prop_assert_eq!(Email::try_new(email.as_str()), Ok(email.clone()));
            }
        }
    }
}
