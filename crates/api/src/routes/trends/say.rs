//! What people say of events.

use super::event::page;
use super::names::TrendVerdict;
use super::{amount, day, said};
use crate::access::By;
use crate::body::Body;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::{AppError, trends};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

/// A verdict.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendVerdictWish {
    /// `null` takes it back.
    #[serde(deserialize_with = "said")]
    #[schema(required = true)]
    verdict: Option<TrendVerdict>,
}

/// Who looks after an event.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendAssigneeWish {
    /// Identifier of a member; `null`: nobody. Who sees a part of the bills names themself alone.
    #[serde(deserialize_with = "said")]
    #[schema(required = true)]
    user: Option<String>,
}

/// Until when nobody wants to hear of an event.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendSnoozeWish {
    /// Until the data reach beyond this day; `null` ends it.
    #[serde(deserialize_with = "said")]
    #[schema(required = true)]
    until: Option<String>,
}

/// Until when an event is expected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendExpectedWish {
    /// Last day; `null`: it is expected no longer.
    #[serde(deserialize_with = "said")]
    #[schema(required = true)]
    until: Option<String>,
    /// Highest excess that is expected; any where it is left out.
    #[serde(default)]
    up_to: Option<String>,
}

/// Says whether an event was irregular. If it was planned or false, what is no higher (by 15 % at most) is not told within
/// 180 days of it.
#[utoipa::path(put, path = "/trend-events/{id}/verdict", tag = "trends", params(("id" = String, Path)),
    request_body = TrendVerdictWish, responses(
    (status = OK, body = super::event::TrendEventPage),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_trend_verdict(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    Body(wish): Body<TrendVerdictWish>,
) -> Result<Response, ApiError> {
    trends::judge(&state.app, &by, &id, wish.verdict.map(Into::into)).await?;
    page(&state, &by, &id).await
}

/// Says who looks after an event.
#[utoipa::path(put, path = "/trend-events/{id}/assignee", tag = "trends", params(("id" = String, Path)),
    request_body = TrendAssigneeWish, responses(
    (status = OK, body = super::event::TrendEventPage),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_trend_assignee(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    Body(wish): Body<TrendAssigneeWish>,
) -> Result<Response, ApiError> {
    trends::assign(&state.app, &by, &id, wish.user.as_deref()).await?;
    page(&state, &by, &id).await
}

/// Says until when nobody wants to hear of an event.
#[utoipa::path(put, path = "/trend-events/{id}/snooze", tag = "trends", params(("id" = String, Path)),
    request_body = TrendSnoozeWish, responses(
    (status = OK, body = super::event::TrendEventPage),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_trend_snooze(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    Body(wish): Body<TrendSnoozeWish>,
) -> Result<Response, ApiError> {
    let until = wish.until.map(|text| day("until", &text)).transpose()?;
    trends::snooze(&state.app, &by, &id, until).await?;
    page(&state, &by, &id).await
}

/// Says until when an event is expected, and up to which excess.
#[utoipa::path(put, path = "/trend-events/{id}/expected", tag = "trends", params(("id" = String, Path)),
    request_body = TrendExpectedWish, responses(
    (status = OK, body = super::event::TrendEventPage),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_trend_expected(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    Body(wish): Body<TrendExpectedWish>,
) -> Result<Response, ApiError> {
    let up_to = wish.up_to.map(|text| amount("up_to", &text)).transpose()?;
    let until = wish.until.map(|text| day("until", &text)).transpose()?;
    if until.is_none() && up_to.is_some() {
        return Err(AppError::invalid("until: up to an amount, but until no day")
            .advise("Write the last day on which it is expected, or null for both.")
            .into());
    }
    trends::expect(&state.app, &by, &id, until.map(|until| (until, up_to))).await?;
    page(&state, &by, &id).await
}
