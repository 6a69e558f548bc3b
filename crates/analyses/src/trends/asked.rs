//! What people said, as far as it changes what is told.

use super::definition::Definition;
use super::event::{Direction, Event, Quiet};
use super::object::Object;
use chrono::{Days, NaiveDate};
use model::Decimal;
use serde::{Deserialize, Serialize};

/// Days for which a height that was judged is known.
const JUDGED_FOR: u64 = 180;
/// Data days after which nobody is told of a day.
const OLD: u64 = 7;

/// What somebody thinks of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was irregular.
    Real,
    /// It was meant to be so.
    Planned,
    /// It was regular.
    False,
}

/// An event that somebody judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The event as it stood, or stands.
    pub event: Event,
    /// What it was said to be.
    pub verdict: Verdict,
}

/// Costs that somebody expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// Of what; whatever lies within it is expected, too.
    pub object: Object,
    /// Until this day.
    pub until: NaiveDate,
    /// Up to this excess of an event; any where it is absent.
    pub up_to: Option<Decimal>,
}

/// Something that nobody wants to hear of for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// What, and whatever lies within it.
    pub object: Object,
    /// Until the data reach beyond this day.
    pub until: NaiveDate,
}

/// What detection is asked with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// What is looked for.
    pub definitions: Vec<Definition>,
    /// Whether these are the first data of the organization: nobody is told of what they hold.
    pub first_load: bool,
    /// Judged events.
    pub judged: Vec<Judged>,
    /// Expected costs.
    pub expected: Vec<Expectation>,
    /// What is put off.
    pub snoozed: Vec<Snooze>,
}

impl Asked {
    /// Why nobody is told of an event.
    pub(super) fn quiet(&self, event: &Event) -> Option<Quiet> {
        let notifies = |id: &str| self.definitions.iter().any(|known| known.id == id && known.notifies);
        if self.first_load {
            return Some(Quiet::FirstLoad);
        }
        if event.last_day.checked_add_days(Days::new(OLD)).is_some_and(|day| day < event.data_through) {
            return Some(Quiet::Old);
        }
        if !event.definitions.is_empty() && !event.definitions.iter().any(|seen| notifies(&seen.definition)) {
            return Some(Quiet::Recorded);
        }
        if self.expected.iter().any(|expected| expected.covers(event)) {
            return Some(Quiet::Expected);
        }
        if self
            .snoozed
            .iter()
            .any(|put| put.object.contains(&event.object) && event.data_through <= put.until)
        {
            return Some(Quiet::Snoozed);
        }
        self.judged.iter().any(|judged| judged.covers(event)).then_some(Quiet::Judged)
    }
}

impl Expectation {
    fn covers(&self, event: &Event) -> bool {
        self.object.contains(&event.object)
            && event.first_day <= self.until
            && self.up_to.is_none_or(|most| event.excess <= most)
    }
}

impl Judged {
    /// Whether an event is the judged one, or as high as it was.
    fn covers(&self, event: &Event) -> bool {
        if self.verdict == Verdict::Real {
            return false;
        }
        let before = &self.event;
        if before.id == event.id {
            return true;
        }
        let known_until = before.last_day.checked_add_days(Days::new(JUDGED_FOR));
        let as_high = match event.direction {
            Direction::Increase => {
                before.peak.checked_percent(Decimal::from(115)).is_some_and(|most| event.peak <= most)
            }
            Direction::Decrease => event.peak >= before.peak,
        };
        before.object == event.object
            && before.measure == event.measure
            && before.direction == event.direction
            && before.first_day <= event.first_day
            && known_until.is_some_and(|until| event.first_day <= until)
            && as_high
    }
}
