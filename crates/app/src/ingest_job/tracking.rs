//! Progress of a running ingest: a blocking piece of work, watched from outside.

use crate::{App, AppError, Progress, Result, Shown, Stage};
use ingest::Counters;
use model::BillingPeriod;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};
use tokio::sync::oneshot;

const TICK: Duration = Duration::from_millis(250);

/// Where the whole ingest stands; the piece at work adds its counters.
pub(super) struct Tracker<'a> {
    pub(super) app: &'a App,
    pub(super) shown: &'a Shown,
    pub(super) report: &'a (dyn Fn(Progress) + Send + Sync),
    pub(super) connection: String,
    pub(super) counters: Arc<Counters>,
    pub(super) bytes_total: u64,
    pub(super) periods_done: u64,
    pub(super) periods_total: u64,
    /// When the current pass over the deliveries began.
    pub(super) started: Instant,
}

impl Tracker<'_> {
    /// Begins a pass over all deliveries.
    pub(super) fn begin(&mut self, bytes_total: u64) {
        self.counters = Arc::new(Counters::default());
        self.bytes_total = bytes_total;
        self.started = Instant::now();
    }

    /// Rows read in this pass.
    pub(super) fn rows(&self) -> u64 {
        self.counters.rows.load(Ordering::Relaxed)
    }

    /// Shows where the ingest stands.
    pub(super) fn show(&self, period: Option<BillingPeriod>, stage: Stage) {
        let bytes_done = self.counters.bytes.load(Ordering::Relaxed).min(self.bytes_total);
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let bytes_per_second = bytes_done.saturating_mul(1000) / elapsed;
        let left = self.bytes_total - bytes_done;
        let seconds_left = (bytes_per_second > 0 && elapsed > 1000).then(|| left / bytes_per_second);
        let progress = Progress {
            connection: self.connection.clone(),
            period,
            stage,
            files_done: 0,
            files_total: 0,
            bytes_done,
            bytes_total: self.bytes_total,
            rows: self.counters.rows.load(Ordering::Relaxed),
            bytes_per_second,
            seconds_left,
            periods_done: self.periods_done,
            periods_total: self.periods_total,
        };
        self.shown.show(progress.clone());
        (self.report)(progress);
    }

    /// Runs a blocking piece of work and shows its progress while it lasts.
    pub(super) async fn watch<T: Send + 'static>(
        &self,
        ingest: Option<i64>,
        period: Option<BillingPeriod>,
        stage: Stage,
        work: impl FnOnce(&Counters) -> T + Send + 'static,
    ) -> Result<T> {
        let counters = Arc::clone(&self.counters);
        let mut task = behind(move || work(&counters))?;
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                done = &mut task => return match done {
                    Ok(Ok(done)) => Ok(done),
                    Ok(Err(panic)) => Err(AppError::panicked(&*panic)),
                    Err(_) => Err(AppError::internal("a worker of the ingest stopped")),
                },
                _ = ticks.tick() => {
                    self.show(period, stage);
                    if let Some(ingest) = ingest {
                        let bytes = self.counters.bytes.load(Ordering::Relaxed);
                        let rows = self.counters.rows.load(Ordering::Relaxed);
                        let now = self.app.now().timestamp_millis();
                        // A heartbeat that fails to be written must not end the ingest that it tells about.
                        if let Err(error) = self.app.meta().progress(ingest, now, rows, bytes, self.bytes_total, stage.name()).await {
                            tracing::warn!(ingest, %error, "the progress of an ingest could not be noted");
                        }
                    }
                }
            }
        }
    }
}

impl Drop for Tracker<'_> {
    fn drop(&mut self) {
        // An ingest may be given up in the middle: what is still at work ends at its next batch.
        self.counters.cancelled.store(true, Ordering::Relaxed);
    }
}

/// What the threads of an ingest count on a scale to 99, of which those who answer questions have the half: with every
/// core at work, a page waits a little for a month that is read, and not the other way round.
const PRIORITY: u8 = 25;

/// Runs a blocking piece of work on a thread of its own, behind those who wait for a page. Threads that it starts stand
/// behind as well; one of the runtime's pool would stay there.
fn behind<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<oneshot::Receiver<std::thread::Result<T>>> {
    let (sender, done) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let body = move || {
        let _entered = runtime.enter();
        let priority = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
        // Where the system does not allow it, the work is done at the usual one.
        let _ = priority.map(set_current_thread_priority);
        // Nobody listens where the ingest was stopped.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(work)));
    };
    let spawned = std::thread::Builder::new().name("ingest".to_owned()).spawn(body);
    spawned.map_err(|error| AppError::internal(format!("no thread for the ingest: {error}")))?;
    Ok(done)
}
