//! The parts of a bill that causes are told by: leaves where they were loaded, else account × service.

use super::input::{Leaves, Measure};
use super::memory::Memory;
use super::object::{Attribute, Object};
use super::stats::median;
use model::Decimal;
use std::collections::HashMap;

/// Weeks before that are the measure of a part.
const WEEKS: usize = 4;
/// Part of its cost, and amount a day, that a part has to move to be one that moved.
const MOVED: f64 = 0.15;
const MOVED_AMOUNT: f64 = 0.5;

/// One part.
pub(super) struct Part<'a> {
    pub(super) object: &'a Object,
    filters: &'a [String],
    costs: &'a [Decimal],
    quantities: &'a [Decimal],
    /// Place of its first figure in the bill.
    offset: usize,
    /// Place of the first day that is known of it.
    pub(super) known_from: usize,
}

/// All of them.
pub(super) struct Parts<'a> {
    all: Vec<Part<'a>>,
    places: HashMap<(Attribute, &'a str), Vec<usize>>,
    /// Days of the bill that they are known for.
    days: std::ops::Range<usize>,
}

/// Days of an event, and the day whose four weeks before are their measure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) base: usize,
    pub(super) days: Vec<usize>,
}

impl Window {
    /// Same weekdays of the weeks before the base, for one of its days, as far as they are known of a part: what is not
    /// known is not zero.
    pub(super) fn like(&self, day: usize, part: &Part<'_>) -> impl Iterator<Item = usize> {
        let known_from = part.known_from;
        let within = (day - self.base) % 7;
        let base = self.base;
        (1..=WEEKS)
            .filter_map(move |week| (base + within).checked_sub(7 * week))
            .filter(move |day| *day >= known_from)
    }

    fn reach(&self) -> std::ops::Range<usize> {
        let last = self.days.iter().max().copied().unwrap_or(self.base);
        self.base.saturating_sub(7 * WEEKS)..last + 1
    }
}

/// How a part moved over a window, in its direction: a fall counts as positive where costs fell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moved {
    pub(super) before: f64,
    pub(super) by: f64,
    /// Whether it moved enough to be one that moved.
    pub(super) much: bool,
}

impl Moved {
    /// What it counts when asked how much of an object moved.
    pub(super) fn weight(&self) -> f64 {
        self.before.max(0.05 * self.by.max(0.0))
    }
}

impl<'a> Parts<'a> {
    fn of(all: Vec<Part<'a>>, days: std::ops::Range<usize>) -> Self {
        let mut places: HashMap<(Attribute, &'a str), Vec<usize>> = HashMap::new();
        for (place, part) in all.iter().enumerate() {
            for (attribute, value) in part.object.parts() {
                places.entry((attribute.clone(), value)).or_default().push(place);
            }
            for filter in part.filters {
                places.entry((Attribute::Filter, filter.as_str())).or_default().push(place);
            }
        }
        Self { all, places, days }
    }

    /// The series of account × service.
    pub(super) fn of_series(memory: &'a Memory) -> Self {
        let finest = [Attribute::Account, Attribute::Service];
        let series = memory.bill().series.iter();
        let all = series
            .filter(|series| series.measure == Measure::Usage && series.object.has_exactly(&finest))
            .map(|series| Part {
                object: &series.object,
                filters: &[],
                costs: &series.costs,
                quantities: &[],
                offset: 0,
                known_from: series.known_from,
            });
        Self::of(all.collect(), 0..memory.bill().days())
    }

    /// The leaves.
    pub(super) fn of_leaves(leaves: &'a Leaves, memory: &Memory) -> Option<Self> {
        let offset = memory.calendar().place(leaves.first_day?)?;
        let finest = [Attribute::Account, Attribute::Service];
        // Leaves of an account and a service are known for as long as their series.
        let series = memory.bill().series.iter();
        let known: HashMap<_, usize> = series
            .filter(|series| series.measure == Measure::Usage && series.object.has_exactly(&finest))
            .map(|series| {
                (finest.each_ref().map(|attribute| series.object.get(attribute)), series.known_from)
            })
            .collect();
        let length = leaves.leaves.iter().map(|leaf| leaf.costs.len()).max()?;
        let all = leaves.leaves.iter().map(|leaf| Part {
            object: &leaf.object,
            filters: &leaf.filters,
            costs: &leaf.costs,
            quantities: &leaf.quantities,
            offset,
            known_from: known
                .get(&finest.each_ref().map(|attribute| leaf.object.get(attribute)))
                .copied()
                .unwrap_or(0),
        });
        Some(Self::of(all.collect(), offset..offset + length))
    }

    pub(super) fn cover(&self, window: &Window) -> bool {
        let reach = window.reach();
        self.days.start <= reach.start && reach.end <= self.days.end
    }

    pub(super) fn get(&self, place: usize) -> &Part<'a> {
        &self.all[place]
    }

    /// Places of the parts that lie within an object.
    pub(super) fn within(&self, object: &Object) -> Vec<usize> {
        let lists: Option<Vec<&Vec<usize>>> =
            object.parts().map(|(attribute, value)| self.places.get(&(attribute.clone(), value))).collect();
        let Some(lists) = lists else { return vec![] };
        let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else {
            return (0..self.all.len()).collect();
        };
        let in_all = |place: &usize| lists.iter().all(|list| list.binary_search(place).is_ok());
        shortest.iter().copied().filter(in_all).collect()
    }

    /// How a part moved, against the median of the same weekdays before.
    pub(super) fn moved(&self, place: usize, window: &Window, up: bool) -> Moved {
        let part = &self.all[place];
        let (mut before, mut now) = (0.0, 0.0);
        for day in &window.days {
            now += part.cost(*day).to_f64();
            let mut like: Vec<f64> = window.like(*day, part).map(|day| part.cost(day).to_f64()).collect();
            before += median(&mut like);
        }
        let by = if up { now - before } else { before - now };
        let amount = MOVED_AMOUNT * window.days.len() as f64;
        Moved { before, by, much: by >= (MOVED * before).max(amount) }
    }
}

impl Part<'_> {
    /// Its cost of a day; nothing where it has no rows.
    pub(super) fn cost(&self, day: usize) -> Decimal {
        at(self.costs, self.offset, day)
    }

    /// Its amount of a day; `None` where amounts are not known.
    pub(super) fn quantity(&self, day: usize) -> Option<Decimal> {
        (!self.quantities.is_empty()).then(|| at(self.quantities, self.offset, day))
    }
}

fn at(figures: &[Decimal], offset: usize, day: usize) -> Decimal {
    day.checked_sub(offset).and_then(|place| figures.get(place)).copied().unwrap_or(Decimal::ZERO)
}
