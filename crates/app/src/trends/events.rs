//! Recorded events, as a caller may see them.

use super::{Event, Object, Verdict};
use crate::policy::{Caller, Sees};
use crate::read::{Published, data_to};
use crate::{App, AppError, Result};
use analyses::trends::Attribute;
use chrono::{DateTime, NaiveDate, Utc};
use meta::{TrendEvent, TrendFilter, TrendSaid};
use model::{Decimal, UserId};
use query::Scope;

/// A recorded event, with what people said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// Whether people were told of its present opening.
    pub told: bool,
    /// Whether somebody put it away.
    pub archived: bool,
    /// What people said of it.
    pub said: Said,
    /// Comments there are.
    pub comments: u32,
    /// Grows with whatever people change of it, or write about it: `say_of_trend_event` asks for it.
    pub version: i64,
}

/// What people said of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether it was irregular.
    pub verdict: Option<Verdict>,
    /// Who looks after it.
    pub assignee: Option<(UserId, String)>,
    /// Nobody is told before the data reach beyond this day.
    pub snoozed_until: Option<NaiveDate>,
    /// Until when it is expected, up to which excess, and who expects it.
    pub expected: Option<ExpectedUntil>,
}

/// What somebody expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedUntil {
    /// Until this day.
    pub until: NaiveDate,
    /// Up to this excess; any where it is absent.
    pub up_to: Option<Decimal>,
    /// Who expects it.
    pub by: String,
}

impl Said {
    /// As it is kept.
    pub fn kept(&self) -> TrendSaid {
        let word = |verdict: &Verdict| match verdict {
            Verdict::Real => "real",
            Verdict::Planned => "planned",
            Verdict::False => "false",
        };
        TrendSaid {
            verdict: self.verdict.as_ref().map(word).map(ToOwned::to_owned),
            assignee_id: self.assignee.as_ref().map(|(id, _)| id.clone()),
            assignee: self.assignee.as_ref().map(|(_, name)| name.clone()),
            snoozed_until: self.snoozed_until.map(|day| day.to_string()),
            expected_until: self.expected.as_ref().map(|expected| expected.until.to_string()),
            expected_up_to: self.expected.as_ref().and_then(|expected| expected.up_to),
            expected_by: self.expected.as_ref().map(|expected| expected.by.clone()),
        }
    }

    fn read(kept: TrendSaid) -> Result<Self> {
        let day = |text: Option<String>| text.map(|text| text.parse::<NaiveDate>()).transpose();
        let corrupt = |error: chrono::ParseError| AppError::internal(format!("a kept day: {error}"));
        let verdict = kept.verdict.as_deref().map(|word| match word {
            "planned" => Verdict::Planned,
            "false" => Verdict::False,
            _ => Verdict::Real,
        });
        let until = day(kept.expected_until).map_err(corrupt)?;
        let (up_to, by) = (kept.expected_up_to, kept.expected_by.unwrap_or_default());
        Ok(Self {
            verdict,
            assignee: kept.assignee_id.map(|id| (id, kept.assignee.unwrap_or_default())),
            snoozed_until: day(kept.snoozed_until).map_err(corrupt)?,
            expected: until.map(|until| ExpectedUntil { until, up_to, by }),
        })
    }
}

impl Recorded {
    pub(crate) fn read(kept: TrendEvent) -> Result<Self> {
        let event: Event = serde_json::from_value(kept.event)
            .map_err(|error| AppError::internal(format!("a recorded event cannot be read: {error}")))?;
        Ok(Self {
            told: kept.told_opening >= event.opening,
            event,
            archived: kept.archived,
            said: Said::read(kept.said)?,
            comments: kept.comments,
            version: kept.version,
        })
    }
}

/// The part of an organization's events, objects and series that somebody may see.
#[derive(Clone, Debug)]
pub struct Part {
    scope: Scope,
    /// Last day with rows of a part; `None` of everything, and of a part without rows.
    last: Option<NaiveDate>,
}

impl Part {
    /// Whether it is all.
    pub fn is_everything(&self) -> bool {
        self.scope.is_everything()
    }

    /// The last day of data as far as it may be known: that of the whole bill is not for those who see a part.
    pub fn through(&self, day: NaiveDate) -> NaiveDate {
        self.last.map_or(day, |last| day.min(last))
    }

    /// Whether an object may be seen: to those who see chosen subsets alone, one that names an account of theirs.
    pub fn sees(&self, object: &Object) -> bool {
        let own = |account| self.scope.sees(account);
        self.is_everything() || object.get(&Attribute::Account).is_some_and(own)
    }

    /// The event as it may be seen; `None` where it may not be.
    fn of(&self, mut recorded: Recorded) -> Option<Recorded> {
        if self.is_everything() {
            return Some(recorded);
        }
        let event = &mut recorded.event;
        if !self.sees(&event.object) {
            return None;
        }
        event.definitions.retain(|seen| self.sees(&seen.object));
        // What names no account lies within the event's own.
        let account = |object: &Object| object.get(&Attribute::Account).map(ToOwned::to_owned);
        event.causes.retain(|cause| account(&cause.object).is_none_or(|account| self.scope.sees(&account)));
        // The numbers of publications count those of everybody.
        event.seen.publication = None;
        // Of an event that goes on without rows its own last day is known.
        let through = self.through(event.data_through).max(event.last_day);
        if through < event.data_through {
            event.data_through = through;
            event.seen.through = event.seen.through.min(last_hour(through));
        }
        Some(recorded)
    }
}

/// What of the events a caller may see.
///
/// # Errors
/// They belong to no organization.
pub async fn part(app: &App, caller: &Caller) -> Result<Part> {
    if caller.sees() == Sees::Everything {
        return Ok(Part { scope: Scope::Everything, last: None });
    }
    let published = Published::seen_by(app, caller, None).await?;
    let last = data_to(app, &published).await?.and_then(|to| to.pred_opt());
    Ok(Part { scope: published.view.scope.clone(), last })
}

/// The hour with which a day ends.
fn last_hour(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_hms_opt(23, 0, 0)?.and_utc())
}

/// Events of the caller's organization that they may see, the newest first.
///
/// # Errors
/// The metadata cannot be read.
pub async fn events(app: &App, caller: &Caller, filter: &TrendFilter) -> Result<Vec<Recorded>> {
    let part = part(app, caller).await?;
    let kept = app.meta().trend_events(&caller.organization()?.id, filter).await?;
    let mut all = vec![];
    for kept in kept {
        all.extend(part.of(Recorded::read(kept)?));
    }
    Ok(all)
}

/// One of them.
///
/// # Errors
/// `NotFound`: there is none of that name that they may see.
pub async fn event(app: &App, caller: &Caller, id: &str) -> Result<Recorded> {
    let part = part(app, caller).await?;
    let kept =
        app.meta().trend_event(&caller.organization()?.id, id).await?.ok_or_else(super::missing_event)?;
    part.of(Recorded::read(kept)?).ok_or_else(super::missing_event)
}
