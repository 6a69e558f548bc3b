//! Jobs that this process is at: nobody of it takes them for left.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::MutexGuard as Alone;

/// Jobs that run in this process.
#[derive(Debug, Default)]
pub(crate) struct Running {
    ids: Mutex<BTreeSet<i64>>,
    taking_over: tokio::sync::Mutex<()>,
}

impl Running {
    fn all(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // A set of numbers is whole whatever a panicking thread left.
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job is this process's to run, until the value is dropped, however that comes.
    pub(super) fn begin(&self, id: i64) -> At<'_> {
        self.all().insert(id);
        At { running: self, id }
    }

    /// Those that run.
    pub(super) fn ids(&self) -> Vec<i64> {
        self.all().iter().copied().collect()
    }

    /// The right to take over what is left: one of this process at a time, so that a crash is counted once.
    pub(super) async fn taking_over(&self) -> Alone<'_, ()> {
        self.taking_over.lock().await
    }
}

/// A job that runs.
#[derive(Debug)]
pub(super) struct At<'a> {
    running: &'a Running,
    id: i64,
}

impl Drop for At<'_> {
    fn drop(&mut self) {
        self.running.all().remove(&self.id);
    }
}
