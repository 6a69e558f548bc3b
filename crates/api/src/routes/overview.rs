//! What there is: months, their proof, the running ingest, failures.

use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView};
use crate::caching::fresh;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::routes::proof::ProofView;
use crate::state::ApiState;
use crate::time;
use app::health::FailureKind;
use app::read::{self, ConnectionProof, PeriodState, SeenPart};
use app::{Failure, Progress};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// Whose data it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Whether it is the generated demo company.
    pub(crate) demo: bool,
    /// Of its name as it is, for the `If-Match` of a change.
    pub(crate) version: String,
}

impl From<app::Organization> for Organization {
    fn from(found: app::Organization) -> Self {
        let version = app::edits::version(&found.name);
        Self { id: found.id.to_string(), name: found.name, demo: found.demo, version }
    }
}

/// Where a published month stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PeriodStage {
    /// The roll-up is there; hours, resources and explain follow.
    Dashboards,
    /// Line items are there too.
    Complete,
}

/// A published month of a connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeriodView {
    connection: String,
    /// YYYY-MM.
    period: String,
    stage: PeriodStage,
    /// Whether all parts of the proof hold.
    proven: bool,
    proof: ProofView,
    /// Currency of its totals.
    currency: String,
    rows: u64,
    bytes: u64,
    /// Unblended total while reading.
    raw_total: String,
    /// Unblended total as stored.
    stored_total: String,
    /// The former minus the latter.
    difference: String,
    /// What its columns do not allow: resource_ids, list_price, net_cost, tags.
    without: Vec<String>,
    /// Whether the month may still change.
    open: bool,
    published_at: String,
}

impl From<PeriodState> for PeriodView {
    fn from(state: PeriodState) -> Self {
        Self {
            connection: state.connection,
            period: state.period,
            stage: if state.complete { PeriodStage::Complete } else { PeriodStage::Dashboards },
            proven: state.proof.holds(),
            proof: state.proof.into(),
            currency: state.currency,
            rows: state.rows,
            bytes: state.bytes,
            raw_total: state.raw_total.to_string(),
            stored_total: state.stored_total.to_string(),
            difference: (state.raw_total - state.stored_total).to_string(),
            without: state.without,
            open: state.open,
            published_at: time::text(state.published_at),
        }
    }
}

/// What is proven of all that a connection has.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionProofView {
    connection: String,
    name: String,
    /// Whether it reads through another organization's, whose files are not shown.
    shared: bool,
    /// Of its months together, and of its source.
    proof: ProofView,
    /// Files that were read, where that is known: of a past state it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_read: Option<u64>,
    /// Files that could be the bill's and were not read, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_left_out: Option<u64>,
}

impl From<ConnectionProof> for ConnectionProofView {
    fn from(found: ConnectionProof) -> Self {
        Self {
            connection: found.connection,
            name: found.name,
            shared: found.shared,
            proof: found.proof.into(),
            files_read: found.files_read.map(|files| files as u64),
            files_left_out: found.files_left_out.map(|files| files as u64),
        }
    }
}

/// The running ingest.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct IngestView {
    connection: String,
    /// YYYY-MM; empty while it is not known.
    period: String,
    /// generating, reading, proving, line_items or publishing.
    stage: String,
    files_done: u64,
    files_total: u64,
    bytes_done: u64,
    bytes_total: u64,
    rows: u64,
    bytes_per_second: u64,
    #[schema(required = true)]
    seconds_left: Option<u64>,
    periods_done: u64,
    periods_total: u64,
}

impl From<Progress> for IngestView {
    fn from(progress: Progress) -> Self {
        Self {
            connection: progress.connection,
            period: progress.period.map(|period| period.to_string()).unwrap_or_default(),
            stage: progress.stage.name().to_owned(),
            files_done: progress.files_done,
            files_total: progress.files_total,
            bytes_done: progress.bytes_done,
            bytes_total: progress.bytes_total,
            rows: progress.rows,
            bytes_per_second: progress.bytes_per_second,
            seconds_left: progress.seconds_left,
            periods_done: progress.periods_done,
            periods_total: progress.periods_total,
        }
    }
}

/// What is failing.
#[derive(Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailingKind {
    /// The source could not be looked at, or not be read as a whole.
    Look,
    /// Nothing is there any more.
    Gone,
    /// Nothing is there yet, which is no failure.
    Empty,
    /// A delivery was refused.
    Month,
    /// No new deliveries come.
    Stopped,
}

