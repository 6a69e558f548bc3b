//! An event: as lists show it, and whole.

use super::names::{
    TrendDirection, TrendHint, TrendKind, TrendMeasure, TrendQuiet, TrendSeverity, TrendStatus, TrendVerdict,
};
use super::percent;
use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::routes::trends::comments::TrendComment;
use crate::state::ApiState;
use crate::time::instant;
use app::policy::{self, Action, Caller};
use app::trends::{self, Attribute, EventPage, Named, Object, Recorded, Sighting, Words};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A definition that saw an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDefinitionName {
    id: String,
    name: String,
}

/// Somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendPerson {
    /// `null`: no person, or one that is gone.
    #[schema(required = true)]
    pub(super) id: Option<String>,
    pub(super) name: String,
}

/// A part of an event that explains it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendCause {
    object: BTreeMap<String, String>,
    words: String,
    /// What it cost before, on the same weekdays.
    before: String,
    now: String,
    /// Its part of the rise (fall) of all parts that rose (fell).
    coverage_percent: f64,
    /// Part of its own cost that moved.
    purity_percent: f64,
}

/// An event, as lists show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendEvent {
    id: String,
    title: String,
    #[schema(required = true)]
    account_id: Option<String>,
    #[schema(required = true)]
    account_name: Option<String>,
    #[schema(required = true)]
    product_code: Option<String>,
    #[schema(required = true)]
    service: Option<String>,
    /// Attributes (account, service, region, tag:KEY, ...) and their values; none: the organization.
    object: BTreeMap<String, String>,
    object_words: String,
    measure: TrendMeasure,
    kind: TrendKind,
    direction: TrendDirection,
    status: TrendStatus,
    archived: bool,
    first_day: String,
    /// Last day beyond the bound, so far.
    last_day: String,
    /// Data day with which it became an event.
    raised_on: String,
    data_through: String,
    expected_low: String,
    expected_high: String,
    /// What its days cost.
    cost: String,
    /// Cost beyond what was expected; negative of a decrease.
    excess: String,
    /// `null`: nothing was expected.
    #[schema(required = true)]
    change_percent: Option<f64>,
    /// Whether there was nothing before.
    is_new: bool,
    /// Excess of a month at the current rate; of what ended, its excess.
    monthly_excess: String,
    /// That in percent of what its account (else the organization) costs in a month: with a rise, before a fall. At most
    /// 100.
    #[schema(required = true)]
    share_percent: Option<f64>,
    severity: TrendSeverity,
    /// Definitions that saw it, each once.
    definitions: Vec<TrendDefinitionName>,
    /// The best first.
    causes: Vec<TrendCause>,
    #[schema(required = true)]
    hint: Option<TrendHint>,
    /// Why nobody is told; `null`: somebody is.
    #[schema(required = true)]
    quiet: Option<TrendQuiet>,
    #[schema(required = true)]
    verdict: Option<TrendVerdict>,
    #[schema(required = true)]
    assignee: Option<TrendPerson>,
    comments: u32,
    #[schema(required = true)]
    snoozed_until: Option<String>,
    currency: String,
    /// How many times it was opened.
    opening: u32,
}

/// A change taken apart: `now - before = rate + quantity + new + gone`.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendWaterfall {
    /// Cost of the same weekdays in the four weeks before, averaged.
    before: String,
    now: String,
    /// Another price for what is used.
    rate: String,
    /// More or less of it, at the price before.
    quantity: String,
    new: String,
    gone: String,
}

/// Where a definition saw an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendSighting {
    definition: TrendDefinitionName,
    object: BTreeMap<String, String>,
    words: String,
    first_day: String,
    last_day: String,
}

/// What was looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendSeen {
    #[schema(required = true)]
    publication: Option<String>,
    /// Newest hour of data.
    #[schema(required = true)]
    through: Option<String>,
}

/// What became of an event, or what somebody did about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendHistory {
    at: String,
    transition: String,
    words: String,
}

/// Until when an event is expected.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendExpected {
    until: String,
    /// Up to this excess; `null`: any.
    #[schema(required = true)]
    up_to: Option<String>,
    by: String,
}

/// A message about an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDelivery {
    /// Name of the channel.
    channel: String,
    at: String,
    /// `waiting`, `sent`, `failed` or `dropped`.
    outcome: String,
}

/// A change of the bill.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendBillDiff {
    connection: String,
    month: String,
    at: String,
}

/// What the reader may do about an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendMay {
    /// Judge, assign, snooze and comment.
    answer: bool,
    /// Archive, and say that it is expected.
    define: bool,
}

/// An event, whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendEventPage {
    event: TrendEvent,
    #[schema(required = true)]
    waterfall: Option<TrendWaterfall>,
    sightings: Vec<TrendSighting>,
    seen: TrendSeen,
    /// The oldest first.
    comments: Vec<TrendComment>,
    /// The oldest first.
    history: Vec<TrendHistory>,
    #[schema(required = true)]
    expected: Option<TrendExpected>,
    deliveries: Vec<TrendDelivery>,
    /// The change of the bill that took it back.
    #[schema(required = true)]
    bill_diff: Option<TrendBillDiff>,
    may: TrendMay,
    /// Changes with each change of the event.
    version: String,
}

pub(super) fn object(of: &Object) -> BTreeMap<String, String> {
    of.parts().map(|(attribute, value)| (attribute.to_string(), value.to_owned())).collect()
}

