//! Looks at the bills, one currency at a time: what is found is compared with what was recorded, and written with what
//! became of it and the jobs that tell of it in one step.
//!
//! A look that was done is not done again: it names what it looked at. Two at the same time write once.

use super::load::{Asking, Span};
use super::memory::{asked, learned, recorded};
use super::saved::filters_of;
use super::telling::{Telling, steps};
use super::{
    Asked, Attribute, Direction, Event, Kind, Looked, Object, Quiet, Recorded, Severity, Status, deliveries,
    leaves,
};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result, stable};
use analyses::trends::{Changed, Transition, detect, reconcile, unit_prices};
use chrono::NaiveDate;
use meta::{FoundTrend, TrendHistory, TrendLook};
use model::OrganizationId;
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// Changes with what is found of the same bills: then they are looked at again.
const METHOD: u32 = 2;

/// Looks at the bills of an organization, where they or what is asked of them changed since the last look.
///
/// # Errors
/// The bills or the metadata cannot be read or written; another look came between.
pub(crate) async fn look(app: &App, organization: &OrganizationId) -> Result<()> {
    let published = Published::of_id(app, organization).await?;
    for currency in published.currencies().to_vec() {
        look_in(app, organization, &published, &currency).await?;
    }
    for look in app.meta().trend_looks(organization).await? {
        if !published.currencies().contains(&look.currency) {
            take_back(app, organization, &published, look).await?;
        }
    }
    Ok(())
}

/// Withdraws what was found in bills of a currency that are not there any more.
async fn take_back(
    app: &App,
    organization: &OrganizationId,
    published: &Published,
    mut look: TrendLook,
) -> Result<()> {
    let recorded = recorded(app, organization, &look.currency).await?;
    let before: Vec<Event> = recorded.iter().map(|one| one.event.clone()).collect();
    if before.iter().all(|event| event.status == Status::Withdrawn) {
        return Ok(());
    }
    let changed = reconcile(before, vec![], NaiveDate::MIN);
    let telling = Telling { app, organization, published, looked: None, words: OnceCell::new() };
    let after = look.version;
    look.looked_at_ms = app.now().timestamp_millis();
    // Read again, they are looked at again.
    look.state = String::new();
    look.series = 0;
    write(&telling, &look, after, recorded, changed).await
}

async fn look_in(
    app: &App,
    organization: &OrganizationId,
    published: &Published,
    currency: &str,
) -> Result<()> {
    let looks = app.meta().trend_looks(organization).await?;
    let last = looks.into_iter().find(|look| look.currency == currency);
    let recorded = recorded(app, organization, currency).await?;
    let mut asked = asked(app, organization, &recorded).await?;
    let filters = filters_of(app, organization, &asked.definitions).await?;
    let state = state(published, &asked, &recorded, &filters);
    if last.as_ref().is_some_and(|last| last.state == state) {
        return Ok(());
    }
    asked.first_load = last.is_none();
    let Some(looked) = learned(app, organization, published, currency, asked, None).await? else {
        return Ok(());
    };
    let found = found(app, published, currency, &looked).await?;
    let settled = looked.memory.settled(looked.data_begin);
    // Whether data come at all is looked at by the hour.
    let before: Vec<Event> =
        recorded.iter().filter(|one| one.event.kind != Kind::NoData).map(|one| one.event.clone()).collect();
    let changed = reconcile(before, found, settled);
    let bill = looked.memory.bill();
    let look = TrendLook {
        currency: currency.to_owned(),
        version: 0,
        looked_at_ms: app.now().timestamp_millis(),
        state,
        first_day: bill.first_day.to_string(),
        through: looked.memory.day(bill.days().saturating_sub(1)).to_string(),
        series: u32::try_from(bill.series.len()).unwrap_or(u32::MAX),
        message: looked.message.clone(),
    };
    let telling = Telling { app, organization, published, looked: Some(&looked), words: OnceCell::new() };
    let after = last.map_or(0, |last| last.version);
    // Before the look is: one that is written down is not done again.
    deliveries::keep(app, &looked.held).await?;
    write(&telling, &look, after, recorded, changed).await
}

/// Names the bills and what is asked of them.
fn state(published: &Published, asked: &Asked, recorded: &[Recorded], filters: &str) -> String {
    let said: Vec<String> = recorded
        .iter()
        .filter(|one| one.said != super::Said::default())
        .map(|one| format!("{} {:?}", one.event.id, one.said.kept()))
        .collect();
    stable::name_of(&(METHOD, &published.id, format!("{:?}", asked.definitions), said, filters))
}

