//! Budgets: an amount for a month, a quarter or a year, what it cost and will cost, and at what it tells.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::names::names;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::text;
use app::budgets::State as Standing;
use app::edits::{self, Thing};
use app::policy::Sees;
use app::{AppError, budgets};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{Basis, BudgetPeriod as Period, Decimal, Filter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

names! {
    /// What a budget is made for.
    BudgetPeriod for Period {
        /// A calendar month.
        Month,
        /// Three months of the fiscal year.
        Quarter,
        /// The fiscal year.
        Year,
    }
}

names! {
    /// What a threshold looks at.
    BudgetBasis for Basis {
        /// What the period cost so far.
        Actual,
        /// What it will have cost at its end: on two data days in a row.
        Forecast,
    }
}

/// A part of the amount at which a budget tells, once a period.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetThreshold {
    basis: BudgetBasis,
    /// Percent of the amount, 1 to 1000.
    percent: u16,
}

impl From<BudgetThreshold> for model::Threshold {
    fn from(threshold: BudgetThreshold) -> Self {
        Self { basis: threshold.basis.into(), percent: threshold.percent }
    }
}

/// An amount for the periods that begin on a day or later.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetAmount {
    /// First day of a period to come.
    from: String,
    amount: String,
}

/// A budget to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBudget {
    name: String,
    /// What it is about: `DIM=V[,V]` keeps, `DIM!=V[,V]` leaves out; none is everything.
    #[serde(default)]
    filters: Vec<String>,
    /// What is summed: amortized (default), unblended, net_amortized, net_unblended or list.
    #[serde(default)]
    metric: Option<String>,
    /// Currency of the amounts; the main one of what the filters keep unless said otherwise.
    #[serde(default)]
    currency: Option<String>,
    period: BudgetPeriod,
    /// First month of the fiscal year (1 to 12); January unless said otherwise.
    #[serde(default)]
    start_month: Option<u32>,
    /// The amount, from the present period on.
    amount: String,
    /// Other amounts, from later periods on.
    #[serde(default)]
    later: Vec<BudgetAmount>,
    #[serde(default)]
    thresholds: Vec<BudgetThreshold>,
}

/// What an amount is to be suggested for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestionAsked {
    #[serde(default)]
    filters: Vec<String>,
    #[serde(default)]
    metric: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    period: BudgetPeriod,
    #[serde(default)]
    start_month: Option<u32>,
}

names! {
    /// How a period of a budget stands.
    BudgetStanding for Standing {
        /// What it cost is not known, or there was no amount.
        Unknown,
        /// Below its amount so far; where it will end is not known.
        NoForecast,
        /// Below every threshold.
        Within,
        /// A threshold below the amount is passed.
        Warned,
        /// It will end beyond its amount.
        AtRisk,
        /// It has come to its amount.
        Beyond,
    }
}

/// A period of a budget.
#[derive(Serialize, ToSchema)]
pub(crate) struct BudgetSpan {
    /// First day.
    from: String,
    /// Day after the last.
    to: String,
    /// In words, such as `October to December 2026`.
    words: String,
    /// `null`: the budget was made later.
    #[schema(required = true)]
    amount: Option<String>,
    /// What it cost so far, exactly; `null`: not known.
    #[schema(required = true)]
    actual: Option<String>,
    /// Whether all of its days are there.
    complete: bool,
    /// Where it will end, an estimate; `null`: it is over, or that cannot be told.
    #[schema(required = true)]
    forecast: Option<f64>,
    /// Between this and `forecast_high` it ends with a probability of 80 %.
    #[schema(required = true)]
    forecast_low: Option<f64>,
    #[schema(required = true)]
    forecast_high: Option<f64>,
    /// What it cost, in percent of its amount.
    #[schema(required = true)]
    percent: Option<f64>,
    /// Where it will end, in percent of its amount.
    #[schema(required = true)]
    forecast_percent: Option<f64>,
    state: BudgetStanding,
}

fn span(period: &budgets::PeriodState, of: Period) -> BudgetSpan {
    let interval = period.forecast.and_then(|forecast| forecast.interval);
    BudgetSpan {
        from: period.from.to_string(),
        to: period.to.to_string(),
        words: of.words(period.from),
        amount: period.amount.map(|amount| amount.to_string()),
        actual: period.actual.map(|actual| actual.to_string()),
        complete: period.complete,
        forecast: period.forecast.map(|forecast| forecast.total),
        forecast_low: interval.map(|(low, _)| low),
        forecast_high: interval.map(|(_, high)| high),
        percent: period.percent(),
        forecast_percent: period.forecast_percent(),
        state: period.state.into(),
    }
}