impl TrendEvent {
    /// As it is shown, with words for what it is about.
    pub(super) fn of(recorded: &Recorded, words: &Words, named: &Named) -> Self {
        let event = &recorded.event;
        let part = |attribute: &Attribute| event.object.get(attribute).map(ToOwned::to_owned);
        let (account_id, product_code) = (part(&Attribute::Account), part(&Attribute::Service));
        let causes = event.causes.iter().map(|cause| TrendCause {
            object: object(&cause.object),
            words: words.object(&cause.object),
            before: cause.before.to_string(),
            now: cause.now.to_string(),
            coverage_percent: cause.coverage_percent.to_f64(),
            purity_percent: cause.purity_percent.to_f64(),
        });
        let mut definitions: Vec<TrendDefinitionName> = vec![];
        for seen in &event.definitions {
            if !definitions.iter().any(|known| known.id == seen.definition) {
                definitions.push(definition(seen, named));
            }
        }
        let said = &recorded.said;
        Self {
            id: event.id.clone(),
            title: words.title(event),
            account_name: account_id.as_deref().map(|id| words.account(id).to_owned()),
            account_id,
            service: product_code.as_deref().map(|code| words.service(code).to_owned()),
            product_code,
            object: object(&event.object),
            object_words: words.object(&event.object),
            measure: event.measure.into(),
            kind: event.kind.into(),
            direction: event.direction.into(),
            status: event.status.into(),
            archived: recorded.archived,
            first_day: event.first_day.to_string(),
            last_day: event.last_day.to_string(),
            raised_on: event.raised_on.to_string(),
            data_through: event.data_through.to_string(),
            expected_low: event.expected_low.to_string(),
            expected_high: event.expected_high.to_string(),
            cost: event.cost.to_string(),
            excess: event.excess.to_string(),
            change_percent: percent(event.change_percent),
            is_new: event.change_percent.is_none() && event.kind != trends::Kind::NoData,
            monthly_excess: event.monthly_excess.to_string(),
            share_percent: percent(event.share_percent),
            severity: event.severity.into(),
            definitions,
            causes: causes.collect(),
            hint: event.hint.map(Into::into),
            quiet: event.quiet.map(Into::into),
            verdict: said.verdict.map(Into::into),
            assignee: said
                .assignee
                .as_ref()
                .map(|(id, name)| TrendPerson { id: Some(id.to_string()), name: name.clone() }),
            comments: recorded.comments,
            snoozed_until: said.snoozed_until.map(|day| day.to_string()),
            currency: event.currency.clone(),
            opening: event.opening,
        }
    }
}

fn definition(seen: &Sighting, named: &Named) -> TrendDefinitionName {
    TrendDefinitionName { id: seen.definition.clone(), name: named.definition(&seen.definition).to_owned() }
}

impl TrendEventPage {
    fn of(page: EventPage, by: &Caller) -> Self {
        let EventPage { recorded, words, named, comments, history, deliveries, bill_diff } = page;
        let event = &recorded.event;
        let waterfall = event.waterfall.map(|parts| TrendWaterfall {
            before: parts.before.to_string(),
            now: parts.now.to_string(),
            rate: parts.rate.to_string(),
            quantity: parts.quantity.to_string(),
            new: parts.new.to_string(),
            gone: parts.gone.to_string(),
        });
        let sightings = event.definitions.iter().map(|seen| TrendSighting {
            definition: definition(seen, &named),
            object: object(&seen.object),
            words: words.object(&seen.object),
            first_day: seen.first_day.to_string(),
            last_day: seen.last_day.to_string(),
        });
        let history = history.into_iter().map(|line| TrendHistory {
            at: instant(line.at_ms),
            transition: line.transition,
            words: line.words,
        });
        let deliveries = deliveries.into_iter().map(|one| TrendDelivery {
            channel: one.channel,
            at: instant(one.at_ms),
            outcome: one.state,
        });
        let expected = recorded.said.expected.as_ref().map(|expected| TrendExpected {
            until: expected.until.to_string(),
            up_to: expected.up_to.map(|most| most.to_string()),
            by: expected.by.clone(),
        });
        Self {
            waterfall,
            sightings: sightings.collect(),
            seen: TrendSeen {
                publication: event.seen.publication.clone(),
                through: event.seen.through.map(crate::time::text),
            },
            comments: comments.into_iter().map(TrendComment::from).collect(),
            history: history.collect(),
            expected,
            deliveries: deliveries.collect(),
            bill_diff: bill_diff.map(|diff| TrendBillDiff {
                connection: diff.connection,
                month: diff.month,
                at: instant(diff.at_ms),
            }),
            may: TrendMay {
                answer: policy::allow(by, Action::AnswerTrends).is_ok(),
                define: policy::allow(by, Action::DefineTrends).is_ok(),
            },
            version: recorded.version.to_string(),
            event: TrendEvent::of(&recorded, &words, &named),
        }
    }
}

/// An event as its page shows it.
pub(super) async fn page(state: &ApiState, by: &Caller, id: &str) -> Result<Response, ApiError> {
    let page = trends::event_page(&state.app, by, id).await?;
    Ok(fresh(Json(TrendEventPage::of(page, by))))
}

/// An event, with what became of it and what people said of it.
#[utoipa::path(get, path = "/trend-events/{id}", tag = "trends", params(("id" = String, Path)), responses(
    (status = OK, body = TrendEventPage),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_event(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    page(&state, &by, &id).await
}
