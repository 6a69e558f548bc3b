//! What is looked for, and what it would have found.

use super::event::object;
use super::names::{TrendDirection, TrendMethod};
use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::edits::{self, Thing};
use app::trends::{self, CountedDefinition, NewDefinition, Trial, Tried, Wish, Words};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Findings of a trial that are answered: the newest ones.
const FOUND: usize = 500;

/// How its events were judged.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendVerdicts {
    real: usize,
    planned: usize,
    #[serde(rename = "false")]
    not_real: usize,
}

/// What is looked for.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the names of the interface")]
pub(crate) struct TrendDefinition {
    id: String,
    name: String,
    description: String,
    /// Whether it is there from the start: then it can be switched off, and its threshold, least amount, whether falls count
    /// and whether it notifies can be changed.
    predefined: bool,
    on: bool,
    /// Attributes of the objects: account, service, region, usage_type, operation, subset, filter or tag:KEY.
    watches: Vec<String>,
    /// Only this value of the last of them.
    #[schema(required = true)]
    only: Option<String>,
    /// Words for that value.
    #[schema(required = true)]
    only_words: Option<String>,
    method: TrendMethod,
    /// Change from which on it counts.
    threshold_percent: f64,
    /// Least amount, in the bill's currency.
    minimum: String,
    /// Whether falling costs raise nothing.
    ignore_decreases: bool,
    /// Whether its events are told; else they are recorded alone.
    notifies: bool,
    /// Of this definition as it is, for the `If-Match` of a change.
    version: String,
    /// Events that it saw and that are not withdrawn.
    events: usize,
    verdicts: TrendVerdicts,
    /// Part of its judged events that were real or planned; `null`: none was judged.
    #[schema(required = true)]
    precision_percent: Option<f64>,
}

impl TrendDefinition {
    fn of(counted: CountedDefinition, words: &Words) -> Self {
        let precision_percent = counted.precision();
        let CountedDefinition { known, events, real, planned, not_real } = counted;
        let version = known.version_name();
        let last = known.definition.watches.last().cloned();
        let only = known.definition.only;
        Self {
            id: known.definition.id,
            name: known.name,
            description: known.description,
            predefined: known.predefined,
            on: known.on,
            watches: known.definition.watches.iter().map(ToString::to_string).collect(),
            only_words: last.zip(only.as_deref()).map(|(attribute, value)| words.value(&attribute, value)),
            only,
            method: known.definition.method.into(),
            threshold_percent: known.definition.threshold_percent.to_f64(),
            minimum: known.definition.minimum.to_string(),
            ignore_decreases: known.definition.ignore_decreases,
            notifies: known.definition.notifies,
            version,
            events,
            verdicts: TrendVerdicts { real, planned, not_real },
            precision_percent,
        }
    }
}

/// The organization's definitions.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDefinitions {
    /// The predefined ones first.
    definitions: Vec<TrendDefinition>,
}

/// A definition to make, or to put in the place of one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrendDefinition {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    on: bool,
    /// account and service, or one of account, service, region, usage_type, operation, subset, filter and tag:KEY; a tag also
    /// beside account or service.
    watches: Vec<String>,
    /// Only this value of the last of them: of a subset or a saved report its identifier.
    #[serde(default)]
    only: Option<String>,
    method: TrendMethod,
    /// 1 to 1,000.
    threshold_percent: f64,
    /// Zero or more.
    minimum: String,
    #[serde(default)]
    ignore_decreases: bool,
    /// Whether its events are told.
    #[serde(default = "yes")]
    notifies: bool,
}

const fn yes() -> bool {
    true
}

impl From<NewTrendDefinition> for NewDefinition {
    fn from(new: NewTrendDefinition) -> Self {
        Self {
            name: new.name,
            description: new.description,
            on: new.on,
            notifies: new.notifies,
            wish: Wish {
                watches: new.watches,
                only: new.only,
                method: new.method.into(),
                threshold_percent: new.threshold_percent,
                minimum: new.minimum,
                ignore_decreases: new.ignore_decreases,
            },
        }
    }
}

/// A definition to try on the past.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendTrial {
    /// The main one unless said otherwise.
    #[serde(default)]
    currency: Option<String>,
    watches: Vec<String>,
    #[serde(default)]
    only: Option<String>,
    method: TrendMethod,
    threshold_percent: f64,
    minimum: String,
    #[serde(default)]
    ignore_decreases: bool,
}

/// What a definition would have found.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendTried {
    object: BTreeMap<String, String>,
    words: String,
    direction: TrendDirection,
    first_day: String,
    last_day: String,
    /// Beyond what was expected, without a sign.
    excess: String,
}

