//! Between a statement and the reader of its rows. A reader who keeps up gets them out of memory. One who lets the statement
//! wait gets the rest from disk: then the statement ends as fast as it can, and gives its memory and its turn to others, however
//! slowly somebody reads.

use crate::batches::Batches;
use crate::error::QueryError;
use crate::limits::{BATCHES, PATIENCE, SPOOL, SPOOL_FILE, SPOOL_LEAST};
use crate::turns::Turn;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_plan::SpillManager;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::spill::spill_pool::{SpillPoolSink, spsc_channel};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, future, stream};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// Bytes on disk are counted in kilobytes.
const UNIT: usize = 1 << 10;

/// The disk of all statements.
#[derive(Clone)]
pub(super) struct Disk {
    pub(super) env: Arc<RuntimeEnv>,
    /// Kilobytes that the rows of all results may take together.
    room: Arc<Semaphore>,
}

impl Disk {
    /// With room for so many bytes of rows.
    pub(super) fn new(env: Arc<RuntimeEnv>, room: usize) -> Self {
        Self { env, room: Arc::new(Semaphore::new(room / UNIT)) }
    }
}

/// Batches of a statement that runs on some threads, to be read as they come.
pub(super) fn open(
    threads: &Handle,
    disk: &Disk,
    batches: SendableRecordBatchStream,
    turn: Turn,
    within: Duration,
) -> Batches {
    let schema = batches.schema();
    let (to, mut from) = mpsc::channel(BATCHES);
    let (rest, from_disk) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let outlet = Outlet { to, rest, schema: Arc::clone(&schema), disk: disk.clone(), left: PATIENCE };
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
    let failed = ended.map(|ended| match ended {
        Ok(ended) => ended.err(),
        Err(_) => Some(QueryError::internal("a statement ended before its rows")),
    });
    let failed = failed.shared();
    // Rows on disk whose writer failed have no end of their own.
    let until = failed.clone().then(|failed| async move {
        if failed.is_none() {
            future::pending::<()>().await;
        }
    });
    let from_disk = from_disk.take_until(until);
    let failed = failed.into_stream().filter_map(|failed| future::ready(failed.map(Err)));
    Batches::new(schema, live.chain(from_disk).chain(failed).boxed(), work)
}

struct Outlet {
    to: mpsc::Sender<RecordBatch>,
    rest: oneshot::Sender<BoxStream<'static, Result<RecordBatch, QueryError>>>,
    schema: SchemaRef,
    disk: Disk,
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
        let manager = SpillManager::new(self.disk.env, metrics, self.schema);
        let (sink, rows) = spsc_channel(SPOOL_FILE, Arc::new(manager));
        let room = Arc::new(Room::new(self.disk.room));
        let freed = Arc::clone(&room);
        let rows = rows.map(move |batch| {
            freed.give_back();
            Ok(batch?)
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
    room: Arc<Room>,
}

impl Spool {
    async fn put(&self, batch: &RecordBatch, turn: &mut Option<Turn>) -> Result<(), QueryError> {
        // The pool leaves those out, too.
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let units = units(batch);
        let place = if let Some(place) = self.room.free(units) {
            place
        } else {
            // From here on readers say how fast: others have their turn meanwhile.
            turn.take();
            self.room.when_free(units).await.map_err(QueryError::internal)?
        };
        self.room.take(place);
        Ok(self.sink.push_batch(batch)?)
    }
}

/// Kilobytes of disk for the rows of one result.
struct Room {
    /// What may wait of it at all.
    most: Arc<Semaphore>,
    /// What it has whatever others take, so that it goes on as its own reader reads.
    least: Arc<Semaphore>,
    /// What all results take beyond.
    shared: Arc<Semaphore>,
    /// What the batches on disk have, in their order. It is given back with the result.
    taken: Mutex<VecDeque<Place>>,
}

/// Of the most of a result, and of its own least or of what is shared.
type Place = [OwnedSemaphorePermit; 2];

impl Room {
    fn new(shared: Arc<Semaphore>) -> Self {
        let room = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT));
        Self { most: room(SPOOL), least: room(SPOOL_LEAST), shared, taken: Mutex::default() }
    }

