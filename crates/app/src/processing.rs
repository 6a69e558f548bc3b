//! Processing of connections: jobs that read what a connection has, by request and by polling, retried, resumed
//! after a stop, and told by mail.

pub(crate) mod attempt;
pub(crate) mod bill_diffs;
mod line;
mod pausing;
mod reader;
mod reading;
mod watch;
mod work;

pub use crate::ingest_job::Fate;
pub use crate::jobs::run;
pub use meta::{BillChange, ChangedLine, ChangedSum, ChangedSums, Ingest, JobState, KnownJob, Outcome};
pub use pausing::pause;
pub use reading::{ReaderProcess, Reading};
pub use work::{bound, work};

use crate::bill_choices::{self, QuestionState};
use crate::connections::{self, ConnectionState};
use crate::health::{self, Deliveries, FailureKind};
use crate::ingest_job::{self, IngestSummary, SourceFiles};
use crate::proof::Proof;
use crate::read::{Published, filter_on};
use crate::{App, AppError, ErrorKind, Failure, Progress, Result, jobs};
use chrono::{DateTime, NaiveDate, Utc};
use meta::NewAudit;
use model::{BillingPeriod, Column, ConnectionId, CostQuery, Metric, OrganizationId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Ingests and bill changes in one answer.
const MOST: u32 = 200;
/// Jobs in one answer: about a day of looks for deliveries.
const MOST_JOBS: u32 = 30;

/// Where a month of a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthState {
    /// Not read yet.
    Waiting,
    /// At work.
    Reading,
    /// Dashboards are ready; line items follow.
    Dashboards,
    /// All there.
    Complete,
    /// Another source of the same bill was chosen to count.
    NotCounted,
    /// Refused: nothing of it is shown.
    Failed,
}

/// A month of a connection.
#[derive(Clone, Debug)]
pub struct ProcessedMonth {
    /// `YYYY-MM`.
    pub period: String,
    /// Where it stands.
    pub state: MonthState,
    /// Line items; 0 until they are known.
    pub rows: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// What is proven of it.
    pub proof: Proof,
    /// Given when an earlier version read it, which kept fewer columns: those are not known.
    pub earlier: Option<Earlier>,
    /// Why its newest delivery was refused.
    pub failure: Option<Failure>,
    /// Given where another source of the same bill counts, of all of it or of a part: which, and who chose.
    pub counted_by: Option<String>,
}

/// What becomes of a month that an earlier version read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// It is read again, behind everything that somebody asked for.
    ReadAgain,
    /// It stays as it is: its source does not have it any more.
    SourceGone,
}

/// Where the processing of a connection stands.
#[derive(Clone, Debug)]
pub struct Processing {
    /// The newest job; `None`: there was none.
    pub state: Option<JobState>,
    /// Runs begun of that job.
    pub attempts: u32,
    /// When it runs next, while it waits.
    pub next_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why its last run failed.
    pub failure: Option<Failure>,
    /// The connection's own state.
    pub connection: ConnectionState,
    /// Newest first.
    pub months: Vec<ProcessedMonth>,
    /// The running ingest.
    pub progress: Option<Progress>,
    /// How deliveries come.
    pub deliveries: Deliveries,
    /// What fails now.
    pub failures: Vec<Failure>,
    /// Whether it is neither read nor looked at.
    pub paused: bool,
}

/// Asks for a connection to be read now; the entries tell who asked.
///
/// # Errors
/// `Invalid` while the connection was not verified.
pub async fn ask(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    entries: &[NewAudit],
) -> Result<()> {
    may_be_read(app, organization, id).await?;
    app.meta().ask_for_job(id, false, app.now().timestamp_millis(), entries).await?;
    app.queued().wake();
    Ok(())
}

/// Asks for everything that a connection has to be read again, what is published already too. What reads it now is
/// stopped first.
///
/// # Errors
/// As [`ask`]; `Conflict` when what reads it does not stop.
pub async fn ask_again(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    entries: &[NewAudit],
) -> Result<()> {
    may_be_read(app, organization, id).await?;
    cancel(app, organization, id, &[]).await?;
    app.meta().ask_for_job(id, true, app.now().timestamp_millis(), entries).await?;
    app.queued().wake();
    Ok(())
}

