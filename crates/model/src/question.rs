//! A cost question as it is written, kept and sent: one text for addresses and the command line, one JSON for stores and
//! programs. Both say the same, and both are read here alone: by the API, saved reports, the command line, the page.
//!
//! Text (pairs as in a query string; what is left out is as at the start):
//!
//! | name | value |
//! | --- | --- |
//! | `metric` | `amortized` (at the start), `unblended`, … |
//! | `group_by` | `DIM[,DIM]`, may be repeated |
//! | `view` | `total` (at the start), `hour`, `day`, `week`, `month` |
//! | `from`, `to` | `YYYY-MM-DD`, `to` is the day after the last |
//! | `time` | in their place: a span by its name, up to the newest day of data, such as `last-30-days` |
//! | `filter` | `DIM=V[,V]` or `DIM!=V[,V]`, may be repeated |
//! | `top` | how many groups are kept |
//! | `compare` | `previous`, `year` or `FIRST..END` |
//! | `shared` | `split`: shared costs stand where the organization's rules put them |
//! | `as_of` | `YYYY-MM-DD`: as the bills stood at the end of that day (UTC), or an instant such as `2026-11-20T10:00:00Z` |
//! | `version` | of the grammar; [`VERSION`] where it is left out |
//!
//! JSON has the same names; `filters` is a list of `{dimension, exclude, values}`, `shared` is true or false. What an
//! organization defines is referred to by its identifier (`subset_id`, `virtual_tag:ID`), which a rename leaves alone;
//! names are understood too (see [`crate::MappingName`]).

mod error;
mod json;
mod named_span;
mod page;
mod text;

pub use error::QuestionError;
pub use named_span::{NamedSpan, NamedSpanError};
pub use page::{Page, PageError, in_first_version, with_references};
pub use text::Pairs;

use crate::limits::{MOST_FILTER_VALUES, MOST_FILTERS, MOST_GROUP_BY};
use crate::{AsOf, Comparison, CostQuery, Dimension, Filter, GroupByError, Metric, TimeView};
use chrono::NaiveDate;

/// Version of the grammar. It grows when what is written in it means something else, or when older programs would
/// misread it; they refuse a newer one.
pub const VERSION: u32 = 1;

/// How a past state of the bills is written.
const AS_OF: &str = "YYYY-MM-DD, or as 2026-11-20T10:00:00Z";

/// A cost question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// What is summed.
    pub metric: Metric,
    /// Dimensions of the groups; none gives one total.
    pub group_by: Vec<Dimension>,
    /// Time buckets.
    pub view: TimeView,
    /// The days.
    pub time: Time,
    /// All of them must accept a row.
    pub filters: Vec<Filter>,
    /// Keep the groups with the largest totals and sum the rest into one.
    pub top: Option<usize>,
    /// A span to compare with.
    pub compare: Option<Comparison>,
    /// Whether shared costs stand where the organization's rules put them.
    pub shared: bool,
    /// As the bills stood then; `None`: as they stand.
    pub as_of: Option<AsOf>,
}

/// The days that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Time {
    /// First day and day after the last (UTC), open without.
    Days {
        /// First day.
        from: Option<NaiveDate>,
        /// Day after the last.
        to: Option<NaiveDate>,
    },
    /// A span that moves with the data.
    Named(NamedSpan),
}

impl Time {
    /// All days.
    pub const ALWAYS: Self = Self::Days { from: None, to: None };

    /// Its days when data end before a day; open where a span moves with data that are not there.
    pub fn days(self, data_to: Option<NaiveDate>) -> (Option<NaiveDate>, Option<NaiveDate>) {
        match self {
            Self::Days { from, to } => (from, to),
            Self::Named(name) => data_to.map(|end| name.days(end)).map(|span| (span.from, span.to)).unzip(),
        }
    }
}

impl Question {
    /// The total of a metric over everything; the start for building a question.
    pub const fn total(metric: Metric) -> Self {
        Self {
            metric,
            group_by: vec![],
            view: TimeView::Total,
            time: Time::ALWAYS,
            filters: vec![],
            top: None,
            compare: None,
            shared: false,
            as_of: None,
        }
    }

    /// What is asked of the bills, when data end before a day. Whether shared costs are split and which state of the bills
    /// is meant stand beside it.
    pub fn cost_query(self, data_to: Option<NaiveDate>) -> CostQuery {
        let (from, to) = self.time.days(data_to);
        let Self { metric, group_by, view, filters, top, compare, .. } = self;
        CostQuery { metric, group_by, view, from, to, filters, top, compare }
    }

    /// The question, if it makes sense and is no larger than is worked on, however it was written.
    fn checked(self) -> Result<Self, QuestionError> {
        within(self.group_by.len(), "dimensions to group by", MOST_GROUP_BY)?;
        for (at, dimension) in self.group_by.iter().enumerate() {
            if self.group_by[..at].contains(dimension) {
                return Err(GroupByError::Twice(dimension.to_string()).into());
            }
        }
        within(self.filters.len(), "filters", MOST_FILTERS)?;
        let values = self.filters.iter().map(|filter| filter.values.len()).sum();
        within(values, "values to filter by", MOST_FILTER_VALUES)?;
        if let Some(filter) = self.filters.iter().find(|filter| filter.values.is_empty()) {
            return Err(QuestionError::NoValue(filter.dimension.to_string()));
        }
        match self.time {
            Time::Days { from: Some(from), to: Some(to) } if from >= to => {
                Err(QuestionError::NoDay { from, to })
            }
            _ => Ok(self),
        }
    }
}

/// Refuses more than is worked on.
fn within(found: usize, what: &'static str, most: usize) -> Result<(), QuestionError> {
    if found > most { Err(QuestionError::TooMany { found, what, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
