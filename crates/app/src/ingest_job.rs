//! Ingest: a source's deliveries become published periods.

mod accounting;
mod bills;
mod changes;
mod chosen;
mod connection;
mod copies;
mod counting;
mod deliver;
mod first;
mod history;
mod jobs;
mod proving;
mod reading;
mod refusing;
mod rest;
mod storing;
mod summary;
mod tracking;

pub use accounting::SourceFiles;
pub(crate) use changes::make_due as make_bill_diffs;
pub use connect::{Fate, Unread};
pub(crate) use jobs::MOST_CRASHES;
pub use summary::{IngestRequest, IngestSummary, PeriodOutcome, PeriodSummary};

use crate::lock::stopped;
use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Progress, Result, health};
use connect::{BillSource, Delivery, Location};
use connection::ensure_connection;
pub(crate) use connection::note_reading;
use counting::Kept;
use deliver::Job;
use first::{FirstStage, first_stage, published};
use futures::FutureExt;
use history::{finish_history, note_asked, note_end, note_failure, start_history};
use ingest::Selection;
use meta::{Connection, ProcessingJob};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use summary::{earlier, failed, judge, no_bill, peak_memory};
use tracking::Tracker;

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
    let connection = ensure_connection(app, &organization, &location, request.connection.as_deref()).await?;
    note_reading(app, &organization, &connection.id).await?;
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
    note_end(app, &organization.id, &connection.id, false, &outcome).await?;
    crate::jobs::follow_here(app, &organization.id, &connection.id).await;
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
        let source = crate::connections::open_source(app, organization, id).await?;
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
        note_end(app, organization, id, shared, &outcome).await?;
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
    let mut kept = Kept::read(app, connection).await?;
    aside("what does not count could not be removed", kept.clear(app, connection)).await;
    match app.meta().parent_connection(&connection.id).await? {
        None => chosen::leave_out(app, connection, &kept, &mut discovery).await?,
        // The source is its provider's, and so is the choice between what lies there.
        Some(parent) => {
            let theirs = Kept::read(app, &parent.connection).await?;
            chosen::leave_out(app, &parent.connection, &theirs, &mut discovery).await?;
        }
    }
    bills::sort_out(&source, &mut discovery).await?;
    if selection.accounts.is_none() {
        health::found(app, &connection.id, &discovery.deliveries).await?;
    }
    if discovery.deliveries.is_empty() {
        return Err(health::nothing_there(app, connection, no_bill(connection, &discovery)).await?);
    }
    let crashed = job.filter(|job| job.crashes > 0);
    let mut files = SourceFiles::of(&discovery);
    let found = std::mem::take(&mut discovery.deliveries);
    let mut work: Vec<Work> = found.into_iter().map(|one| Work::new(one, &selection, &kept)).collect();
    let mut known = files.clone();
    for one in &work {
        // Until it is read again it is what it was.
        if refusing::was_refused(&one.job(app, connection, &source)).await? {
            known.refuse(&one.delivery, &refusing::before());
        }
    }
    known.order();
    app.meta().keep_source_files(&connection.id, app.now().timestamp_millis(), &known).await?;
    let mut tracker = Tracker {
        app,
        shown: &shown,
        report: progress,
        connection: connection.name.clone(),
        counters: Arc::default(),
        bytes_total: 0,
        periods_done: 0,
        periods_total: work.len() as u64,
        started,
    };
    let bytes = |delivery: &Delivery| delivery.files.iter().map(|file| file.size).sum::<u64>();
    let mut periods = vec![];
    let mut behind = vec![];
    let mut refused = vec![];
    tracker.begin(work.iter().map(|one| bytes(&one.delivery)).sum());
    for one in &mut work {
        let job = one.job(app, connection, &source);
        // What an earlier run published before it went down, and this one publishes again, is no step further.
        let further = match crashed {
            Some(crashed) if published(&job).await?.is_empty() => Some(crashed),
            _ => None,
        };
        let mut stage = first_stage(&job, &tracker, &kept, force).await;
        for _ in 0..2 {
            if !matches!(&stage, Ok(stage) if stage.in_part) {
                break;
            }
            // What is counted elsewhere is kept now: the rest is read by itself.
            kept = Kept::read(app, connection).await?;
            one.select(&selection, &kept);
            stage = first_stage(&one.job(app, connection, &source), &tracker, &kept, force).await;
        }
        if matches!(&stage, Ok(stage) if stage.in_part) {
            stage = Err(counting::unsteady());
        }
        match stage {
            Ok(FirstStage { summaries, pending, refused: asked, .. }) => {
                periods.extend(summaries);
                for (period, error) in asked {
                    note_asked(app, &connection.id, period, &selection, &error).await?;
                    refused.push(period.to_string());
                    periods.push(failed(Some(period), &error));
                }
                if !pending.is_empty() {
                    jobs::got_further(app, further).await?;
                    behind.push((&*one, pending));
                }
            }
            Err(error) => {
                refusing::take_back(&one.job(app, connection, &source), &error).await;
                note_failure(app, &connection.id, &one.delivery, &selection, &error).await?;
                files.refuse(&one.delivery, &error);
                refused.push(health::subject(&one.delivery));
                periods.push(failed(one.delivery.period, &error));
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
    tracker.begin(behind.iter().map(|(one, _)| bytes(&one.delivery)).sum());
    tracker.periods_done = 0;
    tracker.periods_total = behind.len() as u64;
    for (one, pending) in behind {
        let (job, delivery) = (one.job(app, connection, &source), &one.delivery);
        let of_delivery: Vec<String> = pending.iter().map(|pending| pending.period.to_string()).collect();
        let history = start_history(app, &connection.id, delivery, &pending).await?;
        let rows_before = tracker.rows();
        let outcome = job.line_items(&tracker, history, &pending).await;
        let own = periods.iter().filter(|summary| of_delivery.contains(&summary.period));
        let rows = match &selection.accounts {
            Some(_) => own.map(|summary| summary.rows).sum(),
            None => tracker.rows() - rows_before,
        };
        finish_history(app, history, delivery, rows, outcome.as_ref().err()).await?;
        if let Err(error) = outcome {
            refusing::take_back(&job, &error).await;
            note_failure(app, &connection.id, delivery, &selection, &error).await?;
            files.refuse(delivery, &error);
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
    files.order();
    let now = app.now().timestamp_millis();
    if files != known {
        app.meta().keep_source_files(&connection.id, now, &files).await?;
    }
    app.meta().months_are_well(&connection.id, &refused, now).await?;
    // What is published stands, whatever becomes of what follows from it.
    aside("what stays as an earlier version read it could not be noted", earlier(app, connection, &periods))
        .await;
    let diffs = changes::make_due(app, &connection.organization_id, &connection.id).boxed();
    aside("what a restatement changed is found out later", diffs).await;
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

/// A delivery, and which of its rows count.
struct Work {
    delivery: Delivery,
    /// Its fingerprint, whatever of it is read.
    print: String,
    selection: Selection,
}

impl Work {
    fn new(delivery: Delivery, all: &Selection, kept: &Kept) -> Self {
        let print = delivery.fingerprint.clone();
        let mut work = Self { delivery, print, selection: Selection::default() };
        work.select(all, kept);
        work
    }

    /// What is read of other rows is another delivery.
    fn select(&mut self, all: &Selection, kept: &Kept) {
        self.selection = kept.selection(all, &self.delivery);
        self.delivery.fingerprint = format!("{}{}", self.print, self.selection.stamp());
    }

    /// Leaves out billing accounts of a month, for which another connection counts from now on.
    fn leave_out(&mut self, period: BillingPeriod, payers: &BTreeSet<String>) {
        let mut without = self.selection.without.as_deref().cloned().unwrap_or_default();
        without.entry(period).or_default().extend(payers.iter().cloned());
        self.selection.without = Some(Arc::new(without));
        self.delivery.fingerprint = format!("{}{}", self.print, self.selection.stamp());
    }

    fn job<'a>(&'a self, app: &'a App, connection: &'a Connection, source: &'a Arc<BillSource>) -> Job<'a> {
        Job { app, connection, source, delivery: &self.delivery, selection: &self.selection }
    }
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
