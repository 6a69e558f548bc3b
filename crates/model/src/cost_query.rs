//! The one question that every page, export and script asks, and its answer.

use crate::limits::{
    MOST_ADDED_FILTERS, MOST_FILTER_VALUES, MOST_FILTERED_DIMENSIONS, MOST_FILTERS, MOST_GROUP_BY, MOST_KEYS,
};
use crate::{BillingPeriod, Comparison, Decimal, Dimension, Filter, Metric, TimeView};
use chrono::NaiveDate;
use std::collections::HashSet;

/// "This metric, by these dimensions, in these buckets, over this span, of these rows."
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CostQuery {
    /// What is summed.
    pub metric: Metric,
    /// Dimensions of the groups; none gives one total.
    pub group_by: Vec<Dimension>,
    /// Time buckets.
    pub view: TimeView,
    /// First day (UTC) of usage, or open.
    pub from: Option<NaiveDate>,
    /// Day after the last, or open.
    pub to: Option<NaiveDate>,
    /// All of them must accept a row.
    pub filters: Vec<Filter>,
    /// Keep the groups with the largest totals and sum the rest into one.
    pub top: Option<usize>,
    /// A span to compare with.
    pub compare: Option<Comparison>,
}

impl CostQuery {
    /// The total of a metric over everything; the start for building a query.
    pub fn total(metric: Metric) -> Self {
        Self {
            metric,
            group_by: vec![],
            view: TimeView::Total,
            from: None,
            to: None,
            filters: vec![],
            top: None,
            compare: None,
        }
    }

    /// Whether it is small enough to be planned at all (see [`crate::limits`]).
    pub fn check_size(&self) -> Result<(), LargeQuestion> {
        let within = |found: usize, what: &'static str, most: usize| {
            if found > most { Err(LargeQuestion { found, what, most }) } else { Ok(()) }
        };
        within(self.group_by.len(), "dimensions to group by", MOST_GROUP_BY)?;
        within(self.filters.len(), "filters", MOST_FILTERS + MOST_ADDED_FILTERS)?;
        let values = self.filters.iter().map(|filter| filter.values.len()).sum();
        within(values, "values to filter by", MOST_FILTER_VALUES)?;
        let filtered: HashSet<&Dimension> = self.filters.iter().map(|filter| &filter.dimension).collect();
        within(filtered.len(), "dimensions to filter by", MOST_FILTERED_DIMENSIONS)?;
        let keys: HashSet<&Dimension> = self.dimensions().filter(|dimension| dimension.is_keyed()).collect();
        within(keys.len(), "tags and cost categories", MOST_KEYS)
    }

    /// Every dimension that it speaks of, some perhaps several times.
    pub fn dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.group_by.iter().chain(self.filters.iter().map(|filter| &filter.dimension))
    }
}

/// A question has more parts than are worked on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the question has {found} {what}; {most} are the most")]
pub struct LargeQuestion {
    found: usize,
    what: &'static str,
    most: usize,
}

/// One group of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostGroup {
    /// One value per dimension, in order; `None` where rows have no value.
    pub keys: Vec<Option<String>>,
    /// True for the one group that sums what `top` cut off; its keys are `None`.
    pub other: bool,
    /// One figure per bucket of [`CostAnswer::buckets`]; one figure for [`TimeView::Total`].
    pub figures: Vec<Decimal>,
    /// Sum of the figures.
    pub total: Decimal,
    /// Total over the compared span.
    pub previous_total: Option<Decimal>,
}

/// The compared span and its total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviousSpan {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// Total of all groups over the span.
    pub total: Decimal,
}

/// One published billing period that an answer was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotPeriod {
    /// The connection.
    pub connection: String,
    /// The month.
    pub period: BillingPeriod,
    /// Version of the publication (grows with each ingest of the period).
    pub publication: i64,
    /// Whether all parts of its proof hold: copied, complete, amortized.
    pub proven: bool,
}

/// What an answer was read from: all of it belongs together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The publications in view.
    pub periods: Vec<SnapshotPeriod>,
}

/// The answer to a [`CostQuery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostAnswer {
    /// First day answered for.
    pub from: NaiveDate,
    /// Day after the last answered for.
    pub to: NaiveDate,
    /// Start of each bucket (UTC): `YYYY-MM-DD`, or `YYYY-MM-DDTHH:00` for hours; empty for a total.
    pub buckets: Vec<String>,
    /// Groups, largest total first, `other` last.
    pub groups: Vec<CostGroup>,
    /// Sum of all groups per bucket.
    pub totals: Vec<Decimal>,
    /// Sum of everything.
    pub total: Decimal,
    /// Groups there were before `top` cut them.
    pub groups_total: usize,
    /// The compared span.
    pub previous: Option<PreviousSpan>,
    /// Currency of money figures; empty when nothing is in view.
    pub currency: String,
    /// Whether the daily roll-up answered (else line items).
    pub from_rollup: bool,
    /// SQL over `line_items` that gives the same figures.
    pub sql: String,
    /// What it was read from.
    pub snapshot: Snapshot,
}

impl CostAnswer {
    /// Whether every period in view is proven to the bill.
    pub fn proven(&self) -> bool {
        self.snapshot.periods.iter().all(|period| period.proven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_without_an_end_are_refused() {
        let filter = |text: &str| text.parse::<Filter>().unwrap();
        let filtered = |filters: Vec<Filter>| CostQuery { filters, ..CostQuery::total(Metric::Amortized) };
        let tags = |count: usize| (0..count).map(|at| filter(&format!("tag:{at}=x"))).collect();
        assert_eq!(filtered(vec![filter("service=a"); MOST_FILTERS]).check_size(), Ok(()));
        assert_eq!(filtered(tags(MOST_KEYS)).check_size(), Ok(()));
        let list = ",".repeat(MOST_FILTER_VALUES);
        for large in [
            filtered(vec![filter("service=a"); MOST_FILTERS + MOST_ADDED_FILTERS + 1]),
            filtered(vec![filter(&format!("service={list}"))]),
            filtered(tags(MOST_FILTERED_DIMENSIONS + 1)),
            CostQuery {
                group_by: vec!["region".parse().unwrap(); MOST_GROUP_BY + 1],
                ..CostQuery::total(Metric::List)
            },
        ] {
            assert!(large.check_size().unwrap_err().to_string().contains("are the most"));
        }
    }
}
