//! Ingest: a source's deliveries become published periods.

mod accounting;
mod bills;
mod changes;
mod connection;
mod copies;
mod deliver;
mod history;
mod jobs;
mod proving;
mod reading;
mod storing;
mod tracking;

pub use accounting::SourceFiles;
pub use connect::{Fate, Unread};

use crate::health::Deliveries;
use crate::lock::stopped;
use crate::panics::caught;
use crate::proof::Proof;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, OrganizationSpec, Progress, Result, health};
use connect::{BillSource, Delivery, Discovery, Location};
use connection::ensure_connection;
use deliver::{Job, Pending, failed};
use futures::FutureExt;
use history::{finish_history, note_end, note_failure, start_history};
use ingest::Selection;
use meta::{Connection, NewIngest, ProcessingJob, Publication};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId};
use std::sync::Arc;
use std::time::Instant;
use tracking::Tracker;

/// What to ingest.
#[derive(Clone, Debug)]
pub struct IngestRequest {
    /// Folder, file or `s3://bucket/prefix`.
    pub location: String,
    /// Organization to file it under; created when missing. `None`: the one that has this location already, else
    /// the only one, else a default.
    pub organization: Option<OrganizationSpec>,
    /// Name of the connection; `None`: made from the location.
    pub connection: Option<String>,
    /// Read again what is already published.
    pub force: bool,
}

/// How a period's ingest ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodOutcome {
    /// A new publication.
    Published,
    /// The delivery is the one that is published already.
    Unchanged,
    /// Nothing was published; what was before still is.
    Failed,
}

/// One period of an ingest.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PeriodSummary {
    /// `YYYY-MM`; empty where it could not be found out.
    pub period: String,
    /// How it ended.
    pub outcome: PeriodOutcome,
    /// Rows that count in totals.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Unblended cost while reading.
    pub raw_total: Decimal,
    /// Unblended cost as stored.
    pub stored_total: Decimal,
    /// Raw − stored.
    pub difference: Decimal,
    /// Whether nothing of it is wrong, left out or unchecked ([`Proof::proven`]).
    pub proven: bool,
    /// The proof, in its parts.
    pub proof: Proof,
    /// What happened, if anything did.
    pub message: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What an ingest did.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct IngestSummary {
    /// Organization.
    pub organization: String,
    /// Connection.
    pub connection: String,
    /// Seconds until every period's dashboards were ready.
    pub dashboards_ready_s: f64,
    /// Seconds until every period's line items were ready.
    pub line_items_ready_s: f64,
    /// Newest first.
    pub periods: Vec<PeriodSummary>,
    /// What became of every file below the source.
    pub files: SourceFiles,
    /// Greatest resident memory of the process, in bytes.
    pub peak_memory_bytes: u64,
    /// How old the data is, and when the last delivery came.
    #[serde(default)]
    pub deliveries: Deliveries,
}

impl IngestSummary {
    /// Whether every period is published, and its copy proven: what its report does not tell is no failure.
    pub fn succeeded(&self) -> bool {
        !self.periods.is_empty()
            && self
                .periods
                .iter()
                .all(|period| period.outcome != PeriodOutcome::Failed && period.proof.copied.holds())
    }
}

/// Reads a source and publishes its periods, newest first: all roll-ups, then all line items.
///
/// # Errors
/// When the source cannot be listed or the data folder not be written. A period that is refused is in the
/// summary instead, and does not keep the others from being published.
pub async fn run(
    app: &App,
    request: IngestRequest,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    let _writing = app.writing().await?;
    let organization = app.organization_for_ingest(request.organization.as_ref()).await?;
    let started = Instant::now();
    let location = Location::try_new(&request.location)?;
    let connection =
        ensure_connection(app, &organization.id, &location, request.connection.as_deref()).await?;
    let work = async {
        let source = Arc::new(connect::open(&location)?);
        let asked = Asked {
            organization: organization.name.clone(),
            connection: &connection,
            selection: Selection::default(),
            source,
            force: request.force,
            job: None,
        };
        ingest(app, asked, started, progress).boxed().await
    };
    let outcome = work.await;
    note_end(app, &connection.id, false, &outcome).await?;
    outcome
}

