//! What costs too much to be looked up at each scrape.

use meta::{JobCount, ReadOfConnection};
use std::time::{Duration, Instant};
use tokio::sync::Mutex as AsyncMutex;

/// Looked up so often at most: a lake may hold thousands of files, a month has hundreds of thousands of jobs, and all of
/// it grows slowly. Prometheus asks every 15 seconds.
const KEPT: Duration = Duration::from_mins(1);

/// A value, and when it was looked up. Those who ask meanwhile wait for one look.
#[derive(Debug)]
pub(super) struct Kept<T>(AsyncMutex<Option<(Instant, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(AsyncMutex::default())
    }
}

impl<T: Clone> Kept<T> {
    pub(super) async fn or_look<E>(&self, look: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut kept = self.0.lock().await;
        if let Some((at, value)) = &*kept
            && at.elapsed() < KEPT
        {
            return Ok(value.clone());
        }
        let value = look.await?;
        *kept = Some((Instant::now(), value.clone()));
        Ok(value)
    }
}

/// What is kept for a minute.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// Bytes of each table.
    pub(super) lake: Kept<Vec<u64>>,
    /// Jobs that ended.
    pub(super) ended: Kept<Vec<JobCount>>,
    /// What was read of each connection.
    pub(super) read: Kept<Vec<ReadOfConnection>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn looks_once_and_keeps_no_failure() {
        let kept = Kept::default();
        assert_eq!(kept.or_look(async { Err::<u64, _>("no") }).await, Err("no"));
        assert_eq!(kept.or_look(async { Ok::<_, &str>(1) }).await, Ok(1));
        assert_eq!(kept.or_look(async { Err("not asked again") }).await, Ok(1));
    }
}