/// A threshold in the present period.
#[derive(Serialize, ToSchema)]
pub(crate) struct BudgetThresholdState {
    basis: BudgetBasis,
    percent: u16,
    /// `null`: not known.
    #[schema(required = true)]
    passed: Option<bool>,
    /// Day on which the cost of the period came to it.
    #[schema(required = true)]
    passed_on: Option<String>,
    /// Data day on which that was told.
    #[schema(required = true)]
    told_on: Option<String>,
    /// Whether it was told since that the figure is below again.
    taken_back: bool,
}

impl From<&budgets::ThresholdState> for BudgetThresholdState {
    fn from(state: &budgets::ThresholdState) -> Self {
        Self {
            basis: state.threshold.basis.into(),
            percent: state.threshold.percent,
            passed: state.passed,
            passed_on: state.passed_on.map(|day| day.to_string()),
            told_on: state.told.map(|day| day.to_string()),
            taken_back: state.taken_back,
        }
    }
}

/// A budget as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Budget {
    id: String,
    name: String,
    /// What it is about, as it is kept: what the organization defines stands by identifier.
    filters: Vec<String>,
    /// The same by name.
    shown_filters: Vec<String>,
    metric: String,
    currency: String,
    period: BudgetPeriod,
    /// First month of the fiscal year.
    start_month: u32,
    /// Other amounts, from later periods on.
    later: Vec<BudgetAmount>,
    thresholds: Vec<BudgetThresholdState>,
    /// The present period.
    now: BudgetSpan,
    /// Periods before it, the newest first, as far as there are bills.
    past: Vec<BudgetSpan>,
    /// Why nothing can be told, in words.
    #[schema(required = true)]
    problem: Option<String>,
    /// End of the newest hour of usage.
    #[schema(required = true)]
    data_through: Option<String>,
    /// Of this budget as it is, for the `If-Match` of a change.
    version: String,
}

impl From<budgets::BudgetState> for Budget {
    fn from(state: budgets::BudgetState) -> Self {
        let version = budgets::version(&state.budget);
        let budget = state.budget;
        let of = budget.period;
        let later = budget.amounts.iter().filter(|one| one.from.date() > state.now.from);
        Self {
            id: budget.id.to_string(),
            filters: budget.question.filters.iter().map(ToString::to_string).collect(),
            shown_filters: state.filters.iter().map(ToString::to_string).collect(),
            metric: budget.question.metric.info().name.to_owned(),
            period: of.into(),
            start_month: budget.start_month,
            later: later
                .map(|one| BudgetAmount { from: one.from.date().to_string(), amount: one.amount.to_string() })
                .collect(),
            thresholds: state.thresholds.iter().map(BudgetThresholdState::from).collect(),
            now: span(&state.now, of),
            past: state.past.iter().map(|period| span(period, of)).collect(),
            problem: state.problem,
            data_through: state.data_through.map(text),
            version,
            name: budget.name,
            currency: budget.currency,
        }
    }
}

/// The budgets that the reader may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct Budgets {
    /// By name.
    budgets: Vec<Budget>,
    /// Whether only those are here that are wholly about accounts that the reader may see.
    part: bool,
}

/// An amount to begin with.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestedAmount {
    currency: String,
    /// `null`: no complete period that costs anything is there.
    #[schema(required = true)]
    amount: Option<String>,
    /// What half of the periods cost at most.
    #[schema(required = true)]
    median: Option<String>,
    /// What 95 % of them cost at most.
    #[schema(required = true)]
    percentile_95: Option<String>,
    /// How it was reckoned, or why there is none.
    words: String,
    /// The present period.
    now: BudgetSpan,
    /// Periods before it, the newest first.
    past: Vec<BudgetSpan>,
    #[schema(required = true)]
    data_through: Option<String>,
}

fn filters(texts: &[String]) -> Result<Vec<Filter>, ApiError> {
    let read = |text: &String| {
        text.parse().map_err(|error: model::FilterError| {
            AppError::invalid(error.to_string())
                .advise("Write filters as the address of a page has them.")
                .into()
        })
    };
    texts.iter().map(read).collect()
}

