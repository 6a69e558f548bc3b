//! Writes one data file of a staging.

use crate::door::Sink;
use crate::encode::ColumnEncoder;
use crate::staging::{Generation, StagedFile};
use crate::table::{COMPRESSION_LEVEL, page_index};
use crate::{LakeError, Table};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, SchemaRef, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta};
use parquet::arrow::ArrowSchemaConverter;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::sync::Arc;
use zstd::bulk::Compressor;

/// Writes one data file. Columns are encoded as batches come; only compressed pages are kept until
/// [`Self::flush_row_group`]. Dropping it unfinished abandons the file.
pub struct FileWriter {
    table: Table,
    path: String,
    schema: SchemaRef,
    accepted: Option<SchemaRef>,
    file: SerializedFileWriter<Sink>,
    columns: Vec<ColumnEncoder>,
    compressor: Compressor<'static>,
    rows: u64,
    open_rows: u64,
    time: TimeSpan,
    generation: Arc<Generation>,
}

/// Least and greatest of the table's time column, in its own unit.
#[derive(Default)]
struct TimeSpan {
    column: usize,
    span: Option<(i64, i64)>,
    nulls: u64,
}

impl FileWriter {
    pub(crate) fn create(table: Table, path: String, generation: Arc<Generation>) -> Result<Self, LakeError> {
        let schema = table.schema();
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
        let columns = schema.fields().iter().zip(parquet_schema.columns()).map(|(field, column)| {
            let sequence = field.name() == "x_SourceRow";
            ColumnEncoder::try_new(
                Arc::clone(column),
                field.data_type(),
                sequence,
                page_index(table, field.name()),
            )
        });
        let columns = columns.collect::<Result<_, _>>()?;
        let column = schema.index_of(table.time_column())?;
        let file = generation.door().create(&generation.below(&path))?;
        let properties = Arc::new(WriterProperties::builder().set_created_by(created_by()).build());
        let file = SerializedFileWriter::new(file, parquet_schema.root_schema_ptr(), properties)?;
        let mut compressor = Compressor::new(COMPRESSION_LEVEL).map_err(LakeError::Write)?;
        // Readers then notice flipped bits in any page.
        compressor.include_checksum(true).map_err(LakeError::Write)?;
        Ok(Self {
            table,
            path,
            schema,
            accepted: None,
            file,
            columns,
            compressor,
            rows: 0,
            open_rows: 0,
            time: TimeSpan { column, ..TimeSpan::default() },
            generation,
        })
    }

    /// Appends rows. The batch has the columns of the table's schema, in order; text columns may be
    /// `Utf8` or `Dictionary(Int32, Utf8)`.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.accept(batch)?;
        self.time.observe(batch.column(self.time.column))?;
        for (encoder, array) in self.columns.iter_mut().zip(batch.columns()) {
            encoder.append(array, &mut self.compressor)?;
        }
        self.open_rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Bytes held in memory for the open row group, roughly.
    pub fn buffered_bytes(&self) -> usize {
        self.columns.iter().map(ColumnEncoder::size).sum()
    }

    /// Rows written since the last row group was flushed.
    pub fn open_rows(&self) -> u64 {
        self.open_rows
    }

    /// Writes what came since the last flush as one row group; nothing came, nothing happens.
    pub fn flush_row_group(&mut self) -> Result<(), LakeError> {
        if self.open_rows == 0 {
            return Ok(());
        }
        let mut row_group = self.file.next_row_group()?;
        for encoder in &mut self.columns {
            let (bytes, close) = encoder.finish_chunk(&mut self.compressor)?;
            row_group.append_column(&bytes, close)?;
        }
        row_group.close()?;
        self.rows += self.open_rows;
        self.open_rows = 0;
        Ok(())
    }

    /// Flushes the last row group, writes the footer and makes the file last.
    pub fn finish(mut self) -> Result<StagedFile, LakeError> {
        self.flush_row_group()?;
        let stats = self.stats();
        let size = self.file.into_inner()?.finish()?;
        Ok(StagedFile { path: self.path, size, rows: self.rows, stats, generation: self.generation })
    }

    fn accept(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let known = self.accepted.as_ref().is_some_and(|accepted| Arc::ptr_eq(accepted, batch.schema_ref()));
        if known {
            return Ok(());
        }
        let same = batch.num_columns() == self.schema.fields().len()
            && self.schema.fields().iter().zip(batch.schema_ref().fields()).all(|(ours, theirs)| {
                let same_type = match theirs.data_type() {
                    DataType::Dictionary(_, value) => value.as_ref() == ours.data_type(),
                    other => other == ours.data_type(),
                };
                ours.name() == theirs.name() && same_type
            });
        if !same {
            return Err(LakeError::Internal("a batch does not have the table's columns"));
        }
        self.accepted = Some(batch.schema());
        Ok(())
    }

    fn stats(&self) -> String {
        let column = self.table.time_column();
        let mut stats =
            serde_json::json!({ "numRecords": self.rows, "nullCount": { column: self.time.nulls } });
        if let Some((least, greatest)) = self.time.span {
            let (least, greatest) = match self.schema.field(self.time.column).data_type() {
                DataType::Date32 => (day(least), day(greatest)),
                // Delta keeps milliseconds: the least is rounded down, the greatest up.
                _ => (
                    instant(least.div_euclid(1000)),
                    instant(greatest.div_euclid(1000) + i64::from(greatest.rem_euclid(1000) != 0)),
                ),
            };
            if let (Some(least), Some(greatest)) = (least, greatest) {
                stats["minValues"] = serde_json::json!({ column: least });
                stats["maxValues"] = serde_json::json!({ column: greatest });
            }
        }
        stats.to_string()
    }
}

impl TimeSpan {
    fn observe(&mut self, array: &ArrayRef) -> Result<(), LakeError> {
        use arrow::compute::{max, min};
        self.nulls += array.null_count() as u64;
        let span = if let Some(days) = array.as_primitive_opt::<Date32Type>() {
            min(days).map(i64::from).zip(max(days).map(i64::from))
        } else if let Some(instants) = array.as_primitive_opt::<TimestampMicrosecondType>() {
            min(instants).zip(max(instants))
        } else {
            return Err(LakeError::Internal("the time column is no time"));
        };
        self.span = match (self.span, span) {
            (Some((least, greatest)), Some((low, high))) => Some((least.min(low), greatest.max(high))),
            (known, new) => known.or(new),
        };
        Ok(())
    }
}

fn day(days: i64) -> Option<String> {
    let day = NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)?;
    Some(day.to_string())
}

fn instant(milliseconds: i64) -> Option<String> {
    Some(DateTime::from_timestamp_millis(milliseconds)?.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn created_by() -> String {
    format!("cloud-analyzer version {}", env!("CARGO_PKG_VERSION"))
}
