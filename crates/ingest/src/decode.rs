//! From files to [`RawBatch`]es. A file is cut into units that workers decode independently: a CSV file is
//! one, a Parquet file has one per row group.

mod chunks;
mod constants;
mod csv;
mod footer;
mod pages;
mod parquet;
mod parquet_batch;
mod parquet_columns;
mod thrift;

use crate::batch::RawBatch;
use crate::columns::Columns;
use crate::error::{ErrorKind, IngestError};
use crate::fields;
use crate::source::SourceFile;
use parquet::ParquetFile;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a pass reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The fields of the roll-up.
    Rollup,
    /// Every field, for line items.
    Everything,
}

impl Wanted {
    fn text(self, field: fields::Text) -> bool {
        self == Self::Everything || fields::TEXT[field].in_rollup
    }

    fn number(self, field: fields::Number) -> bool {
        self == Self::Everything || fields::NUMBERS[field].in_rollup
    }
}

/// Counters that a pass updates while it reads, for progress; `cancelled` stops it.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes of source files read so far.
    pub bytes: AtomicU64,
    /// Rows decoded so far.
    pub rows: AtomicU64,
    /// Set to stop all workers at their next batch.
    pub cancelled: AtomicBool,
}

/// Values that were left out or rounded, with the first place of each.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Warning {
    /// What was done to how many values and why.
    pub message: String,
    /// Column, as the report spells it.
    pub column: String,
    /// First file it happened in.
    pub file: String,
    /// First row.
    pub row: u64,
    /// How often.
    pub count: u64,
}

/// A piece of a delivery that one worker decodes.
pub(crate) struct Unit {
    pub(crate) file_index: usize,
    pub(crate) file: Arc<dyn SourceFile>,
    kind: UnitKind,
    /// Compressed bytes, for scheduling the largest first and for progress.
    pub(crate) bytes: u64,
}

enum UnitKind {
    Csv,
    RowGroup { file: Arc<ParquetFile>, group: usize },
}

/// What was read of a unit before it is decoded.
pub(crate) struct Fetched(Option<parquet::Chunks>);

/// What decoding hands to its consumer.
pub(crate) trait Consumer {
    /// Called once per unit, before its batches.
    fn begin(&mut self, unit: &Unit, columns: &Columns) -> Result<(), IngestError>;
    /// A batch of the current unit.
    fn batch(&mut self, batch: RawBatch) -> Result<(), IngestError>;
    /// Values that were left out.
    fn warn(&mut self, warning: Warning);
}

/// Cuts files into units, reading only what is needed for that (Parquet footers).
pub(crate) fn units(files: &[Arc<dyn SourceFile>], period_known: bool) -> Result<Vec<Unit>, IngestError> {
    let mut units = vec![];
    for (file_index, file) in files.iter().enumerate() {
        if file.size() == 0 {
            return Err(IngestError::new(
                ErrorKind::Undecodable,
                file.name(),
                "is empty",
                "It may still be being written: wait for the delivery to finish, or remove it",
            ));
        }
        if is_parquet(file.as_ref())? {
            let open = || ParquetFile::open(Arc::clone(file), period_known);
            let opened = Arc::new(guarded(file.name(), open)?);
            for group in 0..opened.groups() {
                let bytes = opened.group_bytes(group);
                units.push(Unit {
                    file_index,
                    file: Arc::clone(file),
                    kind: UnitKind::RowGroup { file: Arc::clone(&opened), group },
                    bytes,
                });
            }
        } else {
            units.push(Unit { file_index, file: Arc::clone(file), kind: UnitKind::Csv, bytes: file.size() });
        }
    }
    Ok(units)
}

/// Decoders of third parties may panic on corrupted bytes: that is an error of the file like any other.
pub(crate) fn guarded<T>(
    file: &str,
    work: impl FnOnce() -> Result<T, IngestError>,
) -> Result<T, IngestError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(IngestError::new(
            ErrorKind::Undecodable,
            file,
            "is corrupted: its decoder gave up",
            "Fetch the file again",
        ))
    })
}

fn is_parquet(file: &dyn SourceFile) -> Result<bool, IngestError> {
    if file.name().ends_with(".parquet") {
        return Ok(true);
    }
    let head =
        file.read_range(0..file.size().min(4)).map_err(|error| IngestError::io(file.name(), &error))?;
    Ok(&head[..] == b"PAR1")
}

impl Unit {
    /// Whether its column chunks come from far, and two units of them fit into memory beside each other. A text file
    /// is streamed, and reads ahead by itself.
    pub(crate) fn is_worth_reading_ahead(&self) -> bool {
        const MOST_BYTES: u64 = 128 << 20;
        matches!(self.kind, UnitKind::RowGroup { .. }) && self.bytes <= MOST_BYTES && self.file.is_far()
    }

    /// Whether it is a whole text file.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, UnitKind::Csv)
    }

    /// Reads what decoding needs at once; a text file is streamed instead.
    pub(crate) fn fetch(&self, wanted: Wanted) -> Result<Fetched, IngestError> {
        match &self.kind {
            UnitKind::Csv => Ok(Fetched(None)),
            UnitKind::RowGroup { file, group } => Ok(Fetched(Some(file.fetch_group(*group, wanted)?))),
        }
    }

    /// Decodes the unit, batch by batch.
    pub(crate) fn decode(
        &self,
        wanted: Wanted,
        period_known: bool,
        fetched: Fetched,
        counters: &Counters,
        consumer: &mut dyn Consumer,
    ) -> Result<(), IngestError> {
        match (&self.kind, fetched.0) {
            (UnitKind::RowGroup { file, group }, Some(chunks)) => {
                file.decode(self, *group, wanted, chunks, counters, consumer)
            }
            _ => csv::decode(self, wanted, period_known, counters, consumer),
        }
    }
}

/// Counts a decoded batch and tells whether to go on.
fn count(counters: &Counters, rows: usize, file: &str) -> Result<(), IngestError> {
    counters.rows.fetch_add(rows as u64, Ordering::Relaxed);
    if counters.cancelled.load(Ordering::Relaxed) {
        return Err(IngestError::new(ErrorKind::Unavailable, file, "reading was stopped", "Run it again"));
    }
    Ok(())
}
