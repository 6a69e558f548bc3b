//! Where statements are planned and run: threads of their own with deep stacks, so that neither a plan that nests nor
//! a long computation comes near the threads that answer requests; one memory for all statements, with an end, and
//! one place on disk for what does not fit.

use crate::error::QueryError;
use crate::limits::{ANSWER_TIME, FILES_SHARE, READERS, SPILL, STACK};
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// The threads and the memory of all statements.
pub(super) struct Workers {
    /// Always there but while it is dropped.
    runtime: Option<Runtime>,
    /// Memory of answers.
    answers: Arc<RuntimeEnv>,
    /// Memory of rows that are read as a file: a slow reader holds some of it as long as it reads.
    files: Arc<RuntimeEnv>,
}

impl Workers {
    /// Threads, and bytes of memory.
    pub(super) fn new(threads: usize, memory: usize) -> Result<Self, QueryError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(2))
            .max_blocking_threads(READERS)
            .thread_stack_size(STACK)
            .thread_name("statements")
            .enable_time()
            .build()
            .map_err(QueryError::internal)?;
        let env = |memory: usize| {
            let disk = DiskManagerBuilder::default().with_max_temp_directory_size(SPILL);
            RuntimeEnvBuilder::new()
                .with_memory_pool(Arc::new(FairSpillPool::new(memory)))
                .with_disk_manager_builder(disk)
                .build_arc()
        };
        Ok(Self { runtime: Some(runtime), answers: env(memory)?, files: env(memory / FILES_SHARE)? })
    }

    /// Memory of answers.
    pub(super) fn answers(&self) -> &Arc<RuntimeEnv> {
        &self.answers
    }

    /// Memory of files of rows.
    pub(super) fn files(&self) -> &Arc<RuntimeEnv> {
        &self.files
    }

    /// Bytes that answers, and files of rows, have reserved.
    pub(super) fn reserved(&self) -> (usize, usize) {
        (self.answers.memory_pool.reserved(), self.files.memory_pool.reserved())
    }

    /// Runs work there, for as long as a question may take and somebody waits for it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, QueryError>> + Send + 'static,
    ) -> Result<T, QueryError> {
        // The set ends its task when it is dropped.
        let mut task = JoinSet::new();
        let timed = async { tokio::time::timeout(ANSWER_TIME, work).await };
        task.spawn_on(timed, self.runtime()?.handle());
        match task.join_next().await {
            Some(Ok(Ok(result))) => result,
            Some(Ok(Err(_))) => Err(QueryError::too_long()),
            Some(Err(error)) => Err(QueryError::internal(error)),
            None => Err(QueryError::internal("a statement was not run")),
        }
    }

    /// Runs work there that ends by itself when nobody takes its results.
    pub(super) fn leave(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), QueryError> {
        self.runtime()?.spawn(work);
        Ok(())
    }

    fn runtime(&self) -> Result<&Runtime, QueryError> {
        self.runtime.as_ref().ok_or_else(|| QueryError::internal("the threads for statements are gone"))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed where other futures run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
