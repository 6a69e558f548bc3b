//! Parquet files to batches, one row group at a time: only the column chunks that are needed are fetched,
//! text stays dictionary-coded as the file has it.

use super::constants::{self, Constant};
use super::parquet_columns::{self as columns_of, PRODUCT_KEYS, extract};
use super::{Consumer, Counters, Unit, Wanted, Warning, count};
use crate::batch::{NO_TIME, RawBatch, SetColumn, SetPart};
use crate::columns::{Columns, KeySet};
use crate::error::IngestError;
use crate::fields;
use crate::source::SourceFile;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::{ChunkReader, Length};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use bytes::{Buf, Bytes};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows decoded at a time: their fingerprints and amounts stay in the second-level cache.
const BATCH_ROWS: usize = 16_384;

pub(super) struct ParquetFile {
    file: Arc<dyn SourceFile>,
    metadata: ArrowReaderMetadata,
    columns: Columns,
    /// Data row number (from 1) of each row group's first row.
    first_rows: Vec<u64>,
}

impl ParquetFile {
    pub(super) fn open(file: Arc<dyn SourceFile>, period_known: bool) -> Result<Self, IngestError> {
        let fail = |error: ParquetError| IngestError::parquet(file.name(), &error);
        let chunks = Chunks { file: Arc::clone(&file), ranges: vec![] };
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let plain = ArrowReaderMetadata::load(&chunks, options.clone()).map_err(fail)?;
        let hinted = Arc::new(Schema::new(
            plain.schema().fields().iter().map(|field| dictionary_field(field)).collect::<Vec<_>>(),
        ));
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options.with_schema(hinted))
                .map_err(fail)?;
        let names: Vec<String> = plain.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns = Columns::recognise(file.name(), &names, period_known)?;
        let mut first_rows = vec![];
        let mut next = 1;
        for group in plain.metadata().row_groups() {
            first_rows.push(next);
            next += u64::try_from(group.num_rows()).unwrap_or(0);
        }
        Ok(Self { file, metadata, columns, first_rows })
    }

    pub(super) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    pub(super) fn group_bytes(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.metadata().row_group(group).compressed_size()).unwrap_or(0)
    }

    pub(super) fn decode(
        &self,
        unit: &Unit,
        group: usize,
        wanted: Wanted,
        counters: &Counters,
        consumer: &mut dyn Consumer,
    ) -> Result<(), IngestError> {
        consumer.begin(unit, &self.columns)?;
        let mut roots = self.roots(wanted);
        let constants = self.constants(group);
        roots.retain(|root| !constants.contains_key(root));
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        let chunks = self.fetch(group, &mask)?;
        let fail = |error: &dyn std::fmt::Display| IngestError::parquet(self.file.name(), error);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|error| fail(&error))?;
        let mut first_row = self.first_rows[group];
        for batch in reader {
            let batch = batch.map_err(|error| fail(&error))?;
            let rows = batch.num_rows();
            let raw = Decoding {
                parent: self,
                roots: &roots,
                constants: &constants,
                batch: &batch,
                first_row,
                wanted,
            }
            .raw(consumer)?;
            first_row += rows as u64;
            count(counters, rows, self.file.name())?;
            consumer.batch(raw)?;
        }
        counters.bytes.fetch_add(unit.bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Columns of a row group that need no reading; amounts and the instants of usage are always read.
    fn constants(&self, group: usize) -> HashMap<usize, Constant> {
        let metadata = self.metadata.metadata();
        let mut constants = constants::of(metadata, metadata.row_group(group), BATCH_ROWS);
        let always = [self.columns.text[fields::CHARGE_START], self.columns.numbers[fields::BILLED]];
        constants.retain(|root, constant| match constant {
            _ if always.contains(&Some(*root)) => false,
            // Instants only: an integer in a text column is an account ID that needs its zeros.
            Constant::Integer(_) => {
                [fields::PERIOD_START, fields::PERIOD_END]
                    .iter()
                    .any(|field| self.columns.text[*field] == Some(*root))
                    && matches!(self.metadata.schema().field(*root).data_type(), DataType::Timestamp(..))
            }
            Constant::Absent => {
                !self.columns.numbers[..].contains(&Some(*root))
                    || self.columns.format == crate::columns::Format::Cur
            }
            Constant::Text(_) => {
                matches!(self.metadata.schema().field(*root).data_type(), DataType::Dictionary(..))
                    && !self.columns.numbers.contains(&Some(*root))
            }
        });
        // A period that is absent is an error that the reading of it reports.
        for field in [fields::PERIOD_START, fields::CHARGE_START] {
            if let Some(root) = self.columns.text[field]
                && matches!(constants.get(&root), Some(Constant::Absent | Constant::Text(_)))
            {
                constants.remove(&root);
            }
        }
        constants
    }

    /// Top-level columns that a pass reads, ascending.
    fn roots(&self, wanted: Wanted) -> Vec<usize> {
        let columns = &self.columns;
        let text = columns
            .text
            .iter()
            .enumerate()
            .filter(|(field, _)| wanted.text(*field))
            .filter_map(|(_, at)| *at);
        let numbers = columns
            .numbers
            .iter()
            .enumerate()
            .filter(|(field, _)| wanted.number(*field))
            .filter_map(|(_, at)| *at);
        let mut roots: Vec<usize> = text.chain(numbers).chain(columns.product_map).collect();
        for keys in [&columns.tags, &columns.cost_categories] {
            roots.extend(keys.columns.iter().map(|key| key.column).chain(keys.maps.iter().copied()));
        }
        if wanted == Wanted::Everything {
            roots.extend(&columns.others);
        }
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    /// Reads the column chunks of a row group, neighbours in one go.
    fn fetch(&self, group: usize, mask: &ProjectionMask) -> Result<Chunks, IngestError> {
        const GAP: u64 = 64 * 1024;
        let group = self.metadata.metadata().row_group(group);
        let mut wanted: Vec<(u64, u64)> = (0..group.num_columns())
            .filter(|leaf| mask.leaf_included(*leaf))
            .map(|leaf| group.column(leaf).byte_range())
            .map(|(start, length)| (start, start.saturating_add(length)))
            .collect();
        wanted.sort_unstable();
        let mut spans: Vec<(u64, u64)> = vec![];
        for (start, end) in wanted {
            if end > self.file.size() {
                return Err(IngestError::parquet(
                    self.file.name(),
                    &"a column chunk lies beyond the end of the file",
                ));
            }
            match spans.last_mut() {
                Some(last) if start <= last.1 + GAP => last.1 = last.1.max(end),
                _ => spans.push((start, end)),
            }
        }
        let read = |(start, end): (u64, u64)| {
            self.file
                .read_range(start..end)
                .map(|bytes| (start, bytes))
                .map_err(|error| IngestError::io(self.file.name(), &error))
        };
        let ranges = spans.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Chunks { file: Arc::clone(&self.file), ranges })
    }
}

