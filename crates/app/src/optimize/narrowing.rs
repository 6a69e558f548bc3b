//! The account selector of the pages: findings and workloads are of accounts, and narrowed by nothing else.

use crate::read::Published;
use crate::{AppError, Result};
use model::{Column, Dimension, Filter, Mapping, MappingName};

/// Which accounts some filters keep.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    filters: Vec<Filter>,
}

impl Accounts {
    /// What filters keep.
    ///
    /// # Errors
    /// `Invalid`: a filter is on something else than accounts and subsets.
    pub fn of(filters: &[Filter]) -> Result<Self> {
        for filter in filters {
            if name(&filter.dimension).is_none() {
                return Err(AppError::invalid(format!(
                    "filter: '{}' does not tell accounts",
                    filter.dimension
                ))
                .advise("Filter by account_id, subset or subset_id."));
            }
        }
        Ok(Self { filters: filters.to_vec() })
    }

    /// Whether an account is kept.
    pub(super) fn keep(&self, published: &Published, account: &str) -> bool {
        self.filters.iter().all(|filter| {
            let subset = || published.definitions.subset_of(account);
            match name(&filter.dimension) {
                Some(Name::Subset) => filter.accepts(subset().map(|subset| subset.name.as_str())),
                Some(Name::SubsetId) => filter.accepts(subset().map(|subset| subset.id.as_str())),
                Some(Name::Account) | None => filter.accepts(Some(account)),
            }
        })
    }
}

#[derive(Clone, Copy)]
enum Name {
    Account,
    Subset,
    SubsetId,
}

fn name(dimension: &Dimension) -> Option<Name> {
    match dimension {
        Dimension::Column(Column::AccountId) => Some(Name::Account),
        Dimension::Mapped(Mapping { name: MappingName::Subset, .. }) => Some(Name::Subset),
        Dimension::Mapped(Mapping { name: MappingName::SubsetId, .. }) => Some(Name::SubsetId),
        _ => None,
    }
}
