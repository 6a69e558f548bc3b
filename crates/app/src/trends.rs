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
mod events;
mod list;
mod memory;
mod page;
mod rows;
mod saying;
mod words;

pub use analyses::trends::{
    Answer, Asked, Attribute, AttributeError, Backtest, Band, Cause, Definition, Direction, Event,
    Expectation, Hint, Kind, Measure, Memory, Method, Object, Quiet, Rule, Seen, Severity, Sighting, Snooze,
    Status, Tried, Verdict, Waterfall, Why,
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
pub use memory::{Looked, looked};
pub use meta::{FoundTrend, TrendComment, TrendFilter, TrendHistory, TrendLook};
pub use page::{BillDiff, EventPage, Named, Progress, Summary, event_page, summary};
pub use saying::{archive, assign, expect, judge, snooze};
pub use words::Words;

use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
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
#[expect(clippy::unnecessary_wraps, reason = "a job has to be written as JSON")]
pub(crate) fn look_again(_app: &App, _organization: &OrganizationId) -> Result<Vec<NewJob>> {
    Ok(vec![])
}

/// There is no event of that name that the caller may see: what is another organization's, or of others' accounts, is told
/// in the same words.
fn missing_event() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such event")
        .advise("Load the list again: it may be of another organization.")
}