/// Reads what a connection has, through its own source; what is published already only with `force`. `job`: for
/// which job.
///
/// # Errors
/// As [`run`]; `NotReady` when there is no delivery yet, or only those that the job was parked for.
pub async fn run_connection(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    source: BillSource,
    force: bool,
    job: Option<&ProcessingJob>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    let name = app.organization_by_id(organization).await?;
    let record = app.meta().connection_record(organization, id).await?;
    let (Some(name), Some(record)) = (name, record) else {
        return Err(AppError::new(ErrorKind::NotFound, "the connection was removed"));
    };
    let shared = record.parent.is_some();
    let _writing = app.writing().await?;
    let work = async {
        let started = Instant::now();
        let asked = Asked {
            organization: name.name,
            connection: &record.connection,
            selection: Selection { accounts: crate::connections::accounts(&record)?, ..Selection::default() },
            source: Arc::new(source),
            force,
            job,
        };
        ingest(app, asked, started, progress).boxed().await
    };
    let outcome = work.await;
    if job.is_none() {
        note_end(app, id, shared, &outcome).await?;
    }
    outcome
}

/// What is read, for whom.
struct Asked<'a> {
    /// Name of the organization.
    organization: String,
    connection: &'a Connection,
    /// Which rows count, of whatever period.
    selection: Selection,
    source: Arc<BillSource>,
    force: bool,
    /// The job that this is done for.
    job: Option<&'a ProcessingJob>,
}

/// Reads what was asked for, until it is done or somebody stops it: then nothing more is published.
async fn ingest(
    app: &App,
    asked: Asked<'_>,
    started: Instant,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    let at_work = app.at_work(&asked.connection.id)?;
    tokio::select! {
        done = read(app, asked, started, progress).boxed() => done,
        () = at_work.told_to_stop() => Err(stopped()),
    }
}

