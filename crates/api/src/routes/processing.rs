//! Processing of a connection: asked for, watched, looked back at.

use crate::access::By;
use crate::caching::fresh;
use crate::events::Reader;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::routes::costs::ChangeKindView;
use crate::routes::month_stage::MonthStage;
use crate::routes::overview::{FailureView, IngestView};
use crate::routes::proof::ProofView;
use crate::state::ApiState;
use crate::time;
use app::App;
use app::processing::{self, Earlier, JobState, Outcome, Processing};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::response::sse::Event;
use model::{Change, ConnectionId, OrganizationId};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa::ToSchema;

/// Between looks at a running job, for those who watch it.
const LOOK: Duration = Duration::from_millis(500);
/// Lines of a bill diff in an answer.
const MOST_LINES: usize = 100;

/// Where a job stands.
#[derive(Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProcessingState {
    /// Nothing was asked for yet.
    Idle,
    /// Waits for its turn, or to be tried again.
    Queued,
    Running,
    Done,
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// Took its process down more than once: read again with the next delivery, or when somebody asks.
    Parked,
}

impl From<JobState> for ProcessingState {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Done => Self::Done,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
            JobState::Parked => Self::Parked,
        }
    }
}

/// A month of a connection.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct ProcessedMonthView {
    /// YYYY-MM.
    period: String,
    state: MonthStage,
    /// 0 until they are counted.
    rows: u64,
    bytes: u64,
    /// Whether all parts of the proof hold.
    proven: bool,
    proof: ProofView,
    /// Given when an earlier version read it, which kept fewer columns: those are not known.
    #[schema(required = true)]
    earlier: Option<EarlierVersion>,
    /// Why its newest delivery was refused.
    #[schema(required = true)]
    failure: Option<FailureView>,
    /// Given where another source of the same bill counts, of all of it or of a part: which, and who chose.
    #[schema(required = true)]
    counted_by: Option<String>,
}

/// How the deliveries of a connection come.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct DeliveriesView {
    /// When the last new one was seen.
    #[schema(required = true)]
    last_at: Option<String>,
    /// By when the next one is expected; none: nothing is waited for.
    #[schema(required = true)]
    expected_by: Option<String>,
    /// Whether it is late.
    stopped: bool,
    /// End of the newest hour of usage that was read.
    #[schema(required = true)]
    data_through: Option<String>,
}

/// What becomes of a month that an earlier version read.
#[derive(Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EarlierVersion {
    /// It is read again, behind everything that somebody asked for.
    ReadAgain,
    /// It stays as it is: its source does not have it any more.
    SourceGone,
}

/// Where the processing of a connection stands.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct ProcessingView {
    state: ProcessingState,
    /// Whether the connection works and only waits for its first delivery.
    waiting_for_delivery: bool,
    /// Runs begun.
    attempts: u32,
    /// When a queued job runs.
    #[schema(required = true)]
    next_at: Option<String>,
    #[schema(required = true)]
    finished_at: Option<String>,
    /// Why the last run failed.
    #[schema(required = true)]
    failure: Option<FailureView>,
    /// Newest first.
    months: Vec<ProcessedMonthView>,
    /// The running ingest.
    #[schema(required = true)]
    progress: Option<IngestView>,
    deliveries: DeliveriesView,
    /// What fails now.
    failures: Vec<FailureView>,
    /// Whether it is neither read nor looked at until somebody goes on with it.
    paused: bool,
}

impl From<Processing> for ProcessingView {
    fn from(found: Processing) -> Self {
        let month = |month: processing::ProcessedMonth| ProcessedMonthView {
            period: month.period,
            state: month.state.into(),
            rows: month.rows,
            bytes: month.bytes,
            proven: month.proof.holds(),
            proof: month.proof.into(),
            earlier: month.earlier.map(|earlier| match earlier {
                Earlier::ReadAgain => EarlierVersion::ReadAgain,
                Earlier::SourceGone => EarlierVersion::SourceGone,
            }),
            failure: month.failure.map(FailureView::from),
            counted_by: month.counted_by,
        };
        Self {
            state: found.state.map_or(ProcessingState::Idle, ProcessingState::from),
            waiting_for_delivery: found.connection == app::connections::ConnectionState::Waiting,
            attempts: found.attempts,
            next_at: found.next_at.map(time::text),
            finished_at: found.finished_at.map(time::text),
            failure: found.failure.map(FailureView::from),
            months: found.months.into_iter().map(month).collect(),
            progress: found.progress.map(IngestView::from),
            deliveries: DeliveriesView {
                last_at: found.deliveries.last_at.map(time::text),
                expected_by: found.deliveries.expected_by.map(time::text),
                stopped: found.deliveries.stopped,
                data_through: found.deliveries.data_through.map(time::text),
            },
            failures: found.failures.into_iter().map(FailureView::from).collect(),
            paused: found.paused,
        }
    }
}

