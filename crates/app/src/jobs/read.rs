//! Reads a connection: what it has is decoded, proven and published. How a run is judged, retried and parked is told in
//! [`crate::processing`]; its row says whether what is published already is read again.

use super::{At, Job, Lane, Retry};
use crate::processing::attempt;
use crate::{App, Result};
use meta::ProcessingJob;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Between notes of how far a reading is: whoever looks at the page of this process sees more than these.
const SHOWN: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Read {}

impl Job for Read {
    const NAME: &'static str = "read";
    const LANE: Lane = Lane::Reading;
    // Its own: see `processing::attempt`.
    const RETRY: Retry = Retry::NEVER;

    fn key(&self) -> Option<String> {
        // Its rows are written by `Meta::queue_job` and the like.
        None
    }

    async fn run(&self, at: &At) -> Result<()> {
        let Some(job) = row(at).await? else { return Ok(()) };
        let told = async {
            at.told_to_stop().await;
            at.app.stop_work(&job.connection_id);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = Box::pin(attempt::run(&at.app, &job)) => ended,
            () = told => Ok(()),
            () = shown(at, &job) => Ok(()),
        }
    }

    async fn settle(&self, at: &At, outcome: Result<()>) -> Result<()> {
        // What went well, or ill in the usual ways, is written down already.
        let Err(error) = outcome else { return Ok(()) };
        match row(at).await? {
            Some(job) => Box::pin(attempt::judge(&at.app, &job, Err(error))).await,
            None => Ok(()),
        }
    }

    async fn lost(&self, at: &At) -> Result<()> {
        // What a killed server started may still be at it: it holds the lock.
        let _writing = at.app.writing().await?;
        match row(at).await? {
            Some(job) => left_over(&at.app, &job).await,
            None => Ok(()),
        }
    }
}

/// Notes how far the reading is, until it ends.
async fn shown(at: &At, job: &ProcessingJob) {
    loop {
        tokio::time::sleep(SHOWN).await;
        let Some(progress) = at.app.live().progress_of(&job.organization_id, &job.connection_id) else {
            continue;
        };
        if let Err(error) = at.note_progress(&progress).await {
            tracing::debug!(%error, "the progress of a reading could not be noted");
        }
    }
}

async fn row(at: &At) -> Result<Option<ProcessingJob>> {
    Ok(at.app.meta().job(at.job.id).await?)
}

/// Takes up a job that an earlier process left when it ended; whoever calls this knows that it is gone.
pub(super) async fn left_over(app: &App, job: &ProcessingJob) -> Result<()> {
    tracing::info!(connection.id = %job.connection_id, "a job that an earlier run left is taken up");
    attempt::crashed(app, job, super::gone("the server ended while this report was being read")).await
}