async fn read(
    app: &App,
    asked: Asked<'_>,
    started: Instant,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    let Asked { organization, connection, selection, source, force, job } = asked;
    // Nobody else is at work at this connection: what is still noted as running was killed.
    app.meta().abandon_ingests_of(&connection.id, app.now().timestamp_millis()).await?;
    let shown = app.live().begin(&connection.organization_id, Some(&connection.id));
    let mut discovery = match source.discover().await {
        Err(error) if error.kind == connect::ErrorKind::Empty => {
            return Err(health::nothing_there(app, connection, error.into()).await?);
        }
        found => found?,
    };
    if let Some(job) = job {
        jobs::begin(app, job, &discovery.deliveries).await?;
    }
    bills::sort_out(&source, &mut discovery).await?;
    if selection.accounts.is_none() {
        health::found(app, &connection.id, &discovery.deliveries).await?;
    }
    for delivery in &mut discovery.deliveries {
        delivery.fingerprint.push_str(&selection.stamp());
    }
    if discovery.deliveries.is_empty() {
        return Err(health::nothing_there(app, connection, no_bill(connection, &discovery)).await?);
    }
    let crashed = job.filter(|job| job.crashes > 0);
    let files = SourceFiles::of(&discovery);
    app.meta().keep_source_files(&connection.id, app.now().timestamp_millis(), &files).await?;
    let before = aside(
        "the bill as it is could not be looked at before it is read again",
        changes::before(app, connection, &discovery.deliveries, force),
    )
    .await;
    let mut tracker = Tracker {
        app,
        shown: &shown,
        report: progress,
        connection: connection.name.clone(),
        counters: Arc::default(),
        bytes_total: 0,
        periods_done: 0,
        periods_total: discovery.deliveries.len() as u64,
        started,
    };
    let bytes = |delivery: &Delivery| delivery.files.iter().map(|file| file.size).sum::<u64>();
    let mut periods = vec![];
    let mut behind = vec![];
    let mut refused = vec![];
    tracker.begin(discovery.deliveries.iter().map(bytes).sum());
    for delivery in &discovery.deliveries {
        let job = Job { app, connection, source: &source, delivery, selection: &selection };
        // What an earlier run published before it went down, and this one publishes again, is no step further.
        let further = match crashed {
            Some(crashed) if published(&job).await?.is_empty() => Some(crashed),
            _ => None,
        };
        match first_stage(&job, &tracker, force).await {
            Ok((summaries, pending)) => {
                periods.extend(summaries);
                if !pending.is_empty() {
                    jobs::got_further(app, further).await?;
                    behind.push((delivery, pending));
                }
            }
            Err(error) => {
                note_failure(app, &connection.id, delivery, &selection, &error).await?;
                refused.push(health::subject(delivery));
                periods.push(failed(delivery.period, &error));
            }
        }
        tracker.periods_done += 1;
    }
    // A month that has just begun, or one without cost for a customer, has no rows; a source without any has no bill yet.
    if periods.is_empty() && selection.accounts.is_none() {
        let message = format!("the reports in {} hold no rows yet", connection.location);
        return Err(AppError::new(ErrorKind::NotReady, message)
            .advise("If the month has just begun, its first rows come within 24 hours."));
    }
    let dashboards_ready_s = started.elapsed().as_secs_f64();
    tracker.begin(behind.iter().map(|(delivery, _)| bytes(delivery)).sum());
    tracker.periods_done = 0;
    tracker.periods_total = behind.len() as u64;
    for (delivery, pending) in behind {
        let job = Job { app, connection, source: &source, delivery, selection: &selection };
        let of_delivery: Vec<String> = pending.iter().map(|pending| pending.period.to_string()).collect();
        let history = start_history(app, &connection.id, delivery, &pending).await?;
        let rows_before = tracker.rows();
        let outcome = job.line_items(&tracker, history, pending).await;
        let own = periods.iter().filter(|summary| of_delivery.contains(&summary.period));
        let rows = match &selection.accounts {
            Some(_) => own.map(|summary| summary.rows).sum(),
            None => tracker.rows() - rows_before,
        };
        finish_history(app, history, delivery, rows, outcome.as_ref().err()).await?;
        if let Err(error) = outcome {
            note_failure(app, &connection.id, delivery, &selection, &error).await?;
            refused.push(health::subject(delivery));
            for summary in periods.iter_mut().filter(|summary| of_delivery.contains(&summary.period)) {
                *summary = failed(summary.period.parse().ok(), &error);
            }
        } else {
            jobs::got_further(app, crashed).await?;
        }
        tracker.periods_done += 1;
    }
    let line_items_ready_s = started.elapsed().as_secs_f64();
    app.meta().months_are_well(&connection.id, &refused, app.now().timestamp_millis()).await?;
    // What is published stands, whatever becomes of what follows from it.
    aside("what stays as an earlier version read it could not be noted", earlier(app, connection, &periods))
        .await;
    aside("superseded files could not be removed", app.vacuum_unlocked()).await;
    if let Some(before) = before {
        let kept = changes::keep(app, connection, before, &periods);
        aside("what a restatement changed could not be kept", kept).await;
    }
    judge(app, connection, &mut periods).await?;
    Ok(IngestSummary {
        organization,
        connection: connection.name.clone(),
        dashboards_ready_s,
        line_items_ready_s,
        periods,
        files,
        peak_memory_bytes: peak_memory(),
        deliveries: health::deliveries(app, &connection.organization_id, &connection.id, false).await?,
    })
}

/// Files are there, and none of them is a bill's.
fn no_bill(connection: &Connection, found: &Discovery) -> AppError {
    if let Some(stranger) = found.unread.iter().find(|unread| unread.fate == Fate::OtherDataSet) {
        let message =
            format!("there is no bill in {}: {} {}", connection.location, stranger.path, stranger.why);
        return AppError::new(ErrorKind::NotReady, message)
            .advise("Give the folder or prefix of the cost report itself (a Cost and Usage Report, or a FOCUS export).");
    }
    AppError::new(ErrorKind::NotReady, format!("there are no cost reports in {}", connection.location))
        .advise("Give the folder or bucket prefix that holds the report's files (CSV, gzip, zip or Parquet); AWS needs up to 24 hours for the first delivery.")
}

/// Says of each published period what is proven of it.
async fn judge(app: &App, connection: &Connection, periods: &mut [PeriodSummary]) -> Result<()> {
    let published = Published::of_id(app, &connection.organization_id).await?;
    for summary in periods.iter_mut().filter(|summary| summary.outcome != PeriodOutcome::Failed) {
        if let Some(proof) = published.proof(&connection.id, &summary.period) {
            summary.proven = proof.proven();
            summary.proof = proof.clone();
        }
    }
    Ok(())
}

