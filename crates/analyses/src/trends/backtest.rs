//! A definition tried on the past, before it is saved.

use super::definition::Definition;
use super::memory::Memory;
use chrono::{Months, NaiveDate};
use model::{BillingPeriod, Decimal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::assemble::money;
use super::event::Direction;
use super::object::Object;

/// Months that are looked back on.
const MONTHS: u32 = 12;

/// What a definition would have found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// What moved.
    pub object: Object,
    /// Up or down.
    pub direction: Direction,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Beyond what was expected, without a sign.
    pub excess: Decimal,
}

/// The last twelve months by a definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// Series that were looked at.
    pub series: usize,
    /// First day that is looked back on.
    pub from: NaiveDate,
    /// Last day of data.
    pub through: NaiveDate,
    /// What would have been found, by object and time: before what has one cause is joined.
    pub found: Vec<Tried>,
    /// How many of them began in each month, those without any among them.
    pub months: Vec<(BillingPeriod, usize)>,
}

impl Memory {
    /// Tries a definition on the last twelve months. Nothing is learned for it: it is quick enough to follow a threshold
    /// that is dragged.
    pub fn backtest(&self, definition: &Definition) -> Option<Backtest> {
        let through = self.day(self.bill().days().checked_sub(1)?);
        let since = through.checked_sub_months(Months::new(MONTHS))?.succ_opt()?;
        let definitions = std::slice::from_ref(definition);
        let mut found = vec![];
        for run in self.runs(definitions) {
            let first_day = self.day(run.first);
            if first_day >= since {
                found.push(Tried {
                    object: self.bill().series[run.series].object.clone(),
                    direction: if run.up { Direction::Increase } else { Direction::Decrease },
                    first_day,
                    last_day: self.day(run.last),
                    excess: money(run.excess),
                });
            }
        }
        let mut months = BTreeMap::new();
        let mut month = BillingPeriod::of(since)?;
        while month.first_day() <= through {
            months.insert(month, 0);
            month = month.next();
        }
        for count in found.iter().filter_map(|one| BillingPeriod::of(one.first_day)) {
            *months.entry(count).or_default() += 1;
        }
        let series = self.bill().series.iter().filter(|series| definition.watches(&series.object)).count();
        let from = since.max(self.bill().first_day);
        Some(Backtest { series, from, through, found, months: months.into_iter().collect() })
    }
}
