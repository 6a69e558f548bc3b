//! Progress of a running ingest: a blocking piece of work, watched from outside.

use crate::{App, Progress, Result, Stage};
use ingest::Counters;
use model::BillingPeriod;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(250);

/// Where the whole ingest stands; the piece at work adds its counters.
pub(super) struct Tracker<'a> {
    pub(super) app: &'a App,
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
        self.app.live().set_progress(Some(progress.clone()));
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
        let mut task = tokio::task::spawn_blocking(move || work(&counters));
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                done = &mut task => return done.map_err(|error| crate::AppError::internal(format!("a worker of the ingest stopped: {error}"))),
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
