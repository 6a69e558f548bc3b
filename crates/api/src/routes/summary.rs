//! The cards at the top of the page.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::Asked;
use crate::params::{Pairs, metric_of_rows};
use crate::problem::{ApiError, Problem};
use crate::routes::costs::PreviousSpan;
use crate::state::ApiState;
use crate::time;
use app::read;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveTime;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Parameters of the summary.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct SummaryParams {
    /// What is summed; amortized by default.
    metric: Option<String>,
    /// `DIM=V[,V]` keeps, `DIM!=V[,V]` leaves out; may be repeated, all must accept a row.
    filter: Option<Vec<String>>,
}

/// Cost of the newest month so far, against the same span of the month before.
#[derive(Serialize, ToSchema)]
pub(crate) struct MonthToDate {
    currency: String,
    from: String,
    to: String,
    /// End of the newest hour of data.
    through: String,
    cost: String,
    previous_from: String,
    /// Day after the last day of the compared span.
    previous_to: String,
    /// End of the compared span to the hour.
    previous_through: String,
    /// Zero when that month is not there.
    previous_cost: String,
    /// Change in percent, of `compared`; null without a cost to compare with.
    #[schema(required = true)]
    change_percent: Option<f64>,
    /// The change over the days that are complete, the same that the costs of these days show; null before there are any.
    #[schema(required = true)]
    compared: Option<PreviousSpan>,
}

/// The cards.
#[derive(Serialize, ToSchema)]
pub(crate) struct Summary {
    #[schema(required = true)]
    month_to_date: Option<MonthToDate>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

impl From<Option<read::MonthToDate>> for Summary {
    fn from(found: Option<read::MonthToDate>) -> Self {
        let month_to_date = found.map(|month| {
            let change_percent = month.compared.as_ref().and_then(|found| found.change.percent);
            let end = month.previous_to;
            let partial = end.time() != NaiveTime::MIN;
            let end_day =
                if partial { end.date_naive().succ_opt().unwrap_or_default() } else { end.date_naive() };
            MonthToDate {
                currency: month.currency,
                from: month.from.to_string(),
                to: month.to.to_string(),
                through: time::text(month.through),
                cost: month.cost.to_string(),
                previous_from: month.previous_from.to_string(),
                previous_to: end_day.to_string(),
                previous_through: time::text(end),
                previous_cost: month.previous_cost.unwrap_or_default().to_string(),
                change_percent,
                compared: month.compared.as_ref().map(PreviousSpan::from),
            }
        });
        Self { month_to_date, as_of: None }
    }
}

/// Month to date.
#[utoipa::path(get, path = "/summary", params(SummaryParams, AsOfParams), responses(
    (status = OK, body = Summary),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn summary(
    State(state): State<ApiState>,
    By(by): By,
    asked: Asked,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let (metric, filters, as_of) = metric_of_rows(pairs)?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let found = read::month_to_date(&state.app, &published, metric, &filters).await?;
        Ok(Summary { as_of: AsOfView::of(&published), ..Summary::from(found) })
    };
    asked.answer(&state, &published, view).await
}
