//! All steps, from what was learned to events.

use super::asked::Asked;
use super::assemble;
use super::event::{Direction, Event, Kind};
use super::fees;
use super::groups::Grouping;
use super::input::Leaves;
use super::memory::Memory;
use super::object::Object;
use super::runs::Run;
use chrono::{Days, NaiveDate};

/// Days after something new in which it is not irregular again.
const NEW: u64 = 28;

/// What is irregular, one event a cause, in order of time. `leaves` may be empty, or hold only the days around what is
/// new ([`wanted`]): then causes are told and named there alone.
pub fn detect(memory: &Memory, leaves: &Leaves, asked: &Asked) -> Vec<Event> {
    let runs = memory.runs(&asked.definitions);
    let grouping = Grouping::new(memory, leaves, &asked.definitions, &runs);
    let groups = grouping.groups();
    let mut events: Vec<Event> =
        groups.iter().filter_map(|group| assemble::event(&grouping, group, asked)).collect();
    events.extend(fees::events(memory, asked));
    events.sort_by(|one, other| {
        (one.first_day, &one.object, &one.id).cmp(&(other.first_day, &other.object, &other.id))
    });
    without_growing_up(events)
}

/// Days whose leaves tell the causes of runs: from four weeks (of what rises slowly, eight) before the first to the
/// last. `None` of no runs.
pub fn wanted(memory: &Memory, runs: &[Run]) -> Option<(NaiveDate, NaiveDate)> {
    let first =
        runs.iter().map(|run| run.first.saturating_sub(2 * super::sustained::LAG + run.span)).min()?;
    let last = runs.iter().map(|run| run.last).max()?;
    Some((memory.day(first), memory.day(last)))
}

/// What is new grows and shrinks before it is settled: nothing else is said of it for four weeks.
fn without_growing_up(events: Vec<Event>) -> Vec<Event> {
    // The whole organization is nothing that settles: it would silence all else.
    let grows = |event: &&Event| event.kind == Kind::New && event.object != Object::organization();
    let new: Vec<(Object, NaiveDate)> =
        events.iter().filter(grows).map(|event| (event.object.clone(), event.first_day)).collect();
    let mut kept = events;
    kept.retain(|event| {
        event.kind == Kind::New && event.direction == Direction::Increase
            || !new.iter().any(|(object, since)| {
                event.first_day >= *since
                    && since.checked_add_days(Days::new(NEW)).is_some_and(|until| event.first_day < until)
                    && object.contains(&event.object)
            })
    });
    kept
}
