//! When a budget tells: a pure rule over what a period cost, what it will cost, and what was told of it.
//!
//! Each threshold tells once a period. What it cost is exact, so one look is enough; a forecast wavers, so it has to be
//! beyond on two data days in a row. When a figure that was told is below again (a bill was restated, or two data days in
//! a row forecast less), that is told, once; rising again tells nothing. What is not known changes nothing: neither is
//! anything told of it, nor taken back. Another amount means other thresholds: those that are passed no longer begin anew,
//! without a word, and those that are passed under both stay told. The decision is ADR 27.

use chrono::NaiveDate;
use model::{Basis, Decimal, Threshold};
use serde::{Deserialize, Serialize};

mod suggest;

pub use suggest::{Suggestion, suggest};

/// What is known of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The amount that holds for it.
    pub amount: Decimal,
    /// What it cost so far; `None`: not known.
    pub actual: Option<Decimal>,
    /// What it will have cost at its end; `None`: not known.
    pub forecast: Option<f64>,
    /// The day after the last complete day of data; `None`: there is none.
    pub data_day: Option<NaiveDate>,
}

/// What is remembered of a period between looks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The amount at the last look.
    #[serde(default)]
    pub amount: Option<Decimal>,
    /// Of each threshold that was looked at.
    #[serde(default)]
    pub thresholds: Vec<Known>,
}

/// What is remembered of a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The threshold.
    pub threshold: Threshold,
    /// How often it began anew, by another amount: what is told then is something else.
    #[serde(default)]
    pub round: u32,
    /// The data day on which it was told, to somebody, that it is passed.
    #[serde(default)]
    pub told: Option<NaiveDate>,
    /// Whether it was told that it is no longer passed.
    #[serde(default)]
    pub taken_back: bool,
    /// Data day on which the forecast came to be on the other side than what was told, unless a day passed since of which
    /// nothing is known.
    #[serde(default)]
    pub since: Option<NaiveDate>,
}

/// What is to be told of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is passed.
    Passed,
    /// It was told as passed, and is no longer.
    Below,
}

/// Something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Of which threshold.
    pub threshold: Threshold,
    /// How often the threshold began anew.
    pub round: u32,
    /// What became of it.
    pub step: Step,
}

impl Memory {
    /// Takes back that a threshold was told as passed on a data day, because nobody was there to hear it: the next look
    /// tells it again.
    pub fn unheard(&mut self, threshold: Threshold, day: Option<NaiveDate>) {
        for known in self.thresholds.iter_mut().filter(|known| known.threshold == threshold) {
            known.told = None;
            known.since = day.filter(|_| threshold.basis == Basis::Forecast);
        }
    }
}

/// Whether a figure has come to a threshold; `None`: the figure is not known.
pub fn passed(threshold: Threshold, look: &Look) -> Option<bool> {
    let percent = Decimal::from(i64::from(threshold.percent));
    match threshold.basis {
        Basis::Actual => {
            let bar = look.amount.checked_percent(percent)?;
            look.actual.filter(|actual| *actual != Decimal::BEYOND).map(|actual| actual >= bar)
        }
        Basis::Forecast => {
            let bar = look.amount.to_f64() * f64::from(threshold.percent) / 100.0;
            look.forecast.filter(|forecast| forecast.is_finite()).map(|forecast| forecast >= bar)
        }
    }
}

/// Looks at a period: what is to be told now, and what is remembered then. Doing it again with the same look tells nothing.
pub fn look(thresholds: &[Threshold], look: &Look, memory: &Memory) -> (Memory, Vec<Telling>) {
    let amount_changed = memory.amount.is_some_and(|amount| amount != look.amount);
    let mut tellings = vec![];
    let known = thresholds.iter().map(|threshold| {
        let found = memory.thresholds.iter().find(|known| known.threshold == *threshold);
        let mut known = found.cloned().unwrap_or_else(|| Known::of(*threshold));
        let passed = passed(*threshold, look);
        if amount_changed {
            known.under_another_amount(passed);
        }
        if let (Some(passed), Some(day)) = (passed, look.data_day)
            && let Some(step) = known.see(passed, day)
        {
            tellings.push(Telling { threshold: *threshold, round: known.round, step });
        }
        known
    });
    let memory = Memory { thresholds: known.collect(), amount: Some(look.amount) };
    (memory, tellings)
}

impl Known {
    fn of(threshold: Threshold) -> Self {
        Self { threshold, round: 0, told: None, taken_back: false, since: None }
    }

    /// The amount is another one than at the last look: by a person, who needs not be told.
    fn under_another_amount(&mut self, passed: Option<bool>) {
        self.since = None;
        // Taken back under one amount, and passed under another: that is news.
        let over = match passed {
            Some(true) => self.taken_back,
            Some(false) => true,
            None => false,
        };
        if self.told.is_some() && over {
            *self = Self { round: self.round + 1, ..Self::of(self.threshold) };
        }
    }

    /// What a look at a figure gives to tell.
    fn see(&mut self, passed: bool, day: NaiveDate) -> Option<Step> {
        let (step, news) = match self.told {
            None => (Step::Passed, passed),
            Some(_) => (Step::Below, !passed && !self.taken_back),
        };
        if !news || !self.lasts(day) {
            if !news {
                self.since = None;
            }
            return None;
        }
        self.since = None;
        match step {
            Step::Passed => self.told = Some(day),
            Step::Below => self.taken_back = true,
        }
        Some(step)
    }

    /// Whether it was so on the data day before.
    fn lasts(&mut self, day: NaiveDate) -> bool {
        if self.threshold.basis == Basis::Actual
            || self.since.is_some_and(|since| day.pred_opt() == Some(since))
        {
            return true;
        }
        // The first, the same again, data that reach less far than they did, or days between that nobody saw.
        self.since = Some(day);
        false
    }
}

/// The first day on which the sum of a period's days had come to a threshold and stayed there; `None`: it has not.
pub fn passed_on(days: &[(NaiveDate, Decimal)], amount: Decimal, percent: u16) -> Option<NaiveDate> {
    let bar = amount.checked_percent(Decimal::from(i64::from(percent)))?;
    let mut sum = Decimal::ZERO;
    let mut on = None;
    for (day, cost) in days {
        sum += *cost;
        on = if sum != Decimal::BEYOND && sum >= bar { on.or(Some(*day)) } else { None };
    }
    on
}

#[cfg(test)]
mod tests;