/// Where the processing of a connection stands.
#[utoipa::path(get, path = "/connections/{id}/processing", params(("id" = String, Path)), responses(
    (status = OK, body = ProcessingView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn processing(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = processing::status(&state.app, organization, &connection_id(&id)?).await?;
    Ok(fresh(Json(ProcessingView::from(found))))
}

/// The processing as server-sent events: one `processing` event as it stands and whenever it changes, until the
/// job has ended.
#[utoipa::path(get, path = "/connections/{id}/processing/events", params(("id" = String, Path)), responses(
    (status = OK, body = ProcessingView, content_type = "text/event-stream"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn processing_events(
    State(state): State<ApiState>,
    By(caller): By,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = caller.organization()?.id.clone();
    let connection = connection_id(&id)?;
    // Whatever is wrong with the question is said as an ordinary answer.
    processing::status(&state.app, &organization, &connection).await?;
    let (sender, events) = mpsc::channel(4);
    tokio::spawn(tell(state.app, organization, connection, sender));
    Ok(reader.hear(events))
}

async fn tell(
    app: App,
    organization: OrganizationId,
    connection: ConnectionId,
    events: mpsc::Sender<Result<Event, Infallible>>,
) {
    let mut told = None;
    // Ends with the connection, too: then there is nothing left to tell.
    while let Ok(found) = processing::status(&app, &organization, &connection).await {
        let view = ProcessingView::from(found);
        let ended = !matches!(view.state, ProcessingState::Queued | ProcessingState::Running);
        if told.as_ref() != Some(&view) {
            let Ok(event) = Event::default().event("processing").json_data(&view) else { return };
            if events.send(Ok(event)).await.is_err() {
                return;
            }
            told = Some(view);
        }
        if ended {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = events.closed() => return,
        }
    }
}

/// How an ingest ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IngestOutcome {
    Published,
    Failed,
    Unchanged,
    /// Its process ended without a word; it was done again.
    Abandoned,
}

/// An ingest of a connection: a month's roll-up or its line items.
#[derive(Serialize, ToSchema)]
pub(crate) struct PastIngest {
    /// YYYY-MM.
    period: String,
    started_at: String,
    #[schema(required = true)]
    finished_at: Option<String>,
    /// Rows read.
    rows: u64,
    /// Bytes of the delivery.
    bytes: u64,
    /// `null` while it runs.
    #[schema(required = true)]
    outcome: Option<IngestOutcome>,
    #[schema(required = true)]
    message: Option<String>,
    #[schema(required = true)]
    advice: Option<String>,
}

/// The ingests of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct PastIngests {
    /// Newest first.
    ingests: Vec<PastIngest>,
    /// Failed and empty looks at the source, and months that were refused; those that go on first, then newest first.
    failures: Vec<FailureView>,
}

/// The ingests of a connection, newest first.
#[utoipa::path(get, path = "/connections/{id}/ingests", params(("id" = String, Path)), responses(
    (status = OK, body = PastIngests),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_ingests(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = processing::ingests(&state.app, organization, &connection_id(&id)?).await?;
    let view = |ingest: processing::Ingest| {
        let (outcome, failure) = match ingest.outcome {
            None => (None, None),
            Some(Outcome::Published) => (Some(IngestOutcome::Published), None),
            Some(Outcome::Unchanged) => (Some(IngestOutcome::Unchanged), None),
            Some(Outcome::Abandoned) => (Some(IngestOutcome::Abandoned), None),
            Some(Outcome::Failed(failure)) => (Some(IngestOutcome::Failed), Some(failure)),
        };
        PastIngest {
            period: ingest.period.to_string(),
            started_at: time::instant(ingest.started_at_ms),
            finished_at: time::optional(ingest.finished_at_ms),
            rows: ingest.rows,
            bytes: ingest.bytes_done,
            outcome,
            message: failure.as_ref().map(|failure| failure.message.clone()),
            advice: failure.and_then(|failure| failure.advice),
        }
    };
    let failures = app::health::history(&state.app, organization, &connection_id(&id)?).await?;
    Ok(fresh(Json(PastIngests {
        ingests: found.into_iter().map(view).collect(),
        failures: failures.into_iter().map(FailureView::from).collect(),
    })))
}

/// A line of a bill diff. Figures are unblended cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedLineView {
    service: String,
    account_id: String,
    /// What the charge is: usage, refund, credit; none: not known.
    charge_type: Option<String>,
    before: String,
    after: String,
    /// After less before.
    change: String,
    kind: ChangeKindView,
    /// The change in percent of the size of `before`; null where there was nothing.
    #[schema(required = true)]
    percent: Option<f64>,
    /// Line items behind `before`; none: not known.
    rows_before: Option<u64>,
    /// Line items behind `after`; none: not known.
    rows_after: Option<u64>,
}

