//! How a run's end is written down, and when it is tried again.

use super::At;
use crate::{ErrorKind, Result, health};
use rand::Rng;

/// When a job is tried again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// Runs in all.
    pub(crate) most: u32,
    /// Wait after the first failure (ms); doubled with each further one.
    pub(crate) first_ms: i64,
    /// No wait is longer (ms).
    pub(crate) longest_ms: i64,
}

impl Retry {
    /// It fails once.
    pub(super) const NEVER: Self = Self { most: 1, first_ms: 0, longest_ms: 0 };
}

/// Wait for a place that somebody else has, where it is not known for how long (s).
const PLACE_S: u32 = 10;

impl At {
    /// Writes down how a run ended. What a busy place put off is no run; what may pass is tried again.
    pub(super) async fn settle(&self, retry: Retry, outcome: Result<()>) -> Result<()> {
        let (meta, job, now) = (self.app.meta(), &*self.job, self.app.now().timestamp_millis());
        match outcome {
            Ok(()) => meta.finish(job, now, None).await?,
            Err(error) if error.kind == ErrorKind::Stopped => meta.finish(job, now, None).await?,
            Err(error) if error.kind == ErrorKind::TooMany => {
                let wait = i64::from(error.retry_after_s.unwrap_or(PLACE_S)) * 1000;
                meta.put_back(job, now + wait, None).await?;
            }
            Err(error) if may_pass(error.kind) && job.attempts < retry.most => {
                let wait = backoff(retry, job.attempts);
                tracing::warn!(job.id, job.name, attempt = job.attempts, wait_ms = wait, %error, "a job will be tried again");
                meta.put_back(job, now + wait, Some(&health::kept(&error))).await?;
            }
            Err(error) => {
                tracing::warn!(job.id, job.name, attempt = job.attempts, %error, "a job failed");
                meta.finish(job, now, Some(&health::kept(&error))).await?;
            }
        }
        Ok(())
    }
}

/// Whether the same may go well later. A defect shows itself once and not again often enough.
pub(crate) fn may_pass(kind: ErrorKind) -> bool {
    kind.retry_helps() || kind == ErrorKind::Internal
}

/// Exponential, with jitter, so that many of one kind do not knock together.
pub(crate) fn backoff(retry: Retry, attempts: u32) -> i64 {
    let wait = (retry.first_ms << attempts.saturating_sub(1).min(16)).min(retry.longest_ms);
    wait / 2 + rand::rng().random_range(0..=wait / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let retry = Retry { most: 5, first_ms: 2_000, longest_ms: 300_000 };
        for attempts in 1..40 {
            let wait = backoff(retry, attempts);
            let full = (retry.first_ms << (attempts - 1).min(16)).min(retry.longest_ms);
            assert!((full / 2..=full).contains(&wait), "{attempts}: {wait}");
        }
        assert_eq!(backoff(Retry::NEVER, 1), 0);
    }
}
