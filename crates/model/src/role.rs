//! What somebody may do in an organization.

use std::fmt;
use std::str::FromStr;

/// A role. Each one may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees the accounts of chosen subsets, and nothing of the rest (see [`crate::Standing`]).
    SubsetViewer,
    /// Sees everything of the organization's bills.
    Viewer,
    /// Also makes what others see: reports, definitions, subsets.
    Editor,
    /// Also connections, members, tokens and the audit log.
    Administrator,
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role '{0}': use subset-viewer, viewer, editor or administrator")]
pub struct RoleError(String);

/// Every role, the least first.
pub const ROLES: [Role; 4] = [Role::SubsetViewer, Role::Viewer, Role::Editor, Role::Administrator];

impl Role {
    /// Name in the API, on the command line and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubsetViewer => "subset-viewer",
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        ROLES.into_iter().find(|role| role.name() == text).ok_or_else(|| RoleError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for role in ROLES {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert!("Viewer".parse::<Role>().unwrap_err().to_string().contains("administrator"));
        assert!(
            Role::SubsetViewer < Role::Viewer
                && Role::Viewer < Role::Editor
                && Role::Editor < Role::Administrator
        );
    }
}
