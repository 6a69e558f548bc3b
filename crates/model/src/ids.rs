//! Identifiers of tenants, their sources of billing data, and who works with them.

use std::fmt;
use std::str::FromStr;

/// The text cannot be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an identifier: use 1 to 64 of a-z, 0-9 and '-'")]
pub struct IdError(String);

fn check(text: &str) -> Result<String, IdError> {
    let valid = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if valid { Ok(text.to_owned()) } else { Err(IdError(text.to_owned())) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses an identifier: 1 to 64 of `a-z`, `0-9` and `-`, safe in paths and addresses.
            pub fn try_new(text: &str) -> Result<Self, IdError> {
                check(text).map(Self)
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_new(text)
            }
        }
    };
}

id!(
    /// A tenant of the service.
    OrganizationId
);
id!(
    /// One source of billing data of an organization.
    ConnectionId
);
id!(
    /// A person with an account.
    UserId
);
id!(
    /// An invitation into an organization.
    InvitationId
);
id!(
    /// A token for scripts.
    TokenId
);
id!(
    /// A saved report.
    ReportId
);
id!(
    /// A budget.
    BudgetId
);
id!(
    /// A way by which notifications leave.
    ChannelId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_in_paths() {
        assert!(ConnectionId::try_new("demo-1").is_ok());
        for text in ["", "../x", "A", "a b", "a/b", "é"] {
            assert!(ConnectionId::try_new(text).is_err(), "{text}");
        }
    }
}
