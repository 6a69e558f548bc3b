//! Billing periods: calendar months in UTC, the unit in which bills are delivered and replaced.

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::str::FromStr;

/// A calendar month in UTC; written `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillingPeriod {
    year: i32,
    month: u32,
}

/// The text is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a billing period: write it as YYYY-MM, such as 2026-10")]
pub struct BillingPeriodError(String);

impl BillingPeriod {
    /// The period of a year and a month (1 to 12).
    pub fn try_new(year: i32, month: u32) -> Result<Self, BillingPeriodError> {
        if (1..=12).contains(&month) && (1970..=9998).contains(&year) {
            Ok(Self { year, month })
        } else {
            Err(BillingPeriodError(format!("{year:04}-{month:02}")))
        }
    }

    /// The period that holds a day, or `None` for days outside 1970 to 9998.
    pub fn of(day: NaiveDate) -> Option<Self> {
        Self::try_new(day.year(), day.month()).ok()
    }

    /// First day of the month.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }

    /// First day of the following month (the exclusive end).
    pub fn end_day(self) -> NaiveDate {
        self.next().first_day()
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { month: self.month + 1, ..self }
        }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        if self.month == 1 {
            Self { year: self.year - 1, month: 12 }
        } else {
            Self { month: self.month - 1, ..self }
        }
    }

    /// Days since 1970-01-01 of the first day (Arrow's Date32).
    pub fn first_date32(self) -> i32 {
        days_since_epoch(self.first_day())
    }
}

fn days_since_epoch(day: NaiveDate) -> i32 {
    i32::try_from((day - NaiveDate::default()).num_days()).unwrap_or(0)
}

impl fmt::Display for BillingPeriod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for BillingPeriod {
    type Err = BillingPeriodError;

    fn from_str(text: &str) -> Result<Self, BillingPeriodError> {
        let parse = || {
            let (year, month) = text.split_once('-')?;
            (year.len() == 4 && month.len() == 2).then_some(())?;
            Self::try_new(year.parse().ok()?, month.parse().ok()?).ok()
        };
        parse().ok_or_else(|| BillingPeriodError(text.to_owned()))
    }
}

impl serde::Serialize for BillingPeriod {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for BillingPeriod {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_days_and_neighbours() {
        let period: BillingPeriod = "2026-12".parse().unwrap();
        assert_eq!(period.end_day().to_string(), "2027-01-01");
        assert_eq!(period.next().previous(), period);
        assert_eq!("2026-01".parse::<BillingPeriod>().unwrap().previous().to_string(), "2025-12");
        assert_eq!("1970-02".parse::<BillingPeriod>().unwrap().first_date32(), 31);
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["2026-13", "2026-1", "26-01", "2026/01", "", "2026-00"] {
            assert!(text.parse::<BillingPeriod>().is_err(), "{text}");
        }
    }
}
