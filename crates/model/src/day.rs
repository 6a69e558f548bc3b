//! Days as questions name them.

use crate::limits::{END_DAY, FIRST_DAY};
use chrono::NaiveDate;
use std::str::FromStr;

/// A day (UTC) that a question may begin or end with: `YYYY-MM-DD`, from [`FIRST_DAY`] to [`END_DAY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// The text is no such day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// No date at all.
    #[error("that is not a day of the calendar, written as YYYY-MM-DD")]
    NotADay,
    /// A date that no bill can have.
    #[error("days from {FIRST_DAY} to {END_DAY} can be asked for")]
    OutOfRange,
}

impl Day {
    /// The day, if it is in range.
    pub fn try_new(day: NaiveDate) -> Result<Self, DayError> {
        if (FIRST_DAY..=END_DAY).contains(&day) { Ok(Self(day)) } else { Err(DayError::OutOfRange) }
    }

    /// The date.
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        Self::try_new(text.parse().map_err(|_| DayError::NotADay)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_time_are_refused() {
        for text in ["2000-01-01", "2026-02-28", "2200-01-01"] {
            assert_eq!(text.parse::<Day>().unwrap().date().to_string(), text);
        }
        for text in ["0001-01-01", "1999-12-31", "2200-01-02", "+262142-12-31", "-262143-01-01"] {
            assert_eq!(text.parse::<Day>(), Err(DayError::OutOfRange), "{text}");
        }
        for text in ["", "2026-02-30", "yesterday", "2026", "999999999999-01-01"] {
            assert_eq!(text.parse::<Day>(), Err(DayError::NotADay), "{text}");
        }
    }
}
