//! The costs around an event, and why there is none on a day.

use super::day;
use super::event::object;
use super::list::page;
use super::names::{self as words, TrendRule};
use crate::access::By;
use crate::caching::fresh;
use crate::names::names;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::trends::{self, Answer, By as Breakdown, Object, PartOf, WhyAnswer};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use model::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Rows of a breakdown, unless said otherwise.
const ROWS: usize = 20;

/// A day of an event's chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDay {
    day: String,
    cost: String,
    /// Whether all of it is there.
    whole: bool,
    /// Cost of what is watched, where the event is about a part of it.
    #[schema(required = true)]
    watched: Option<String>,
    /// Expected cost of what is watched, an estimate, and the lowest and highest regular one.
    #[schema(required = true)]
    expected: Option<String>,
    #[schema(required = true)]
    low: Option<String>,
    #[schema(required = true)]
    high: Option<String>,
}

/// The days around an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDays {
    currency: String,
    from: String,
    /// Day after the last.
    to: String,
    /// Those that are known.
    days: Vec<TrendDay>,
    /// What is watched, in words, where the event is about a part of it: regular ranges are of that. `null`: of what the
    /// event is about.
    #[schema(required = true)]
    watched: Option<String>,
}

/// A part of an event's cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendBreakdownRow {
    /// `null`: rows without a value.
    #[schema(required = true)]
    value: Option<String>,
    /// Words for it.
    name: String,
    /// Cost of the same weekdays of the four weeks before, averaged.
    expected: String,
    /// Cost of the event's days.
    actual: String,
    change: String,
    /// `null`: there was nothing before.
    #[schema(required = true)]
    change_percent: Option<f64>,
}

/// What an event's cost is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendBreakdown {
    currency: String,
    /// First of the event's days.
    from: String,
    /// Day after the last of them.
    to: String,
    /// The four weeks before.
    before_from: String,
    before_to: String,
    /// Rows of all pages.
    total: usize,
    /// Sums of all pages.
    expected: String,
    actual: String,
    change: String,
    /// What of the event's cost stands in no row: `actual + beside` is its cost, to the last digit. Zero but for an event of
    /// some parts of its object.
    beside: String,
    /// What moved most first.
    rows: Vec<TrendBreakdownRow>,
}

/// Parameters of a breakdown.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct TrendBreakdownParams {
    /// usage_type_group (default), usage_type, region, operation, resource, account or service.
    by: Option<String>,
    /// Rows of the page: 20 unless said otherwise, 500 at most.
    limit: Option<u32>,
    /// After so many.
    offset: Option<u32>,
}

names! {
    /// What a cost is broken down by.
    ByName for Breakdown {
        UsageTypeGroup,
        UsageType,
        Region,
        Operation,
        Resource,
        Account,
        Service,
    }
}

/// Why there is an event, or none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrendAnswerKind {
    /// There is one.
    Event,
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

/// An answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendAnswer {
    kind: TrendAnswerKind,
    /// The event's identifier, where there is one.
    #[schema(required = true)]
    id: Option<String>,
}

impl From<Answer> for TrendAnswer {
    fn from(answer: Answer) -> Self {
        let (kind, id) = match answer {
            Answer::Event { id } => (TrendAnswerKind::Event, Some(id)),
            Answer::Within => (TrendAnswerKind::Within, None),
            Answer::BelowThreshold => (TrendAnswerKind::BelowThreshold, None),
            Answer::BelowMinimum => (TrendAnswerKind::BelowMinimum, None),
            Answer::NotWhole => (TrendAnswerKind::NotWhole, None),
            Answer::Learning => (TrendAnswerKind::Learning, None),
            Answer::Unknown => (TrendAnswerKind::Unknown, None),
            Answer::ByMonth => (TrendAnswerKind::ByMonth, None),
            Answer::NotWatched => (TrendAnswerKind::NotWatched, None),
        };
        Self { kind, id }
    }
}

/// Why there is no event on a day, or which.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendWhy {
    currency: String,
    object: BTreeMap<String, String>,
    object_words: String,
    day: String,
    cost: String,
    #[schema(required = true)]
    expected: Option<String>,
    /// Lowest regular cost.
    #[schema(required = true)]
    low: Option<String>,
    /// Highest regular cost.
    #[schema(required = true)]
    high: Option<String>,
    /// The rule behind the highest.
    #[schema(required = true)]
    rule: Option<TrendRule>,
    /// Days within 180 on which it cost as much, newest first, at most five.
    seen_on: Vec<String>,
    answer: TrendAnswer,
    /// The same in a sentence.
    words: String,
}

impl From<WhyAnswer> for TrendWhy {
    fn from(found: WhyAnswer) -> Self {
        let why = found.why;
        Self {
            currency: found.currency,
            object: object(&found.object),
            object_words: found.object_words,
            day: found.day.to_string(),
            cost: why.cost.to_string(),
            expected: why.expected.map(|figure| figure.to_string()),
            low: why.low.map(|figure| figure.to_string()),
            high: why.high.map(|figure| figure.to_string()),
            rule: why.rule.map(Into::into),
            seen_on: why.seen_on.iter().map(ToString::to_string).collect(),
            answer: why.answer.into(),
            words: found.words,
        }
    }
}

