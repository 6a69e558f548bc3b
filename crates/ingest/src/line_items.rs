//! Second stage of an ingest: every row of the report under the canonical schema, in clustered runs.
//!
//! A worker collects rows as codes and amounts until a run is full, sorts it by day, account and
//! combination, and hands it to its sink as one row group. There is no global sort: memory is bounded by
//! the run, whatever the report's size.

mod amounts;
mod run;
mod text;

use crate::batch::{Hashes, RawBatch};
use crate::columns::{Columns, Rules};
use crate::decode::{self, Consumer, Counters, Fetched, Unit, Wanted, Warning};
use crate::error::{ErrorKind, IngestError};
use crate::fields;
use crate::limits;
use crate::proof::RawTotals;
use crate::rollup::{Classes, by_period, check_months};
use crate::selection::Selection;
use crate::source::SourceFile;
use crate::workers;
use arrow::array::RecordBatch;
use model::BillingPeriod;
use run::Run;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of a run: one row group of a file.
const RUN_ROWS: usize = 256 * 1024;

/// Takes the runs of one worker and one billing period.
pub trait RunSink: Send {
    /// Writes a run, a batch of `model::schema::LINE_ITEMS` with its text dictionary-coded, as one row group.
    ///
    /// # Errors
    /// What the storage says; it ends the ingest.
    fn write(&mut self, run: &RecordBatch) -> Result<(), String>;
}

/// Makes sinks, one per worker and billing period.
pub type MakeSink<'a, S> = dyn Fn(BillingPeriod) -> Result<S, String> + Sync + 'a;

/// What the second pass read, and the sinks it wrote to.
pub struct LineItemsResult<S> {
    /// Raw sums by billing period, taken again while reading.
    pub totals: BTreeMap<BillingPeriod, RawTotals>,
    /// The sinks, to be finished by the caller.
    pub sinks: Vec<(BillingPeriod, S)>,
}

/// Reads all files of a delivery and writes its line items.
///
/// # Errors
/// The first refusal of any file, or the storage's; the caller drops what was staged.
pub fn write<S: RunSink>(
    files: &[Arc<dyn SourceFile>],
    selection: &Selection,
    threads: usize,
    counters: &Counters,
    make_sink: &MakeSink<'_, S>,
) -> Result<LineItemsResult<S>, IngestError> {
    let period_known = selection.period.is_some();
    let units = decode::units(files, period_known)?;
    let make =
        || Worker { selection, make_sink, parts: BTreeMap::new(), hashes: Hashes::new(0), current: None };
    let work = |worker: &mut Worker<'_, S>, unit: &Unit, fetched: Fetched| {
        unit.decode(Wanted::Everything, period_known, fetched, counters, worker)
    };
    let workers = workers::run(&units, threads, Wanted::Everything, make, work)?;
    let mut result = LineItemsResult { totals: BTreeMap::new(), sinks: vec![] };
    for worker in workers {
        for (period, mut part) in worker.parts {
            part.flush()?;
            result.totals.entry(period).or_insert_with(RawTotals::default).merge(part.totals);
            result.sinks.push((period, part.sink));
        }
    }
    for (period, totals) in &result.totals {
        if let Some(fault) = totals.fault() {
            let message = format!("the billing period {period} {fault}");
            return Err(limits::refusal("the delivery", message, "Export the report again"));
        }
    }
    Ok(result)
}

struct Current {
    file_index: usize,
    name: String,
    rules: Rules,
    period_column: String,
}

/// A worker's rows of one billing period.
struct Part<S> {
    run: Run,
    totals: RawTotals,
    sink: S,
}

struct Worker<'a, S> {
    selection: &'a Selection,
    make_sink: &'a MakeSink<'a, S>,
    parts: BTreeMap<BillingPeriod, Part<S>>,
    hashes: Hashes,
    current: Option<Current>,
}

impl<S: RunSink> Part<S> {
    fn flush(&mut self) -> Result<(), IngestError> {
        let fail = |message: String| {
            IngestError::new(
                ErrorKind::Unavailable,
                "the line items",
                message,
                "Check the data folder's disk, then run it again",
            )
        };
        match self.run.take().map_err(|error| fail(error.to_string()))? {
            Some(batch) => self.sink.write(&batch).map_err(fail),
            None => Ok(()),
        }
    }
}

impl<S: RunSink> Worker<'_, S> {
    /// Writes the fullest month's rows where many months together hold more than a worker may.
    fn relieve(&mut self) -> Result<(), IngestError> {
        let held = |part: &Part<S>| (part.run.rows(), part.run.text());
        let (rows, text) = self
            .parts
            .values()
            .map(held)
            .fold((0, 0), |(rows, text), (more_rows, more_text)| (rows + more_rows, text + more_text));
        let fullest = if rows > limits::BUFFERED_ROWS {
            self.parts.values_mut().max_by_key(|part| part.run.rows())
        } else if text > 2 * limits::BUFFERED_TEXT {
            self.parts.values_mut().max_by_key(|part| part.run.text())
        } else {
            None
        };
        fullest.map_or(Ok(()), Part::flush)
    }
}

impl<S: RunSink> Consumer for Worker<'_, S> {
    fn begin(&mut self, unit: &Unit, columns: &Columns) -> Result<(), IngestError> {
        self.current = Some(Current {
            file_index: unit.file_index,
            name: unit.file.name().to_owned(),
            rules: columns.rules(),
            period_column: columns.text_name(fields::PERIOD_START).to_owned(),
        });
        Ok(())
    }

    fn batch(&mut self, batch: RawBatch) -> Result<(), IngestError> {
        let Some(current) = &self.current else { return Ok(()) };
        let Some(batch) = self.selection.narrow(batch) else { return Ok(()) };
        for (period, rows) in by_period(&batch, self.selection.period, &current.name, &current.period_column)?
        {
            let taken = rows.map(|rows| batch.take(&rows));
            let rows = taken.as_ref().unwrap_or(&batch);
            let Some(rows) = self.selection.counted(period, rows) else { continue };
            let rows = rows.as_ref();
            let months = self.parts.len();
            let part = match self.parts.entry(period) {
                std::collections::btree_map::Entry::Occupied(part) => part.into_mut(),
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    check_months(months + 1, &current.name)?;
                    let fail = |message: String| {
                        IngestError::new(
                            ErrorKind::Unavailable,
                            "the line items",
                            message,
                            "Check the data folder's disk, then run it again",
                        )
                    };
                    let sink = (self.make_sink)(period).map_err(fail)?;
                    vacant.insert(Part { run: Run::new(period), totals: RawTotals::default(), sink })
                }
            };
            let classes = Classes::of(rows, current.rules, current.file_index);
            part.totals.add(rows, current.rules, &classes.codes, &classes.by_code);
            part.run.add(rows, current.rules, &current.name, &classes, &mut self.hashes);
            if part.run.rows() >= RUN_ROWS || part.run.text() > limits::BUFFERED_TEXT {
                part.flush()?;
            }
        }
        self.relieve()
    }

    fn warn(&mut self, _: Warning) {
        // The first pass has reported it.
    }
}
