//! What was found.

use super::input::{Measure, Seen};
use super::object::Object;
use chrono::NaiveDate;
use model::Decimal;
use serde::{Deserialize, Serialize};

/// What kind of irregularity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// High for at most a week.
    Spike,
    /// A higher level.
    Shift,
    /// Rising too slowly for any day to be irregular.
    Leak,
    /// Costs where there were none before.
    New,
    /// A fee where there was none in the months before.
    OneTime,
    /// A fee that rose.
    Fee,
    /// The price of a unit rose.
    UnitPrice,
    /// A lower level.
    Drop,
    /// No costs any more.
    Gone,
    /// No data from a connection.
    NoData,
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Costs rose.
    Increase,
    /// Costs fell.
    Decrease,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on.
    Open,
    /// Costs are as before, or the new level is the normal one.
    Ended,
    /// The data that raised it were restated.
    Withdrawn,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Low,
    /// Worth a look this week.
    Medium,
    /// Worth a look today.
    High,
    /// Worth a look now.
    Critical,
}

/// Why nobody is told of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// The organization's first data were looked at.
    FirstLoad,
    /// Its days are more than seven data days old.
    Old,
    /// No definition that saw it notifies.
    Recorded,
    /// Ranges alone saw it, and it came on the same day of the months before.
    Habit,
    /// Somebody said that it would come.
    Expected,
    /// Somebody does not want to hear of it now.
    Snoozed,
    /// An event of this height was said to be planned or false.
    Judged,
}

/// What else should be thought of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A region that was never used before: stolen keys are used where nobody looks.
    Security,
}

/// A definition that saw an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    /// Identifier of the definition.
    pub definition: String,
    /// What it watched.
    pub object: Object,
    /// First day beyond its bound.
    pub first_day: NaiveDate,
    /// Last day beyond its bound.
    pub last_day: NaiveDate,
}

/// A part of the object that explains the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// One or two attributes.
    pub object: Object,
    /// What it cost before, on the same weekdays.
    pub before: Decimal,
    /// What it cost on the event's days.
    pub now: Decimal,
    /// Its part of the rise of all parts that rose (fell, of a decrease), in percent.
    pub coverage_percent: Decimal,
    /// Part of its own cost that moved, in percent.
    pub purity_percent: Decimal,
}

/// A change taken apart, exactly: `now - before = rate + quantity + new + gone`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waterfall {
    /// Cost of the same weekdays in the four weeks before, averaged.
    pub before: Decimal,
    /// Cost of the event's days.
    pub now: Decimal,
    /// Another price for what is used.
    pub rate: Decimal,
    /// More or less of it, at the price before; all of the change where amounts are not known.
    pub quantity: Decimal,
    /// What was not there before.
    pub new: Decimal,
    /// What is not there any more.
    pub gone: Decimal,
}

/// An irregularity: one cause, one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Stays the same over restatements, new days and other definitions.
    pub id: String,
    /// Currency of its figures.
    pub currency: String,
    /// What moved.
    pub object: Object,
    /// Which costs of it.
    pub measure: Measure,
    /// What kind.
    pub kind: Kind,
    /// Up or down.
    pub direction: Direction,
    /// Where it stands.
    pub status: Status,
    /// First day beyond the bound.
    pub first_day: NaiveDate,
    /// Last day beyond the bound, so far.
    pub last_day: NaiveDate,
    /// Data day with which it became an event.
    pub raised_on: NaiveDate,
    /// Last data day that was looked at.
    pub data_through: NaiveDate,
    /// The days that count, in order: their cost is the event's. Regular days between them are left out. Empty where it
    /// is not told by days, and of what was recorded before they were kept.
    #[serde(default)]
    pub days: Vec<NaiveDate>,
    /// Lowest cost of its days that would have been regular.
    pub expected_low: Decimal,
    /// Highest cost of its days that would have been regular.
    pub expected_high: Decimal,
    /// What its days cost, exactly.
    pub cost: Decimal,
    /// Cost beyond what was expected; negative of a decrease.
    pub excess: Decimal,
    /// What its costliest day (of a fall its cheapest, of weeks and months a day of the farthest) cost.
    pub peak: Decimal,
    /// Excess in percent of what was expected (by a range: of its nearest bound); `None` where nothing was expected.
    pub change_percent: Option<Decimal>,
    /// Excess of a month at the current rate; of what ended, its excess.
    pub monthly_excess: Decimal,
    /// That in percent of what its account (else the organization) costs in a month: with a rise, before a fall. At most
    /// 100; `None` where it cost nothing before.
    pub share_percent: Option<Decimal>,
    /// How much it matters.
    pub severity: Severity,
    /// Definitions that saw it.
    pub definitions: Vec<Sighting>,
    /// What explains it, best first.
    pub causes: Vec<Cause>,
    /// The change taken apart; `None` where its leaves were not looked at.
    pub waterfall: Option<Waterfall>,
    /// What was looked at.
    pub seen: Seen,
    /// Why nobody is told; `None` where somebody is.
    pub quiet: Option<Quiet>,
    /// How many times it was opened: more than once, if it came back after it had ended or been withdrawn. What is told of
    /// an event is told once an opening.
    #[serde(default = "first_opening")]
    pub opening: u32,
    /// What else should be thought of.
    pub hint: Option<Hint>,
}

/// The opening of what was recorded before openings were counted.
const fn first_opening() -> u32 {
    1
}
