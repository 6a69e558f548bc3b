//! Reads stored files back and sums their amounts: the second half of the proof of totals.

use crate::data_file::DataFile;
use crate::staging::StagedFile;
use crate::{ErrorKind, LakeError, Table};
use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Int32Type, Int64Type, Schema, SchemaRef};
use model::Decimal;
use model::schema::{ROLLUP_MEASURES, ROWS};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const THREADS: usize = 2;
const BATCH_ROWS: usize = 64 * 1024;
const LINE_ITEM_TYPE: &str = "x_LineItemType";
const SOURCE_FILE: &str = "x_SourceFile";
const IS_SPLIT: &str = "x_IsSplit";
const MEASURES: usize = ROLLUP_MEASURES.len();

/// What sums are kept apart by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SumKey {
    /// `x_SourceFile`; empty for the roll-up, which does not know it.
    pub source_file: String,
    /// `x_LineItemType`; empty where the report names none.
    pub line_item_type: String,
}

/// Rows and amounts of one [`SumKey`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredSum {
    /// Rows of the report: for the roll-up the sum of `x_Rows`, for line items all rows, split ones too.
    pub rows: u64,
    /// How many of the rows are split cost allocation rows, whose amounts are in no sum.
    pub split_rows: u64,
    /// Sums in the order of [`ROLLUP_MEASURES`].
    pub amounts: [Decimal; MEASURES],
}

/// Exact sums of what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSums {
    /// Sums by source file and line item type.
    pub by_key: BTreeMap<SumKey, StoredSum>,
}

impl StoredSums {
    /// Everything together; `None` when an amount overflows the stored type.
    pub fn total(&self) -> Option<StoredSum> {
        let mut total = StoredSum::default();
        for sum in self.by_key.values() {
            total.rows += sum.rows;
            total.split_rows += sum.split_rows;
            for (total, amount) in total.amounts.iter_mut().zip(sum.amounts) {
                *total = total.checked_add(amount)?;
            }
        }
        Some(total)
    }

    /// The sum of one amount of [`ROLLUP_MEASURES`], by name, over everything.
    pub fn amount(&self, measure: &str) -> Option<Decimal> {
        let at = ROLLUP_MEASURES.iter().position(|name| *name == measure)?;
        self.total().map(|total| total.amounts[at])
    }
}

/// Sums while reading: plain integers, overflow remembered.
#[derive(Clone, Copy, Default)]
struct Accumulator {
    rows: u64,
    split_rows: u64,
    units: [i128; MEASURES],
    overflow: bool,
}

impl Accumulator {
    fn add(&mut self, at: usize, units: i128) {
        let (sum, overflow) = self.units[at].overflowing_add(units);
        self.units[at] = sum;
        self.overflow |= overflow;
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.split_rows += other.split_rows;
        self.overflow |= other.overflow;
        for (at, units) in other.units.iter().enumerate() {
            self.add(at, *units);
        }
    }
}

type Sums = HashMap<SumKey, Accumulator>;

struct Source {
    file: DataFile,
    name: String,
    metadata: ArrowReaderMetadata,
}

/// Sums the staged files.
pub(crate) fn sum(table: Table, files: &[StagedFile]) -> Result<StoredSums, LakeError> {
    let schema = reading_schema(table);
    let sources = files.iter().map(|file| open(file, &schema)).collect::<Result<Vec<_>, LakeError>>()?;
    let groups: Vec<(&Source, usize)> = sources
        .iter()
        .flat_map(|source| (0..source.metadata.metadata().num_row_groups()).map(move |group| (source, group)))
        .collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut sums = Sums::new();
        while let Some((source, group)) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            sum_row_group(table, source, *group, &mut sums)?;
        }
        Ok::<_, LakeError>(sums)
    };
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(LakeError::Internal("a proof thread ended early"))))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let mut sums = Sums::new();
    for (key, part) in parts.into_iter().flatten() {
        sums.entry(key).or_default().merge(&part);
    }
    let mut stored = StoredSums::default();
    for (key, sum) in sums {
        let amounts = sum.units.map(Decimal::from_units);
        if sum.overflow || amounts.iter().any(|amount| Decimal::ZERO.checked_add(*amount).is_none()) {
            return Err(LakeError::Corrupt {
                path: key.source_file,
                what: "a sum of stored amounts is out of range".to_owned(),
            });
        }
        let sum = StoredSum { rows: sum.rows, split_rows: sum.split_rows, amounts };
        stored.by_key.insert(key, sum);
    }
    Ok(stored)
}

/// Whether a table has a column that rows are counted or told apart by.
fn has(table: Table, column: &str) -> bool {
    table.schema().column_with_name(column).is_some()
}

fn corrupt(name: &str, what: impl Into<String>) -> LakeError {
    LakeError::Corrupt { path: name.to_owned(), what: what.into() }
}

/// What a file that cannot be decoded says; one that cannot be read, as its bucket does not answer, says so itself.
fn or_corrupt(name: &str, error: LakeError) -> LakeError {
    match &error {
        LakeError::Parquet(reason) if error.kind() == ErrorKind::Corrupt => corrupt(name, reason.to_string()),
        _ => error,
    }
}

