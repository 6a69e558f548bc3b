//! Vacuum: removes files that no publication names any more: superseded generations, and what killed processes
//! left behind. What is being staged holds a lock of its own and is not touched.

use crate::{App, Result};
use lake::Table;

/// What a vacuum removed.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct VacuumSummary {
    /// Files deleted.
    pub files: u64,
    /// Bytes freed.
    pub bytes: u64,
}

impl App {
    /// Deletes every data file that is neither active nor named by a current publication.
    pub async fn vacuum(&self) -> Result<VacuumSummary> {
        let _writing = self.writing().await?;
        self.vacuum_unlocked().await
    }

    /// The same, for callers that hold the writer's lock.
    pub(crate) async fn vacuum_unlocked(&self) -> Result<VacuumSummary> {
        let referenced = self.meta().referenced_files().await?;
        let mut summary = VacuumSummary::default();
        for (table, keep) in [(Table::Rollup, &referenced.rollup), (Table::LineItems, &referenced.line_items)]
        {
            let report = self.lake().vacuum(table, keep).await?;
            summary.files += report.files;
            summary.bytes += report.bytes;
        }
        Ok(summary)
    }
}
