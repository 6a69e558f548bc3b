//! What a question is answered from: the publications that belong together.

use crate::scope::Scope;
use chrono::NaiveDate;
use lake::DataFile;
use model::{BillingPeriod, Column, Dimension, Filter, Snapshot, SnapshotPeriod};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One published (connection, billing period).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublishedPeriod {
    /// The connection's id.
    pub connection: String,
    /// The month.
    pub period: BillingPeriod,
    /// Version of the publication; files of one publication never change.
    pub publication: i64,
    /// Whether all parts of its proof hold.
    pub proven: bool,
    /// Currency of the money figures.
    pub currency: String,
    /// Whether the month may still change.
    pub open: bool,
    /// Parquet files of the daily roll-up.
    pub rollup_files: Vec<DataFile>,
    /// Parquet files of the line items; `None` while they are not there yet.
    pub line_item_files: Option<Vec<DataFile>>,
}

/// Names of accounts that the bills do not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AccountNames {
    /// They go before those of the bills.
    pub given: BTreeMap<String, String>,
    /// They stand where no bill has one.
    pub known: BTreeMap<String, String>,
}

impl AccountNames {
    /// Whether nothing is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.known.is_empty()
    }
}

/// All publications that a request sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Whose they are: organizations take turns when much is asked at once.
    pub whose: Arc<str>,
    /// The periods, in any order.
    pub periods: Vec<PublishedPeriod>,
    /// Currencies of the periods, the main one first; one that is not named comes after those that are.
    pub currencies: Vec<String>,
    /// Names of accounts beside those of the bills.
    pub names: Arc<AccountNames>,
    /// The rows that may be seen; nothing, unless it is said.
    pub scope: Scope,
}

impl PublishedPeriod {
    /// The value of a dimension that is of the whole bill (see [`Dimension::is_of_bill`]); `None` for others.
    pub(crate) fn value(&self, dimension: &Dimension) -> Option<String> {
        let value = match dimension {
            Dimension::Column(Column::BillingPeriod) => self.period.to_string(),
            Dimension::Column(Column::Connection) => self.connection.clone(),
            Dimension::Column(Column::Currency) => self.currency.clone(),
            _ => return None,
        };
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether what a question keeps may be in it, as far as the bill itself can tell.
    pub(crate) fn passes(&self, filters: &[Filter]) -> bool {
        let mut of_bill = filters.iter().filter(|filter| filter.dimension.is_of_bill());
        of_bill.all(|filter| filter.accepts(self.value(&filter.dimension).as_deref()))
    }
}

impl View {
    /// Currencies of the periods that pass some filters, the main one first.
    pub fn currencies_of(&self, filters: &[Filter]) -> Vec<String> {
        self.ranked(self.periods.iter().filter(|period| period.passes(filters)))
    }

    /// Currencies of some of its periods, the main one first.
    pub(crate) fn ranked<'a>(&self, periods: impl Iterator<Item = &'a PublishedPeriod>) -> Vec<String> {
        let found: BTreeSet<&str> = periods.map(|period| period.currency.as_str()).collect();
        let mut found: Vec<String> = found.into_iter().map(ToOwned::to_owned).collect();
        // A bill that names no currency stands with the others only where it must.
        let place = |currency: &String| {
            let known = self.currencies.iter().position(|known| known == currency);
            (currency.is_empty(), known.unwrap_or(usize::MAX))
        };
        found.sort_by_key(place);
        found
    }
}

/// Days of usage (UTC), either end open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Day after the last.
    pub to: Option<NaiveDate>,
}

/// The snapshot that some periods make.
pub(crate) fn snapshot(periods: &[&PublishedPeriod]) -> Snapshot {
    Snapshot {
        periods: periods
            .iter()
            .map(|period| SnapshotPeriod {
                connection: period.connection.clone(),
                period: period.period,
                publication: period.publication,
                proven: period.proven,
            })
            .collect(),
    }
}