/// Opens a staged file and checks that it is the one that was written.
fn open(staged: &StagedFile, schema: &SchemaRef) -> Result<Source, LakeError> {
    let (door, path) = (staged.generation.door(), staged.generation.below(&staged.path));
    let size = DataFile::new(door, path.clone(), None).size()?;
    if size != staged.size {
        return Err(corrupt(&staged.path, format!("{size} bytes instead of {}", staged.size)));
    }
    let file = DataFile::new(door, path, Some(size));
    let options = ArrowReaderOptions::new().with_schema(Arc::clone(schema));
    let footer = file.footer().map_err(|error| or_corrupt(&staged.path, error))?;
    let metadata = ArrowReaderMetadata::try_new(footer, options)
        .map_err(|error| corrupt(&staged.path, error.to_string()))?;
    let rows = metadata.metadata().file_metadata().num_rows();
    if u64::try_from(rows) != Ok(staged.rows) {
        return Err(corrupt(&staged.path, format!("{rows} rows instead of {}", staged.rows)));
    }
    Ok(Source { file, name: staged.path.clone(), metadata })
}

/// The table's schema, with the two text columns read as dictionaries.
fn reading_schema(table: Table) -> SchemaRef {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let schema = table.schema();
    let fields = schema.fields().iter().map(|field| {
        if [LINE_ITEM_TYPE, SOURCE_FILE].contains(&field.name().as_str()) {
            Arc::new(Field::new(field.name(), dictionary.clone(), field.is_nullable()))
        } else {
            Arc::clone(field)
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn sum_row_group(table: Table, source: &Source, group: usize, sums: &mut Sums) -> Result<(), LakeError> {
    let mut columns = vec![LINE_ITEM_TYPE];
    columns.extend(ROLLUP_MEASURES);
    columns.extend([ROWS, SOURCE_FILE, IS_SPLIT].into_iter().filter(|name| has(table, name)));
    let mask = ProjectionMask::columns(source.metadata.parquet_schema(), columns);
    let mut chunks = source.file.open()?;
    chunks.fetch(source.metadata.metadata(), &mask, group..group + 1)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, source.metadata.clone())
        .with_projection(mask)
        .with_row_groups(vec![group])
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| corrupt(&source.name, error.to_string()))?;
    for batch in reader {
        sum_batch(table, &batch.map_err(|error| corrupt(&source.name, error.to_string()))?, sums)?;
    }
    Ok(())
}

fn sum_batch(table: Table, batch: &RecordBatch, sums: &mut Sums) -> Result<(), LakeError> {
    let types = Texts::of(batch, LINE_ITEM_TYPE)?;
    let files = if has(table, SOURCE_FILE) { Some(Texts::of(batch, SOURCE_FILE)?) } else { None };
    let split = if has(table, IS_SPLIT) { Some(column(batch, IS_SPLIT)?.as_boolean()) } else { None };
    let file_count = files.as_ref().map_or(1, |files| files.names.len());
    let mut found = vec![Accumulator::default(); types.names.len() * file_count];
    let places: Vec<usize> = (0..batch.num_rows())
        .map(|row| types.at(row) * file_count + files.as_ref().map_or(0, |files| files.at(row)))
        .collect();
    let is_split = |row: usize| split.is_some_and(|split: &BooleanArray| split.value(row));
    let has_splits = split.is_some_and(|split| split.true_count() > 0);
    if has(table, ROWS) {
        let rows = column(batch, ROWS)?.as_primitive::<Int64Type>();
        for (place, rows) in places.iter().zip(rows.values()) {
            found[*place].rows += rows.unsigned_abs();
        }
    } else {
        for (row, place) in places.iter().enumerate() {
            found[*place].rows += 1;
            found[*place].split_rows += u64::from(is_split(row));
        }
    }
    for (at, measure) in ROLLUP_MEASURES.iter().enumerate() {
        let amounts = column(batch, measure)?.as_primitive::<Decimal128Type>();
        let rows = places.iter().zip(amounts.values());
        if has_splits {
            rows.enumerate()
                .filter(|(row, _)| !is_split(*row))
                .for_each(|(_, (place, units))| found[*place].add(at, *units));
        } else {
            rows.for_each(|(place, units)| found[*place].add(at, *units));
        }
    }
    let used = |sum: &Accumulator| sum.rows > 0 || sum.units.iter().any(|units| *units != 0) || sum.overflow;
    for (place, sum) in found.iter().enumerate().filter(|(_, sum)| used(sum)) {
        let key = SumKey {
            source_file: files
                .as_ref()
                .map_or_else(String::new, |files| files.names[place % file_count].clone()),
            line_item_type: types.names[place / file_count].clone(),
        };
        sums.entry(key).or_default().merge(sum);
    }
    Ok(())
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Arc<dyn Array>, LakeError> {
    batch.column_by_name(name).ok_or(LakeError::Internal("a stored file lacks a column"))
}

/// A dictionary-coded text column: the last name stands for null.
struct Texts<'a> {
    names: Vec<String>,
    keys: &'a arrow::array::PrimitiveArray<Int32Type>,
}

impl<'a> Texts<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Result<Self, LakeError> {
        let array = column(batch, name)?.as_dictionary::<Int32Type>();
        let texts = array.values().as_string::<i32>();
        let mut names: Vec<String> = texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect();
        names.push(String::new());
        Ok(Self { names, keys: array.keys() })
    }

    fn at(&self, row: usize) -> usize {
        if self.keys.is_null(row) {
            self.names.len() - 1
        } else {
            self.keys.value(row).cast_unsigned() as usize
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::errors::ParquetError;

    #[test]
    fn a_bucket_that_does_not_answer_is_no_damaged_file() {
        let source = object_store::Error::Generic { store: "S3", source: "no answer".into() };
        let silent = LakeError::Store { place: "s3://bills".to_owned(), source: Box::new(source) };
        let silent = LakeError::Parquet(ParquetError::External(Box::new(silent)));
        assert_eq!(or_corrupt("x", silent).kind(), ErrorKind::Unreachable);
        let damaged = LakeError::Parquet(ParquetError::General("no footer".to_owned()));
        assert!(matches!(or_corrupt("x", damaged), LakeError::Corrupt { .. }));
    }
}