/// Whether a connection is verified and not paused, nor the one that it reads through.
///
/// # Errors
/// What keeps it from being read.
pub(crate) async fn may_be_read(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<()> {
    let connection = connections::get(app, organization, id).await?;
    verified(&connection)?;
    if connection.paused {
        return Err(AppError::new(ErrorKind::Conflict, format!("{} is paused", connection.name))
            .advise("Go on with it first: it is read then."));
    }
    if app.meta().parent_connection(id).await?.is_some_and(|parent| parent.paused) {
        return Err(AppError::new(ErrorKind::Conflict, "your provider's connection is paused")
            .advise("Ask your provider to go on with it: yours is read then."));
    }
    Ok(())
}

/// Stops the reading of a connection, and takes back what waits for its turn. What was published stays; nothing more is
/// published.
///
/// # Errors
/// `Conflict` when it does not stop: another process reads it.
pub async fn cancel(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    entries: &[NewAudit],
) -> Result<()> {
    connections::get(app, organization, id).await?;
    app.meta().stop_reading(id, entries).await?;
    app.meta().cancel_job(id, app.now().timestamp_millis(), false).await?;
    let until = Instant::now() + STOPPING;
    loop {
        app.stop_work(id);
        let runs = app.meta().last_job(id).await?.is_some_and(|job| job.state == JobState::Running);
        // One that ended in the middle to be tried again is none; what somebody asked for since is theirs.
        app.meta().cancel_job(id, app.now().timestamp_millis(), true).await?;
        if !runs {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(AppError::new(ErrorKind::Conflict, "the reading did not stop")
                .advise("Another process may be at it: it ends by itself, or end it where it was started."));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Time for a reading to stop: the process that reads is ended, and what it left is removed.
const STOPPING: Duration = Duration::from_secs(25);

/// Reads a connection now, in this process. What is published already is read again only with `force`.
///
/// # Errors
/// `Invalid` while the connection was not verified; else as [`crate::ingest_job::run`].
pub async fn read_now(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    force: bool,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    verified(&connections::get(app, organization, id).await?)?;
    if let Some(organization) = app.organization_by_id(organization).await? {
        ingest_job::note_reading(app, &organization, id).await?;
    }
    let read = ingest_job::run_connection(app, organization, id, force, None, progress).await;
    jobs::follow_here(app, organization, id).await;
    read
}

fn verified(connection: &connections::ConnectionDetails) -> Result<()> {
    if connection.state == ConnectionState::Draft {
        return Err(AppError::invalid(format!("the connection {} is not verified yet", connection.name))
            .advise("Verify it first: that finds what is missing before anything is read."));
    }
    Ok(())
}

/// Where the processing of a connection stands.
pub async fn status(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Processing> {
    let connection = connections::get(app, organization, id).await?;
    let job = app.meta().last_job(id).await?;
    let running = job.as_ref().is_some_and(|job| job.state == JobState::Running);
    let noted = || job.as_ref()?.progress.clone().and_then(|progress| serde_json::from_value(progress).ok());
    // Of a reading in another process its row tells.
    let progress = app.live().progress_of(organization, id).or_else(noted).filter(|_| running);
    let instant = |ms: i64| DateTime::from_timestamp_millis(ms).unwrap_or_default();
    let mut failures = health::failures(app, organization).await?;
    failures.retain(|failure| failure.connection.as_ref() == Some(id));
    // A bill is waited for where it is looked for.
    let waits = !connection.paused
        && connection.kind != connections::ConnectionKind::Shared
        && connection.created_at.timestamp_millis() > 0;
    Ok(Processing {
        state: job.as_ref().map(|job| job.state),
        attempts: job.as_ref().map_or(0, |job| job.attempts),
        next_at: job
            .as_ref()
            .filter(|job| job.state == JobState::Queued)
            .map(|job| instant(job.run_after_ms)),
        finished_at: job.as_ref().and_then(|job| job.finished_at_ms).map(instant),
        failure: job.and_then(|job| job.failure).map(|failure| job_failure(failure, &failures)),
        connection: connection.state,
        months: months(app, organization, &connection, progress.as_ref(), &failures).await?,
        progress,
        deliveries: health::deliveries(app, organization, id, waits).await?,
        failures,
        paused: connection.paused,
    })
}

/// Why a job failed, with the first and last time where it is what fails now.
fn job_failure(failure: meta::Failure, open: &[Failure]) -> Failure {
    let known = open.iter().find(|known| known.message == failure.message);
    Failure {
        file: failure.file,
        advice: failure.advice,
        message: failure.message,
        ..known.cloned().unwrap_or_else(|| Failure::of(&AppError::internal("")))
    }
}

/// Published months and those that the verification found, newest first.
async fn months(
    app: &App,
    organization: &OrganizationId,
    connection: &connections::ConnectionDetails,
    progress: Option<&Progress>,
    failures: &[Failure],
) -> Result<Vec<ProcessedMonth>> {
    let resolved = Published::of_id(app, organization).await?;
    let published = app.meta().publications(organization).await?;
    let own = published.iter().filter(|publication| publication.connection_id == connection.id);
    let mut months: Vec<ProcessedMonth> = own
        .map(|publication| ProcessedMonth {
            period: publication.period.to_string(),
            state: match publication.stage {
                meta::Stage::Dashboards => MonthState::Dashboards,
                meta::Stage::Complete => MonthState::Complete,
            },
            rows: publication.rows,
            bytes: publication.bytes,
            proof: resolved
                .proof(&publication.connection_id, &publication.period.to_string())
                .cloned()
                .unwrap_or_else(Proof::unread),
            earlier: publication.is_older().then_some(if publication.source_gone {
                Earlier::SourceGone
            } else {
                Earlier::ReadAgain
            }),
            failure: None,
            counted_by: None,
        })
        .collect();
    let found = connection.verification.iter().flat_map(|verification| &verification.facts.months);
    for month in found.filter(|month| !month.period.is_empty()) {
        if !months.iter().any(|known| known.period == month.period) {
            months.push(waiting(&month.period, month.bytes));
        }
    }
    let at_work = progress.and_then(|progress| progress.period).map(|period| period.to_string());
    for failure in failures.iter().filter(|failure| failure.kind == FailureKind::Month) {
        let Some(period) = &failure.period else { continue };
        if !months.iter().any(|month| month.period == *period) {
            months.push(waiting(period, 0));
        }
    }
    for question in bill_choices::questions(app, organization, &connection.id).await? {
        let of_this = !question.within && question.candidates[0].connection == connection.id;
        let Some(choice) = question.choice.filter(|_| of_this && question.state == QuestionState::Settled)
        else {
            continue;
        };
        let period = question.period.to_string();
        if !months.iter().any(|month| month.period == period) {
            months.push(waiting(&period, question.candidates[0].side.bytes.unwrap_or(0)));
        }
        for month in months.iter_mut().filter(|month| month.period == period) {
            if month.state == MonthState::Waiting {
                month.state = MonthState::NotCounted;
            }
            let winner = &question.candidates[choice.winner.min(1)].side.name;
            month.counted_by = Some(format!("'{winner}' counts, chosen by {}", choice.by));
        }
    }
    for month in &mut months {
        month.failure =
            failures.iter().find(|failure| failure.period.as_ref() == Some(&month.period)).cloned();
        if month.state == MonthState::Waiting {
            if at_work.as_ref() == Some(&month.period) {
                month.state = MonthState::Reading;
            } else if month.failure.is_some() {
                month.state = MonthState::Failed;
            }
        }
    }
    months.sort_by(|one, other| other.period.cmp(&one.period));
    Ok(months)
}

/// A month of which nothing was read.
fn waiting(period: &str, bytes: u64) -> ProcessedMonth {
    ProcessedMonth {
        period: period.to_owned(),
        state: MonthState::Waiting,
        rows: 0,
        bytes,
        proof: Proof::unread(),
        earlier: None,
        failure: None,
        counted_by: None,
    }
}

/// The ingests of a connection, newest first.
pub async fn ingests(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<Ingest>> {
    connections::get(app, organization, id).await?;
    Ok(app.meta().ingests_of(id, MOST).await?)
}

/// The jobs of a connection, newest first.
///
/// # Errors
/// There is no such connection.
pub async fn jobs(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<KnownJob>> {
    connections::get(app, organization, id).await?;
    Ok(app.meta().jobs_of(Some(id), MOST_JOBS).await?)
}

/// What became of every file of a connection's source, and when it was looked at last (ms); `None` before the first
/// look. Of a shared bill it is the provider's to see.
pub async fn files(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<(i64, SourceFiles)>> {
    let connection = connections::get(app, organization, id).await?;
    if connection.kind == connections::ConnectionKind::Shared {
        return Ok(None);
    }
    Ok(app.meta().source_files(id).await?)
}

/// The bill diffs of a connection, newest first.
pub async fn changes(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<BillChange>> {
    connections::get(app, organization, id).await?;
    Ok(app.meta().bill_changes(id, MOST).await?)
}

/// The days that the rows of some published months of a connection are dated to, as first day and day after the last: a
/// refund may stand on one month's bill and be dated to another. Looked up once for each publication; what cannot be
/// looked up is left out.
///
/// # Errors
/// The metadata cannot be read.
pub async fn days_of_bills(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    periods: BTreeSet<BillingPeriod>,
) -> Result<BTreeMap<BillingPeriod, (NaiveDate, NaiveDate)>> {
    let published = Published::of_id(app, organization).await?;
    let mut days = BTreeMap::new();
    for one in published.publications.iter().filter(|one| one.connection_id == *id) {
        if !periods.contains(&one.period) {
            continue;
        }
        if let Some(known) = app.bill_days().get(one.id) {
            days.insert(one.period, known);
            continue;
        }
        let filters = vec![
            filter_on(Column::Connection, false, &[id.as_str()]),
            filter_on(Column::BillingPeriod, false, &[&one.period.to_string()]),
        ];
        // A question without days is about all that its bills hold.
        let query = CostQuery { filters, ..CostQuery::total(Metric::Unblended) };
        match app.engine().answer(&published.view, &query).await {
            Ok(answer) => {
                app.bill_days().keep(one.id, (answer.from, answer.to));
                days.insert(one.period, (answer.from, answer.to));
            }
            Err(error) => tracing::warn!(period = %one.period, %error, "the days of a bill are not known"),
        }
    }
    Ok(days)
}

/// First day and day after the last of the rows of publications, which never change.
#[derive(Debug, Default)]
pub(crate) struct BillDays(Mutex<HashMap<i64, (NaiveDate, NaiveDate)>>);

/// Publications of which it is remembered: more than a large installation has at a time.
const MOST_DAYS: usize = 20_000;

impl BillDays {
    fn get(&self, publication: i64) -> Option<(NaiveDate, NaiveDate)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&publication).copied()
    }

    fn keep(&self, publication: i64, days: (NaiveDate, NaiveDate)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_DAYS {
            known.clear();
        }
        known.insert(publication, days);
    }
}
