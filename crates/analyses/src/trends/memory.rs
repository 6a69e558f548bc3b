//! What was learned of each series: made once from a bill, renewed when days come or are restated.
//!
//! It is derived: made anew from the same bill it is the same. Thresholds are no part of it, so that moving one compares
//! and does not learn.

use super::calendar::Calendar;
use super::definition::Definition;
use super::fit::{Fit, LEARN, SEEN};
use super::input::{Bill, Measure, Series};
use super::object::Object;
use super::runs::{self, Found, Run};
use super::sustained::{self, Sustained};
use chrono::{Days, NaiveDate};
use std::collections::HashMap;

/// A bill with what was learned of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    bill: Bill,
    calendar: Calendar,
    /// Of each series of usage what was learned; `None` of others.
    learned: Vec<Option<Learned>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Learned {
    pub(super) fit: Fit,
    pub(super) sustained: Vec<Sustained>,
}

/// A series to learn, and the day from which on.
type Task = (usize, Learned, usize);

impl Memory {
    /// Learns a bill, on as many threads.
    pub fn new(bill: Bill, threads: usize) -> Self {
        let days = bill.days();
        let empty = Self {
            calendar: Calendar::new(bill.first_day, days),
            bill: Bill {
                currency: bill.currency.clone(),
                first_day: bill.first_day,
                series: vec![],
                seen: bill.seen.clone(),
            },
            learned: vec![],
        };
        empty.renewed(bill, threads)
    }

    /// Learns what is new or restated in a bill; the result is that of [`Self::new`].
    #[must_use]
    pub fn renewed(mut self, bill: Bill, threads: usize) -> Self {
        if bill.first_day != self.bill.first_day {
            return Self::new(bill, threads);
        }
        self.calendar.extend(bill.days());
        let tasks = self.tasks(&bill);
        let calendar = &self.calendar;
        let series = &bill.series;
        let share = tasks.len().div_ceil(threads.max(1)).max(1);
        let mut shares: Vec<Vec<Task>> = vec![];
        let mut rest = tasks.into_iter();
        loop {
            let part: Vec<Task> = rest.by_ref().take(share).collect();
            if part.is_empty() {
                break;
            }
            shares.push(part);
        }
        let learn_all = |part: Vec<Task>| -> Vec<(usize, Learned)> {
            part.into_iter()
                .map(|(place, old, from)| (place, learn(calendar, &series[place], old, from)))
                .collect()
        };
        let mut learned: Vec<Option<Learned>> = series.iter().map(|_| None).collect();
        std::thread::scope(|scope| {
            let mine = shares.pop();
            let others: Vec<_> =
                shares.into_iter().map(|part| scope.spawn(move || learn_all(part))).collect();
            let mut done = mine.map(learn_all).unwrap_or_default();
            for other in others {
                match other.join() {
                    Ok(part) => done.extend(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            for (place, found) in done {
                learned[place] = Some(found);
            }
        });
        self.learned = learned;
        self.bill = bill;
        self
    }

    /// What has to be learned of a bill, taking along what is known.
    fn tasks(&mut self, bill: &Bill) -> Vec<Task> {
        let old = std::mem::take(&mut self.bill.series);
        let mut learned = std::mem::take(&mut self.learned);
        let places: HashMap<(&Object, Measure), usize> =
            old.iter().enumerate().map(|(place, series)| ((&series.object, series.measure), place)).collect();
        let mut tasks = vec![];
        for (place, series) in bill.series.iter().enumerate() {
            if series.measure != Measure::Usage {
                continue;
            }
            // Mostly the order is the same.
            let same = |at: &usize| old[*at].object == series.object && old[*at].measure == series.measure;
            let before = Some(place).filter(|at| *at < old.len()).filter(same);
            let before = before.or_else(|| places.get(&(&series.object, series.measure)).copied());
            let known = before.and_then(|at| Some((&old[at], learned[at].take()?)));
            tasks.push(match known {
                Some((before, learned)) if before.known_from == series.known_from => {
                    (place, learned, unchanged(before, series))
                }
                _ => (place, Learned { fit: Fit::new(series.known_from), sustained: vec![] }, 0),
            });
        }
        tasks
    }

    /// The bill.
    pub const fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Day before which events are settled, given the day with which the data begin: the third argument of
    /// [`super::reconcile`]. Where the memory's first day moved on, the days after it are judged with less history than they
    /// once were; what was found there stays as it was.
    pub fn settled(&self, data_begin: NaiveDate) -> NaiveDate {
        let first_day = self.bill.first_day;
        if first_day <= data_begin { first_day } else { first_day + Days::new((LEARN + SEEN) as u64) }
    }

    /// Day of a place in the series.
    pub fn day(&self, place: usize) -> NaiveDate {
        self.calendar.day(place)
    }

    /// Place of a day in the series; `None` before the first and after the last day.
    pub fn place(&self, day: NaiveDate) -> Option<usize> {
        self.calendar.place(day).filter(|place| *place < self.bill.days())
    }

    /// All runs of days that a definition finds irregular, in order of series and time. `definitions` may be enough to
    /// draw: what stands beside each other for one cause is joined by [`super::detect`].
    pub fn runs(&self, definitions: &[Definition]) -> Vec<Run> {
        let mut all = vec![];
        for (place, series) in self.bill.series.iter().enumerate() {
            let Some(found) = self.found(place) else { continue };
            for (definition, asked) in definitions.iter().enumerate() {
                if asked.watches(&series.object) {
                    all.extend(runs::runs(&found, asked, (definition, place)));
                }
            }
        }
        all
    }

    pub(super) fn found(&self, place: usize) -> Option<Found<'_>> {
        let learned = self.learned.get(place)?.as_ref()?;
        Some(Found { fit: &learned.fit, sustained: &learned.sustained, series: &self.bill.series[place] })
    }

    pub(super) const fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

impl Bill {
    /// Days that its series reach over.
    pub fn days(&self) -> usize {
        self.series.iter().map(|series| series.costs.len()).max().unwrap_or(0)
    }
}

/// Days that are as they were.
fn unchanged(before: &Series, now: &Series) -> usize {
    let same = before.costs.iter().zip(&now.costs).take_while(|(before, now)| before == now).count();
    if before.whole == now.whole { same } else { same.min(before.whole).min(now.whole) }
}

fn learn(calendar: &Calendar, series: &Series, mut learned: Learned, from: usize) -> Learned {
    let costs = series.costs[from..].iter().map(|cost| cost.to_f64());
    learned.fit.judge(calendar, from, costs, series.whole);
    sustained::judge(&learned.fit.costs, series.known_from, from, &mut learned.sustained);
    learned
}
