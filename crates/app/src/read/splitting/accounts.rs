//! What speaks of accounts: it looks at where an amount went, all else at the rows.

use model::{Decider, Dimension, Filter, Mapping};

/// The filters that look at where an amount went, and those that look at the rows.
pub(super) fn parted(filters: &[Filter]) -> (Vec<Filter>, Vec<Filter>) {
    filters.iter().cloned().partition(|filter| filter.dimension.is_of_account())
}

/// Mappings of accounts (subsets, organizational units), ready to be asked for many of them.
pub(super) struct Mapped<'a>(Vec<(&'a Mapping, Decider)>);

impl<'a> Mapped<'a> {
    pub(super) fn of(dimensions: impl Iterator<Item = &'a Dimension>) -> Self {
        let mut known: Vec<(&Mapping, Decider)> = vec![];
        for dimension in dimensions.filter(|dimension| dimension.is_of_account()) {
            if let Dimension::Mapped(mapping) = dimension
                && !known.iter().any(|(known, _)| known.name == mapping.name)
            {
                known.push((mapping, Decider::new(mapping.rules())));
            }
        }
        Self(known)
    }

    pub(super) fn value(&self, mapping: &Mapping, account: &str) -> Option<String> {
        let (_, decider) = self.0.iter().find(|(known, _)| known.name == mapping.name)?;
        // Their rules look at accounts alone.
        let rule = decider.first(&vec![Some(account); decider.dimensions().len()])?;
        mapping.rules().get(rule).map(|rule| rule.value.clone())
    }
}
