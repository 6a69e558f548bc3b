//! What figures are compared with. One rule, for cards, tables, charts, mails, files, explanations and scripts.

use crate::Day;
use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use std::fmt;
use std::str::FromStr;

/// Days from `from` to the day before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DaySpan {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
}

impl DaySpan {
    /// How many days it has.
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days()
    }
}

/// The span that a question's figures are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The span before (see [`span_before`]).
    Previous,
    /// The same days a year ago.
    YearAgo,
    /// A span of one's choice.
    Span(DaySpan),
}

/// The two spans of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Compared {
    /// The days that are compared: those of the question that are complete.
    pub now: DaySpan,
    /// The days that they are compared with.
    pub before: DaySpan,
}

impl Comparison {
    /// The spans that are compared when a question is about `asked` and days from `complete_to` on are not complete: these
    /// are left out on both sides, so that half a day never looks like a fall in cost; a span of one's choice stays as it
    /// is. `None` when no day is complete, or
    /// when what would be compared with lies before the calendar.
    pub fn spans(self, asked: DaySpan, complete_to: Option<NaiveDate>) -> Option<Compared> {
        let now = DaySpan { to: complete_to.map_or(asked.to, |end| end.min(asked.to)), ..asked };
        if now.from >= now.to {
            return None;
        }
        let before = match self {
            // Seven days of which the last is cut off still meet the same days of the week.
            Self::Previous if asked.from.day() != 1 && asked.days() % 7 == 0 => {
                let week = TimeDelta::days(asked.days());
                DaySpan { from: now.from.checked_sub_signed(week)?, to: now.to.checked_sub_signed(week)? }
            }
            Self::Previous => span_before(now)?,
            Self::YearAgo => months_ago(now, Months::new(12))?,
            Self::Span(span) => span,
        };
        Some(Compared { now, before })
    }
}

/// The span before. One that starts on the first of a month has the same days from the first of the month, or of as many
/// months as it touches, before: March has February, the six months to November the six to May, 1 to 28 November 1 to 28
/// October; where the month before is shorter, it ends there. Any other span has as many days before, and so whole weeks
/// have whole weeks. `None` where that lies before the calendar.
pub fn span_before(span: DaySpan) -> Option<DaySpan> {
    if span.from.day() != 1 || span.from >= span.to {
        let from = span.from.checked_sub_signed(TimeDelta::days(span.days().max(0)))?;
        return Some(DaySpan { from, to: span.from });
    }
    let last = span.to.pred_opt()?;
    let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let touched = u32::try_from(month(last) - month(span.from) + 1).ok()?;
    months_ago(span, Months::new(touched))
}

/// The same days of the calendar so many months ago; a day that a month does not have is its last one.
fn months_ago(span: DaySpan, months: Months) -> Option<DaySpan> {
    let from = span.from.checked_sub_months(months)?;
    // Whole months stay whole, however long they are; else it is the last day that is the same, not the one after it.
    let to = if span.from.day() == 1 && span.to.day() == 1 {
        span.to.checked_sub_months(months)?
    } else {
        span.to.pred_opt()?.checked_sub_months(months)?.succ_opt()?
    };
    Some(DaySpan { from, to })
}

/// The text is no comparison.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot compare with '{0}': write previous, year or FIRST..END, days as YYYY-MM-DD, END after the last one"
)]
pub struct ComparisonError(String);

impl FromStr for Comparison {
    type Err = ComparisonError;