/// Parameters of "why no event?" of an event's object.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct TrendDayParams {
    /// The day, YYYY-MM-DD.
    day: String,
}

/// Parameters of "why no event?".
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct TrendWhyParams {
    /// The day, YYYY-MM-DD.
    day: String,
    /// ATTRIBUTE=VALUE, such as account=123456789012 or service=AmazonEC2; repeated for an object of several; none: all
    /// accounts.
    object: Option<Vec<String>>,
    /// Currency; the main one unless said otherwise.
    currency: Option<String>,
}

/// An estimate as an amount.
fn estimate(figure: f64) -> Option<String> {
    // No digits that nobody knows.
    Decimal::from_f64((figure * 10_000.0).round() / 10_000.0).ok().map(|(figure, _)| figure.to_string())
}

/// The days around an event: 90 before it to 14 after.
#[utoipa::path(get, path = "/trend-events/{id}/days", tag = "trends", params(("id" = String, Path)), responses(
    (status = OK, body = TrendDays),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_days(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let recorded = trends::event(&state.app, &by, &id).await?;
    let found = trends::days(&state.app, &by, &recorded).await?;
    let days = found.days.iter().map(|one| TrendDay {
        day: one.day.to_string(),
        cost: one.cost.to_string(),
        whole: one.whole,
        watched: one.watched.map(|cost| cost.to_string()),
        expected: one.band.and_then(|band| estimate(band.expected)),
        low: one.band.and_then(|band| estimate(band.low)),
        high: one.band.and_then(|band| estimate(band.high)),
    });
    Ok(fresh(Json(TrendDays {
        days: days.collect(),
        currency: recorded.event.currency,
        from: found.from.to_string(),
        to: found.to.to_string(),
        watched: found.watched,
    })))
}

/// What an event's cost is made of.
#[utoipa::path(get, path = "/trend-events/{id}/breakdown", tag = "trends",
    params(("id" = String, Path), TrendBreakdownParams), responses(
    (status = OK, body = TrendBreakdown),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_breakdown(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let recorded = trends::event(&state.app, &by, &id).await?;
    let name = pairs.one("by")?.filter(|text| !text.is_empty());
    let kind = name.map(|text| words::read::<ByName>("by", &text)).transpose()?;
    let (limit, offset) = page(&mut pairs, ROWS)?;
    pairs.done()?;
    let kind = kind.map_or(Breakdown::UsageTypeGroup, Into::into);
    let found = trends::breakdown(&state.app, &by, &recorded, kind).await?;
    let sum = |of: fn(&PartOf) -> Decimal| found.parts.iter().map(of).sum::<Decimal>();
    let (expected, actual) = (sum(|part| part.expected), sum(|part| part.actual));
    let row = |part: &PartOf| TrendBreakdownRow {
        value: part.value.clone(),
        name: part.name.clone(),
        expected: part.expected.to_string(),
        actual: part.actual.to_string(),
        change: part.change().to_string(),
        change_percent: part.change_percent(),
    };
    Ok(fresh(Json(TrendBreakdown {
        currency: recorded.event.currency,
        from: found.from.to_string(),
        to: found.to.to_string(),
        before_from: found.before_from.to_string(),
        before_to: found.before_to.to_string(),
        total: found.parts.len(),
        expected: expected.to_string(),
        actual: actual.to_string(),
        change: (actual - expected).to_string(),
        beside: found.beside.to_string(),
        rows: found.parts.iter().skip(offset).take(limit).map(row).collect(),
    })))
}

fn asked_day(pairs: &mut Pairs) -> Result<NaiveDate, ApiError> {
    let Some(text) = pairs.one("day")?.filter(|text| !text.is_empty()) else {
        return Err(AppError::invalid("day: it is missing").advise("Write day=YYYY-MM-DD.").into());
    };
    day("day", &text)
}

/// Why there is no event of an event's object on a day, or which.
#[utoipa::path(get, path = "/trend-events/{id}/why", tag = "trends",
    params(("id" = String, Path), TrendDayParams), responses(
    (status = OK, body = TrendWhy),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_event_why(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    // What is not there is told first: what is asked of it matters to nobody.
    trends::event(&state.app, &by, &id).await?;
    let day = asked_day(&mut pairs)?;
    pairs.done()?;
    let found = trends::why_of(&state.app, &by, &id, day).await?;
    Ok(fresh(Json(TrendWhy::from(found))))
}

/// Why there is no event of an object on a day, or which.
#[utoipa::path(get, path = "/trends/why", tag = "trends", params(TrendWhyParams), responses(
    (status = OK, body = TrendWhy),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_why(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let day = asked_day(&mut pairs)?;
    let object: Object = trends::read_object(&pairs.all("object"))?;
    let currency = pairs.one("currency")?.filter(|text| !text.is_empty());
    pairs.done()?;
    let found = trends::why(&state.app, &by, currency.as_deref(), &object, day).await?;
    Ok(fresh(Json(TrendWhy::from(found))))
}
