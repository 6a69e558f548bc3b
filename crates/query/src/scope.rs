//! What of the bills may be seen: a part of every view, and of the key of everything that is remembered.
//!
//! It is applied at the two doors through which rows come in, the roll-up in memory (a `Store` is had of a shelf for a scope alone)
//! and the tables of line items (`lines/table.rs`), before anything is filtered, grouped, summed, counted or named. What
//! stands behind these doors (top and *Other*, totals, values, spans, currencies, keys of tags, SQL) holds no rule of
//! its own: whoever may see some accounts gets, digit by digit, the answers of an organization whose bills hold the
//! rows of these accounts and no others.

use crate::view::AccountNames;
use model::{CostQuery, Dimension};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};

/// The rows that may be seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All rows of the view's bills.
    Everything,
    /// The rows of these accounts. A row that names no account is in none of them.
    Accounts(Accounts),
}

/// Accounts that may be seen. Cheap to clone and to compare with itself, for it is a part of many keys.
#[derive(Clone)]
pub struct Accounts {
    ids: Arc<BTreeSet<String>>,
    /// Of the ids: there may be thousands of them.
    digest: u64,
}

/// One for the process: digests of other processes mean nothing here.
static DIGESTS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Scope {
    /// The rows of some accounts.
    pub fn of_accounts(ids: impl IntoIterator<Item = String>) -> Self {
        // What is called nothing is no account: it would stand for all rows that have none.
        let ids: BTreeSet<String> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        let digest = DIGESTS.hash_one(&ids);
        Self::Accounts(Accounts { ids: Arc::new(ids), digest })
    }

    /// No row.
    pub fn nothing() -> Self {
        Self::of_accounts([])
    }

    /// Whether all rows may be seen.
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }

    /// Whether an account's rows may be seen.
    pub fn sees(&self, account: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Accounts(accounts) => accounts.ids.contains(account),
        }
    }

    /// The names of accounts that may be seen.
    pub(crate) fn names(&self, names: &Arc<AccountNames>) -> Arc<AccountNames> {
        if self.is_everything() || names.is_empty() {
            return Arc::clone(names);
        }
        let seen = |names: &BTreeMap<String, String>| {
            let seen = names.iter().filter(|(id, _)| self.sees(id));
            seen.map(|(id, name)| (id.clone(), name.clone())).collect()
        };
        Arc::new(AccountNames { given: seen(&names.given), known: seen(&names.known) })
    }

    /// The SQL of an answer, with what it is about where that is not everything. Rules and spellings look at all of the bills
    /// and name what stands outside: with them it is not told.
    pub(crate) fn told(&self, query: &CostQuery, sql: impl FnOnce() -> String) -> String {
        let Self::Accounts(accounts) = self else { return sql() };
        if query.dimensions().any(has_rules) {
            return NOT_TOLD.to_owned();
        }
        let count = accounts.ids.len();
        format!("-- Of the rows of the accounts that you may see ({count}) alone:\n{}", sql())
    }

    /// The accounts that may be seen; `None`: all.
    pub fn accounts(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Everything => None,
            Self::Accounts(accounts) => Some(&accounts.ids),
        }
    }
}

/// In place of SQL that is not told.
const NOT_TOLD: &str = "-- Not shown: it holds rules that look at all of the bills.";

/// Whether the values of a dimension are made by what people wrote down.
fn has_rules(dimension: &Dimension) -> bool {
    match dimension {
        Dimension::Mapped(_) | Dimension::MergedTag(_) => true,
        Dimension::CarriedTag(tag) => has_rules(tag),
        _ => false,
    }
}

impl Default for Scope {
    /// Nothing: what nobody allowed is not seen.
    fn default() -> Self {
        Self::nothing()
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.ids.iter()).finish()
    }
}

impl PartialEq for Accounts {
    fn eq(&self, other: &Self) -> bool {
        // Equal digests are no proof: what may be seen hangs on it.
        Arc::ptr_eq(&self.ids, &other.ids) || (self.digest == other.digest && self.ids == other.ids)
    }
}

impl Eq for Accounts {}

impl Hash for Accounts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_accounts_are_one_scope() {
        let of = |ids: &[&str]| Scope::of_accounts(ids.iter().map(|id| (*id).to_owned()));
        assert_eq!(of(&["1", "2"]), of(&["2", "1", "1", ""]));
        assert_ne!(of(&["1"]), of(&["2"]));
        assert_ne!(of(&[]), Scope::Everything);
        let hash = |scope: &Scope| DIGESTS.hash_one(scope);
        assert_eq!(hash(&of(&["1", "2"])), hash(&of(&["2", "1"])));
        assert!(
            of(&["1"]).sees("1") && !of(&["1"]).sees("2") && !of(&["", "1"]).sees("") && !of(&[]).sees("1")
        );
        assert!(Scope::Everything.sees("1"));
    }
}
