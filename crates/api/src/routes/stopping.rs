//! Has a connection read, read again, and stops that.

use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::routes::processing::ProcessingView;
use crate::state::ApiState;
use app::identity::entry;
use app::policy::Caller;
use app::processing;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::ConnectionId;

/// Reads what a connection has, now; what is read already is not read twice.
#[utoipa::path(post, path = "/connections/{id}/processing", params(("id" = String, Path)), responses(
    (status = ACCEPTED, body = ProcessingView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn start_processing(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let asked = entry(&state.app, &caller, "connection.process", &id, &[]);
    processing::ask(&state.app, &caller.organization()?.id, &connection, &[asked]).await?;
    answer(&state, &caller, &connection, StatusCode::ACCEPTED).await
}

/// Reads everything that a connection has again, what is published already too. What reads it now is stopped first.
#[utoipa::path(post, path = "/connections/{id}/processing/again", params(("id" = String, Path)), responses(
    (status = ACCEPTED, body = ProcessingView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn process_again(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let asked = entry(&state.app, &caller, "connection.process_again", &id, &[]);
    processing::ask_again(&state.app, &caller.organization()?.id, &connection, &[asked]).await?;
    answer(&state, &caller, &connection, StatusCode::ACCEPTED).await
}

/// Stops the reading of a connection. What was published before stays; nothing more is published.
#[utoipa::path(delete, path = "/connections/{id}/processing", params(("id" = String, Path)), responses(
    (status = OK, body = ProcessingView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn stop_processing(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let asked = entry(&state.app, &caller, "connection.stop", &id, &[]);
    processing::cancel(&state.app, &caller.organization()?.id, &connection, &[asked]).await?;
    answer(&state, &caller, &connection, StatusCode::OK).await
}

/// Answers with where the reading of the connection stands.
async fn answer(
    state: &ApiState,
    caller: &Caller,
    connection: &ConnectionId,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let found = processing::status(&state.app, &caller.organization()?.id, connection).await?;
    Ok(fresh((status, Json(ProcessingView::from(found)))))
}
