//! What the line items of a delivery refuse. They see every cell of it, the roll-up only those that it sums: so a delivery
//! that was published by its roll-up may still turn out to be one that counts for nothing.

use super::deliver::{Job, threads};
use super::first::published;
use super::reading::{self, Trouble};
use super::tracking::Tracker;
use crate::{AppError, ErrorKind, Result, Stage};
use arrow::array::RecordBatch;
use ingest::line_items::RunSink;
use model::Table;

/// Takes the rows of a rehearsal.
struct Nowhere;

impl RunSink for Nowhere {
    fn write(&mut self, _: &RecordBatch) -> std::result::Result<(), String> {
        Ok(())
    }
}

impl Job<'_> {
    /// Reads every cell and keeps nothing, before anything is published: of a delivery that was refused before, so that
    /// what it holds is not published and taken back at every look, and of one that takes the place of other bills,
    /// which could not be put back.
    pub(super) async fn rehearse(&self, tracker: &Tracker<'_>, ingest: Option<i64>) -> Result<()> {
        let trouble = Trouble::default();
        let files = reading::files(self.source, self.delivery, &tracker.counters, &trouble);
        let selection = self.selected();
        let read = tracker.watch(ingest, self.delivery.period, Stage::Reading, move |_| {
            // The rows of the pass are those of the roll-up.
            let counters = ingest::Counters::default();
            let sink = |_| Ok(Nowhere);
            ingest::line_items::write(&files, &selection, threads(), &counters, &sink)
                .map_err(|error| trouble.told(error))
        });
        read.await??;
        self.check_untouched().await
    }
}

/// Whether an error of the second stage says that the delivery is no bill to be counted, rather than that it could not
/// be read or stored this time: a bad cell, or sums that were stored are not those that were read.
fn refuses(error: &AppError) -> bool {
    matches!(error.kind, ErrorKind::Invalid | ErrorKind::Internal)
}

/// Whether this very delivery could not be read before, and is not published.
pub(super) async fn was_refused(job: &Job<'_>) -> Result<bool> {
    let refused = job.app.meta().was_refused(&job.connection.id, &job.delivery.fingerprint).await?;
    Ok(refused && !published(job).await?.iter().any(|one| one.stage == meta::Stage::Complete))
}

/// Takes back what the first stage, of this run or of one that went down, published of a delivery that is refused: what
/// was published before counts again. Where a month of it is complete, all of its cells were good.
pub(super) async fn take_back(job: &Job<'_>, error: &AppError) {
    if !refuses(error) {
        return;
    }
    let taking = async {
        let found = published(job).await?;
        if found.iter().any(|one| one.stage == meta::Stage::Complete) {
            return Ok(());
        }
        let (app, connection) = (job.app, &job.connection.id);
        for publication in found {
            let rollup = app.meta().withdraw(publication.id, app.now().timestamp_millis()).await?;
            if let Some(files) = rollup {
                app.lake().restore(Table::Rollup, connection, publication.period, &files).await?;
            }
        }
        Ok(())
    };
    // What is left is taken back when the delivery is looked at again.
    super::aside("what was published of a delivery that is refused could not be taken back", taking).await;
}

/// What is known of a delivery that [`was_refused`] while it is read again.
pub(super) fn before() -> AppError {
    AppError::invalid("it was refused when it was read before")
}
