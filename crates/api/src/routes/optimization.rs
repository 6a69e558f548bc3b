//! Optimization: commitments that are owned, and what they do.

mod history;
mod views;

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::optimize;
use axum::extract::State;
use axum::response::Response;
use history::CommitmentHistoryView;
use model::{AsOf, BillingPeriod};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use views::{MonthRatesView, OwnedCommitmentView, OwnedHourView, ReplayView};

/// Which month.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct MonthParams {
    /// Month of the bill, YYYY-MM; the newest with data unless said otherwise.
    month: Option<String>,
}

/// Which commitment.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct CommitmentParams {
    /// Its identifier, as the bill has it.
    commitment: String,
}

/// `month` and `as_of`, and what else is asked.
fn of_month(pairs: &mut Pairs) -> Result<(Option<BillingPeriod>, Option<AsOf>), ApiError> {
    Ok((pairs.parse("month", "YYYY-MM")?, pairs.as_of()?))
}

/// Everything that is owned.
#[derive(Serialize, ToSchema)]
pub(crate) struct Commitments {
    /// The main currency first.
    currencies: Vec<CommitmentHistoryView>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Commitments of a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedInMonth {
    month: String,
    /// By name.
    commitments: Vec<OwnedCommitmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Hours of a commitment.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedByHour {
    month: String,
    hours: Vec<OwnedHourView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Rates of a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatesOfMonth {
    month: String,
    /// One a currency, the main one first.
    rates: Vec<MonthRatesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// A month again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayOfMonth {
    month: String,
    /// One a payer and currency.
    replays: Vec<ReplayView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// Every commitment over all published months, each month, what is committed when, and what ends when.
#[utoipa::path(get, path = "/optimization/commitments", params(AsOfParams), responses(
    (status = OK, body = Commitments),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn commitments(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let found = optimize::history(&state.app, &published).await?;
        let currencies = found.into_iter().map(CommitmentHistoryView::from).collect();
        Ok(Commitments { currencies, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}

/// What each commitment did in a month, from the bill's own rows.
#[utoipa::path(get, path = "/optimization/owned", params(MonthParams, AsOfParams), responses(
    (status = OK, body = OwnedInMonth),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn owned(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::owned(&state.app, &published, month).await?;
        let commitments = found.into_iter().map(OwnedCommitmentView::from).collect();
        Ok(OwnedInMonth { month: month.to_string(), commitments, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}

/// A commitment in each hour of a month.
#[utoipa::path(get, path = "/optimization/owned/hours", params(CommitmentParams, MonthParams, AsOfParams), responses(
    (status = OK, body = OwnedByHour),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn owned_hours(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    let commitment = pairs.one("commitment")?.ok_or_else(|| AppError::invalid("'commitment' is missing"))?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::owned_by_hour(&state.app, &published, month, &commitment).await?;
        let hours = found.into_iter().map(OwnedHourView::from).collect();
        Ok(OwnedByHour { month: month.to_string(), hours, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}

/// Coverage and effective savings rates of a month.
#[utoipa::path(get, path = "/optimization/rates", params(MonthParams, AsOfParams), responses(
    (status = OK, body = RatesOfMonth),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn rates(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::rates(&state.app, &published, month).await?;
        let rates = found.into_iter().map(MonthRatesView::from).collect();
        Ok(RatesOfMonth { month: month.to_string(), rates, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}

/// A month again in AWS's order with what was owned in it, beside what was billed.
#[utoipa::path(get, path = "/optimization/replay", params(MonthParams, AsOfParams), responses(
    (status = OK, body = ReplayOfMonth),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn replay(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let (month, as_of) = of_month(&mut pairs)?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let month = optimize::month_of(&state.app, &published, month)?;
        let found = optimize::replay(&state.app, &published, month).await?;
        let replays = found.into_iter().map(ReplayView::from).collect();
        Ok(ReplayOfMonth { month: month.to_string(), replays, as_of: AsOfView::of(&published) })
    };
    asked.answer(&state, &published, view).await
}
