//! One run of a job: read, judge, tell.

use super::reader::{self, Ended};
use super::reading::{CRASH_WAIT_MS, RETRY};
use super::watch::{LOOK, Watch};
use crate::ingest_job::{self, IngestSummary, MOST_CRASHES, PeriodOutcome};
use crate::jobs::{self, backoff, may_pass};
use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Progress, Result, connections, health, telling};
use meta::{ConnectionRecord, ConnectionState, FailureKind, ProcessingJob};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Runs a job and writes down how it went. While another process writes to the data folder, it waits for its turn, however
/// long: that says nothing of the connection.
pub(crate) async fn run(app: &App, job: &ProcessingJob) -> Result<()> {
    let _writing = match app.writing().await {
        Err(error) if error.kind == ErrorKind::Conflict => return put_off(app, job, &error).await,
        writing => writing?,
    };
    let ended = match &app.reading().process {
        Some(process) => Box::pin(reader::read(app, process, job)).await,
        None => Ok(Box::pin(here(app, job)).await),
    };
    match ended {
        Ok(Ended::Told(Err(error))) if error.kind == ErrorKind::Stopped => cancelled(app, job).await,
        Ok(Ended::Told(outcome)) => judge(app, job, outcome).await,
        Ok(Ended::Died(error)) => crashed(app, job, error).await,
        Ok(Ended::Stopped) => Ok(app.meta().release_job(job).await?),
        Err(error) => judge(app, job, Err(error)).await,
    }
}

/// Has a job wait for somebody else who holds what it needs: that counts as two runs at most, and says nothing of the
/// connection.
async fn put_off(app: &App, job: &ProcessingJob, error: &AppError) -> Result<()> {
    tracing::info!(connection.id = %job.connection_id, %error, "a reading waits for its turn");
    let later = app.now().timestamp_millis() + backoff(RETRY, job.attempts);
    Ok(app.meta().put_job_off(job, later, &health::kept(error)).await?)
}

/// Writes down that somebody stopped a run, and removes what it had not published.
async fn cancelled(app: &App, job: &ProcessingJob) -> Result<()> {
    tracing::info!(connection.id = %job.connection_id, "a reading was stopped");
    let now = app.now().timestamp_millis();
    app.meta().abandon_ingests_of(&job.connection_id, now).await?;
    let removed = async {
        let _writing = app.writing().await?;
        app.vacuum_unlocked().await
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, "what a stopped reading left is removed by the next vacuum");
    }
    Ok(app.meta().job_stopped(job, now).await?)
}

/// Reads within this process.
async fn here(app: &App, job: &ProcessingJob) -> Ended {
    let watch = Mutex::new(Watch::begin(Instant::now()));
    let watched = || watch.lock().unwrap_or_else(PoisonError::into_inner);
    let show = |progress| watched().saw(&progress, Instant::now());
    let work = caught(read(app, job, &show));
    let over = async {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let over = watched().over(app.reading(), Instant::now());
            if let Some(error) = over {
                return error;
            }
        }
    };
    tokio::select! {
        ended = work => Ended::Told(ended),
        error = over => Ended::Told(Err(error)),
        () = app.stopping() => Ended::Stopped,
    }
}

/// Reads what the job's connection has.
///
/// # Errors
/// As [`ingest_job::run_connection`]; a month that was refused is an error, too.
pub(super) async fn read(
    app: &App,
    job: &ProcessingJob,
    show: &(dyn Fn(Progress) + Send + Sync),
) -> Result<IngestSummary> {
    let (organization, id) = (&job.organization_id, &job.connection_id);
    ingest_job::run_connection(app, organization, id, job.again, Some(job), show).await
}

/// A month that was refused makes the whole run a failed one.
fn refused(summary: IngestSummary) -> Result<IngestSummary> {
    match summary.periods.iter().find(|period| period.outcome == PeriodOutcome::Failed) {
        None => Ok(summary),
        Some(period) => {
            let message = period.message.clone().unwrap_or_else(|| "could not be read".to_owned());
            let mut error = AppError::invalid(format!("{}: {message}", period.period));
            error.advice.clone_from(&period.advice);
            Err(error)
        }
    }
}

