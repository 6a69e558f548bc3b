//! Threads of their own for verifications: what a stranger's server sends is taken apart here, and whoever waits for a
//! page never waits behind it.

use crate::{AppError, Result};
use std::sync::{Mutex, PoisonError};
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads that run verifications. They wait for networks most of the time.
const THREADS: usize = 2;
/// Threads for work of up to a second, such as sorting a listing: each holds a listing in memory.
const BLOCKING: usize = 4;

/// A small runtime, made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Workers(Mutex<Option<Runtime>>);

impl Workers {
    /// Where to spawn.
    pub(super) fn handle(&self) -> Result<Handle> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*kept {
            return Ok(runtime.handle().clone());
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(BLOCKING)
            .thread_name("verification")
            .enable_all()
            .build()
            .map_err(|error| AppError::internal(format!("no threads for verifications: {error}")))?;
        Ok(kept.insert(runtime).handle().clone())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // A runtime must not wait for its threads where it is dropped from within another.
        if let Some(runtime) = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}
