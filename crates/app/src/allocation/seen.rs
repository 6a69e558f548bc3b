//! Definitions as somebody sees them who may see chosen subsets alone.
//!
//! Rules of virtual tags and spellings of tags are kept, for they say what a row that may be seen is called; they are
//! not shown. Shared costs are not split: what others pay would be told by what arrives.

use super::{Definitions, Subset};
use query::Scope;
use std::collections::BTreeMap;

impl Definitions {
    /// The subsets of these ids, as they are now.
    pub(crate) fn subsets_of<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a Subset> {
        self.subsets.iter().filter(|subset| ids.contains(&subset.id))
    }

    /// What remains of the definitions for a scope, which the subsets of these ids make. Rules that depend on others are to
    /// be prepared anew.
    pub(crate) fn seen(&self, ids: &[String], scope: &Scope) -> Self {
        let organization_accounts = self.organization_accounts.iter().filter(|(id, _)| scope.sees(id));
        let mut given_names = self.given_names.clone();
        given_names.retain(|id, _| scope.sees(id));
        // Who the members are is not theirs to see.
        for name in given_names.values_mut().flatten() {
            name.by.clear();
        }
        Self {
            // How they are charged is between the organization and whoever pays it.
            subsets: self.subsets_of(ids).map(|subset| Subset { billing: None, ..subset.clone() }).collect(),
            virtual_tags: self.virtual_tags.clone(),
            shared_costs: vec![],
            organization_accounts: organization_accounts.map(|(id, it)| (id.clone(), it.clone())).collect(),
            given_names,
            unused: vec![],
            spellings: self.spellings.clone(),
            prepared: BTreeMap::new(),
        }
    }
}
