//! What is found now against what was recorded: updated, never doubled; withdrawn, when the data that raised it changed.
//!
//! An event is the same as a recorded one if it is of the same direction and currency, their days touch, and they are of
//! one object or were seen at one object. Then the recorded identifier stays.

use super::event::{Event, Kind, Status};
use super::fit::GAP;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// It was not there before, or is there again ([`Event::opening`]).
    Opened,
    /// It matters more than before.
    SeverityUp,
    /// Its figures changed.
    Updated,
    /// It ended.
    Ended,
    /// The data that raised it were restated.
    Withdrawn,
    /// Nothing changed but how far the data reach.
    Same,
}

impl Transition {
    /// Whether it is told, if the event is not quiet.
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Opened | Self::SeverityUp | Self::Ended | Self::Withdrawn)
    }
}

/// An event and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// As it stands now.
    pub event: Event,
    /// What became of it.
    pub transition: Transition,
}

/// What is found against what was recorded. Recorded events that ended before `settled` stay as they are, even if they are
/// not found any more: the days that raised them are out of the memory's reach ([`super::first_day`] moved on).
pub fn reconcile(recorded: Vec<Event>, found: Vec<Event>, settled: NaiveDate) -> Vec<Changed> {
    let mut pairs: Vec<(u8, usize, usize)> = vec![];
    for (new, event) in found.iter().enumerate() {
        for (old, before) in recorded.iter().enumerate() {
            if let Some(rank) = alike(before, event) {
                pairs.push((rank, new, old));
            }
        }
    }
    // The most alike first; what is left over is new, or gone.
    pairs.sort_unstable();
    let mut partner_of: Vec<Option<usize>> = vec![None; found.len()];
    let mut taken = vec![false; recorded.len()];
    for (_, new, old) in pairs {
        if partner_of[new].is_none() && !taken[old] {
            partner_of[new] = Some(old);
            taken[old] = true;
        }
    }
    let mut recorded: Vec<Option<Event>> = recorded.into_iter().map(Some).collect();
    let mut changed = vec![];
    for (event, partner) in found.into_iter().zip(partner_of) {
        let before = partner.and_then(|old| recorded[old].take());
        changed.push(match before {
            Some(before) => updated(&before, event),
            None => Changed { event, transition: Transition::Opened },
        });
    }
    for before in recorded.into_iter().flatten() {
        let gone =
            before.status != Status::Withdrawn && before.kind != Kind::NoData && before.last_day >= settled;
        // Data that come again end a silence; they do not unsay it.
        changed.push(if before.kind == Kind::NoData && before.status == Status::Open {
            Changed { event: Event { status: Status::Ended, ..before }, transition: Transition::Ended }
        } else if gone {
            Changed {
                event: Event { status: Status::Withdrawn, ..before },
                transition: Transition::Withdrawn,
            }
        } else {
            Changed { event: before, transition: Transition::Same }
        });
    }
    changed
}

fn updated(before: &Event, event: Event) -> Changed {
    let reopened = match before.status {
        Status::Open => false,
        Status::Ended => event.status == Status::Open,
        // That it is there was unsaid; whether it goes on or not, it has to be said again.
        Status::Withdrawn => true,
    };
    let opening = before.opening + u32::from(reopened);
    let now = Event { id: before.id.clone(), opening, ..event };
    let unchanged =
        Event { data_through: before.data_through, seen: before.seen.clone(), ..now.clone() } == *before;
    let transition = if reopened {
        Transition::Opened
    } else if before.status == Status::Open && now.status == Status::Ended {
        Transition::Ended
    } else if now.severity > before.severity {
        Transition::SeverityUp
    } else if unchanged {
        Transition::Same
    } else {
        Transition::Updated
    };
    Changed { event: now, transition }
}

/// What it is found by: what is found by different means is never one.
const fn means(kind: Kind) -> u8 {
    match kind {
        Kind::NoData => 0,
        Kind::UnitPrice => 1,
        _ => 2,
    }
}

/// Whether two are one, the smaller the surer.
fn alike(before: &Event, now: &Event) -> Option<u8> {
    let gap = Days::new(GAP as u64 + 1);
    let touch = before.first_day <= now.last_day.checked_add_days(gap)?
        && now.first_day <= before.last_day.checked_add_days(gap)?;
    let kin = before.currency == now.currency
        && before.direction == now.direction
        && before.measure == now.measure
        && means(before.kind) == means(now.kind);
    if !touch || !kin {
        return None;
    }
    if before.id == now.id {
        return Some(0);
    }
    if before.object == now.object {
        return Some(1);
    }
    let shared =
        now.definitions.iter().any(|seen| before.definitions.iter().any(|other| other.object == seen.object));
    (shared || before.object.contains(&now.object) || now.object.contains(&before.object)).then_some(2)
}