/// What changed of one service, account or charge type as a whole. Figures are unblended cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedSumView {
    key: String,
    before: String,
    after: String,
    /// After less before.
    change: String,
    kind: ChangeKindView,
    /// The change in percent of the size of `before`; null where there was nothing.
    #[schema(required = true)]
    percent: Option<f64>,
    rows_before: u64,
    rows_after: u64,
}

impl From<&processing::ChangedSum> for ChangedSumView {
    fn from(sum: &processing::ChangedSum) -> Self {
        let change = Change::between(Some(sum.before), sum.after, false);
        Self {
            kind: change.kind.into(),
            percent: change.percent,
            key: sum.key.clone(),
            before: sum.before.to_string(),
            after: sum.after.to_string(),
            change: (sum.after - sum.before).to_string(),
            rows_before: sum.rows_before,
            rows_after: sum.rows_after,
        }
    }
}

/// What changed by each dimension, the largest change first, at most a hundred each.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedSumsView {
    services: Vec<ChangedSumView>,
    accounts: Vec<ChangedSumView>,
    /// Refunds and credits apart from usage.
    charge_types: Vec<ChangedSumView>,
}

impl From<&processing::ChangedSums> for ChangedSumsView {
    fn from(sums: &processing::ChangedSums) -> Self {
        let some = |sums: &[processing::ChangedSum]| sums.iter().take(MOST_LINES).map(Into::into).collect();
        Self {
            services: some(&sums.services),
            accounts: some(&sums.accounts),
            charge_types: some(&sums.charge_types),
        }
    }
}

/// What one restatement of one month changed in the connection's own bill, in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillChangeView {
    /// YYYY-MM.
    period: String,
    changed_at: String,
    /// First day that a row of the month, as it is published now, is dated to; none: not known. Rows of a month are those of
    /// its billing period (`filter=billing_period=YYYY-MM`), not of its days.
    #[schema(required = true)]
    rows_from: Option<String>,
    /// Day after the last one.
    #[schema(required = true)]
    rows_to: Option<String>,
    currency: String,
    total_before: String,
    total_after: String,
    /// After less before.
    change: String,
    kind: ChangeKindView,
    /// The change in percent of the size of `total_before`; null where there was nothing.
    #[schema(required = true)]
    percent: Option<f64>,
    /// Line items behind the total before; none: not known.
    rows_before: Option<u64>,
    /// Line items behind the total after; none: not known.
    rows_after: Option<u64>,
    /// The largest changes first, at most a hundred.
    lines: Vec<ChangedLineView>,
    /// Lines that changed.
    lines_total: u64,
    /// By service, account and charge type; none: not known, of diffs of earlier versions.
    #[schema(required = true)]
    sums: Option<ChangedSumsView>,
    /// Given when the month comes from another source than before, by somebody's choice: in words.
    source: Option<String>,
}

/// The bill diffs of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillChanges {
    /// Newest first.
    changes: Vec<BillChangeView>,
}

/// What restatements changed, newest first.
#[utoipa::path(get, path = "/connections/{id}/changes", params(("id" = String, Path)), responses(
    (status = OK, body = BillChanges),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection_changes(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = processing::changes(&state.app, organization, &connection_id(&id)?).await?;
    let periods = found.iter().map(|change| change.period).collect();
    let days = processing::days_of_bills(&state.app, organization, &connection_id(&id)?, periods).await?;
    let line = |line: &processing::ChangedLine| {
        let change = Change::between(Some(line.before), line.after, false);
        ChangedLineView {
            kind: change.kind.into(),
            percent: change.percent,
            service: line.service.clone(),
            account_id: line.account_id.clone(),
            charge_type: line.charge_type.clone(),
            before: line.before.to_string(),
            after: line.after.to_string(),
            change: (line.after - line.before).to_string(),
            rows_before: line.rows_before,
            rows_after: line.rows_after,
        }
    };
    let changes = found.iter().map(|change| {
        let whole = Change::between(Some(change.total_before), change.total_after, false);
        BillChangeView {
            kind: whole.kind.into(),
            percent: whole.percent,
            period: change.period.to_string(),
            changed_at: time::instant(change.changed_at_ms),
            rows_from: days.get(&change.period).map(|(from, _)| from.to_string()),
            rows_to: days.get(&change.period).map(|(_, to)| to.to_string()),
            currency: change.currency.clone(),
            total_before: change.total_before.to_string(),
            total_after: change.total_after.to_string(),
            change: (change.total_after - change.total_before).to_string(),
            lines: change.lines.iter().take(MOST_LINES).map(line).collect(),
            rows_before: change.rows_before,
            rows_after: change.rows_after,
            lines_total: change.lines_total.unwrap_or(change.lines.len() as u64),
            sums: change.sums.as_ref().map(ChangedSumsView::from),
            source: change.source.clone(),
        }
    });
    Ok(fresh(Json(BillChanges { changes: changes.collect() })))
}
