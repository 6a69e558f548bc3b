//! The table of costs as a file: every group whatever `top` says, every digit.

use crate::access::By;
use crate::as_of::{AsOfParams, in_name};
use crate::params::{CostParams, Pairs};
use crate::problem::{ApiError, Problem};
use crate::shares::Share;
use crate::state::ApiState;
use crate::streaming::{file, safe};
use app::AppError;
use app::policy::Caller;
use app::read::{self, Costs, Published, export};
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::Question;
use std::sync::Arc;

/// The costs, and what is held for them while they are read.
async fn found(
    state: &ApiState,
    by: &Caller,
    mut pairs: Pairs,
) -> Result<(Costs, Arc<Published>, Vec<Share>), ApiError> {
    let place = state.bodies.files.take_for(by, 1)?;
    let question = Question { top: None, ..pairs.question()? };
    pairs.done()?;
    let published = state.published_as_of(by, question.as_of).await?;
    let (query, split) = read::asked(&state.app, &published, question).await?;
    let query = read::by_currency(&published, query)?;
    let costs = read::costs(&state.app, &published, query, split).await?;
    let bytes = state.bodies.bytes.take_for(by, costs.bytes())?;
    Ok((costs, published, vec![place, bytes]))
}

fn name(costs: &Costs, published: &Published, ending: &str) -> String {
    let by: Vec<String> = costs.query.group_by.iter().map(|dimension| safe(&dimension.to_string())).collect();
    let by = if by.is_empty() { String::new() } else { format!("-by-{}", by.join("-")) };
    let (metric, answer) = (costs.query.metric.name(), &costs.answer);
    let past = in_name(published);
    format!("{metric}{by}-{}-to-{}{past}.{ending}", answer.from, export::last_day(costs))
}

/// Whose figures they are, and when they were asked for.
fn scope(by: &Caller, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let organization =
        by.organization.as_ref().map(|organization| ("Organization", organization.name.clone()));
    let now = ("Exported (UTC)", now.format("%Y-%m-%d %H:%M").to_string());
    organization.into_iter().chain([now]).collect()
}

/// The costs as CSV.
#[utoipa::path(get, path = "/costs.csv", params(CostParams, AsOfParams), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn costs_csv(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let (costs, published, shares) = found(&state, &by, pairs).await?;
    Ok(file(&name(&costs, &published, "csv"), "text/csv; charset=utf-8", shares, move |out| {
        export::csv(&costs, out)
    }))
}

/// The costs as an Excel workbook.
#[utoipa::path(get, path = "/costs.xlsx", params(CostParams, AsOfParams), responses(
    (status = OK, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn costs_xlsx(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let (costs, published, shares) = found(&state, &by, pairs).await?;
    export::LimitOfSheets::check(&costs).map_err(|error| {
        AppError::invalid(error.to_string()).advise("Narrow the selection, or take CSV or Parquet.")
    })?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let mut scope = scope(&by, state.app.now());
    let past = published.as_of.map(|as_of| ("Figures", as_of.words()));
    scope.extend(past);
    let left_out = read::left_out(&state.app, &published, costs.compared.as_ref()).await?;
    scope.extend(left_out.into_iter().map(|name| ("Left out of the comparison", name)));
    Ok(file(&name(&costs, &published, "xlsx"), kind, shares, move |out| export::xlsx(&costs, &scope, out)))
}

/// The costs as Parquet, with exact decimals.
#[utoipa::path(get, path = "/costs.parquet", params(CostParams, AsOfParams), responses(
    (status = OK, body = Vec<u8>, content_type = "application/vnd.apache.parquet"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn costs_parquet(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let (costs, published, shares) = found(&state, &by, pairs).await?;
    let kind = "application/vnd.apache.parquet";
    Ok(file(&name(&costs, &published, "parquet"), kind, shares, move |out| export::parquet(&costs, out)))
}
