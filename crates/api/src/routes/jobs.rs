//! What was and is done for a connection: its jobs.

use crate::access::By;
use crate::caching::fresh;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::routes::processing::ProcessingState;
use crate::state::ApiState;
use crate::time;
use app::processing::{self, KnownJob};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A job.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobView {
    id: i64,
    /// Its type: `read`, `announce`, `tell` (a mail), `check`, `stopped` (why no deliveries come).
    name: String,
    state: ProcessingState,
    /// Runs begun.
    attempts: u32,
    queued_at: String,
    /// When it runs next, while it waits.
    #[schema(required = true)]
    next_at: Option<String>,
    /// When its last run began.
    #[schema(required = true)]
    started_at: Option<String>,
    #[schema(required = true)]
    finished_at: Option<String>,
    /// Why its last run failed.
    #[schema(required = true)]
    message: Option<String>,
    #[schema(required = true)]
    advice: Option<String>,
}

impl From<KnownJob> for JobView {
    fn from(job: KnownJob) -> Self {
        let waits = matches!(job.state, processing::JobState::Queued | processing::JobState::Parked);
        let (message, advice) = job.failure.map(|failure| (failure.message, failure.advice)).unzip();
        Self {
            id: job.id,
            name: job.name,
            state: job.state.into(),
            attempts: job.attempts,
            queued_at: time::instant(job.created_at_ms),
            next_at: waits.then(|| time::instant(job.run_after_ms)),
            started_at: time::optional(job.started_at_ms),
            finished_at: time::optional(job.finished_at_ms),
            message,
            advice: advice.flatten(),
        }
    }
}

/// The jobs of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Jobs {
    /// The newest thirty, newest first.
    jobs: Vec<JobView>,
}

/// The newest jobs of a connection: readings, checks, mails about it.
#[utoipa::path(get, path = "/connections/{id}/jobs", params(("id" = String, Path)), responses(
    (status = OK, body = Jobs),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_jobs(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = processing::jobs(&state.app, organization, &connection_id(&id)?).await?;
    Ok(fresh(Json(Jobs { jobs: found.into_iter().map(JobView::from).collect() })))
}
