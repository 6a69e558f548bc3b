//! What runs behind a server, each in a lane of its own, so that none waits for another: jobs that read connections,
//! reports that are sent, daily checks. Whatever a lane does, a panic included, ends that piece of work alone.
//!
//! Jobs take lanes in turns of their organizations (`meta::Meta::take_job`): the endless source of one holds one lane,
//! for as long as its deadline allows, and the others go on.

use super::attempt;
use super::daily::Daily;
use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Result, reports};
use meta::ProcessingJob;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// Between looks for work that nobody announced: polls that came due, retries whose time has come.
const LOOK: Duration = Duration::from_secs(5);
/// Between tries to take up what an earlier process left, while something of it is still at work.
const TAKE_UP: Duration = Duration::from_millis(500);
/// Before what stopped at a defect begins anew.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs what has to be run for as long as the process lives. A job that a killed process left is run again: what it
/// had published is found unchanged and not read twice.
pub async fn run(app: App) {
    tokio::join!(
        kept_up(&app, "reading", || lanes(app.clone())),
        kept_up(&app, "the daily checks", || checks(app.clone())),
        kept_up(&app, "sending reports", || mails(app.clone())),
    );
}

/// Runs a loop that ends when the server stops; begins it anew when it panics.
async fn kept_up<F: Future<Output = ()> + Send + 'static>(app: &App, what: &str, begin: impl Fn() -> F) {
    loop {
        match tokio::spawn(begin()).await {
            Err(error) if error.is_panic() => {
                tracing::error!(error = %panicked(error), "{what} stopped at a defect and begins anew");
            }
            _ => return,
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = app.stopping() => return,
        }
    }
}

async fn checks(app: App) {
    let mut daily = Daily::default();
    loop {
        if let Err(error) = daily.start_due(&app).await {
            tracing::error!(%error, "the daily checks could not be started");
        }
        if let Err(error) = crate::health::watch(&app).await {
            tracing::error!(%error, "it could not be seen whether deliveries stopped");
        }
        if !go_on(&app).await {
            return;
        }
    }
}

async fn mails(app: App) {
    loop {
        if let Err(error) = reports::send_due(&app).await {
            tracing::error!(%error, "the reports that are due could not be sent");
        }
        if !go_on(&app).await {
            return;
        }
    }
}

/// Waits for the next look; `false` when the server stops.
async fn go_on(app: &App) -> bool {
    tokio::select! {
        () = tokio::time::sleep(LOOK) => true,
        () = app.stopping() => false,
    }
}

async fn lanes(app: App) {
    if !take_up(&app).await {
        return;
    }
    let mut lanes = JoinSet::new();
    loop {
        while lanes.len() < app.reading().lanes {
            match next(&app).await {
                Ok(Some(job)) => {
                    lanes.spawn(lane(app.clone(), job));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "the job queue could not be read");
                    break;
                }
            }
        }
        tokio::select! {
            Some(ended) = lanes.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a lane stopped at a defect");
                }
            }
            () = app.queued().notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopping() => break,
        }
    }
    // Each gives its job back.
    while lanes.join_next().await.is_some() {}
}

/// Takes up the jobs that an earlier process left running when it ended; `false` when the server stops.
async fn take_up(app: &App) -> bool {
    loop {
        match left_over(app).await {
            Ok(()) => return true,
            // Another process, or what a killed one started, is still at work: its jobs are not left.
            Err(error) if error.kind == ErrorKind::Conflict => {
                tracing::debug!(%error, "jobs of an earlier run are not taken up yet");
            }
            Err(error) => tracing::error!(%error, "jobs of an earlier run could not be taken up"),
        }
        tokio::select! {
            () = tokio::time::sleep(TAKE_UP) => {}
            () = app.stopping() => return false,
        }
    }
}

async fn left_over(app: &App) -> Result<()> {
    let left = app.meta().running_jobs().await?;
    if left.is_empty() {
        return Ok(());
    }
    let _writing = app.writing().await?;
    for job in left {
        tracing::info!(connection.id = %job.connection_id, "a job that an earlier run left is taken up");
        let error =
            AppError::new(ErrorKind::Unavailable, "the server ended while this report was being read");
        let advice = "If nobody stopped the server, its log and the system's say why it ended.";
        attempt::crashed(app, &job, error.advise(advice)).await?;
    }
    Ok(())
}

/// The next job, if there is one.
async fn next(app: &App) -> Result<Option<ProcessingJob>> {
    let now = app.now().timestamp_millis();
    app.meta().queue_polls(now).await?;
    Ok(app.meta().take_job(now).await?)
}

/// Runs a job. One whose end cannot be written down, or that panics, is written down as failed, as soon as that goes.
async fn lane(app: App, job: ProcessingJob) {
    let mut ended = caught(Box::pin(attempt::run(&app, &job))).await;
    while let Err(error) = ended {
        tracing::error!(job.id, %error, "a job stopped at a defect, or its end could not be written down");
        ended = caught(Box::pin(attempt::judge(&app, &job, Err(error)))).await;
        if ended.is_err() && !go_on(&app).await {
            return;
        }
    }
}

fn panicked(error: JoinError) -> AppError {
    match error.try_into_panic() {
        Ok(panic) => AppError::panicked(&*panic),
        Err(error) => AppError::internal(format!("a task ended early: {error}")),
    }
}
