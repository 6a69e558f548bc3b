//! What whoever runs the server asks it: whether it is alive, whether it is ready, and its metrics.
//!
//! Liveness and readiness are for anybody who reaches the server, under whatever name (a load balancer asks by address):
//! they say nothing of anybody. Metrics are of all organizations together, so they are the operator's, and no
//! organization's token opens them: they are told at an address of this machine alone, or to whoever has the token that
//! the server was started with ([ADR 20](../../../docs/adr/0020-operation.md)).

use crate::methods;
use crate::origin;
use crate::problem::ApiError;
use crate::state::ApiState;
use app::{AppError, ErrorKind, metrics, readiness};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use serde::Serialize;

/// Answered under any name.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];
/// As Prometheus wants it named.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the server is asked at the address that everybody reaches.
pub(crate) fn at_the_door() -> Router<ApiState> {
    probes().route("/metrics", readable(get(with_token)))
}

/// What it is asked at the operator's own address.
pub(crate) fn of_operators() -> Router<ApiState> {
    probes().route("/metrics", readable(get(told)))
}

fn probes() -> Router<ApiState> {
    let [alive, is_ready] = PROBES;
    Router::new().route(alive, readable(get(healthy))).route(is_ready, readable(get(ready)))
}

fn readable(route: MethodRouter<ApiState>) -> MethodRouter<ApiState> {
    route.fallback(methods::of_reading)
}

/// The process answers: a supervisor need not start it anew.
async fn healthy() -> Response {
    unkept((StatusCode::OK, "ok\n").into_response())
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    part: &'static str,
    ready: bool,
    found: String,
}

/// Whether it can do its work: a load balancer may send people here.
async fn ready(State(state): State<ApiState>) -> Response {
    let parts = readiness::look(&state.app).await;
    let ready = parts.iter().all(|part| part.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let part =
        |part: &readiness::Part| Part { part: part.name, ready: part.ready, found: part.found.clone() };
    let parts = parts.iter().map(part).collect();
    unkept((status, Json(Readiness { ready, parts })).into_response())
}

/// Metrics for whoever shows the operator's token.
async fn with_token(State(state): State<ApiState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let Some(token) = &state.site.metrics_token else {
        return Err(AppError::new(ErrorKind::NotFound, "metrics are not told at this address")
            .advise("Start the server with --metrics-listen, or with a token for them in CLOUD_ANALYZER_METRICS_TOKEN.")
            .into());
    };
    if !origin::bearer(&headers)?.is_some_and(|given| token.is(&given)) {
        return Err(AppError::new(ErrorKind::SignIn, "metrics are for whoever has the server's own token for them")
            .advise("Send 'Authorization: Bearer' with what CLOUD_ANALYZER_METRICS_TOKEN says; tokens of organizations do not open them.")
            .into());
    }
    told(State(state)).await
}

async fn told(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let mut text = metrics::of(&state.app).await?;
    state.requests.write(&mut text);
    let mut response = text.finish().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT_FORMAT));
    Ok(unkept(response))
}

/// Nobody keeps an answer that is about now.
fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
