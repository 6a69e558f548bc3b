//! Where statements are planned and run: threads of their own with deep stacks, so that neither a plan that nests nor
//! a long computation comes near the threads that answer requests; one memory for all statements, with an end, and
//! one place on disk for what does not fit.

use super::outlet::{self, Disk};
use super::room::Room;
use crate::batches::Batches;
use crate::error::QueryError;
use crate::limits::{ANSWER_TIME, FILE_BATCH, MERGE_PART, READERS, SPILL, SPOOLS, STACK};
use crate::turns::Turn;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

/// The threads, the memory and the disk of all statements.
pub(super) struct Workers {
    /// Always there but while it is dropped.
    runtime: Option<Runtime>,
    room: Room,
    /// What all share but their memory.
    shared: Disk,
}

/// The memory of one statement.
pub(super) struct Part {
    pub(super) env: Arc<RuntimeEnv>,
    /// Bytes that each of its sorts keeps for putting together what was on disk.
    pub(super) merging: usize,
    /// Rows of a batch, if not as many as usual.
    pub(super) batch: Option<usize>,
}

impl Part {
    /// For a result that its reader may take slowly.
    pub(super) fn of_file(self) -> Self {
        Self { batch: Some(FILE_BATCH), ..self }
    }
}

impl Workers {
    /// Threads, bytes of memory, and a folder to spill into.
    pub(super) fn new(threads: usize, memory: usize, spill: Option<PathBuf>) -> Result<Self, QueryError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(2))
            .max_blocking_threads(READERS)
            .thread_stack_size(STACK)
            .thread_name("statements")
            .enable_time()
            .build()
            .map_err(QueryError::internal)?;
        let mode = spill
            .map_or(DiskManagerMode::OsTmpDirectory, |folder| DiskManagerMode::Directories(vec![folder]));
        let disk = DiskManagerBuilder::default().with_mode(mode).with_max_temp_directory_size(SPILL);
        let shared = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc()?;
        Ok(Self { runtime: Some(runtime), room: Room::new(memory), shared: Disk::new(shared, SPOOLS) })
    }

    /// Memory for a statement; its sessions hold it.
    pub(super) fn part(&self) -> Part {
        let (pool, bytes) = self.room.part();
        let env = RuntimeEnv { memory_pool: pool, ..RuntimeEnv::clone(&self.shared.env) };
        Part { env: Arc::new(env), merging: bytes / MERGE_PART, batch: None }
    }

    /// Bytes that statements have reserved in memory, and those that they have put on disk.
    pub(super) fn reserved(&self) -> (usize, u64) {
        (self.room.reserved(), self.shared.env.disk_manager.used_disk_space())
    }

    /// Runs work there, for as long as a question may take and somebody waits for it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, QueryError>> + Send + 'static,
    ) -> Result<T, QueryError> {
        // The set ends its task when it is dropped.
        let mut task = JoinSet::new();
        let timed = async { tokio::time::timeout(ANSWER_TIME, work).await };
        task.spawn_on(timed, self.threads()?);
        match task.join_next().await {
            Some(Ok(Ok(result))) => result,
            Some(Ok(Err(_))) => Err(QueryError::too_long()),
            Some(Err(error)) => Err(QueryError::internal(error)),
            None => Err(QueryError::internal("a statement was not run")),
        }
    }

    /// Runs a statement there, for so long at most and while somebody has its batches. The turn is given back when it is
    /// done, not when its batches are read.
    pub(super) async fn stream(
        &self,
        begun: impl Future<Output = Result<SendableRecordBatchStream, QueryError>> + Send + 'static,
        turn: Turn,
        within: Duration,
    ) -> Result<Batches, QueryError> {
        // While it is planned the turn is with it, too: who leaves ends it only where it waits.
        let begun = async move { begun.await.map(|batches| (batches, turn)) };
        let (batches, turn) = self.run(begun).await?;
        Ok(outlet::open(self.threads()?, &self.shared, batches, turn, within))
    }

    fn threads(&self) -> Result<&Handle, QueryError> {
        let runtime = self.runtime.as_ref();
        let gone = || QueryError::internal("the threads for statements are gone");
        runtime.map(Runtime::handle).ok_or_else(gone)
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
