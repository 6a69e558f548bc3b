//! When a computation that has its own thread has to end: after its time, or when nobody waits for it any more.

use crate::error::QueryError;
use crate::limits::ANSWER_TIME;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Asked now and then by whoever computes.
#[derive(Clone)]
pub(crate) struct Stop {
    gone: Arc<AtomicBool>,
    until: Instant,
}

/// Whoever waits for a computation: when it is dropped, the computation ends.
pub(crate) struct Waiting(Arc<AtomicBool>);

impl Stop {
    /// For a computation that begins now.
    pub(crate) fn new() -> (Self, Waiting) {
        let gone = Arc::new(AtomicBool::new(false));
        (Self { gone: Arc::clone(&gone), until: Instant::now() + ANSWER_TIME }, Waiting(gone))
    }

    /// Whether to end.
    pub(crate) fn now(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || Instant::now() > self.until
    }

    /// The error of a computation that had to end.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        if self.now() { Err(QueryError::too_long()) } else { Ok(()) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
