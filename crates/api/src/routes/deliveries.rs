//! What channels sent and were answered, sending again, and trying a channel.

use super::channels::Try;
use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::notifications;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Tries of a channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tries {
    /// The last hundred, the newest first. Tries are kept for 90 days.
    deliveries: Vec<Try>,
}

/// What a receiver said to a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tested {
    /// Whether it took it: it answered with a status of 200 to 299.
    delivered: bool,
    #[schema(required = true)]
    status: Option<u16>,
    /// The start of the answer, or why there is none.
    answer: String,
    took_ms: i64,
}

/// The last tries of a channel.
#[utoipa::path(get, path = "/channels/{id}/deliveries", tag = "notifications", params(("id" = String, Path)), responses(
    (status = OK, body = Tries),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn channel_deliveries(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let found = notifications::deliveries(&state.app, &by, &id).await?;
    Ok(fresh(Json(Tries { deliveries: found.into_iter().map(Try::from).collect() })))
}

/// Sends the message of a try once more, under its own name: a receiver that has it passes over it. With tests 30 a minute.
#[utoipa::path(post, path = "/channels/{id}/deliveries/{delivery}/resend", tag = "notifications",
    params(("id" = String, Path), ("delivery" = i64, Path)), responses(
    (status = ACCEPTED),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn resend_delivery(
    State(state): State<ApiState>,
    By(by): By,
    Path((id, delivery)): Path<(String, i64)>,
) -> Result<Response, ApiError> {
    notifications::send_again(&state.app, &by, &id, delivery).await?;
    Ok(fresh(StatusCode::ACCEPTED))
}

/// Sends a test by a channel, whether it is on or not, and answers what its receiver said. With messages sent again 30 a minute.
#[utoipa::path(post, path = "/channels/{id}/test", tag = "notifications", params(("id" = String, Path)), responses(
    (status = OK, body = Tested),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn test_channel(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let said = notifications::test(&state.app, &by, &id).await?;
    let notifications::TestResult { delivered, status, answer, took_ms } = said;
    Ok(fresh((StatusCode::OK, Json(Tested { delivered, status, answer, took_ms })).into_response()))
}
