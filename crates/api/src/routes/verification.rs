//! Verification of a connection, step by step, live.

use crate::access::By;
use crate::caching::fresh;
use crate::events::Reader;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::state::ApiState;
use crate::time;
use app::connections::{self, Check, CheckState, Running, Verdict};
use app::{AppError, ErrorKind};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::response::sse::Event;
use serde::Serialize;
use std::convert::Infallible;
use tokio::sync::{mpsc, watch};
use utoipa::ToSchema;

/// Where a step stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckStateName {
    Waiting,
    Running,
    Passed,
    Failed,
    Warning,
    NotYet,
}

/// How a verification ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictName {
    /// Everything is in order.
    Passed,
    /// Reports can be read; something costs a feature.
    Warning,
    /// In order, but no report is there yet.
    NotYet,
    /// Reports cannot be read.
    Failed,
}

impl From<Verdict> for VerdictName {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Warning => Self::Warning,
            Verdict::NotYet => Self::NotYet,
            Verdict::Failed => Self::Failed,
        }
    }
}

/// A step of a verification.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Name for programs.
    check: String,
    /// Name for people.
    title: String,
    state: CheckStateName,
    /// What was tried.
    tried: String,
    /// What the provider answered, in its own words.
    answer: String,
    /// What to do, in words.
    #[schema(required = true)]
    fix: Option<String>,
    /// What to do, as a command.
    #[schema(required = true)]
    fix_command: Option<String>,
    /// Where to do it.
    #[schema(required = true)]
    fix_url: Option<String>,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        Self {
            check: check.check.clone(),
            title: check.title.clone(),
            state: match check.state {
                CheckState::Waiting => CheckStateName::Waiting,
                CheckState::Running => CheckStateName::Running,
                CheckState::Passed => CheckStateName::Passed,
                CheckState::Failed => CheckStateName::Failed,
                CheckState::Warning => CheckStateName::Warning,
                CheckState::NotYet => CheckStateName::NotYet,
            },
            tried: check.tried.clone(),
            answer: check.answer.clone(),
            fix: check.fix.clone(),
            fix_command: check.fix_command.clone(),
            fix_url: check.fix_url.clone(),
        }
    }
}

/// A verification, running or done.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationView {
    started_at: String,
    /// `null` while it runs.
    #[schema(required = true)]
    verdict: Option<VerdictName>,
    /// In order.
    checks: Vec<CheckView>,
}

impl From<&Running> for VerificationView {
    fn from(running: &Running) -> Self {
        Self {
            started_at: time::text(running.started_at),
            verdict: running.verdict.map(VerdictName::from),
            checks: running.checks.iter().map(CheckView::from).collect(),
        }
    }
}

/// The verification that runs, else the last one.
#[utoipa::path(get, path = "/connections/{id}/verification", params(("id" = String, Path)), responses(
    (status = OK, body = VerificationView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn verification(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = connections::verification(&state.app, organization, &connection_id(&id)?).await?;
    let found = found.ok_or_else(never)?;
    Ok(fresh(Json(VerificationView::from(&found))))
}

fn never() -> AppError {
    AppError::new(ErrorKind::NotFound, "the connection was not verified yet").advise("Start a verification.")
}

/// Starts a verification, unless one runs already.
#[utoipa::path(post, path = "/connections/{id}/verification", params(("id" = String, Path)), responses(
    (status = ACCEPTED, body = VerificationView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn start_verification(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let running = connections::start_verification(&state.app, &caller, &connection_id(&id)?).await?;
    let view = VerificationView::from(&*running.borrow());
    Ok(fresh((StatusCode::ACCEPTED, Json(view))))
}

/// The steps as server-sent events: one `check` event for each step as it stands and whenever it changes, then
/// one `done` event with the whole verification.
#[utoipa::path(get, path = "/connections/{id}/verification/events", params(("id" = String, Path)), responses(
    (status = OK, body = CheckView, content_type = "text/event-stream"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn verification_events(
    State(state): State<ApiState>,
    By(caller): By,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let running = connections::watch_verification(&state.app, organization, &connection_id(&id)?).await?;
    let (sender, events) = mpsc::channel(16);
    tokio::spawn(tell(running.ok_or_else(never)?, sender));
    Ok(reader.hear(events))
}

/// Tells what is new, until it is done or nobody listens.
async fn tell(mut running: watch::Receiver<Running>, events: mpsc::Sender<Result<Event, Infallible>>) {
    let mut told: Vec<Check> = vec![];
    loop {
        let now = running.borrow_and_update().clone();
        for (at, check) in now.checks.iter().enumerate() {
            if told.get(at) != Some(check) && !send(&events, "check", &CheckView::from(check)).await {
                return;
            }
        }
        if now.verdict.is_some() {
            send(&events, "done", &VerificationView::from(&now)).await;
            return;
        }
        told = now.checks;
        let changed = tokio::select! {
            changed = running.changed() => changed,
            () = events.closed() => return,
        };
        if changed.is_err() && running.borrow().verdict.is_none() {
            // Whoever verified is gone without a verdict.
            return;
        }
    }
}

async fn send(events: &mpsc::Sender<Result<Event, Infallible>>, name: &str, view: &impl Serialize) -> bool {
    match Event::default().event(name).json_data(view) {
        Ok(event) => events.send(Ok(event)).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "a step of a verification could not be written");
            false
        }
    }
}
