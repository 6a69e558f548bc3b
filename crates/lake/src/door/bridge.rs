//! The one place where threads that block meet an object store, whose calls are futures.
//!
//! Every request of a bucket is made on threads of its own: connections outlive whoever asked for them, and the
//! runtimes of pages and statements need no part in it. Whoever blocks waits for a message and never drives a future
//! itself, so it may be called from anywhere, also from a thread that runs futures.

use crate::LakeError;
use std::sync::mpsc;
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads that make requests; they mostly wait.
const THREADS: usize = 2;

/// Threads of a bucket.
#[derive(Debug)]
pub(super) struct Bridge(Option<Runtime>);

impl Bridge {
    pub(super) fn new() -> Result<Self, LakeError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("bucket")
            .enable_all()
            .build()
            .map_err(LakeError::Write)?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> Result<&Handle, LakeError> {
        self.0.as_ref().map(Runtime::handle).ok_or(LakeError::Internal("the threads of a bucket are gone"))
    }

    /// Waits for some work that is done there.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, LakeError> {
        let (tell, told) = mpsc::sync_channel(1);
        self.handle()?.spawn(async move {
            // Nobody waits any more: then nobody wants it.
            let _ = tell.send(work.await);
        });
        told.recv().map_err(|_| LakeError::Internal("a request to the bucket ended early"))
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed where futures run.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
