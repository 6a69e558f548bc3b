//! Writing a stage's rows to staged files of the lake. Blocking.

use arrow::array::RecordBatch;
use ingest::line_items::RunSink;
use ingest::rollup::PeriodRollup;
use lake::{FileWriter, Lake, LakeError, StagedFile, Staging, Table};
use model::{BillingPeriod, ConnectionId};
use std::sync::Mutex;

/// Rows handed to the writer at a time.
const BATCH_ROWS: usize = 64 * 1024;
/// Rows of a roll-up's row group.
const GROUP_ROWS: usize = 4 * BATCH_ROWS;
/// Rows from which a roll-up is worth two files, written side by side.
const SPLIT_ROWS: usize = 128 * 1024;

/// Stages a period's roll-up.
pub(super) fn rollup(
    lake: &Lake,
    connection: &ConnectionId,
    period: BillingPeriod,
    rollup: &PeriodRollup,
) -> Result<Vec<StagedFile>, LakeError> {
    let staging = lake.stage(Table::Rollup, connection, period)?;
    let sorted = rollup.sorted();
    let rows = sorted.rows();
    if rows == 0 {
        return Ok(vec![]);
    }
    let cut = if rows >= SPLIT_ROWS { rows / 2 } else { rows };
    let write = |range: std::ops::Range<usize>| -> Result<StagedFile, LakeError> {
        let mut writer = staging.writer()?;
        let mut at = range.start;
        while at < range.end {
            let end = (at + BATCH_ROWS).min(range.end);
            writer.write(&sorted.batch(at..end)?)?;
            if (end - range.start).is_multiple_of(GROUP_ROWS) {
                writer.flush_row_group()?;
            }
            at = end;
        }
        writer.finish()
    };
    if cut == rows {
        return Ok(vec![write(0..rows)?]);
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(|| write(cut..rows));
        let first = write(0..cut)?;
        let second = second.join().map_err(|_| LakeError::Internal("a writer stopped"))??;
        Ok(vec![first, second])
    })
}

/// Writes one worker's runs of a period, each as one row group.
pub(super) struct LineItemSink {
    staging: Staging,
    writer: Option<FileWriter>,
    rows: usize,
    files: Vec<StagedFile>,
}

/// Rows after which a worker starts another file.
const FILE_ROWS: usize = 4_000_000;

impl LineItemSink {
    pub(super) fn finish(mut self) -> Result<Vec<StagedFile>, LakeError> {
        if let Some(writer) = self.writer.take() {
            self.files.push(writer.finish()?);
        }
        Ok(self.files)
    }

    fn put(&mut self, run: &RecordBatch) -> Result<(), LakeError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.staging.writer()?,
        };
        writer.write(run)?;
        writer.flush_row_group()?;
        self.rows += run.num_rows();
        if self.rows >= FILE_ROWS {
            self.rows = 0;
            self.files.push(writer.finish()?);
        } else {
            self.writer = Some(writer);
        }
        Ok(())
    }
}

impl RunSink for LineItemSink {
    fn write(&mut self, run: &RecordBatch) -> Result<(), String> {
        self.put(run).map_err(|error| error.to_string())
    }
}

/// Makes sinks whose files of one period belong to one generation.
pub(super) struct LineItemSinks<'a> {
    pub(super) lake: &'a Lake,
    pub(super) connection: &'a ConnectionId,
    pub(super) stagings: Mutex<Vec<(BillingPeriod, Staging)>>,
}

impl LineItemSinks<'_> {
    pub(super) fn make(&self, period: BillingPeriod) -> Result<LineItemSink, String> {
        let mut stagings = self.stagings.lock().map_err(|error| error.to_string())?;
        let staging = match stagings.iter().find(|(known, _)| *known == period) {
            Some((_, staging)) => staging.clone(),
            None => {
                let staging = self
                    .lake
                    .stage(Table::LineItems, self.connection, period)
                    .map_err(|error| error.to_string())?;
                stagings.push((period, staging.clone()));
                staging
            }
        };
        Ok(LineItemSink { staging, writer: None, rows: 0, files: vec![] })
    }
}
