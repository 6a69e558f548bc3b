//! Why there is no event at a point of a chart.

use super::asked::Asked;
use super::definition::Method;
use super::event::Event;
use super::fit::{Bounds, LEARN};
use super::input::Measure;
use super::memory::Memory;
use super::object::Object;
use chrono::NaiveDate;
use model::Decimal;
use serde::{Deserialize, Serialize};

/// Days that are named at most.
const MOST_DAYS: usize = 5;

/// The rule whose bound is the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Expected cost and its spread.
    Spread,
    /// This height was seen twice within 180 days.
    SeenBefore,
    /// It came on the same day of a month before.
    SameDayOfMonth,
}

/// Why there is an event, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Answer {
    /// There is one.
    Event {
        /// Its identifier.
        id: String,
    },
    /// The cost is within the bounds.
    Within,
    /// Beyond them, but by less than the threshold or a tenth of the least amount.
    BelowThreshold,
    /// Beyond them, but the run in all by less than the least amount.
    BelowMinimum,
    /// The day is not whole: less is no fall yet.
    NotWhole,
    /// Less than three weeks are known before.
    Learning,
    /// The day is not known.
    Unknown,
    /// Costs of this kind are judged month against month, or not at all.
    ByMonth,
    /// No definition watches it by the robust method.
    NotWatched,
}

/// Why there is no event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// Cost of the day.
    pub cost: Decimal,
    /// Expected cost, where it is known.
    pub expected: Option<Decimal>,
    /// Lowest regular cost.
    pub low: Option<Decimal>,
    /// Highest regular cost.
    pub high: Option<Decimal>,
    /// The rule behind the highest.
    pub rule: Option<Rule>,
    /// Days within 180 on which it cost as much, newest first, at most five.
    pub seen_on: Vec<NaiveDate>,
    /// The answer.
    pub answer: Answer,
}

/// What a day may cost: the band of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Expected cost.
    pub expected: f64,
    /// Lowest regular cost.
    pub low: f64,
    /// Highest regular cost.
    pub high: f64,
}

impl Memory {
    /// Why there is no event on a day, or which; `events` are those of [`super::detect`]. `None` of what is no series of
    /// the bill.
    pub fn why(&self, asked: &Asked, events: &[Event], object: &Object, day: NaiveDate) -> Option<Why> {
        let place = self.place(day)?;
        let at = self.series_of(object)?;
        let series = &self.bill().series[at];
        let cost = series.costs.get(place).copied()?;
        let bounds = self.bounds(at, place);
        let seen_on = self.found(at).map_or(vec![], |found| {
            let days = found.fit.days_as_high(place, cost.to_f64());
            days.take(MOST_DAYS).map(|place| self.day(place)).collect()
        });
        let covers = |event: &&Event| {
            event.first_day <= day
                && day <= event.last_day
                && (event.object == *object || event.definitions.iter().any(|seen| seen.object == *object))
        };
        let answer = match events.iter().find(covers) {
            Some(event) => Answer::Event { id: event.id.clone() },
            None => self.answer(asked, at, place, bounds),
        };
        let money = |of: fn(&Bounds) -> f64| bounds.as_ref().map(|bounds| super::assemble::money(of(bounds)));
        Some(Why {
            cost,
            expected: money(|bounds| bounds.expected),
            low: money(|bounds| bounds.low.max(0.0)),
            high: money(|bounds| bounds.high),
            rule: bounds.map(|bounds| rule(&bounds)),
            seen_on,
            answer,
        })
    }

    /// The bands of a series' days, from the first that is judged on; those before are not known.
    pub fn bands(&self, object: &Object) -> Option<Vec<(NaiveDate, Band)>> {
        let at = self.series_of(object)?;
        let days = self.bill().series[at].costs.len();
        let band = |place| {
            let Bounds { expected, low, high, .. } = self.bounds(at, place)?;
            Some((self.day(place), Band { expected, low: low.max(0.0), high }))
        };
        Some((0..days).filter_map(band).collect())
    }

    fn series_of(&self, object: &Object) -> Option<usize> {
        let series = &self.bill().series;
        let of = |usage: bool| {
            series.iter().position(|one| one.object == *object && (one.measure == Measure::Usage) == usage)
        };
        of(true).or_else(|| of(false))
    }

    fn bounds(&self, series: usize, place: usize) -> Option<Bounds> {
        let found = self.found(series)?;
        found.fit.bounds_then(self.calendar(), place)
    }

    fn answer(&self, asked: &Asked, at: usize, place: usize, bounds: Option<Bounds>) -> Answer {
        let series = &self.bill().series[at];
        if series.measure != Measure::Usage {
            return Answer::ByMonth;
        }
        if place < series.known_from {
            return Answer::Unknown;
        }
        let Some(bounds) = bounds.filter(|_| place >= series.known_from + LEARN) else {
            return Answer::Learning;
        };
        let cost = series.costs[place].to_f64();
        if cost < bounds.low && place >= series.whole {
            return Answer::NotWhole;
        }
        if (bounds.low..=bounds.high).contains(&cost) {
            return Answer::Within;
        }
        let robust = |one: &&super::Definition| one.method == Method::Robust && one.watches(&series.object);
        let mut watching = asked.definitions.iter().filter(robust).peekable();
        if watching.peek().is_none() {
            return Answer::NotWatched;
        }
        let large = watching
            .any(|one| (cost - bounds.expected).abs() >= one.limits().of_a_day(bounds.expected.max(0.0)));
        if large { Answer::BelowMinimum } else { Answer::BelowThreshold }
    }
}

fn rule(bounds: &Bounds) -> Rule {
    if bounds.month >= bounds.high {
        Rule::SameDayOfMonth
    } else if bounds.seen >= bounds.high {
        Rule::SeenBefore
    } else {
        Rule::Spread
    }
}