/// Something that fails, or failed.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct FailureView {
    kind: FailingKind,
    /// The connection; none: nobody's in particular.
    #[schema(required = true)]
    connection: Option<String>,
    /// First time; none: not known.
    #[schema(required = true)]
    first_at: Option<String>,
    #[schema(required = true)]
    last_at: Option<String>,
    /// How often.
    times: u32,
    /// When it was over; none: it still fails.
    #[schema(required = true)]
    ended_at: Option<String>,
    #[schema(required = true)]
    period: Option<String>,
    #[schema(required = true)]
    file: Option<String>,
    message: String,
    advice: String,
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        Self {
            kind: match failure.kind {
                FailureKind::Look => FailingKind::Look,
                FailureKind::Gone => FailingKind::Gone,
                FailureKind::Empty => FailingKind::Empty,
                FailureKind::Month => FailingKind::Month,
                FailureKind::Stopped => FailingKind::Stopped,
            },
            connection: failure.connection.map(|id| id.to_string()),
            first_at: failure.first_at.map(time::text),
            last_at: failure.last_at.map(time::text),
            times: failure.times,
            ended_at: failure.ended_at.map(time::text),
            period: failure.period,
            file: failure.file,
            message: failure.message,
            advice: failure.advice.unwrap_or_default(),
        }
    }
}

/// A subset that was chosen for who asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenSubset {
    id: String,
    name: String,
}

/// The part of the bills that may be seen.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenPartView {
    /// The chosen subsets, by name.
    subsets: Vec<SeenSubset>,
    /// Chosen subsets that were deleted since: they show nothing.
    deleted: u64,
    /// Accounts in them.
    accounts: u64,
    /// Checksum of the accounts: another one, other figures.
    scope: String,
}

impl From<&SeenPart> for SeenPartView {
    fn from(part: &SeenPart) -> Self {
        let subset = |(id, name): &(String, String)| SeenSubset { id: id.clone(), name: name.clone() };
        Self {
            subsets: part.subsets.iter().map(subset).collect(),
            deleted: part.deleted as u64,
            accounts: part.accounts() as u64,
            scope: part.checksum(),
        }
    }
}

/// The state of the data.
#[derive(Serialize, ToSchema)]
pub(crate) struct Overview {
    organization: Organization,
    /// What of the bills may be seen, where that is a part of them: every figure is about these subsets' accounts then.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<SeenPartView>,
    /// Main currency: the one with the most cost lately. Empty without data.
    currency: String,
    /// All, the main one first. Figures are in one of them, the main one unless `filter=currency=…` says another.
    currencies: Vec<String>,
    /// First day with charges.
    #[schema(required = true)]
    data_from: Option<String>,
    /// Day after the last day with charges.
    #[schema(required = true)]
    data_to: Option<String>,
    /// Day from which on the data are not complete; growth leaves these days out.
    #[schema(required = true)]
    complete_to: Option<String>,
    /// End of the newest hour of usage.
    #[schema(required = true)]
    data_through: Option<String>,
    has_data: bool,
    /// Of all months together, and of the sources.
    proof: ProofView,
    /// Connections with months.
    connections: Vec<ConnectionProofView>,
    /// Newest first.
    periods: Vec<PeriodView>,
    #[schema(required = true)]
    ingest: Option<IngestView>,
    failures: Vec<FailureView>,
    /// When the bills stood so, where `as_of` was asked for: months and proof are of that time, what fails is of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

/// What there is: months with their state and proof, the running ingest, failures.
#[utoipa::path(get, path = "/overview", params(AsOfParams), responses(
    (status = OK, body = Overview),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn overview(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let found = read::overview(&state.app, &published).await?;
    let (id, name, demo) = found.organization;
    let currency = found.currencies.first().cloned().unwrap_or_default();
    Ok(fresh(Json(Overview {
        organization: Organization { version: app::edits::version(&name), id, name, demo },
        part: published.part().map(SeenPartView::from),
        currency,
        currencies: found.currencies,
        data_from: found.data_from.map(|day| day.to_string()),
        data_to: found.data_to.map(|day| day.to_string()),
        complete_to: found.complete_to.map(|day| day.to_string()),
        data_through: found.data_through.map(time::text),
        has_data: !found.periods.is_empty(),
        proof: found.proof.into(),
        connections: found.connections.into_iter().map(ConnectionProofView::from).collect(),
        periods: found.periods.into_iter().map(PeriodView::from).collect(),
        ingest: found.ingest.map(IngestView::from),
        failures: found.failures.into_iter().map(FailureView::from).collect(),
        as_of: AsOfView::of(&published),
    })))
}
