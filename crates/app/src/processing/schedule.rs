//! The loop that runs jobs: one at a time, for the data folder has one writer.

use super::attempt;
use super::daily::Daily;
use crate::{App, Result, reports};
use std::time::Duration;

/// Between looks for work that nobody announced: polls that came due, retries whose time has come.
const LOOK: Duration = Duration::from_secs(5);

/// Runs jobs for as long as the process lives. A job that a killed process left is run again: what it had
/// published is found unchanged and not read twice.
pub async fn run(app: App) {
    if let Err(error) = resume(&app).await {
        tracing::error!(%error, "jobs of an earlier run could not be taken up");
    }
    let mut daily = Daily::default();
    loop {
        if let Err(error) = daily.start_due(&app).await {
            tracing::error!(%error, "the daily checks could not be started");
        }
        if let Err(error) = reports::send_due(&app).await {
            tracing::error!(%error, "the reports that are due could not be sent");
        }
        match round(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the job queue could not be read"),
        }
        tokio::select! {
            () = app.queued().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn resume(app: &App) -> Result<()> {
    let taken_up = app.meta().requeue_jobs(app.now().timestamp_millis()).await?;
    if taken_up > 0 {
        tracing::info!(jobs = taken_up, "jobs that an earlier run left are taken up");
    }
    Ok(())
}

/// Runs the next job, if there is one.
async fn round(app: &App) -> Result<bool> {
    let now = app.now().timestamp_millis();
    app.meta().queue_polls(now).await?;
    let Some(job) = app.meta().take_job(now).await? else { return Ok(false) };
    attempt::run(app, &job).await?;
    Ok(true)
}
