//! What detection is asked about: one bill in one currency, as daily series.
//!
//! What is not known is not zero: a series says from which day on it is known and up to which day its days are whole.

use super::object::Object;
use chrono::{DateTime, NaiveDate, Utc};
use model::Decimal;
use serde::{Deserialize, Serialize};

/// What of the cost a series holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Amortized cost of usage: judged by day.
    Usage,
    /// Tax: month against month, as all that follow.
    Tax,
    /// Support plans.
    Support,
    /// Fees of commitments. They are bought on purpose, and their price is in the amortized usage: no event.
    Commitment,
    /// Subscriptions and one-time fees.
    Fee,
    /// Credits: never an event, as they are negative, neither when they come nor when they go.
    Credit,
    /// Refunds: never an event.
    Refund,
}

/// Costs of one object by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Whose costs.
    pub object: Object,
    /// Which costs.
    pub measure: Measure,
    /// One exact figure a day from the bill's first day on; as many in all series of a bill.
    pub costs: Vec<Decimal>,
    /// The same usage at list prices, where the bill has them: a fall of cost that is a discount alone (a commitment
    /// was bought) is no drop. As long as `costs`, or empty where it is not known.
    pub list: Vec<Decimal>,
    /// Days from the start that are not known (the connection's data begin later): not zero, nothing.
    pub known_from: usize,
    /// Days from the start that are whole; those after them can only raise increases. See [`super::Completeness`].
    pub whole: usize,
}

impl Series {
    /// A series of usage that is known and whole throughout.
    pub fn usage(object: Object, costs: Vec<Decimal>) -> Self {
        let whole = costs.len();
        Self { object, measure: Measure::Usage, costs, list: vec![], known_from: 0, whole }
    }
}

/// One organization's costs in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// Currency of all figures.
    pub currency: String,
    /// Day of the first figure of each series: [`first_day`], so that what is found does not depend on when one looks.
    pub first_day: NaiveDate,
    /// Series of all objects that any definition watches, `account × service` among them.
    pub series: Vec<Series>,
    /// What the data were when they were looked at.
    pub seen: Seen,
}

/// What detection saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Newest publication behind the figures.
    pub publication: Option<String>,
    /// Newest hour of data.
    pub through: Option<DateTime<Utc>>,
}

/// Finest parts of the bill over the days around what was found: they tell one cause from two, and name it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leaves {
    /// Day of the first figure of each leaf; `None` without leaves.
    pub first_day: Option<NaiveDate>,
    /// The leaves. Each row of the bill is in exactly one.
    pub leaves: Vec<Leaf>,
}

/// One finest part of the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// All its attributes: account, service and, as far as known, usage type, region, operation, resource, tags, and
    /// the subset and saved filters that hold it.
    pub object: Object,
    /// Saved filters beyond the one that an object can name.
    pub filters: Vec<String>,
    /// Amortized cost a day.
    pub costs: Vec<Decimal>,
    /// Amount used a day, all in one unit; empty where it is not known.
    pub quantities: Vec<Decimal>,
}

/// On-demand rows of one price: account, service, usage type (and region).
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    /// What is priced.
    pub object: Object,
    /// Cost of each day.
    pub costs: Vec<Decimal>,
    /// Amount used each day.
    pub quantities: Vec<Decimal>,
}

/// First day of the figures that a bill is looked at with, when the data reach from one day to another: the first of
/// the January or July that leaves at least thirteen months, or the data's first day where they begin later. It moves
/// twice a year and not with each day, so that looking again finds the same.
pub fn first_day(begins: NaiveDate, through: NaiveDate) -> NaiveDate {
    use chrono::{Datelike, Months};
    let back = through.checked_sub_months(Months::new(13)).unwrap_or(begins);
    let month = if back.month() >= 7 { 7 } else { 1 };
    NaiveDate::from_ymd_opt(back.year(), month, 1).unwrap_or(begins).max(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_moves_twice_a_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let begins = day("2020-01-01");
        for (through, expected) in [
            ("2026-07-31", "2025-01-01"),
            ("2026-08-01", "2025-07-01"),
            ("2027-01-31", "2025-07-01"),
            ("2027-02-01", "2026-01-01"),
        ] {
            assert_eq!(first_day(begins, day(through)), day(expected), "{through}");
        }
        assert_eq!(first_day(day("2026-03-05"), day("2026-11-24")), day("2026-03-05"));
    }
}
