//! Parquet files to batches, one row group at a time: only the column chunks that are needed are fetched,
//! text stays dictionary-coded as the file has it.

use super::chunks::{self, Chunk, Kind};
use super::constants::{self, Constant};
use super::footer;
use super::pages::{self, Looked};
use super::parquet_batch::Decoding;
use super::parquet_columns;
use super::{Consumer, Counters, Unit, Wanted, count};
use crate::batch::RawBatch;
use crate::columns::{Columns, Format};
use crate::error::IngestError;
use crate::fields;
use crate::limits;
use crate::source::SourceFile;
use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::{Buf, Bytes};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows decoded at a time: their fingerprints and amounts stay in the second-level cache.
const BATCH_ROWS: usize = 16_384;

/// Fields that are instants.
const TIMES: [fields::Text; 4] =
    [fields::CHARGE_START, fields::CHARGE_END, fields::PERIOD_START, fields::PERIOD_END];

pub(super) struct ParquetFile {
    pub(super) file: Arc<dyn SourceFile>,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) columns: Columns,
    /// Data row number (from 1) of each row group's first row.
    first_rows: Vec<u64>,
}

impl ParquetFile {
    pub(super) fn open(file: Arc<dyn SourceFile>, period_known: bool) -> Result<Self, IngestError> {
        let fail = |error: ParquetError| IngestError::parquet(file.name(), &error);
        let chunks = footer::read(&file)?;
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
            let rows = u64::try_from(group.num_rows())
                .map_err(|_| IngestError::parquet(file.name(), &"a row group has no number of rows"))?;
            next = u64::saturating_add(next, rows);
        }
        check_rows(&file, next - 1)?;
        check_chunks(&file, &metadata)?;
        Ok(Self { file, metadata, columns, first_rows })
    }

    pub(super) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    pub(super) fn group_bytes(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.metadata().row_group(group).compressed_size()).unwrap_or(0)
    }

    /// Reads the column chunks of a row group that a pass needs.
    pub(super) fn fetch_group(&self, group: usize, wanted: Wanted) -> Result<Chunks, IngestError> {
        let (roots, _) = self.needed(group, wanted);
        self.fetch(group, &ProjectionMask::roots(self.metadata.parquet_schema(), roots))
    }

    /// Top-level columns to read, ascending, and those that need no reading.
    fn needed(&self, group: usize, wanted: Wanted) -> (Vec<usize>, HashMap<usize, Constant>) {
        let mut roots = self.roots(wanted);
        let constants = self.constants(group);
        roots.retain(|root| !constants.contains_key(root));
        (roots, constants)
    }

    pub(super) fn decode(
        &self,
        unit: &Unit,
        group: usize,
        wanted: Wanted,
        chunks: Chunks,
        counters: &Counters,
        consumer: &mut dyn Consumer,
    ) -> Result<(), IngestError> {
        consumer.begin(unit, &self.columns)?;
        let (mut roots, constants) = self.needed(group, wanted);
        let fail = |error: &dyn std::fmt::Display| IngestError::parquet(self.file.name(), error);
        let mut flat = self.flat(group, &roots, &chunks).map_err(|error| fail(&error))?;
        let batch_rows = self.batch_rows(group, &roots, &chunks, &flat)?;
        roots.retain(|root| !flat.contains_key(root));
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(batch_rows)
            .build()
            .map_err(|error| fail(&error))?;
        let mut first_row = self.first_rows[group];
        let mut descriptions = None;
        for batch in reader {
            let batch = batch.map_err(|error| fail(&error))?;
            let rows = batch.num_rows();
            let decoded = flat.iter_mut().map(|(root, chunk)| Ok((*root, chunk.read(rows)?)));
            let mut raw = Decoding {
                parent: self,
                roots: &roots,
                constants: &constants,
                flat: decoded.collect::<ParquetResult<_>>().map_err(|error| fail(&error))?,
                batch: &batch,
                first_row,
                wanted,
            }
            .raw(consumer)?;
            if wanted == Wanted::Rollup {
                let offset = usize::try_from(first_row - self.first_rows[group]).unwrap_or(0);
                self.describe(group, offset, &mut raw, &mut descriptions)?;
            }
            first_row += rows as u64;
            count(counters, rows, self.file.name())?;
            consumer.batch(raw)?;
        }
        counters.bytes.fetch_add(unit.bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Reads the descriptions of the rows that need one: few have such rows, and of all rows descriptions are most of
    /// a bill's bytes. `known` keeps a row group's once they are read.
    fn describe(
        &self,
        group: usize,
        offset: usize,
        batch: &mut RawBatch,
        known: &mut Option<ArrayRef>,
    ) -> Result<(), IngestError> {
        let Some(column) = self.columns.text[fields::DESCRIPTION] else { return Ok(()) };
        if self.columns.format != Format::Cur {
            return Ok(());
        }
        let rows = batch.rows_to_describe();
        if rows.is_empty() {
            return Ok(());
        }
        let texts = match known {
            Some(texts) => texts,
            None => known.insert(self.column(group, column)?),
        };
        let part = texts.slice(offset.min(texts.len()), batch.rows.min(texts.len().saturating_sub(offset)));
        let text = parquet_columns::text(&part, false)
            .map_err(|error| IngestError::parquet(self.file.name(), &error))?;
        batch.descriptions = rows.into_iter().map(|row| (row, text.get(row).into())).collect();
        Ok(())
    }

    /// A whole column of a row group.
    fn column(&self, group: usize, column: usize) -> Result<ArrayRef, IngestError> {
        let fail = |error: &dyn std::fmt::Display| IngestError::parquet(self.file.name(), error);
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), [column]);
        let chunks = self.fetch(group, &mask)?;
        let rows = usize::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0);
        let fitting = self.batch_rows(group, &[column], &chunks, &HashMap::new())?;
        if rows / limits::WHOLE_COLUMN > fitting {
            return Err(limits::refusal(
                self.file.name(),
                format!("the column {} holds too long a text to be read at once", self.columns.names[column]),
                "Export the report again",
            ));
        }
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(fitting.min(rows).max(1))
            .build()
            .map_err(|error| fail(&error))?;
        let batches: Vec<_> = reader.collect::<Result<_, _>>().map_err(|error| fail(&error))?;
        let arrays: Vec<&dyn Array> = batches.iter().map(|batch| &**batch.column(0)).collect();
        arrow::compute::concat(&arrays).map_err(|error| fail(&error))
    }

    /// How many rows of a row group are decoded at a time, once its pages were looked at.
    fn batch_rows(
        &self,
        group: usize,
        roots: &[usize],
        source: &Chunks,
        flat: &HashMap<usize, Chunk>,
    ) -> Result<usize, IngestError> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let group = metadata.row_group(group);
        let read = (0..schema.num_columns()).map(|leaf| (leaf, schema.get_column_root_idx(leaf)));
        let read = read.filter(|(_, root)| roots.binary_search(root).is_ok());
        let looked: Vec<Looked<'_>> = read
            .map(|(leaf, root)| Looked {
                name: &self.columns.names[root],
                chunk: group.column(leaf),
                flat: flat.contains_key(&root),
            })
            .collect();
        let rows = u64::try_from(group.num_rows()).unwrap_or(0);
        pages::batch_rows(self.file.name(), source, rows, &looked, BATCH_ROWS)
    }

    /// The chunks that need no arrow-rs, by top-level column.
    fn flat(&self, group: usize, roots: &[usize], source: &Chunks) -> ParquetResult<HashMap<usize, Chunk>> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let columns = &self.columns;
        let is_instant = |root: usize| TIMES.iter().any(|field| columns.text[*field] == Some(root));
        let is_number = |root: usize| columns.numbers.contains(&Some(root));
        let is_text = |root: usize| {
            columns.text.contains(&Some(root))
                || columns.stand_ins.iter().any(|(_, column)| *column == root)
                || columns.others.contains(&root)
                || [&columns.tags, &columns.cost_categories]
                    .iter()
                    .any(|keys| keys.columns.iter().any(|key| key.column == root))
        };
        let mut flat = HashMap::new();
        for leaf in 0..schema.num_columns() {
            let root = schema.get_column_root_idx(leaf);
            if roots.binary_search(&root).is_err() {
                continue;
            }
            let data_type = self.metadata.schema().field(root).data_type();
            let Some(kind) = chunks::kind(metadata, group, leaf, data_type) else { continue };
            let as_meant = match kind {
                Kind::Text => is_text(root) && !is_number(root) && !is_instant(root),
                Kind::Number => is_number(root) && !is_text(root),
                Kind::Instant(_) => is_instant(root) && !is_number(root),
            };
            if as_meant {
                let group = metadata.row_group(group);
                let rows = usize::try_from(group.num_rows()).unwrap_or(0);
                flat.insert(root, Chunk::open(source, group.column(leaf), rows, kind)?);
            }
        }
        Ok(flat)
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
        let stand_ins =
            columns.stand_ins.iter().filter(|(field, _)| wanted.text(*field)).map(|(_, column)| *column);
        let mut roots: Vec<usize> = text.chain(numbers).chain(stand_ins).chain(columns.product_map).collect();
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
        // What lies between is read along where another request would take longer.
        let gap = if self.file.is_far() { 1 << 20 } else { 64 * 1024 };
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
                Some(last) if start <= last.1.saturating_add(gap) => last.1 = last.1.max(end),
                _ => spans.push((start, end)),
            }
        }
        let bytes = spans.iter().fold(0_u64, |sum, (start, end)| sum.saturating_add(end - start));
        if bytes > limits::GROUP_BYTES {
            return Err(limits::refusal(
                self.file.name(),
                format!("a row group has {} MiB; up to {} are read", bytes >> 20, limits::GROUP_BYTES >> 20),
                "Write the report with smaller row groups, of a million rows or less",
            ));
        }
        let asked: Vec<_> = spans.iter().map(|(start, end)| *start..*end).collect();
        let read =
            self.file.read_ranges(&asked).map_err(|error| IngestError::io(self.file.name(), &error))?;
        let ranges = spans.into_iter().map(|(start, _)| start).zip(read).collect();
        Ok(Chunks { file: Arc::clone(&self.file), ranges })
    }
}

