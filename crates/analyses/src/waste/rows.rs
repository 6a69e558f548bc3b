//! What rules are given: sums of rows, and how they are found by what they are.

use super::Asked;
use super::rules::{Roles, matched, place};
use model::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Days of the spans before the newest day's end for which rows are summed.
pub const LOOK_BACKS: [u16; 4] = [14, 30, 60, 90];
/// Days of one step of growth.
pub const GROWTH_DAYS: u16 = 10;
/// Steps of growth, the newest first: with the newest they are more than 60 days apart.
pub const GROWTH_STEPS: usize = 7;

/// How hours were bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bought {
    /// At public prices; also what is never bought otherwise.
    #[default]
    OnDemand,
    /// At spot prices.
    Spot,
    /// A reservation or a savings plan pays.
    Covered,
}

/// Sums of some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// In the unit of the usage type.
    pub usage: Decimal,
    /// Amortized.
    pub cost: Decimal,
    /// How long the rows last, together.
    pub seconds: i64,
}

impl Sums {
    pub(super) fn add(&mut self, more: Self) {
        self.usage += more.usage;
        self.cost += more.cost;
        self.seconds += more.seconds;
    }
}

/// Sums of the rows of one resource, usage type, operation and way of buying. A row that lasts longer than an hour belongs
/// to every span that it reaches into, but for amounts: they are of the rows that begin in the span.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Account that used it.
    pub account: Arc<str>,
    /// Region; empty: none.
    pub region: Arc<str>,
    /// Availability zone, where it matters ([`Roles::zoned`]).
    pub zone: Arc<str>,
    /// The resource; empty: the report names none, or it does not matter ([`Roles::priced_only`]).
    pub resource: Arc<str>,
    /// Product code.
    pub product: Arc<str>,
    /// Usage type as the report writes it.
    pub usage_type: Arc<str>,
    /// Operation.
    pub operation: Arc<str>,
    /// Unit of the price.
    pub unit: Arc<str>,
    /// How it was bought.
    pub bought: Bought,
    /// Rows that begin in the span that is asked for.
    pub amount: Sums,
    /// Of those, the cost of rows that reach into the newest 14 and 30 days.
    pub lately: [Decimal; 2],
    /// Rows that begin in the newest day's month: sizes follow from them.
    pub size: Sums,
    /// Hours of that month.
    pub month_hours: i64,
    /// Usage and cost of rows that reach into the newest [`LOOK_BACKS`] days.
    pub look_back: [Sums; LOOK_BACKS.len()],
    /// End of the last row with an amount (s since 1970).
    pub last_end: i64,
    /// Where growth matters: usage times the hours of its month, cost and seconds of [`GROWTH_DAYS`] days each, the newest
    /// first. Usage that is pro-rated by the month (gigabyte-months) so becomes gigabyte-hours.
    pub steps: [Sums; GROWTH_STEPS],
    /// Of hours of instances: cost of the span's rows of an hour outside the schedule.
    pub off_hours: Decimal,
    /// Usage in the 7 days before the newest.
    pub week: Decimal,
    /// Of instances: the newest tags, a JSON object.
    pub tags: Option<Arc<str>>,
}

/// A part of a commitment that nothing used.
#[derive(Clone, Debug)]
pub struct Unused {
    /// ARN of the commitment.
    pub commitment: Arc<str>,
    /// Account that it is billed to.
    pub account: Arc<str>,
    /// Region of its rows; empty: none.
    pub region: Arc<str>,
    /// What it cost in the span.
    pub cost: Decimal,
    /// End of the last row (s since 1970).
    pub last_end: i64,
}

/// Which resource: of an account, or of an account and region where the report names none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) account: Arc<str>,
    pub(super) resource: Arc<str>,
    /// Empty where the resource is named.
    place: Arc<str>,
}

impl Key {
    pub(super) fn of(row: &Row) -> Self {
        let place = if row.resource.is_empty() { Arc::clone(&row.region) } else { Arc::default() };
        Self { account: Arc::clone(&row.account), resource: Arc::clone(&row.resource), place }
    }
}

/// The rows by what they are.
pub(super) struct Index<'a> {
    pub(super) asked: Asked<'a>,
    of_signal: Vec<Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(asked: Asked<'a>) -> Self {
        let mut of_signal = vec![vec![]; 64];
        // Resources are many, what they are used for is not.
        let mut known: HashMap<(&str, &str, &str), Roles> = HashMap::new();
        for (at, row) in asked.rows.iter().enumerate() {
            let roles = *known
                .entry((&row.product, &row.usage_type, &row.operation))
                .or_insert_with(|| matched(&row.product, &row.usage_type, Some(&row.operation)));
            for (signal, places) in of_signal.iter_mut().enumerate() {
                if roles.has(signal) {
                    places.push(at);
                }
            }
        }
        Self { asked, of_signal }
    }

    /// The rows of a signal.
    pub(super) fn rows(&self, signal: &str) -> impl Iterator<Item = &'a Row> {
        let rows = self.asked.rows;
        self.of_signal[place(signal)].iter().map(move |at| &rows[*at])
    }

    /// The rows of some signals by resource.
    pub(super) fn by_resource(&self, signals: &[&str]) -> BTreeMap<Key, Vec<&'a Row>> {
        let mut found: BTreeMap<Key, Vec<&Row>> = BTreeMap::new();
        for signal in signals {
            for row in self.rows(signal) {
                found.entry(Key::of(row)).or_default().push(row);
            }
        }
        found
    }

    /// Whether rows reach into the newest day, or so many days before it.
    pub(super) fn stands(&self, last_end: i64, slack: u16) -> bool {
        last_end > (self.asked.newest_day - i64::from(slack)) * 86_400
    }

    /// Days of data that there are of a look-back.
    pub(super) fn known_days(&self, look_back: u16) -> i64 {
        (self.asked.newest_day - self.asked.first_day + 1).clamp(0, i64::from(look_back))
    }
}

/// The place of a look-back among [`LOOK_BACKS`].
pub(super) fn window(look_back: u16) -> usize {
    LOOK_BACKS.iter().position(|days| *days == look_back).unwrap_or(LOOK_BACKS.len() - 1)
}