fn metric(text: Option<String>) -> Result<model::Metric, ApiError> {
    let Some(text) = text else { return Ok(model::Metric::Amortized) };
    Ok(text.parse().map_err(|error: model::MetricError| {
        AppError::invalid(error.to_string()).advise("Choose one of the cost metrics.")
    })?)
}

fn amount(text: &str) -> Result<Decimal, ApiError> {
    Ok(text.trim().parse().map_err(|error: model::DecimalError| {
        AppError::invalid(format!("the amount '{text}' {error}")).advise("Write it as 1250 or 1250.50.")
    })?)
}

fn read(new: NewBudget) -> Result<budgets::NewBudget, ApiError> {
    let later = |one: BudgetAmount| -> Result<budgets::NewAmount, ApiError> {
        let from = one.from.parse().map_err(|_| {
            AppError::invalid(format!("'{}' is no day", one.from)).advise("Write it as YYYY-MM-DD.")
        })?;
        Ok(budgets::NewAmount { from, amount: amount(&one.amount)? })
    };
    Ok(budgets::NewBudget {
        filters: filters(&new.filters)?,
        metric: metric(new.metric)?,
        currency: new.currency,
        period: new.period.into(),
        start_month: new.start_month.unwrap_or(1),
        amount: amount(&new.amount)?,
        later: new.later.into_iter().map(later).collect::<Result<_, _>>()?,
        thresholds: new.thresholds.into_iter().map(model::Threshold::from).collect(),
        name: new.name,
    })
}

/// The budgets that the reader may see, by name, as they stand.
#[utoipa::path(get, path = "/budgets", tag = "budgets", responses(
    (status = OK, body = Budgets),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn budgets(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let found = budgets::budgets(&state.app, &by).await?;
    let part = by.sees() != Sees::Everything;
    Ok(fresh(Json(Budgets { budgets: found.into_iter().map(Budget::from).collect(), part })))
}

/// One budget, as it stands.
#[utoipa::path(get, path = "/budgets/{id}", tag = "budgets", params(("id" = String, Path)), responses(
    (status = OK, body = Budget),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn budget(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(fresh(Json(Budget::from(budgets::budget(&state.app, &by, &id).await?))))
}

/// Makes a budget.
#[utoipa::path(post, path = "/budgets", tag = "budgets", request_body = NewBudget, responses(
    (status = CREATED, body = Budget),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_budget(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewBudget>,
) -> Result<Response, ApiError> {
    let made = budgets::create(&state.app, &by, read(new)?).await?;
    Ok(fresh((StatusCode::CREATED, Json(Budget::from(made))).into_response()))
}

/// Makes another budget of one: about something else it begins anew, another amount holds from the present period on.
#[utoipa::path(put, path = "/budgets/{id}", tag = "budgets",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = NewBudget, responses(
    (status = OK, body = Budget),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_budget(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<NewBudget>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::Budget(&id), expected.version()).await?;
    Ok(fresh(Json(Budget::from(budgets::set(&state.app, &by, &id, read(new)?).await?))))
}

/// Deletes a budget, with what is remembered of its periods.
#[utoipa::path(delete, path = "/budgets/{id}", tag = "budgets",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_budget(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let _turn = edits::begin_removal(&state.app, &by, Thing::Budget(&id), expected.version()).await?;
    budgets::remove(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// An amount to begin with, from what the last complete periods cost; nothing is kept.
#[utoipa::path(post, path = "/budgets/suggest", tag = "budgets", request_body = SuggestionAsked, responses(
    (status = OK, body = SuggestedAmount),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn suggest_budget(
    State(state): State<ApiState>,
    By(by): By,
    Body(asked): Body<SuggestionAsked>,
) -> Result<Response, ApiError> {
    let of = Period::from(asked.period);
    let (filters, metric) = (filters(&asked.filters)?, metric(asked.metric)?);
    let start = asked.start_month.unwrap_or(1);
    let found = budgets::suggest(&state.app, &by, filters, metric, asked.currency, of, start).await?;
    let figure = |of: fn(&budgets::Suggestion) -> Decimal| found.found.as_ref().map(|it| of(it).to_string());
    Ok(fresh(Json(SuggestedAmount {
        amount: figure(|it| it.amount),
        median: figure(|it| it.median),
        percentile_95: figure(|it| it.high),
        currency: found.currency.clone(),
        words: found.words.clone(),
        now: span(&found.now, of),
        past: found.past.iter().map(|period| span(period, of)).collect(),
        data_through: found.data_through.map(text),
    })))
}
