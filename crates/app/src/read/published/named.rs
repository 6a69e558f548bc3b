//! What filters may name of what is published: connections by their identifier, accounts that may be seen.
//!
//! A filter that keeps what is not there gives zero, and zero is a figure. So a filter of connections none of which is there
//! is an error that says so, as a subset is (see [`crate::allocation::Definitions::resolve`]); and whoever may see a part of
//! the bills is told so where all accounts of a filter are outside of it. Where some are there, it keeps these: one
//! connection that is removed does not end every report about several.
//!
//! Who may see a part knows connections by labels: checksums of their identifiers, so that a filter means the same bill
//! whatever else is seen, by whom, and when.

use super::Published;
use crate::metrics;
use crate::{AppError, Result};
use model::{Column, ConnectionId, CostQuery, Filter};
use query::Scope;
use std::collections::BTreeMap;

/// What labels begin with.
const LABEL: &str = "bill-";

/// The connections that questions may name.
#[derive(Clone, Debug, Default)]
pub(super) struct Bills {
    /// Labels by identifier.
    labels: BTreeMap<ConnectionId, ConnectionId>,
    /// Whether the labels stand in place of the identifiers.
    labelled: bool,
}

impl Bills {
    /// All connections of an organization, by identifier.
    pub(super) fn all(ids: Vec<ConnectionId>) -> Result<Self> {
        Self::labelled(ids.into_iter(), false)
    }

    /// Those of which a part is seen, by label.
    pub(super) fn of_part(ids: impl Iterator<Item = ConnectionId>) -> Result<Self> {
        Self::labelled(ids, true)
    }

    fn labelled(ids: impl Iterator<Item = ConnectionId>, labelled: bool) -> Result<Self> {
        let label = |id: ConnectionId| {
            let label = ConnectionId::try_new(&format!("{LABEL}{}", metrics::label(&id)))
                .map_err(|error| AppError::internal(error.to_string()))?;
            Ok((id, label))
        };
        Ok(Self { labels: ids.map(label).collect::<Result<_>>()?, labelled })
    }

    /// The label of a connection, if it is among them.
    pub(super) fn label(&self, id: &ConnectionId) -> Option<&ConnectionId> {
        self.labels.get(id)
    }

    /// What a connection is called here that is named by its identifier; `None` for one that is not among them.
    fn by_id(&self, id: &str) -> Option<&ConnectionId> {
        let (id, label) = self.labels.iter().find(|(known, _)| known.as_str() == id)?;
        Some(if self.labelled { label } else { id })
    }

    /// Whether a connection is called so here.
    fn knows(&self, name: &str) -> bool {
        let names = |(id, label): (&ConnectionId, &ConnectionId)| {
            (if self.labelled { label } else { id }).as_str() == name
        };
        self.labels.iter().any(names)
    }
}

/// Whether a filter keeps what it names, of a column.
fn keeps(filter: &Filter, column: Column) -> bool {
    !filter.exclude && filter.dimension.is(column)
}

/// The values of a filter that stand for something.
fn values(filter: &Filter) -> impl Iterator<Item = &String> {
    let none = filter.dimension.none_label();
    filter.values.iter().filter(move |value| !value.is_empty() && *value != none)
}

impl Published {
    /// The question with the rules and the names of all that it refers to.
    ///
    /// # Errors
    /// `Invalid`: it names what is not there, or is larger than is worked on.
    pub fn resolve(&self, query: CostQuery) -> Result<CostQuery> {
        let query = self.definitions.resolve(query)?;
        query.filters.iter().try_for_each(|filter| self.check(filter))?;
        Ok(query)
    }

    /// Refuses a filter that keeps what cannot be there.
    fn check(&self, filter: &Filter) -> Result<()> {
        // What is not there is left out already.
        let own = std::slice::from_ref(filter);
        if keeps(filter, Column::Connection) && self.connections_outside(own) == filter.values.len() {
            self.check_connections(own)?;
        }
        let outside = self.accounts_outside(std::slice::from_ref(filter));
        if outside > 0 && outside == filter.values.len() {
            return Err(AppError::invalid("the accounts of a filter are not among those that you may see")
                .advise("Choose other accounts, or take the filter away."));
        }
        Ok(())
    }

    /// Accounts that filters keep and that are outside of what may be seen.
    pub(crate) fn accounts_outside(&self, filters: &[Filter]) -> usize {
        let scope = &self.view.scope;
        let kept = filters.iter().filter(|filter| keeps(filter, Column::AccountId));
        match scope {
            Scope::Everything => 0,
            Scope::Accounts(_) => kept.flat_map(values).filter(|account| !scope.sees(account)).count(),
        }
    }

    /// Connections that filters keep and that are not there, or not among those that may be seen.
    pub(crate) fn connections_outside(&self, filters: &[Filter]) -> usize {
        let kept = filters.iter().filter(|filter| keeps(filter, Column::Connection));
        kept.flat_map(values).filter(|value| !self.bills.knows(value)).count()
    }

    /// The same filters for what may be seen here, where they were written by somebody who may see everything: connections
    /// are named as they are here. What is not among them stays, and is an error when it is asked for.
    pub(crate) fn here(&self, mut filters: Vec<Filter>) -> Vec<Filter> {
        let of_bill = filters.iter_mut().filter(|filter| filter.dimension.is(Column::Connection));
        for value in of_bill.flat_map(|filter| &mut filter.values) {
            if let Some(found) = self.bills.by_id(value) {
                found.as_str().clone_into(value);
            }
        }
        filters
    }

    /// Refuses filters that name connections that are not there, whether they keep them or leave them out.
    ///
    /// # Errors
    /// `Invalid`: the first one.
    pub(crate) fn check_connections(&self, filters: &[Filter]) -> Result<()> {
        let of_bill = filters.iter().filter(|filter| filter.dimension.is(Column::Connection));
        match of_bill.flat_map(values).find(|value| !self.bills.knows(value)) {
            Some(unknown) => Err(self.no_connection(unknown)),
            None => Ok(()),
        }
    }

    fn no_connection(&self, value: &str) -> AppError {
        let (what, advice) = if self.bills.labelled {
            ("bill", "among those that you may see: choose another one, or take the filter away")
        } else {
            ("connection", "any more, if there was: choose another one, or take the filter away")
        };
        AppError::invalid(format!("there is no {what} '{value}'"))
            .advise(format!("It is not there {advice}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(texts: &[&str]) -> Vec<ConnectionId> {
        texts.iter().map(|text| ConnectionId::try_new(text).unwrap()).collect()
    }

    #[test]
    fn a_label_is_one_bill_whatever_else_is_seen() {
        let (few, more) =
            (Bills::of_part(ids(&["b"]).into_iter()), Bills::of_part(ids(&["a", "b"]).into_iter()));
        let (few, more) = (few.unwrap(), more.unwrap());
        let b = &ids(&["b"])[0];
        let label = few.label(b).unwrap();
        assert_eq!(Some(label), more.label(b));
        // Identifiers mean nothing to whoever sees a part, but in what others wrote for them.
        assert!(more.knows(label.as_str()) && !more.knows("b"));
        assert_eq!((more.by_id("b"), few.by_id("a")), (Some(label), None));
        let whole = Bills::all(ids(&["a", "b"])).unwrap();
        assert!(whole.knows("b") && !whole.knows("c") && !whole.knows(label.as_str()));
    }
}
