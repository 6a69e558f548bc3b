//! An event with all that its page shows, and what there is in all.

use super::{
    LookState, LookedAt, Recorded, SeenComment, TrendHistory, Words, comments, definitions, event, events,
    look_state, looked_at,
};
use crate::policy::{Caller, Sees};
use crate::read::Published;
use crate::{App, Result};
use analyses::trends::Status;
use chrono::NaiveDate;
use meta::{Telling, TrendFilter};
use model::BillingPeriod;
use std::collections::BTreeMap;

/// Bill diffs of a connection that are looked through.
const DIFFS: u32 = 200;

/// Names of definitions.
#[derive(Clone, Debug, Default)]
pub struct Named(BTreeMap<String, String>);

impl Named {
    /// Those of the caller's organization.
    ///
    /// # Errors
    /// The metadata cannot be read.
    pub async fn of(app: &App, caller: &Caller) -> Result<Self> {
        let all = definitions(app, &caller.organization()?.id).await?;
        Ok(Self(all.into_iter().map(|one| (one.definition.id, one.name)).collect()))
    }

    /// The name of one.
    pub fn definition(&self, id: &str) -> &str {
        self.0.get(id).map_or("a deleted definition", String::as_str)
    }
}

/// A change of a bill that took an event back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDiff {
    /// Connection, by its identifier.
    pub connection: String,
    /// Month of the bill.
    pub month: String,
    /// When the new bill was published (ms).
    pub at_ms: i64,
}

/// An event with all that its page shows.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The event.
    pub recorded: Recorded,
    /// Words for it.
    pub words: Words,
    /// Names of definitions.
    pub named: Named,
    /// The oldest first.
    pub comments: Vec<SeenComment>,
    /// The oldest first.
    pub history: Vec<TrendHistory>,
    /// What was told of it; nothing to whoever sees a part of the bills.
    pub deliveries: Vec<Telling>,
    /// The change of the bill that took it back.
    pub bill_diff: Option<BillDiff>,
}

/// An event with all that its page shows.
///
/// # Errors
/// `NotFound`: there is no such event that the caller may see.
pub async fn event_page(app: &App, caller: &Caller, id: &str) -> Result<EventPage> {
    let organization = &caller.organization()?.id;
    let recorded = event(app, caller, id).await?;
    let published = Published::seen_by(app, caller, None).await?;
    let history = app.meta().trend_history(organization, id).await?;
    let whole = caller.sees() == Sees::Everything;
    // Channels and bills are of the whole organization.
    let deliveries =
        if whole { app.meta().tellings(organization, &told_as(&recorded)).await? } else { vec![] };
    let bill_diff = if whole && recorded.event.status == Status::Withdrawn {
        bill_diff(app, caller, &recorded, &history).await?
    } else {
        None
    };
    Ok(EventPage {
        words: Words::of(app, &published).await?,
        named: Named::of(app, caller).await?,
        comments: comments(app, caller, id).await?,
        recorded,
        history,
        deliveries,
        bill_diff,
    })
}

/// What its notices are called: each opening is told by itself.
fn told_as(recorded: &Recorded) -> Vec<String> {
    let id = &recorded.event.id;
    let later = (2..=recorded.event.opening).map(|opening| format!("{id}-{opening}"));
    std::iter::once(id.clone()).chain(later).collect()
}

/// The newest change of the bill of an event's month before it was withdrawn.
async fn bill_diff(
    app: &App,
    caller: &Caller,
    recorded: &Recorded,
    history: &[TrendHistory],
) -> Result<Option<BillDiff>> {
    let withdrawn = history.iter().rev().find(|line| line.transition == "withdrawn");
    let (Some(withdrawn), Some(month)) = (withdrawn, BillingPeriod::of(recorded.event.first_day)) else {
        return Ok(None);
    };
    let mut found: Option<BillDiff> = None;
    for connection in app.meta().connections(&caller.organization()?.id).await? {
        let changes = app.meta().bill_changes(&connection.id, DIFFS).await?;
        let of_month = |one: &&meta::BillChange| {
            one.period == month
                && one.changed_at_ms <= withdrawn.at_ms
                && one.currency == recorded.event.currency
        };
        if let Some(change) = changes.iter().find(of_month)
            && found.as_ref().is_none_or(|known| known.at_ms < change.changed_at_ms)
        {
            found = Some(BillDiff {
                connection: connection.id.to_string(),
                month: month.to_string(),
                at_ms: change.changed_at_ms,
            });
        }
    }
    Ok(found)
}

/// How far the look at the bills is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There are no bills.
    Nothing,
    /// They are looked at, or are about to be.
    Looking,
    /// They were looked at.
    Ready,
    /// The last look failed.
    Failed,
}

/// What was looked at, and how much was found.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was looked at.
    pub looked_at: LookedAt,
    /// How far it is.
    pub progress: Progress,
    /// Events that go on and are not archived.
    pub open: usize,
    /// Data day with which the last event was raised that is not withdrawn.
    pub last_event_on: Option<NaiveDate>,
}

/// What was looked at in a currency, else in the main one, and how much was found, as far as the caller may see it.
///
/// # Errors
/// The metadata or the bills cannot be read.
pub async fn summary(app: &App, caller: &Caller, currency: Option<&str>) -> Result<Summary> {
    let published = Published::seen_by(app, caller, None).await?;
    let mut looked_at = looked_at(app, caller, &published, currency).await?;
    let filter = TrendFilter {
        currency: looked_at.currency.clone(),
        statuses: vec!["open".to_owned(), "ended".to_owned()],
        ..TrendFilter::default()
    };
    let found = events(app, caller, &filter).await?;
    let open = found.iter().filter(|one| one.event.status == Status::Open && !one.archived).count();
    let LookState { looking, failed } = look_state(app, &caller.organization()?.id).await?;
    let progress = match (&looked_at.currency, looked_at.at_ms) {
        (None, _) => Progress::Nothing,
        (Some(_), _) if looking => Progress::Looking,
        (Some(_), _) if failed.is_some() => Progress::Failed,
        (Some(_), None) => Progress::Looking,
        (Some(_), Some(_)) => Progress::Ready,
    };
    // Why it failed may speak of what is not seen.
    if progress == Progress::Failed && caller.sees() == Sees::Everything {
        looked_at.message = failed;
    }
    let last_event_on = found.iter().map(|one| one.event.raised_on).max();
    Ok(Summary { looked_at, progress, open, last_event_on })
}