    fn free(&self, units: u32) -> Option<Place> {
        let most = Arc::clone(&self.most).try_acquire_many_owned(units).ok()?;
        let least = Arc::clone(&self.least).try_acquire_many_owned(at_least(units));
        let place = least.or_else(|_| Arc::clone(&self.shared).try_acquire_many_owned(units)).ok()?;
        Some([most, place])
    }

    async fn when_free(&self, units: u32) -> Result<Place, tokio::sync::AcquireError> {
        let most = Arc::clone(&self.most).acquire_many_owned(units).await?;
        let least = pin!(Arc::clone(&self.least).acquire_many_owned(at_least(units)));
        let shared = pin!(Arc::clone(&self.shared).acquire_many_owned(units));
        let (place, _) = future::select(least, shared).await.factor_first();
        Ok([most, place?])
    }

    fn take(&self, place: Place) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push_back(place);
    }

    /// When the next batch was read.
    fn give_back(&self) {
        let read = self.taken.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        drop(read);
    }
}

/// What a batch takes of the least of a result: not more than there is.
fn at_least(units: u32) -> u32 {
    units.min(u32::try_from(SPOOL_LEAST / UNIT).unwrap_or(u32::MAX))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::Turns;
    use arrow::array::Int64Array;
    use arrow::datatypes::{Field, Schema};
    use datafusion::execution::disk_manager::DiskManagerBuilder;
    use datafusion::execution::runtime_env::RuntimeEnvBuilder;
    use datafusion::physical_plan::stream::RecordBatchStreamAdapter;

    /// What a late reader gets of ten batches, with so many bytes of disk.
    fn read(disk: u64) -> Vec<Result<RecordBatch, QueryError>> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        runtime.block_on(async {
            let disk = DiskManagerBuilder::default().with_max_temp_directory_size(disk);
            let env = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc().unwrap();
            let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
            let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100));
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap();
            let batches = stream::iter((0..10).map(move |_| Ok(batch.clone())));
            let batches = Box::pin(RecordBatchStreamAdapter::new(schema, batches));
            let turn = Turns::new(1, 1).take(&"a".into()).await.unwrap();
            let within = Duration::from_mins(1);
            let rows = open(&Handle::current(), &Disk::new(env, 1 << 20), batches, turn, within);
            tokio::time::sleep(PATIENCE + Duration::from_millis(500)).await;
            timeout(Duration::from_secs(20), rows.collect()).await.expect("the rows have an end")
        })
    }

    #[test]
    fn rows_that_find_no_room_on_disk_end_in_an_error() {
        let whole = read(1 << 20);
        assert_eq!(whole.iter().filter(|batch| batch.is_ok()).count(), 10);
        assert_eq!(whole.len(), 10);
        let broken = read(1);
        assert!(broken.last().unwrap().is_err());
        assert_eq!(broken.iter().filter(|batch| batch.is_err()).count(), 1);
    }

    #[test]
    fn slow_readers_share_room_and_each_goes_on_in_its_own() {
        let shared = Arc::new(Semaphore::new(100));
        let (one, other) = (Room::new(Arc::clone(&shared)), Room::new(Arc::clone(&shared)));
        let least = at_least(u32::MAX);
        for room in [&one, &other] {
            room.take(room.free(least).unwrap());
        }
        one.take(one.free(100).unwrap());
        assert!(other.free(1).is_none());
        assert!(other.when_free(1).now_or_never().is_none());
        // Its own reader went on.
        other.give_back();
        other.take(other.free(least).unwrap());
        // Another's result ended.
        drop(one);
        assert_eq!(shared.available_permits(), 100);
        other.take(other.when_free(100).now_or_never().unwrap().unwrap());
    }
}
