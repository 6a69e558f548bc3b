//! Irregular spend: what is looked for, what was found and what became of it, what people said of it.
//!
//! How it is found is `analyses::trends`, pure functions over daily series; here the series come from what is published,
//! what was found is recorded, and those who wish to hear of it are told. Each look follows a publication as a job, and
//! writes what it found, what became of it and what is told in one transaction. What was learned of the series is kept in
//! the process ([`looked`]) for those who ask why, and for the past by other thresholds.
//!
//! Who may see chosen subsets alone sees what names an account of theirs ([`Part`]).

mod around;
mod asking;
mod comments;
mod defining;
mod definitions;
mod deliveries;
mod events;
mod leaves;
mod list;
mod load;
mod looking;
mod memory;
mod page;
mod rows;
mod saved;
mod saying;
mod silence;
mod telling;
mod words;

pub use analyses::trends::{
    Answer, Asked, Attribute, AttributeError, Backtest, Band, Cause, Definition, Direction, Event,
    Expectation, Hint, Judged, Kind, Measure, Memory, Method, Object, Quiet, Rule, Seen, Severity, Sighting,
    Snooze, Status, Tried, Verdict, Waterfall, Why,
};
pub use around::{Breakdown, By, DayOf, DaysAround, PartOf, breakdown, days};
pub use asking::{Trial, WhyAnswer, backtest, read_object, why, why_of};
pub use comments::{SeenComment, change_comment, comment, comments, remove_comment};
pub use defining::{
    CountedDefinition, NewDefinition, Wish, counted, create_definition, definition, remove_definition,
    set_definition,
};
pub use definitions::{KnownDefinition, definitions};
pub use events::{ExpectedUntil, Part, Recorded, Said, event, events, part};
pub use list::{EventsAsked, EventsPage, LookedAt, SortBy, Standing, list, looked_at};
pub(crate) use load::rows_of;
pub(crate) use looking::look;
pub use looking::{direction_name, status_name};
pub(crate) use memory::Memories;
pub use memory::{Looked, looked, trial};
pub use meta::{FoundTrend, TrendComment, TrendFilter, TrendHistory, TrendLook};
pub use page::{BillDiff, EventPage, Named, Progress, Summary, event_page, summary};
pub(crate) use saved::look_at_report;
pub use saying::{archive, assign, expect, judge, snooze};
pub(crate) use silence::look_for_silence;
pub use words::Words;

use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result, jobs};
use meta::NewJob;
use model::OrganizationId;

/// The last looks at the bills of the caller's organization, by currency; none before the first.
///
/// # Errors
/// The metadata cannot be read.
pub async fn looks(app: &App, caller: &Caller) -> Result<Vec<TrendLook>> {
    Ok(app.meta().trend_looks(&caller.organization()?.id).await?)
}

/// The jobs that look again, to be written in the transaction of what changes the answer: a definition, a verdict, what is
/// expected. Wake whoever runs them afterwards (`app.queued().wake()`).
///
/// # Errors
/// The job cannot be written.
pub(crate) fn look_again(app: &App, organization: &OrganizationId) -> Result<Vec<NewJob>> {
    Ok(vec![jobs::queued(app, &jobs::Detect::new(organization))?])
}

/// Has the bills looked at again: they changed without a publication.
///
/// # Errors
/// The metadata cannot be written.
pub(crate) async fn queue_look(app: &App, organization: &OrganizationId) -> Result<()> {
    jobs::queue(app, &jobs::Detect::new(organization)).await
}

/// There is no event of that name that the caller may see: what is another organization's, or of others' accounts, is told
/// in the same words.
fn missing_event() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such event")
        .advise("Load the list again: it may be of another organization.")
}

/// Whether a look waits or runs, and why the last one failed, if it did.
///
/// # Errors
/// The metadata cannot be read.
pub async fn look_state(app: &App, organization: &OrganizationId) -> Result<LookState> {
    let (looking, failed) = jobs::look_state(app, organization).await?;
    Ok(LookState { looking, failed })
}

/// How looking goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookState {
    /// Whether a look waits or runs.
    pub looking: bool,
    /// Why the last one failed, if it did.
    pub failed: Option<String>,
}

#[cfg(test)]
mod tests;
