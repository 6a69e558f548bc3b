//! What speaks of accounts: it looks at where an amount went, all else at the rows.

use model::{DIMENSIONS, Decider, Dimension, Filter, Mapping, MappingName};

/// The filters that look at where an amount went, and those that look at the rows.
pub(super) fn parted(filters: &[Filter]) -> (Vec<Filter>, Vec<Filter>) {
    filters.iter().cloned().partition(|filter| is_about_accounts(&filter.dimension))
}

pub(super) fn is_about_accounts(dimension: &Dimension) -> bool {
    match dimension {
        Dimension::Column(at) => {
            ["account_id", "account", "reported_account_name"].contains(&DIMENSIONS[*at].name)
        }
        Dimension::Mapped(mapping) => !matches!(mapping.name, MappingName::VirtualTag(_)),
        _ => false,
    }
}

/// Mappings of accounts (subsets, organizational units), ready to be asked for many of them.
pub(super) struct Mapped<'a>(Vec<(&'a Mapping, Decider)>);

impl<'a> Mapped<'a> {
    pub(super) fn of(dimensions: impl Iterator<Item = &'a Dimension>) -> Self {
        let mut known: Vec<(&Mapping, Decider)> = vec![];
        for dimension in dimensions.filter(|dimension| is_about_accounts(dimension)) {
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
