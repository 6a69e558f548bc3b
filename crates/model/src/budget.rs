//! Words of budgets: the periods that they are made for, and the thresholds at which they tell.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What a budget is made for: calendar months, or quarters or years of a fiscal year that begins with some month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BudgetPeriod {
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

/// The text is no word of budgets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// No period.
    #[error("'{0}' is no period of a budget: use month, quarter or year")]
    Period(String),
    /// No basis of a threshold.
    #[error("'{0}' is nothing that a threshold looks at: use actual or forecast")]
    Basis(String),
}

impl BudgetPeriod {
    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Months of one.
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// First day of the period that holds a day, where fiscal years begin with a month (1 to 12).
    pub fn first(self, day: NaiveDate, start_month: u32) -> NaiveDate {
        // Months since a year began, of which whole periods are taken away.
        let since = (day.month0() + 12 - (start_month.clamp(1, 12) - 1)) % 12;
        let month = day.with_day(1).unwrap_or(day);
        month.checked_sub_months(Months::new(since % self.months())).unwrap_or(month)
    }

    /// First day of the period after the one that begins on a day.
    pub fn next(self, first: NaiveDate) -> NaiveDate {
        first.checked_add_months(Months::new(self.months())).unwrap_or(first)
    }

    /// First day of the period before the one that begins on a day.
    pub fn previous(self, first: NaiveDate) -> NaiveDate {
        first.checked_sub_months(Months::new(self.months())).unwrap_or(first)
    }

    /// The period that begins on a day, in words: `November 2026`, `October to December 2026`.
    pub fn words(self, first: NaiveDate) -> String {
        let last = self.next(first).pred_opt().unwrap_or(first);
        if self == Self::Month {
            first.format("%B %Y").to_string()
        } else if first.year() == last.year() {
            format!("{} to {}", first.format("%B"), last.format("%B %Y"))
        } else {
            format!("{} to {}", first.format("%B %Y"), last.format("%B %Y"))
        }
    }
}

impl FromStr for BudgetPeriod {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, BudgetError> {
        [Self::Month, Self::Quarter, Self::Year]
            .into_iter()
            .find(|period| period.name() == text)
            .ok_or_else(|| BudgetError::Period(text.to_owned()))
    }
}

/// What a threshold looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// What the period cost so far.
    Actual,
    /// What it will have cost at its end.
    Forecast,
}

impl Basis {
    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Forecast => "forecast",
        }
    }
}

impl FromStr for Basis {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, BudgetError> {
        [Self::Actual, Self::Forecast]
            .into_iter()
            .find(|basis| basis.name() == text)
            .ok_or_else(|| BudgetError::Basis(text.to_owned()))
    }
}

/// A part of a budget's amount at which it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Threshold {
    /// What is compared.
    pub basis: Basis,
    /// With this many percent of the amount.
    pub percent: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_begin_where_the_fiscal_year_does() {
        let first = |period: BudgetPeriod, text: &str, start| period.first(day(text), start).to_string();
        assert_eq!(first(BudgetPeriod::Month, "2026-11-30", 4), "2026-11-01");
        assert_eq!(first(BudgetPeriod::Quarter, "2026-11-30", 1), "2026-10-01");
        assert_eq!(first(BudgetPeriod::Quarter, "2026-01-31", 2), "2025-11-01");
        assert_eq!(first(BudgetPeriod::Year, "2026-03-31", 4), "2025-04-01");
        assert_eq!(first(BudgetPeriod::Year, "2026-04-01", 4), "2026-04-01");
        assert_eq!(BudgetPeriod::Quarter.next(day("2025-11-01")), day("2026-02-01"));
        assert_eq!(BudgetPeriod::Year.words(day("2025-04-01")), "April 2025 to March 2026");
        assert_eq!(BudgetPeriod::Quarter.words(day("2026-10-01")), "October to December 2026");
        assert_eq!(BudgetPeriod::Month.words(day("2026-10-01")), "October 2026");
        assert_eq!("quarter".parse(), Ok(BudgetPeriod::Quarter));
        assert!("week".parse::<BudgetPeriod>().is_err() && "guess".parse::<Basis>().is_err());
    }

    proptest! {
        #[test]
        fn each_day_is_in_one_period(days in 0_u64..20_000, start in 1_u32..=12, which in 0_usize..3) {
            let period = [BudgetPeriod::Month, BudgetPeriod::Quarter, BudgetPeriod::Year][which];
            let day = day("1990-01-01") + chrono::Days::new(days);
            let first = period.first(day, start);
            prop_assert!(first <= day && day < period.next(first));
            prop_assert_eq!(period.first(first, start), first);
            prop_assert_eq!(period.first(period.next(first), start), period.next(first));
            prop_assert_eq!(period.previous(period.next(first)), first);
        }
    }
}