/// Text as dictionary codes, also inside maps.
fn dictionary_field(field: &Field) -> Field {
    field.clone().with_data_type(dictionary_type(field.data_type()))
}

fn dictionary_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8 => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        DataType::Map(entries, sorted) => {
            let DataType::Struct(children) = entries.data_type() else { return data_type.clone() };
            let children = children.iter().map(|child| Arc::new(dictionary_field(child))).collect();
            DataType::Map(
                Arc::new(entries.as_ref().clone().with_data_type(DataType::Struct(children))),
                *sorted,
            )
        }
        other => other.clone(),
    }
}

/// Prefetched pieces of a file, with the source behind them for the footer.
struct Chunks {
    file: Arc<dyn SourceFile>,
    ranges: Vec<(u64, Bytes)>,
}

impl Chunks {
    fn slice(&self, start: u64, length: Option<usize>) -> ParquetResult<Bytes> {
        for (offset, bytes) in &self.ranges {
            let end = offset + bytes.len() as u64;
            if (*offset..end).contains(&start) {
                let from =
                    usize::try_from(start - offset).map_err(|error| ParquetError::External(error.into()))?;
                let to = length.map_or(bytes.len(), |length| from.saturating_add(length));
                if to <= bytes.len() {
                    return Ok(bytes.slice(from..to));
                }
            }
        }
        let length = length.unwrap_or(1 << 20) as u64;
        let end = start.saturating_add(length).min(self.file.size());
        if end < start {
            return Err(ParquetError::EOF("range beyond the end of the file".into()));
        }
        self.file.read_range(start..end).map_err(|error| ParquetError::External(error.into()))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.file.size()
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.slice(start, None)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.slice(start, Some(length))?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(ParquetError::EOF("the file is shorter than its footer says".into()))
        }
    }
}

