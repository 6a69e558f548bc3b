//! What somebody is in an organization: their role, and which subsets they may see where that role sees no more.

use crate::Role;

/// A role with what it needs to be said. Subsets are those of [`Role::SubsetViewer`] alone: whoever is anything else
/// sees the organization's bills whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Standing {
    role: Role,
    subsets: Vec<String>,
}

impl Standing {
    /// A role, with the ids of the subsets that it may see: of any other role than the subset viewer's they are dropped.
    pub fn new(role: Role, subsets: impl IntoIterator<Item = String>) -> Self {
        let mut subsets: Vec<String> =
            if role == Role::SubsetViewer { subsets.into_iter().collect() } else { vec![] };
        subsets.sort();
        subsets.dedup();
        Self { role, subsets }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Ids of the subsets that a subset viewer may see, in order; one that is not there (any more) shows nothing.
    pub fn subsets(&self) -> &[String] {
        &self.subsets
    }
}

impl From<Role> for Standing {
    /// A subset viewer without subsets sees nothing.
    fn from(role: Role) -> Self {
        Self::new(role, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_the_subset_viewers_alone() {
        let of = |role| Standing::new(role, ["b".to_owned(), "a".to_owned(), "b".to_owned()]);
        assert_eq!(of(Role::SubsetViewer).subsets(), ["a", "b"]);
        assert!(of(Role::Viewer).subsets().is_empty());
        assert!(Standing::from(Role::SubsetViewer).subsets().is_empty());
    }
}