/// Rows are claimed by a footer, and a few bytes of run lengths hold milliards of them.
fn check_rows(file: &Arc<dyn SourceFile>, rows: u64) -> Result<(), IngestError> {
    let most = limits::ROWS_FREE.saturating_add(file.size().saturating_mul(limits::ROWS_PER_BYTE));
    if rows <= most {
        return Ok(());
    }
    Err(limits::refusal(
        file.name(),
        format!("{} bytes claim to hold {rows} rows", file.size()),
        "Fetch the file again; if it is the same, export the report again",
    ))
}

/// Begin and length of a column chunk are signed in a footer; asking the library for those below zero is a panic.
fn check_chunks(file: &Arc<dyn SourceFile>, metadata: &ArrowReaderMetadata) -> Result<(), IngestError> {
    let chunks = metadata.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
    for chunk in chunks {
        let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        if start < 0 || chunk.compressed_size() < 0 {
            let what = format!("the column chunk of {} lies before the file", chunk.column_path());
            return Err(IngestError::parquet(file.name(), &what));
        }
    }
    Ok(())
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
#[derive(Clone)]
pub(crate) struct Chunks {
    file: Arc<dyn SourceFile>,
    ranges: Vec<(u64, Bytes)>,
}

impl Chunks {
    /// A file whose end, from `start` on, was read.
    pub(super) fn with_end(file: &Arc<dyn SourceFile>, start: u64, end: Bytes) -> Self {
        Self { file: Arc::clone(file), ranges: vec![(start, end)] }
    }

    pub(super) fn slice(&self, start: u64, length: Option<usize>) -> ParquetResult<Bytes> {
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