struct Decoding<'a> {
    parent: &'a ParquetFile,
    roots: &'a [usize],
    constants: &'a HashMap<usize, Constant>,
    batch: &'a RecordBatch,
    first_row: u64,
    wanted: Wanted,
}

impl Decoding<'_> {
    fn raw(&self, consumer: &mut dyn Consumer) -> Result<RawBatch, IngestError> {
        let columns = &self.parent.columns;
        let mut raw =
            RawBatch { rows: self.batch.num_rows(), first_row: self.first_row, ..RawBatch::default() };
        for (field, column) in columns.text.iter().enumerate() {
            let array = column.filter(|_| self.wanted.text(field)).and_then(|column| self.array(column));
            let constant =
                column.filter(|_| self.wanted.text(field)).and_then(|column| self.constants.get(&column));
            let mut text = None;
            if let Some(constant) = constant {
                match (field, constant) {
                    (fields::PERIOD_START, Constant::Integer(value)) => {
                        raw.period_start = Some(self.same_time(field, *value))
                    }
                    (fields::PERIOD_END, Constant::Integer(value)) => {
                        raw.period_end = Some(self.same_time(field, *value))
                    }
                    (fields::CHARGE_END | fields::PERIOD_END, Constant::Absent) => {}
                    _ => text = constant.text(raw.rows),
                }
                raw.text.push(text);
                continue;
            }
            match (field, array) {
                (fields::CHARGE_START, Some(array)) => raw.charge_start = self.times(field, array, true)?,
                (fields::PERIOD_START, Some(array)) => {
                    raw.period_start = Some(self.times(field, array, true)?)
                }
                (fields::CHARGE_END, Some(array)) => raw.charge_end = Some(self.times(field, array, false)?),
                (fields::PERIOD_END, Some(array)) => raw.period_end = Some(self.times(field, array, false)?),
                (_, Some(array)) => {
                    let pad = matches!(field, fields::ACCOUNT | fields::PAYER);
                    text = Some(
                        columns_of::text(array, pad)
                            .map_err(|error| self.fail(columns.text_name(field), &error))?,
                    );
                }
                (_, None) => {}
            }
            raw.text.push(text.filter(|text| !text.all_null()));
        }
        for (field, column) in columns.numbers.iter().enumerate() {
            let array = column.filter(|_| self.wanted.number(field)).and_then(|column| self.array(column));
            raw.numbers.push(array.map(|array| self.numbers(field, array, consumer)).transpose()?);
        }
        raw.tags = self.set(&columns.tags)?;
        raw.cost_categories = self.set(&columns.cost_categories)?;
        if let Some(array) = columns.product_map.and_then(|column| self.array(column)) {
            let part = columns_of::map(array).map_err(|error| self.fail("product", &error))?;
            for (field, keys) in PRODUCT_KEYS {
                if columns.text[field].is_none() {
                    raw.text[field] = extract(&part, keys, raw.rows);
                }
            }
            if self.wanted == Wanted::Everything {
                raw.others.parts.push(part);
            }
        }
        if self.wanted == Wanted::Everything {
            for column in &columns.others {
                // What cannot be shown as text (lists, structs) is the only thing that is not kept.
                let constant = self.constants.get(column).and_then(|constant| constant.text(raw.rows));
                let text = constant
                    .or_else(|| self.array(*column).and_then(|array| columns_of::text(array, false).ok()));
                if let Some(values) = text.filter(|text| !text.all_null()) {
                    raw.others
                        .parts
                        .push(SetPart::Column { key: columns.names[*column].as_str().into(), values });
                }
            }
        }
        Ok(raw)
    }

    fn array(&self, column: usize) -> Option<&ArrayRef> {
        let at = self.roots.binary_search(&column).ok()?;
        Some(self.batch.column(at))
    }

    /// An instant that all rows share, in microseconds.
    fn same_time(&self, field: fields::Text, value: i64) -> Vec<i64> {
        let column = self.parent.columns.text[field].unwrap_or_default();
        let micros = match self.parent.metadata.schema().field(column).data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => value.saturating_mul(1_000_000),
            DataType::Timestamp(TimeUnit::Millisecond, _) => value.saturating_mul(1_000),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => value.div_euclid(1_000),
            _ => value,
        };
        vec![micros; self.batch.num_rows()]
    }

    fn fail(&self, column: &str, message: &str) -> IngestError {
        IngestError::new(
            crate::error::ErrorKind::Value,
            self.parent.file.name(),
            message,
            "Export the report again with the standard column types",
        )
        .column(column)
    }

    fn times(&self, field: fields::Text, array: &ArrayRef, required: bool) -> Result<Vec<i64>, IngestError> {
        let name = self.parent.columns.text_name(field);
        let times = columns_of::micros(array).map_err(|error| self.fail(name, &error))?;
        if required && let Some(row) = times.iter().position(|time| *time == NO_TIME) {
            return Err(self.fail(name, "is not a date and time").at(self.first_row + row as u64));
        }
        Ok(times)
    }

    fn numbers(
        &self,
        field: fields::Number,
        array: &ArrayRef,
        consumer: &mut dyn Consumer,
    ) -> Result<crate::numbers::NumberColumn, IngestError> {
        let name = self.parent.columns.number_name(field);
        let (numbers, bad) = columns_of::numbers(array).map_err(|error| self.fail(name, &error))?;
        let warning = |message: &str, row: usize, count| Warning {
            message: message.to_owned(),
            column: name.to_owned(),
            file: self.parent.file.name().to_owned(),
            row: self.first_row + row as u64,
            count,
        };
        if let Some((row, text)) = bad.first() {
            if !fields::LENIENT.contains(&field) {
                return Err(self
                    .fail(name, &format!("'{text}' is not a decimal number"))
                    .at(self.first_row + *row as u64));
            }
            consumer.warn(warning("values that are no numbers were left out", *row, bad.len() as u64));
        }
        if numbers.rounded > 0 {
            consumer.warn(warning(
                "values have more than 18 decimals and were rounded half to even",
                0,
                numbers.rounded,
            ));
        }
        Ok(numbers)
    }

    fn set(&self, keys: &KeySet) -> Result<SetColumn, IngestError> {
        let mut parts = vec![];
        for key in &keys.columns {
            let constant =
                self.constants.get(&key.column).and_then(|constant| constant.text(self.batch.num_rows()));
            let values = match (constant, self.array(key.column)) {
                (Some(values), _) => values,
                (None, Some(array)) => {
                    columns_of::text(array, false).map_err(|error| self.fail(&key.key, &error))?
                }
                (None, None) => continue,
            };
            if !values.all_null() {
                parts.push(SetPart::Column { key: key.key.as_str().into(), values });
            }
        }
        for map in &keys.maps {
            let Some(array) = self.array(*map) else { continue };
            let name = &self.parent.columns.names[*map];
            parts.push(columns_of::map(array).map_err(|error| self.fail(name, &error))?);
        }
        Ok(SetColumn { parts })
    }
}