    fn from_str(text: &str) -> Result<Self, ComparisonError> {
        let wrong = || ComparisonError(text.to_owned());
        match text {
            "previous" => Ok(Self::Previous),
            "year" => Ok(Self::YearAgo),
            _ => {
                let day = |text: &str| text.parse::<Day>().map(Day::date).map_err(|_| wrong());
                let (from, to) = text.split_once("..").ok_or_else(wrong)?;
                let span = DaySpan { from: day(from)?, to: day(to)? };
                if span.from < span.to { Ok(Self::Span(span)) } else { Err(wrong()) }
            }
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Previous => f.write_str("previous"),
            Self::YearAgo => f.write_str("year"),
            Self::Span(span) => write!(f, "{}..{}", span.from, span.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> DaySpan {
        DaySpan { from: day(from), to: day(to) }
    }

    #[test]
    fn months_are_compared_with_months_and_other_days_with_the_days_before() {
        for (from, to, before, end) in [
            // Whole months, however long.
            ("2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01"),
            ("2026-02-01", "2026-03-01", "2026-01-01", "2026-02-01"),
            ("2026-01-01", "2026-04-01", "2025-10-01", "2026-01-01"),
            ("2026-06-01", "2026-12-01", "2025-12-01", "2026-06-01"),
            ("2026-01-01", "2027-01-01", "2025-01-01", "2026-01-01"),
            // A month so far; six months, the last one so far.
            ("2026-11-01", "2026-11-29", "2026-10-01", "2026-10-29"),
            ("2026-06-01", "2026-11-24", "2025-12-01", "2026-05-24"),
            // The month before is shorter.
            ("2026-03-01", "2026-03-31", "2026-02-01", "2026-03-01"),
            ("2026-03-01", "2026-03-29", "2026-02-01", "2026-03-01"),
            ("2024-03-01", "2024-03-30", "2024-02-01", "2024-03-01"),
            ("2026-05-01", "2026-05-31", "2026-04-01", "2026-05-01"),
            // Whole weeks, and any other days.
            ("2026-11-16", "2026-11-23", "2026-11-09", "2026-11-16"),
            ("2026-03-02", "2026-03-05", "2026-02-27", "2026-03-02"),
            ("2026-10-31", "2026-11-29", "2026-10-02", "2026-10-31"),
            ("2026-11-01", "2026-11-02", "2026-10-01", "2026-10-02"),
        ] {
            assert_eq!(span_before(span(from, to)), Some(span(before, end)), "{from} {to}");
        }
    }

    #[test]
    fn days_that_are_not_complete_are_left_out_on_both_sides() {
        let spans = |comparison: Comparison, from, to, end| {
            let found = comparison.spans(span(from, to), Some(day(end)))?;
            Some((found.now, found.before))
        };
        let previous = Comparison::Previous;
        assert_eq!(
            spans(previous, "2026-11-01", "2026-12-01", "2026-11-23"),
            Some((span("2026-11-01", "2026-11-23"), span("2026-10-01", "2026-10-23")))
        );
        // The same days of the week.
        assert_eq!(
            spans(previous, "2026-11-17", "2026-11-24", "2026-11-23"),
            Some((span("2026-11-17", "2026-11-23"), span("2026-11-10", "2026-11-16")))
        );
        assert_eq!(
            spans(previous, "2026-10-25", "2026-11-24", "2026-11-23"),
            Some((span("2026-10-25", "2026-11-23"), span("2026-09-26", "2026-10-25")))
        );
        assert_eq!(
            spans(Comparison::YearAgo, "2024-02-01", "2024-03-01", "2024-06-01"),
            Some((span("2024-02-01", "2024-03-01"), span("2023-02-01", "2023-03-01")))
        );
        assert_eq!(
            spans(Comparison::YearAgo, "2024-02-10", "2024-03-01", "2024-02-29"),
            Some((span("2024-02-10", "2024-02-29"), span("2023-02-10", "2023-03-01")))
        );
        // The last of February is a day like any other: a year earlier it is not two days.
        for (from, to, before, end) in [
            ("2025-02-28", "2025-03-01", "2024-02-28", "2024-02-29"),
            ("2025-02-22", "2025-03-01", "2024-02-22", "2024-02-29"),
            ("2024-02-29", "2024-03-01", "2023-02-28", "2023-03-01"),
            ("2025-02-01", "2025-03-01", "2024-02-01", "2024-03-01"),
        ] {
            assert_eq!(
                spans(Comparison::YearAgo, from, to, "2026-01-01"),
                Some((span(from, to), span(before, end)))
            );
        }
        let own = span("2025-01-05", "2025-01-09");
        assert_eq!(
            spans(Comparison::Span(own), "2026-11-17", "2026-11-24", "2026-11-23"),
            Some((span("2026-11-17", "2026-11-23"), own))
        );
        assert_eq!(spans(previous, "2026-11-23", "2026-11-24", "2026-11-23"), None);
    }

    #[test]
    fn comparisons_are_written_as_they_are_read() {
        for text in ["previous", "year", "2026-01-01..2026-02-01"] {
            assert_eq!(text.parse::<Comparison>().unwrap().to_string(), text);
        }
        for text in ["", "next", "2026-01-01", "2026-02-01..2026-01-01", "2026-01-01..2026-01-01", "x..y"] {
            assert!(text.parse::<Comparison>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_span_before_ends_before_and_is_as_long_but_for_months(
            from in 0_i64..20_000,
            length in 1_i64..800,
            complete in 0_i64..800,
        ) {
            let first = NaiveDate::default() + TimeDelta::days(11_000 + from);
            let asked = DaySpan { from: first, to: first + TimeDelta::days(length) };
            let end = first + TimeDelta::days(complete);
            let found = Comparison::Previous.spans(asked, Some(end));
            prop_assert_eq!(found.is_none(), complete == 0);
            if let Some(Compared { now, before }) = found {
                prop_assert!(before.to <= now.from && before.from < before.to, "{:?} {:?}", now, before);
                prop_assert!(now.to <= end && now.to <= asked.to && now.from == asked.from);
                let apart = (now.days() - before.days()).abs();
                // At most as much as months differ, a half year by two or three days.
                let most = if first.day() == 1 { 3 + 2 * (length / 365 + 1) } else { 0 };
                prop_assert!(apart <= most, "{:?} {:?}", now, before);
                if first.day() == 1 {
                    prop_assert_eq!(before.from.day(), 1);
                }
            }
        }
    }
}
