//! What the month will cost.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::{Pairs, metric_of_rows};
use crate::problem::{ApiError, Problem};
use crate::routes::summary::SummaryParams;
use crate::state::ApiState;
use app::read;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// How the forecast did in months that are over, tried after 7, 14 and 21 days of each: mean absolute percentage
/// errors of the month's total.
#[derive(Serialize, ToSchema)]
pub(crate) struct BacktestView {
    months: u64,
    error_percent: f64,
    /// Of the run-rate: what was spent so far, spread over the month.
    run_rate_error_percent: f64,
}

/// What the newest month will cost: known days, and a forecast of the rest. Estimates, to the cent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectionView {
    currency: String,
    /// First of the month.
    from: String,
    /// First of the next.
    to: String,
    /// Day after the last that is known.
    known_to: String,
    total: String,
    /// The month ends between `low` and `high` with a probability of 80 %; null without months to judge by.
    #[schema(required = true)]
    low: Option<String>,
    #[schema(required = true)]
    high: Option<String>,
    /// The month before; null when it is not there.
    #[schema(required = true)]
    previous_cost: Option<String>,
    /// Against the month before.
    #[schema(required = true)]
    change_percent: Option<f64>,
    #[schema(required = true)]
    backtest: Option<BacktestView>,
    /// The three months after it.
    next: Vec<MonthAheadView>,
}

/// What a month that has not begun will cost. Estimates, to the cent.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthAheadView {
    /// First of the month.
    from: String,
    /// First of the next.
    to: String,
    total: String,
    /// The month ends between `low` and `high` with a probability of 80 %; null without months to judge by.
    #[schema(required = true)]
    low: Option<String>,
    #[schema(required = true)]
    high: Option<String>,
    /// Mean absolute percentage error of forecasts so many months ahead, tried after 7, 14 and 21 days of months that
    /// are over; null without such months.
    #[schema(required = true)]
    error_percent: Option<f64>,
    /// Months that were tried for it.
    months: u64,
}

/// The projection, if there is anything to project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectionAnswer {
    #[schema(required = true)]
    projection: Option<ProjectionView>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

impl From<Option<read::Projected>> for ProjectionAnswer {
    fn from(found: Option<read::Projected>) -> Self {
        let cents = |figure: f64| format!("{figure:.2}");
        let projection = found.map(|found| ProjectionView {
            change_percent: found.change_percent(),
            currency: found.currency,
            from: found.from.to_string(),
            to: found.to.to_string(),
            known_to: found.known_to.to_string(),
            total: cents(found.total),
            low: found.interval.map(|(low, _)| cents(low)),
            high: found.interval.map(|(_, high)| cents(high)),
            previous_cost: found.previous_cost.map(|cost| cost.to_string()),
            next: found
                .next
                .into_iter()
                .map(|ahead| MonthAheadView {
                    from: ahead.month.first_day().to_string(),
                    to: ahead.month.end_day().to_string(),
                    total: cents(ahead.total),
                    low: ahead.interval.map(|(low, _)| cents(low)),
                    high: ahead.interval.map(|(_, high)| cents(high)),
                    error_percent: ahead.error_percent,
                    months: ahead.tried as u64,
                })
                .collect(),
            backtest: found.backtest.map(|backtest| BacktestView {
                months: backtest.months as u64,
                error_percent: backtest.error_percent,
                run_rate_error_percent: backtest.run_rate_error_percent,
            }),
        });
        Self { projection, as_of: None }
    }
}

/// What the newest month will cost.
#[utoipa::path(get, path = "/projection", params(SummaryParams, AsOfParams), responses(
    (status = OK, body = ProjectionAnswer),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn projection(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let (metric, filters, as_of) = metric_of_rows(pairs)?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let found = read::projection(&state.app, &published, metric, &filters).await?;
        Ok(ProjectionAnswer { as_of: AsOfView::of(&published), ..ProjectionAnswer::from(found) })
    };
    asked.answer(&state, &published, view).await
}
