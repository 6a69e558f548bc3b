//! Spans that move with the data.

use crate::DaySpan;
use crate::words::words;
use chrono::{Datelike, Days, Months, NaiveDate};
use std::str::FromStr;

words! {
    /// A span of days up to the newest day of data.
    NamedSpan {
        /// The newest week of days.
        Last7Days = "last-7-days",
        /// Thirty days.
        Last30Days = "last-30-days",
        /// Ninety days.
        Last90Days = "last-90-days",
        /// The newest month so far.
        ThisMonth = "this-month",
        /// The month before.
        LastMonth = "last-month",
        /// The quarter of the newest month so far.
        ThisQuarter = "this-quarter",
        /// The quarter before.
        LastQuarter = "last-quarter",
        /// The year of the newest month so far.
        ThisYear = "this-year",
        /// The year before.
        LastYear = "last-year",
        /// Five whole months and the newest one so far.
        Last6Months = "last-6-months",
        /// Twelve whole months and the newest one so far.
        Last13Months = "last-13-months",
    }
}

impl NamedSpan {
    /// Its days when data end before a day.
    pub fn days(self, data_to: NaiveDate) -> DaySpan {
        let last = data_to - Days::new(1);
        let month = last.with_day(1).unwrap_or(last);
        let year = month.with_month(1).unwrap_or(month);
        let (from, to) = match self {
            Self::Last7Days => (data_to - Days::new(7), data_to),
            Self::Last30Days => (data_to - Days::new(30), data_to),
            Self::Last90Days => (data_to - Days::new(90), data_to),
            Self::ThisMonth => (month, data_to),
            Self::LastMonth => (month - Months::new(1), month),
            Self::ThisQuarter => (quarter(month), data_to),
            Self::LastQuarter => (quarter(month) - Months::new(3), quarter(month)),
            Self::ThisYear => (year, data_to),
            Self::LastYear => (year - Months::new(12), year),
            Self::Last6Months => (month - Months::new(5), data_to),
            Self::Last13Months => (month - Months::new(12), data_to),
        };
        DaySpan { from, to }
    }
}

/// First of the quarter that a first of a month is in.
fn quarter(month: NaiveDate) -> NaiveDate {
    month - Months::new(month.month0() % 3)
}

/// The text names no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a span: use one of {names}", names = names())]
pub struct NamedSpanError(String);

fn names() -> String {
    NamedSpan::ALL.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for NamedSpan {
    type Err = NamedSpanError;

    fn from_str(text: &str) -> Result<Self, NamedSpanError> {
        Self::from_name(text).ok_or_else(|| NamedSpanError(text.to_owned()))
    }
}
