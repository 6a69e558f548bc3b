//! One run of a job: read, judge, tell.

use super::telling;
use crate::ingest_job::{self, IngestSummary, PeriodOutcome};
use crate::{App, AppError, ErrorKind, Result, connections};
use meta::{ConnectionRecord, ConnectionState, Failure, ProcessingJob};
use rand::Rng;

/// Runs before a job is given up until the next poll.
const MOST_ATTEMPTS: u32 = 5;
/// Wait after the first failure; doubled with each further one.
const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 300_000;

/// Runs a job and writes down how it went.
pub(super) async fn run(app: &App, job: &ProcessingJob) -> Result<()> {
    let outcome = read(app, job).await;
    let now = app.now().timestamp_millis();
    let Some(mut record) = app.meta().connection_record(&job.organization_id, &job.connection_id).await?
    else {
        // Removed meanwhile, and its jobs with it.
        return Ok(());
    };
    let outcome = match outcome {
        Err(error) if record.parent.is_some() => Err(for_customers(error)),
        outcome => outcome,
    };
    match outcome {
        Ok(summary) => {
            app.meta().end_job(job.id, now, None).await?;
            // What its checks found is not mended by a good reading.
            if !connections::checks_failed(&record)? {
                set_state(app, &mut record, ConnectionState::Ready).await?;
            }
            telling::went_well(app, &record, &summary).await
        }
        Err(error) if error.kind == ErrorKind::NotReady => {
            // No delivery yet is no failure: the next poll looks again.
            app.meta().end_job(job.id, now, None).await?;
            if record.state != ConnectionState::Ready {
                set_state(app, &mut record, ConnectionState::Waiting).await?;
            }
            Ok(())
        }
        Err(error) if error.kind.retry_helps() && job.attempts < MOST_ATTEMPTS => {
            let wait = backoff(job.attempts);
            tracing::warn!(connection.id = %job.connection_id, attempt = job.attempts, wait_ms = wait, %error, "a connection will be read again");
            Ok(app.meta().retry_job(job.id, now + wait, &failure(&error)).await?)
        }
        Err(error) => {
            tracing::warn!(connection.id = %job.connection_id, %error, "a connection could not be read");
            app.meta().end_job(job.id, now, Some(&failure(&error))).await?;
            set_state(app, &mut record, ConnectionState::Failing).await?;
            telling::went_wrong(app, &record, &error).await
        }
    }
}

/// Exponential, with jitter, so that many connections of one provider do not knock together.
fn backoff(attempts: u32) -> i64 {
    let wait = (FIRST_WAIT_MS << attempts.saturating_sub(1).min(16)).min(LONGEST_WAIT_MS);
    wait / 2 + rand::rng().random_range(0..=wait / 2)
}

async fn read(app: &App, job: &ProcessingJob) -> Result<IngestSummary> {
    let (organization, id) = (&job.organization_id, &job.connection_id);
    let source = connections::open_source(app, organization, id).await?;
    let summary = ingest_job::run_connection(app, organization, id, source, false, &|_| {}).await?;
    let failed = summary.periods.iter().find(|period| period.outcome == PeriodOutcome::Failed);
    match failed {
        None => Ok(summary),
        Some(period) => {
            let message = period.message.clone().unwrap_or_else(|| "could not be read".to_owned());
            let mut error = AppError::invalid(format!("{}: {message}", period.period));
            error.advice.clone_from(&period.advice);
            Err(error)
        }
    }
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

fn failure(error: &AppError) -> Failure {
    Failure {
        message: error.message.clone(),
        advice: error.advice.clone(),
        file: error.place.file.clone(),
        row: error.place.row,
        column: error.place.column.clone(),
    }
}

async fn set_state(app: &App, record: &mut ConnectionRecord, state: ConnectionState) -> Result<()> {
    if record.state != state {
        record.state = state;
        app.meta().set_connection_state(&record.connection.id, state).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        for attempts in 1..40 {
            let wait = backoff(attempts);
            let full = (FIRST_WAIT_MS << (attempts - 1).min(16)).min(LONGEST_WAIT_MS);
            assert!((full / 2..=full).contains(&wait), "{attempts}: {wait}");
        }
    }
}
