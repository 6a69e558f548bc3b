//! Vacuum: files of the lake go through their states, and those that are over are removed: files of publications that
//! were replaced long enough ago, and what killed processes left behind. Rows decide (`meta::lake_files`), in this
//! order, so that a stop anywhere loses nothing: what is over is marked, nobody can publish or resolve it from then on;
//! the files go once everybody who found them before is done; the rows go last.

mod repairing;

use crate::backup::hold;
use crate::identity::of_everybody;
use crate::{App, Result};
use lake::Table;
use meta::Found;
use model::limits::LAKE_GRACE;

/// What a vacuum removed.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct VacuumSummary {
    /// Files deleted.
    pub files: u64,
    /// Bytes freed.
    pub bytes: u64,
    /// A backup is being made: nothing was removed, nor marked.
    pub held_up: bool,
}

/// What a vacuum spares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spare {
    /// What past days are answered from, for as long as the data folder keeps it, and what questions under way may
    /// still read.
    Usual,
    /// What is published now, alone: no past day can be asked for any more, and a question under way may fail.
    Nothing,
}

impl App {
    /// Deletes every data file that nothing needs any more.
    ///
    /// # Errors
    /// While another process writes; when a file cannot be removed.
    pub async fn vacuum(&self, spare: Spare) -> Result<VacuumSummary> {
        let _writing = self.writing().await?;
        self.vacuum_sparing(spare).await
    }

    /// The same behind something that is done already: what is not removed now, the next vacuum removes.
    pub(crate) async fn vacuum_behind(&self) {
        if let Err(error) = self.vacuum_unlocked().await {
            tracing::warn!(%error, "files that nothing needs any more could not be removed yet");
        }
    }

    /// The same, for callers that hold the writer's lock.
    pub(crate) async fn vacuum_unlocked(&self) -> Result<VacuumSummary> {
        let summary = self.vacuum_sparing(Spare::Usual).await?;
        if summary.held_up {
            tracing::info!("nothing is removed while a backup is made; the next vacuum does it");
        }
        Ok(summary)
    }

    /// Whether a vacuum would find files whose time is over.
    pub(crate) async fn files_are_over(&self) -> Result<bool> {
        let (replaced_until, over_until) = self.over(self.now().timestamp_millis()).await?;
        Ok(self.meta().files_are_over(replaced_until, over_until).await?)
    }

    /// Until when publications must have been replaced for their files to be kept no longer, and until when files must
    /// have been deletable to be removed (ms).
    async fn over(&self, now_ms: i64) -> Result<(i64, i64)> {
        let grace = i64::try_from(LAKE_GRACE.as_millis()).unwrap_or(i64::MAX);
        let kept = self.meta().keep_superseded_ms().await?;
        Ok((now_ms.saturating_sub(kept), now_ms.saturating_sub(grace)))
    }

    async fn vacuum_sparing(&self, spare: Spare) -> Result<VacuumSummary> {
        // Vacuums of this process wait for each other: the lock of the file could not tell them from backups.
        let _next = self.vacuuming().lock().await;
        let Some(_alone) = hold::may_remove(self.data_dir())? else {
            return Ok(VacuumSummary { held_up: true, ..VacuumSummary::default() });
        };
        let now_ms = self.now().timestamp_millis();
        let ((replaced_until, over_until), entries) = match spare {
            Spare::Usual => (self.over(now_ms).await?, vec![]),
            // No past day can be asked for any more: whoever asks for one finds who decided so.
            Spare::Nothing => ((i64::MAX, i64::MAX), of_everybody(self, "bills.past_removed").await?),
        };
        self.meta().retire_files(replaced_until, now_ms, &entries).await?;
        let mut summary = VacuumSummary::default();
        for table in Table::ALL {
            let unused = self.lake().unused(table).await?;
            let found = Found { unused: &unused.files, present: &unused.present };
            // Read and marked after the files were looked at: what was published meanwhile is named by then.
            let mut dead = self.meta().condemn(table, found, over_until, now_ms).await?;
            dead.retain(|path| !unused.active.contains(path));
            let report = self.lake().remove(table, &dead, &unused.present).await?;
            self.meta().forget_files(table, &dead).await?;
            summary.files += report.files;
            summary.bytes += report.bytes;
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests;