/// Does what must not fail an ingest, however it ends: a failure and a panic are for the log.
async fn aside<T>(failed: &str, work: impl Future<Output = Result<T>>) -> Option<T> {
    match caught(work).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::warn!(%error, "{failed}");
            None
        }
    }
}

/// Reads a delivery's roll-up, unless it is what is published already.
async fn first_stage(
    job: &Job<'_>,
    tracker: &Tracker<'_>,
    force: bool,
) -> Result<(Vec<PeriodSummary>, Vec<Pending>)> {
    if let Some(problem) = job.delivery.problems.first() {
        let mut error = AppError::invalid(problem.message.clone()).advise(problem.advice.clone());
        error.place.file = Some(problem.file.clone());
        return Err(error);
    }
    if !force {
        let current = published(job).await?;
        if !current.is_empty() && current.iter().all(|publication| publication.stage == meta::Stage::Complete)
        {
            return Ok((current.iter().map(unchanged).collect(), vec![]));
        }
    }
    let history = match job.delivery.period {
        Some(period) => Some(
            job.app
                .meta()
                .start_ingest(&NewIngest {
                    connection_id: job.connection.id.clone(),
                    period,
                    fingerprint: job.delivery.fingerprint.clone(),
                    started_at_ms: job.app.now().timestamp_millis(),
                })
                .await?,
        ),
        None => None,
    };
    let rows_before = tracker.rows();
    let outcome = job.dashboards(tracker, history).await;
    // Of a shared bill only what is the customer's own is counted.
    let rows = match &outcome {
        Ok(published) if job.selection.accounts.is_some() => {
            published.iter().map(|(summary, _)| summary.rows).sum()
        }
        _ => tracker.rows() - rows_before,
    };
    finish_history(job.app, history, job.delivery, rows, outcome.as_ref().err()).await?;
    Ok(outcome?.into_iter().unzip())
}

/// What is published of this very delivery, by a version that kept what this one keeps: what an earlier one read is
/// read again.
async fn published(job: &Job<'_>) -> Result<Vec<Publication>> {
    let mut found = vec![];
    if let Some(period) = job.delivery.period {
        found.extend(job.app.meta().publication_for(&job.connection.id, period).await?);
    } else {
        for organization in job.app.meta().organizations().await? {
            found.extend(job.app.meta().publications(&organization.id).await?);
        }
    }
    found.retain(|publication| {
        publication.connection_id == job.connection.id
            && publication.fingerprint == job.delivery.fingerprint
            && !publication.is_older()
    });
    Ok(found)
}

/// Notes the months that an earlier version read and that this run, which did not fail over them, did not read again:
/// the source does not have them any more.
async fn earlier(app: &App, connection: &Connection, read: &[PeriodSummary]) -> Result<()> {
    let mut older = app.meta().publications(&connection.organization_id).await?;
    older.retain(|publication| publication.connection_id == connection.id && publication.is_older());
    if older.is_empty() {
        return Ok(());
    }
    let failed: Vec<&str> = read
        .iter()
        .filter(|summary| summary.outcome == PeriodOutcome::Failed)
        .map(|summary| summary.period.as_str())
        .collect();
    // A delivery that names no month may have held any.
    let any = failed.iter().any(|period| period.parse::<BillingPeriod>().is_err());
    older.retain(|publication| !any && !failed.contains(&publication.period.to_string().as_str()));
    let gone: Vec<i64> = older.iter().map(|publication| publication.id).collect();
    Ok(app.meta().note_source_gone(&connection.id, &gone).await?)
}

fn unchanged(publication: &Publication) -> PeriodSummary {
    PeriodSummary {
        period: publication.period.to_string(),
        outcome: PeriodOutcome::Unchanged,
        rows: publication.rows,
        bytes: publication.bytes,
        raw_total: publication.raw_total,
        stored_total: publication.stored_total,
        difference: publication.raw_total - publication.stored_total,
        proven: false,
        proof: Proof::unread(),
        message: None,
        advice: None,
    }
}

/// Greatest resident memory of this process so far, in bytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
