//! Between a statement and the reader of its rows. A reader who keeps up gets them out of memory. One who lets the statement
//! wait gets the rest from disk: then the statement ends as fast as it can, and gives its memory and its turn to others, however
//! slowly somebody reads.

use crate::batches::Batches;
use crate::error::QueryError;
use crate::limits::{BATCHES, PATIENCE, SPOOL, SPOOL_FILE};
use crate::turns::Turn;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_plan::SpillManager;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::spill::spill_pool::{SpillPoolSink, spsc_channel};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// Bytes on disk are counted in kilobytes.
const UNIT: usize = 1 << 10;

/// Batches of a statement that runs on some threads, to be read as they come.
pub(super) fn open(
    threads: &Handle,
    disk: &Arc<RuntimeEnv>,
    batches: SendableRecordBatchStream,
    turn: Turn,
    within: Duration,
) -> Batches {
    let schema = batches.schema();
    let (to, mut from) = mpsc::channel(BATCHES);
    let (rest, from_disk) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let outlet = Outlet { to, rest, schema: Arc::clone(&schema), disk: Arc::clone(disk), left: PATIENCE };
    let mut work = JoinSet::new();
    let filled = async move {
        let filled = timeout(within, outlet.fill(batches, turn)).await;
        // Whoever reads may be gone.
        let _ = end.send(filled.unwrap_or_else(|_| Err(QueryError::too_long())));
    };
    work.spawn_on(filled, threads);
    let live = stream::poll_fn(move |context| from.poll_recv(context)).map(Ok);
    // Without a rest, all were in memory.
    let from_disk = from_disk.map(|rest| rest.unwrap_or_else(|_| stream::empty().boxed())).flatten_stream();
    let ended = ended.into_stream().filter_map(|ended| async {
        ended
            .unwrap_or_else(|_| Err(QueryError::internal("a statement ended before its rows")))
            .err()
            .map(Err)
    });
    Batches::new(schema, live.chain(from_disk).chain(ended).boxed(), work)
}

struct Outlet {
    to: mpsc::Sender<RecordBatch>,
    rest: oneshot::Sender<BoxStream<'static, Result<RecordBatch, QueryError>>>,
    schema: SchemaRef,
    disk: Arc<RuntimeEnv>,
    /// How much longer its reader may let it wait.
    left: Duration,
}

impl Outlet {
    /// Takes all batches; ends early when nobody reads them.
    async fn fill(mut self, mut batches: SendableRecordBatchStream, turn: Turn) -> Result<(), QueryError> {
        while let Some(batch) = batches.next().await {
            let batch = alone(&batch?)?;
            let waits = Instant::now();
            let late = match timeout(self.left, self.to.reserve()).await {
                Ok(Ok(place)) => {
                    place.send(batch);
                    None
                }
                Ok(Err(_)) => return Ok(()),
                Err(_) => Some(batch),
            };
            if let Some(batch) = late {
                return self.spool(batch, batches, turn).await;
            }
            self.left = self.left.saturating_sub(waits.elapsed());
        }
        Ok(())
    }

    /// Puts the rest on disk.
    async fn spool(
        self,
        first: RecordBatch,
        mut batches: SendableRecordBatchStream,
        turn: Turn,
    ) -> Result<(), QueryError> {
        let metrics = SpillMetrics::new(&ExecutionPlanMetricsSet::new(), 0);
        let manager = SpillManager::new(self.disk, metrics, self.schema);
        let (sink, rows) = spsc_channel(SPOOL_FILE, Arc::new(manager));
        let room = Arc::new(Semaphore::new(SPOOL / UNIT));
        let freed = Arc::clone(&room);
        let rows = rows.map(move |batch| {
            let batch = batch?;
            freed.add_permits(units(&batch) as usize);
            Ok(batch)
        });
        if self.rest.send(rows.boxed()).is_err() {
            return Ok(());
        }
        // The reader takes the rest when it has seen the end of what was in memory.
        drop(self.to);
        let spool = Spool { sink, room };
        let mut turn = Some(turn);
        spool.put(&first, &mut turn).await?;
        drop(first);
        while let Some(batch) = batches.next().await {
            spool.put(&alone(&batch?)?, &mut turn).await?;
        }
        Ok(())
    }
}

struct Spool {
    sink: SpillPoolSink,
    /// Kilobytes that may still wait on disk.
    room: Arc<Semaphore>,
}

impl Spool {
    async fn put(&self, batch: &RecordBatch, turn: &mut Option<Turn>) -> Result<(), QueryError> {
        let units = units(batch);
        let place = match self.room.try_acquire_many(units) {
            Ok(place) => place,
            Err(_) => {
                // From here on its reader says how fast: others have their turn meanwhile.
                turn.take();
                self.room.acquire_many(units).await.map_err(QueryError::internal)?
            }
        };
        place.forget();
        Ok(self.sink.push_batch(batch)?)
    }
}

/// Kilobytes of a batch, about.
fn units(batch: &RecordBatch) -> u32 {
    let texts = |column: &ArrayRef| match column.data_type() {
        DataType::Utf8View => column.as_string_view().total_bytes_len(),
        _ => 0,
    };
    let bytes: usize = batch.columns().iter().map(|it| texts(it) + it.len() * 16).sum();
    u32::try_from((bytes / UNIT + 1).min(SPOOL / UNIT)).unwrap_or(u32::MAX)
}

/// A batch with its own texts: those of a sort refer to all that was sorted, and would keep it in memory.
fn alone(batch: &RecordBatch) -> Result<RecordBatch, QueryError> {
    let own = |column: &ArrayRef| -> ArrayRef {
        match column.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => Arc::clone(column),
        }
    };
    RecordBatch::try_new(batch.schema(), batch.columns().iter().map(own).collect())
        .map_err(QueryError::internal)
}
