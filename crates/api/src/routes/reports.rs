//! Saved reports.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::{instant, optional};
use app::edits::{self, Thing};
use app::{AppError, reports};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// When and to whom a report is sent.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// daily, weekly (on Mondays) or monthly (on the first), at six o'clock UTC.
    frequency: String,
    /// Mail addresses: members', of the organization's domains, or others that an administrator adds.
    recipients: Vec<String>,
}

/// Whose report it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportOwner {
    id: String,
    name: String,
}

/// A saved report.
#[derive(Serialize, ToSchema)]
pub(crate) struct Report {
    id: String,
    name: String,
    /// Query string of the page.
    address: String,
    /// `null`: nobody's in particular.
    #[schema(required = true)]
    owner: Option<ReportOwner>,
    /// Whether it is the reader's own.
    mine: bool,
    /// Whether everybody in the organization sees it.
    shared: bool,
    /// Whether the reader may change it.
    may_change: bool,
    #[schema(required = true)]
    schedule: Option<Schedule>,
    #[schema(required = true)]
    next_run: Option<String>,
    #[schema(required = true)]
    last_run: Option<String>,
    /// Why the last sending failed.
    #[schema(required = true)]
    last_error: Option<String>,
    /// Of this report as it is, for the `If-Match` of a change.
    version: String,
}

impl From<reports::Report> for Report {
    fn from(found: reports::Report) -> Self {
        let version = found.version();
        let saved = found.saved;
        let next_run = saved.schedule.as_ref().map(|schedule| instant(schedule.next_run_ms));
        Self {
            id: saved.id.to_string(),
            name: saved.name,
            address: saved.address,
            owner: saved
                .owner_id
                .map(|id| ReportOwner { id: id.to_string(), name: saved.owner_name.unwrap_or_default() }),
            mine: found.mine,
            shared: saved.shared,
            may_change: found.may_change,
            schedule: saved.schedule.map(|schedule| Schedule {
                frequency: schedule.frequency.name().to_owned(),
                recipients: schedule.recipients,
            }),
            next_run,
            last_run: optional(saved.last_run_ms),
            last_error: saved.last_error,
            version,
        }
    }
}

/// The reader's own reports and the shared ones.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reports {
    /// By name.
    reports: Vec<Report>,
}

/// A report to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    name: String,
    /// Query string of the page.
    address: String,
    /// Whether everybody in the organization sees it.
    #[serde(default)]
    shared: bool,
}

/// What changes of a report; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and given are three things")]
pub(crate) struct ReportChange {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    shared: Option<bool>,
    /// `null` ends it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Schedule>)]
    schedule: Option<Option<Schedule>>,
}

/// A field that is there, `null` or not; left out it is `None`.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Whom a report went to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sent {
    recipients: Vec<String>,
}

/// The reader's own reports and the shared ones, by name.
#[utoipa::path(get, path = "/reports", tag = "reports", responses(
    (status = OK, body = Reports),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn reports(State(state): State<ApiState>, By(by): By) -> Result<Response, ApiError> {
    let found = reports::reports(&state.app, &by).await?;
    Ok(fresh(Json(Reports { reports: found.into_iter().map(Report::from).collect() })))
}

/// Saves a report.
#[utoipa::path(post, path = "/reports", tag = "reports", request_body = NewReport, responses(
    (status = CREATED, body = Report),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn save_report(
    State(state): State<ApiState>,
    By(by): By,
    Body(new): Body<NewReport>,
) -> Result<Response, ApiError> {
    let saved = reports::save_report(&state.app, &by, &new.name, &new.address, new.shared).await?;
    Ok(fresh((StatusCode::CREATED, Json(Report::from(saved))).into_response()))
}

/// Changes a report.
#[utoipa::path(patch, path = "/reports/{id}", tag = "reports",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")),
    request_body = ReportChange, responses(
    (status = OK, body = Report),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_report(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(new): Body<ReportChange>,
) -> Result<Response, ApiError> {
    let _turn = edits::begin(&state.app, &by, Thing::Report(&id), expected.version()).await?;
    let schedule = new.schedule.map(|schedule| schedule.map(frequency).transpose()).transpose()?;
    let change = reports::ReportChange { name: new.name, address: new.address, shared: new.shared, schedule };
    let saved = reports::change_report(&state.app, &by, &id, change).await?;
    Ok(fresh(Json(Report::from(saved))))
}

fn frequency(schedule: Schedule) -> Result<(model::Frequency, Vec<String>), ApiError> {
    let frequency = schedule.frequency.parse().map_err(|error: model::FrequencyError| {
        AppError::invalid(error.to_string()).advise("Choose one of them.")
    })?;
    Ok((frequency, schedule.recipients))
}

/// Deletes a report.
#[utoipa::path(delete, path = "/reports/{id}", tag = "reports",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_report(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
    expected: Expected,
) -> Result<Response, ApiError> {
    let _turn = edits::begin_removal(&state.app, &by, Thing::Report(&id), expected.version()).await?;
    reports::remove_report(&state.app, &by, &id).await?;
    Ok(fresh(StatusCode::NO_CONTENT))
}

/// Sends a report now: to its recipients that may get it, else to whoever asks. Mails are limited per person and
/// organization in an hour: 429 says when to try again.
#[utoipa::path(post, path = "/reports/{id}/send", tag = "reports", params(("id" = String, Path)), responses(
    (status = ACCEPTED, body = Sent),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn send_report(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let recipients = reports::send_now(&state.app, &by, &id).await?;
    Ok(fresh((StatusCode::ACCEPTED, Json(Sent { recipients })).into_response()))
}
