//! What is looked for: an object, a method, a threshold.

use super::object::{Attribute, Object};
use model::Decimal;
use serde::{Deserialize, Serialize};

/// How a figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The last day against the same weekday one to four weeks ago: beyond the lowest and highest of them.
    Daily,
    /// The last 7 days against the four 7-day spans before.
    Weekly,
    /// The last 30 days against the four 30-day spans before.
    Monthly,
    /// Level and weekday, spread, what was seen before, the month; and what rises too slowly for that.
    Robust,
}

impl Method {
    /// Days of the span that is judged.
    pub const fn days(self) -> usize {
        match self {
            Self::Daily | Self::Robust => 1,
            Self::Weekly => 7,
            Self::Monthly => 30,
        }
    }
}

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Identifier, of the house's making.
    pub id: String,
    /// Attributes of the objects that it watches: account and service, or account, service, a tag key, subset, filter.
    pub watches: Vec<Attribute>,
    /// Only this value of the last of them; all when it is absent.
    pub only: Option<String>,
    /// How.
    pub method: Method,
    /// Change from which on it counts, in percent.
    pub threshold_percent: Decimal,
    /// Least amount in the bill's currency: of the whole run by the robust method, of the span by the others.
    pub minimum: Decimal,
    /// Whether falling costs raise nothing.
    pub ignore_decreases: bool,
    /// Whether its events are told; else they are recorded alone.
    pub notifies: bool,
}

impl Definition {
    /// The definitions that are there from the start, all of account × service: robust, which notifies, and the three
    /// ranges, which are recorded.
    pub fn predefined() -> Vec<Self> {
        let one = |name: &str, method, notifies| Self {
            id: format!("predefined_{name}"),
            watches: vec![Attribute::Account, Attribute::Service],
            only: None,
            method,
            threshold_percent: Decimal::from(25),
            minimum: Decimal::from(100),
            ignore_decreases: false,
            notifies,
        };
        vec![
            one("robust", Method::Robust, true),
            one("daily", Method::Daily, false),
            one("weekly", Method::Weekly, false),
            one("monthly", Method::Monthly, false),
        ]
    }

    /// Whether it watches an object.
    pub fn watches(&self, object: &Object) -> bool {
        object.has_exactly(&self.watches)
            && match (&self.only, self.watches.last()) {
                (Some(value), Some(attribute)) => object.get(attribute) == Some(value),
                _ => true,
            }
    }

    /// Whether an excess over what was expected is as large as it asks for.
    pub(super) fn is_passed_by(&self, excess: Decimal, expected: Decimal) -> bool {
        let least = || expected.abs().checked_percent(self.threshold_percent);
        excess.abs() >= self.minimum && least().is_some_and(|least| excess.abs() >= least)
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            threshold: self.threshold_percent.to_f64() / 100.0,
            minimum: self.minimum.to_f64(),
            decreases: !self.ignore_decreases,
        }
    }
}

/// A definition's numbers, as statistics need them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Part of the expected cost.
    pub(super) threshold: f64,
    /// Of the whole run.
    pub(super) minimum: f64,
    /// Whether falls count.
    pub(super) decreases: bool,
}

impl Limits {
    /// A day counts from a tenth of the run's amount on: ten such days, or one ten times as large.
    pub(super) fn of_a_day(self, expected: f64) -> f64 {
        (self.threshold * expected).max(self.minimum / 10.0)
    }
}