/// How many began in a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendMonth {
    month: String,
    events: usize,
}

/// The last twelve months by a definition.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendBacktest {
    currency: String,
    from: String,
    /// Last day of data.
    through: String,
    /// Series that it watches.
    series: usize,
    /// Findings in all.
    total: usize,
    /// The newest 500, before what has one cause is joined.
    found: Vec<TrendTried>,
    /// Those without any among them.
    months: Vec<TrendMonth>,
}

impl From<Trial> for TrendBacktest {
    fn from(trial: Trial) -> Self {
        let Trial { currency, backtest, words } = trial;
        let mut found = backtest.found;
        found.sort_by(|one, other| {
            other.first_day.cmp(&one.first_day).then_with(|| one.object.cmp(&other.object))
        });
        let shown = |one: &Tried| TrendTried {
            object: object(&one.object),
            words: words.object(&one.object),
            direction: one.direction.into(),
            first_day: one.first_day.to_string(),
            last_day: one.last_day.to_string(),
            excess: one.excess.to_string(),
        };
        let months = backtest.months.iter();
        Self {
            currency,
            from: backtest.from.to_string(),
            through: backtest.through.to_string(),
            series: backtest.series,
            total: found.len(),
            found: found.iter().take(FOUND).map(shown).collect(),
            months: months
                .map(|(month, events)| TrendMonth { month: month.to_string(), events: *events })
                .collect(),
        }
    }
}

/// The organization's definitions, the predefined ones first.
#[utoipa::path(get, path = "/trend-definitions", tag = "trends", responses(
    (status = OK, body = TrendDefinitions),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_definitions(
    State(state): State<ApiState>,
    By(by): By,
) -> Result<Response, ApiError> {
    let (all, words) = trends::counted(&state.app, &by).await?;
    let definitions = all.into_iter().map(|one| TrendDefinition::of(one, &words)).collect();
    Ok(fresh(Json(TrendDefinitions { definitions })))
}

async fn shown(state: &ApiState, by: &app::policy::Caller, id: &str) -> Result<TrendDefinition, ApiError> {
    let (all, words) = trends::counted(&state.app, by).await?;
    let found = all.into_iter().find(|one| one.known.definition.id == id);
    let found = found.ok_or_else(|| {
        app::AppError::new(app::ErrorKind::NotFound, "there is no such definition")
            .advise("Somebody may have deleted it: load the list again.")
    })?;
    Ok(TrendDefinition::of(found, &words))
}

/// Makes a definition.
#[utoipa::path(post, path = "/trend-definitions", tag = "trends", request_body = NewTrendDefinition, responses(
    (status = CREATED, body = TrendDefinition),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_trend_definition(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewTrendDefinition>,
) -> Result<Response, ApiError> {
    let made = trends::create_definition(&state.app, &by, new.into()).await?;
    let shown = shown(&state, &by, &made.definition.id).await?;
    Ok(fresh((StatusCode::CREATED, Json(shown)).into_response()))
}

/// Puts another definition in the place of one.
#[utoipa::path(put, path = "/trend-definitions/{id}", tag = "trends",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = NewTrendDefinition, responses(
    (status = OK, body = TrendDefinition),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_trend_definition(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<NewTrendDefinition>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::TrendDefinition(&id), expected.version()).await?;
    trends::set_definition(&state.app, &by, &id, new.into()).await?;
    Ok(fresh(Json(shown(&state, &by, &id).await?)))
}

/// Deletes a definition that people made.
#[utoipa::path(delete, path = "/trend-definitions/{id}", tag = "trends",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_trend_definition(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let thing = Thing::TrendDefinition(&id);
    let _turn = edits::begin_removal(&state.app, &by, thing, expected.version()).await?;
    trends::remove_definition(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// What a definition would have found in the last twelve months; nothing is stored.
#[utoipa::path(post, path = "/trend-definitions/backtest", tag = "trends", request_body = TrendTrial, responses(
    (status = OK, body = TrendBacktest),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn backtest_trends(
    State(state): State<ApiState>,
    By(by): By,
    Body(trial): Body<TrendTrial>,
) -> Result<Response, ApiError> {
    let wish = Wish {
        watches: trial.watches,
        only: trial.only,
        method: trial.method.into(),
        threshold_percent: trial.threshold_percent,
        minimum: trial.minimum,
        ignore_decreases: trial.ignore_decreases,
    };
    let found = trends::backtest(&state.app, &by, trial.currency.as_deref(), &wish).await?;
    Ok(fresh(Json(TrendBacktest::from(found))))
}