/// All that is irregular in the bills, whatever was recorded.
async fn found(app: &App, published: &Published, currency: &str, looked: &Looked) -> Result<Vec<Event>> {
    let asking = Asking { app, published, currency };
    let memory = &looked.memory;
    let runs = memory.runs(&looked.asked.definitions);
    let watched: Vec<Attribute> =
        looked.asked.definitions.iter().flat_map(|one| one.watches.iter().cloned()).collect();
    let leaves = leaves::leaves(&asking, memory, &runs, &watched).await?;
    let bill = memory.bill();
    let span = Span { first_day: bill.first_day, days: bill.days() };
    let priced = leaves::priced(&asking, span).await?;
    let (memory, asked) = (std::sync::Arc::clone(memory), looked.asked.clone());
    let work = tokio::task::spawn_blocking(move || {
        let mut found = detect(&memory, &leaves, &asked);
        found.extend(unit_prices(&memory, &priced, &asked));
        found
    });
    work.await.map_err(|error| AppError::internal(format!("the look ended early: {error}")))
}

/// Writes a look: events, what became of them, and the jobs that tell of it.
pub(super) async fn write(
    telling: &Telling<'_>,
    look: &TrendLook,
    after: i64,
    recorded: Vec<Recorded>,
    changed: Vec<Changed>,
) -> Result<()> {
    let known: BTreeMap<String, Recorded> =
        recorded.into_iter().map(|one| (one.event.id.clone(), one)).collect();
    let (mut rows, mut jobs) = (vec![], vec![]);
    for mut one in changed {
        let before = known.get(&one.event.id);
        stay_quiet(&mut one, before.map(|before| &before.event));
        // How far the data reach is said of what goes on.
        if one.transition == Transition::Same && one.event.status != Status::Open {
            continue;
        }
        let told = steps(&one, before.is_some_and(|before| before.told));
        for step in &told {
            jobs.extend(telling.jobs(&one.event, *step).await?);
        }
        let begins = told.contains(&notify::Transition::Opened);
        rows.push(row(&one, begins, look)?);
    }
    if telling.app.meta().keep_trend_look(telling.organization, look, after, &rows, &jobs).await? {
        telling.app.queued().wake();
        return Ok(());
    }
    Err(AppError::new(ErrorKind::TooMany, "another look at the same bills came between"))
}

/// What the first load found is not told later either, unless it gets worse or comes again.
fn stay_quiet(one: &mut Changed, before: Option<&Event>) {
    let Some(before) = before else { return };
    let goes_on = before.quiet == Some(Quiet::FirstLoad) && before.opening == one.event.opening;
    if goes_on && one.transition != Transition::SeverityUp {
        one.event.quiet = Some(Quiet::FirstLoad);
    }
    let reach = Event { data_through: before.data_through, seen: before.seen.clone(), ..one.event.clone() };
    if one.transition == Transition::Updated && reach == *before {
        one.transition = Transition::Same;
    }
}

fn row(one: &Changed, told: bool, look: &TrendLook) -> Result<FoundTrend> {
    let event = &one.event;
    let value = |attribute| event.object.get(&attribute).map(ToOwned::to_owned);
    let history = history(one).map(|(transition, words)| TrendHistory {
        at_ms: look.looked_at_ms,
        transition: transition.to_owned(),
        words,
        publication: event.seen.publication.clone(),
    });
    Ok(FoundTrend {
        id: event.id.clone(),
        status: status_name(event.status).to_owned(),
        account_id: value(Attribute::Account),
        service: value(Attribute::Service),
        direction: direction_name(event.direction).to_owned(),
        kind: kind_name(event.kind)?,
        first_day: event.first_day.to_string(),
        last_day: event.last_day.to_string(),
        severity: match event.severity {
            Severity::Low => 0,
            Severity::Medium => 1,
            Severity::High => 2,
            Severity::Critical => 3,
        },
        opening: event.opening,
        event: serde_json::to_value(event).map_err(|error| AppError::internal(error.to_string()))?,
        told,
        history,
    })
}

/// What is remembered of what became of an event.
fn history(one: &Changed) -> Option<(&'static str, String)> {
    let event = &one.event;
    let money = crate::telling::money;
    let figures = format!(
        "cost {} {}, expected {} to {}, on {} to {}",
        money(event.cost),
        event.currency,
        money(event.expected_low),
        money(event.expected_high),
        event.first_day,
        event.last_day
    );
    Some(match one.transition {
        Transition::Opened if event.opening > 1 => ("opened", format!("It came back: {figures}.")),
        Transition::Opened => ("opened", format!("It was found: {figures}.")),
        Transition::SeverityUp => ("severity_up", format!("It got worse: {figures}.")),
        Transition::Ended => ("ended", format!("It ended: {figures}.")),
        Transition::Withdrawn => {
            ("withdrawn", format!("The bill was corrected, and it is not there any more ({figures})."))
        }
        Transition::Updated | Transition::Same => return None,
    })
}

/// Name of a state in the store and the API.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Ended => "ended",
        Status::Withdrawn => "withdrawn",
    }
}

/// Name of a direction in the store and the API.
pub fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Increase => "increase",
        Direction::Decrease => "decrease",
    }
}

fn kind_name(kind: Kind) -> Result<String> {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(AppError::internal("a kind of event has no name")),
    }
}

/// The account of an object, for routes.
pub(super) fn account_of(object: &Object) -> Option<String> {
    object.get(&Attribute::Account).map(ToOwned::to_owned)
}
