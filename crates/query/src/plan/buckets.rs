//! Days and the buckets they fall into. Days are counted from 1970-01-01 in UTC, as Arrow's Date32 does.

use crate::error::QueryError;
use chrono::{Datelike, NaiveDate, TimeDelta};
use model::TimeView;
use model::limits::MOST_BUCKETS;

/// A span of days, `to` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: i32,
    pub(crate) to: i32,
}

impl Days {
    /// Whether two spans share a day.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    pub(crate) fn contains(self, day: i32) -> bool {
        (self.from..self.to).contains(&day)
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or(0)
}

/// The date of a day number.
pub(crate) fn date(day: i32) -> NaiveDate {
    NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(day))).unwrap_or_default()
}

/// The buckets of a span.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    view: TimeView,
    /// Day that the first bucket starts on (may lie before the span for weeks and months).
    first: i32,
    first_month: i32,
    len: usize,
}

impl Buckets {
    pub(crate) fn new(view: TimeView, span: Days) -> Result<Self, QueryError> {
        let start = date(span.from);
        let first = match view {
            TimeView::Total | TimeView::Hour | TimeView::Day => span.from,
            TimeView::Week => monday(span.from),
            TimeView::Month => span.from - i32::try_from(start.day0()).unwrap_or(0),
        };
        let mut buckets = Self { view, first, first_month: month(start), len: 1 };
        if view != TimeView::Total {
            let len = if span.to > span.from { buckets.of_day(span.to - 1) + 1 } else { 0 };
            buckets.len = if view == TimeView::Hour { len * 24 } else { len };
        }
        if buckets.len > MOST_BUCKETS {
            return Err(QueryError::invalid(
                format!("the span has {} {}s, more than {MOST_BUCKETS}", buckets.len, view.name()),
                "Narrow the span or use a coarser view.",
            ));
        }
        Ok(buckets)
    }

    /// How many there are; one for a total.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bucket of a day of the span; for hours the day's place.
    pub(crate) fn of_day(&self, day: i32) -> usize {
        let at = match self.view {
            TimeView::Total => 0,
            TimeView::Hour | TimeView::Day => day - self.first,
            TimeView::Week => (monday(day) - self.first) / 7,
            TimeView::Month => month(date(day)) - self.first_month,
        };
        usize::try_from(at).unwrap_or(0)
    }

    /// The bucket of an instant (microseconds since 1970) of the span.
    pub(crate) fn of_instant(&self, micros: i64) -> usize {
        let hours = micros.div_euclid(3_600_000_000);
        let day = i32::try_from(hours.div_euclid(24)).unwrap_or(0);
        match self.view {
            TimeView::Hour => self.of_day(day) * 24 + usize::try_from(hours.rem_euclid(24)).unwrap_or(0),
            _ => self.of_day(day),
        }
    }

    /// Start of each bucket as text; none for a total.
    pub(crate) fn starts(&self) -> Vec<String> {
        let count = |from: usize| i32::try_from(from).unwrap_or(0);
        (0..self.len)
            .filter_map(|at| match self.view {
                TimeView::Total => None,
                TimeView::Hour => Some(format!("{}T{:02}:00", date(self.first + count(at / 24)), at % 24)),
                TimeView::Day => Some(date(self.first + count(at)).to_string()),
                TimeView::Week => Some(date(self.first + 7 * count(at)).to_string()),
                TimeView::Month => {
                    let month = self.first_month + count(at);
                    Some(format!("{:04}-{:02}-01", month.div_euclid(12), month.rem_euclid(12) + 1))
                }
            })
            .collect()
    }
}

/// The Monday on or before a day (1970-01-01 was a Thursday).
fn monday(day: i32) -> i32 {
    day - (day + 3).rem_euclid(7)
}

/// Months since year 0.
fn month(date: NaiveDate) -> i32 {
    date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(view: TimeView, from: &str, to: &str) -> Vec<String> {
        let day = |text: &str| day_number(text.parse().unwrap());
        Buckets::new(view, Days { from: day(from), to: day(to) }).unwrap().starts()
    }

    #[test]
    fn buckets_start_where_calendars_say() {
        assert_eq!(
            starts(TimeView::Week, "2026-11-01", "2026-11-10"),
            ["2026-10-26", "2026-11-02", "2026-11-09"]
        );
        assert_eq!(
            starts(TimeView::Month, "2025-12-31", "2026-02-02"),
            ["2025-12-01", "2026-01-01", "2026-02-01"]
        );
        assert_eq!(starts(TimeView::Day, "2024-02-28", "2024-03-01"), ["2024-02-28", "2024-02-29"]);
        assert_eq!(starts(TimeView::Hour, "2026-01-01", "2026-01-03")[25], "2026-01-02T01:00");
        assert!(starts(TimeView::Total, "2026-01-01", "2026-01-03").is_empty());
        assert!(starts(TimeView::Day, "2026-01-01", "2026-01-01").is_empty());
    }

    #[test]
    fn every_day_falls_into_the_bucket_that_names_it() {
        for view in [TimeView::Day, TimeView::Week, TimeView::Month] {
            let span = Days { from: -40, to: 800 };
            let buckets = Buckets::new(view, span).unwrap();
            let starts = buckets.starts();
            assert_eq!(starts.len(), buckets.len());
            for day in span.from..span.to {
                let at = buckets.of_day(day);
                assert!(starts[at] <= date(day).to_string(), "{view:?} {day}");
                assert!(
                    starts.get(at + 1).is_none_or(|next| *next > date(day).to_string()),
                    "{view:?} {day}"
                );
            }
        }
    }

    #[test]
    fn too_many_buckets_are_refused() {
        assert!(Buckets::new(TimeView::Hour, Days { from: 0, to: 10_000 }).is_err());
    }
}