/// Writes down how a run went that came to an end.
pub(crate) async fn judge(app: &App, job: &ProcessingJob, outcome: Result<IngestSummary>) -> Result<()> {
    let now = app.now().timestamp_millis();
    let Some(mut record) = app.meta().connection_record(&job.organization_id, &job.connection_id).await?
    else {
        // Removed meanwhile, and its jobs with it.
        return Ok(());
    };
    let outcome = match outcome.map_err(|error| for_whom(&record, error)) {
        Ok(summary) => {
            health::looked(app, &job.connection_id).await?;
            jobs::follow(app, &job.organization_id, &job.connection_id).await;
            refused(summary).map_err(|error| for_whom(&record, error))
        }
        // Somebody else holds the data folder or the connection: that says nothing of the source.
        Err(error) if error.kind == ErrorKind::Conflict => Err(error),
        // Nothing new since it was parked: what failed then still does.
        Err(error) if error.kind == ErrorKind::NotReady && job.crashes >= MOST_CRASHES => Err(error),
        Err(error) => {
            let failed = look_failed(app, job, &record, error).await;
            // It may have published before it failed. Last: what is told of the months that are there looks at what fails.
            jobs::follow(app, &job.organization_id, &job.connection_id).await;
            failed
        }
    };
    match outcome {
        Ok(_) => {
            app.meta().end_job(job, now, None).await?;
            connections::read_well(app, &mut record).await?;
            told(&record, telling::went_well(app, &record)).await;
            Ok(())
        }
        // Nothing new since it was parked.
        Err(error) if error.kind == ErrorKind::NotReady && job.crashes >= MOST_CRASHES => {
            Ok(app.meta().park_job(job, now, None).await?)
        }
        Err(error) if error.kind == ErrorKind::NotReady => {
            // No delivery yet is no failure: the next poll looks again.
            app.meta().end_job(job, now, None).await?;
            if record.state != ConnectionState::Ready {
                set_state(app, &mut record, ConnectionState::Waiting).await?;
            }
            Ok(())
        }
        Err(error) if error.kind == ErrorKind::Conflict => put_off(app, job, &error).await,
        Err(error) if may_pass(error.kind) && job.attempts < RETRY.most => {
            let wait = backoff(RETRY, job.attempts);
            tracing::warn!(connection.id = %job.connection_id, attempt = job.attempts, wait_ms = wait, %error, "a connection will be read again");
            Ok(app.meta().retry_job(job, now + wait, &health::kept(&error)).await?)
        }
        Err(error) => {
            tracing::warn!(connection.id = %job.connection_id, %error, "a connection could not be read");
            app.meta().end_job(job, now, Some(&health::kept(&error))).await?;
            set_state(app, &mut record, ConnectionState::Failing).await?;
            told(&record, telling::went_wrong(app, &record, &error)).await;
            Ok(())
        }
    }
}

/// Notes that a look came to nothing, with why where the source's own side knows.
async fn look_failed<T>(
    app: &App,
    job: &ProcessingJob,
    record: &ConnectionRecord,
    error: AppError,
) -> Result<T> {
    let new = health::look_failed(app, &job.connection_id, &error).await?;
    if new && error.kind == ErrorKind::Gone {
        return Err(health::explained(app, record, error).await?);
    }
    Err(error)
}

/// Writes down that a run took its process down: once may be chance, then it is tried again; what does so again without
/// having got any further is parked.
pub(crate) async fn crashed(app: &App, job: &ProcessingJob, error: AppError) -> Result<()> {
    let now = app.now().timestamp_millis();
    let Some(mut record) = app.meta().connection_record(&job.organization_id, &job.connection_id).await?
    else {
        return Ok(());
    };
    let crashes = app.meta().job_crashed(job).await?;
    if crashes == 0 {
        // Somebody else has it by now, and counts.
        return Ok(());
    }
    let error = for_whom(&record, error);
    // A delivery that was not read, not a look that failed.
    let kept = health::kept(&error);
    app.meta().fails(&job.connection_id, FailureKind::Month, "", &kept, now).await?;
    if crashes < MOST_CRASHES {
        tracing::warn!(connection.id = %job.connection_id, %error, "a reading ended without a word; it is tried once more");
        return Ok(app.meta().retry_job(job, now + CRASH_WAIT_MS, &health::kept(&error)).await?);
    }
    tracing::error!(connection.id = %job.connection_id, crashes, %error, "a reading that ended without a word again is parked");
    let advice = error.advice.as_deref().unwrap_or_default();
    let parked =
        AppError::new(error.kind, format!("reading was given up after {crashes} tries: {}", error.message))
            .advise(format!(
                "{advice} It is read again when the next delivery comes, or when you ask for it."
            ));
    app.meta().park_job(job, now, Some(&health::kept(&parked))).await?;
    set_state(app, &mut record, ConnectionState::Failing).await?;
    told(&record, telling::went_wrong(app, &record, &parked)).await;
    Ok(())
}

/// What is told must not change how a run went, however telling ends.
async fn told(record: &ConnectionRecord, telling: impl Future<Output = Result<()>>) {
    if let Err(error) = caught(telling).await {
        tracing::warn!(connection.id = %record.connection.id, %error, "nobody could be told how a reading went");
    }
}

/// What may be said of a failure to those who look at the connection.
fn for_whom(record: &ConnectionRecord, error: AppError) -> AppError {
    if record.parent.is_some() { for_customers(error) } else { error }
}

/// What a customer is told of a failure: the bill, and whatever is wrong with it, is the provider's.
fn for_customers(error: AppError) -> AppError {
    tracing::warn!(%error, "a customer's accounts could not be read");
    let message = match error.kind {
        ErrorKind::NotReady => return error,
        _ => "your provider's bill could not be read",
    };
    AppError::new(error.kind, message)
        .advise("Your provider sees why. What was read before stays; reading is tried again by itself.")
}

async fn set_state(app: &App, record: &mut ConnectionRecord, state: ConnectionState) -> Result<()> {
    if record.state != state {
        record.state = state;
        app.meta().set_connection_state(&record.connection.id, state).await?;
    }
    Ok(())
}
