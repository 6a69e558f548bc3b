//! Removes what is over: files of publications that were replaced long enough ago, what killed processes left behind, and
//! jobs that ended long ago. It follows what is published, and comes by the hour.

use super::{At, Job, Lane, Retry, queue};
use crate::{App, AppError, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Jobs that ended are told of for so long.
const HISTORY_MS: i64 = 30 * 24 * 60 * 60 * 1000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Vacuum {}

impl Job for Vacuum {
    const NAME: &'static str = "vacuum";
    const LANE: Lane = Lane::House;
    // The next publication brings the next one, or the next hour.
    const RETRY: Retry = Retry { most: 3, first_ms: 10_000, longest_ms: 300_000 };

    fn key(&self) -> Option<String> {
        Some(String::new())
    }

    async fn run(&self, at: &At) -> Result<()> {
        let _writing = at.app.writing().await.map_err(|error| match error.kind {
            // It waits for its turn.
            ErrorKind::Conflict => AppError::new(ErrorKind::TooMany, error.message),
            _ => error,
        })?;
        if let Err(error) = at.app.repair_tables().await {
            // What counts does not hang on it.
            tracing::warn!(%error, "the open tables could not be compared with what is published");
        }
        at.app.vacuum_unlocked().await?;
        at.app.meta().forget_jobs(at.app.now().timestamp_millis() - HISTORY_MS).await?;
        Ok(())
    }
}

/// Queues it where the time of some files is over, and by the hour: what killed processes left has no time.
pub(super) async fn queue_due(app: &App, by_the_hour: bool) -> Result<()> {
    if by_the_hour || app.files_are_over().await? || !app.differing_months().await?.is_empty() {
        queue(app, &Vacuum {}).await?;
    }
    Ok(())
}
