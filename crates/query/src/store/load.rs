//! Reads columns of a roll-up's Parquet file into the store's form.
//!
//! Texts are decoded as Arrow dictionaries and only their distinct values are looked up; a row costs one
//! array access. Only the columns asked for are decoded.

use super::columns::{Amounts, Codes, Column, Runs};
use super::dictionary::{Dictionaries, Dictionary};
use crate::error::QueryError;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Field, Int32Type, Schema};
use lake::DataFile;
use model::schema::{DAY, ROLLUP_DIMENSIONS};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use std::sync::Arc;

/// Reads some columns of a file; several threads share the columns.
pub(super) fn read(
    file: &DataFile,
    columns: &[&'static str],
    dictionaries: &Dictionaries,
    threads: usize,
) -> Result<Vec<(&'static str, Column)>, QueryError> {
    let unreadable = |why: &dyn std::fmt::Display| QueryError::unavailable(file.name(), why);
    let metadata = metadata(file).map_err(|error| unreadable(&error))?;
    let parts = threads.clamp(1, columns.len().max(1));
    let read = crate::kernel::parallel(parts, parts, |part| {
        let share: Vec<&'static str> = columns.iter().skip(part).step_by(parts).copied().collect();
        read_share(file, &metadata, &share, dictionaries)
    });
    let mut found = Vec::with_capacity(columns.len());
    for share in read {
        found.extend(share.map_err(|error| unreadable(&error))?);
    }
    Ok(found)
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn metadata(file: &DataFile) -> Result<ArrowReaderMetadata, Failure> {
    let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::try_new(file.footer()?, options())?;
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            match field.data_type() {
                DataType::Utf8 => field.as_ref().clone().with_data_type(dictionary),
                _ => field.as_ref().clone(),
            }
        })
        .collect();
    let metadata = Arc::clone(plain.metadata());
    Ok(ArrowReaderMetadata::try_new(metadata, options().with_schema(Arc::new(Schema::new(fields))))?)
}

fn read_share(
    file: &DataFile,
    metadata: &ArrowReaderMetadata,
    columns: &[&'static str],
    dictionaries: &Dictionaries,
) -> Result<Vec<(&'static str, Column)>, Failure> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    // Each thread opens the file: clones of one handle would share its read position.
    let mut chunks = file.open()?;
    let mask = ProjectionMask::columns(metadata.parquet_schema(), columns.iter().copied());
    chunks.fetch(metadata.metadata(), &mask, 0..metadata.metadata().num_row_groups())?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata.clone());
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows())?;
    let mut builders: Vec<Building> =
        columns.iter().map(|name| Building::new(name, dictionaries, rows)).collect();
    for batch in builder.with_projection(mask).with_batch_size(16 * 1024).build()? {
        let batch = batch?;
        for building in &mut builders {
            building.push(&batch)?;
        }
    }
    Ok(builders.into_iter().map(Building::finish).collect())
}

/// A column while it is read.
struct Building {
    name: &'static str,
    kind: Kind,
}

enum Kind {
    Text { dictionary: Arc<Dictionary>, codes: Vec<u32>, last: Option<ArrayRef>, map: Vec<u32> },
    Amount(Vec<i128>),
    Days(Vec<i32>),
}

impl Building {
    fn new(name: &'static str, dictionaries: &Dictionaries, rows: usize) -> Self {
        let kind = if name == DAY {
            Kind::Days(Vec::with_capacity(rows))
        } else if ROLLUP_DIMENSIONS.contains(&name) {
            let dictionary = dictionaries.of(name);
            Kind::Text { dictionary, codes: Vec::with_capacity(rows), last: None, map: Vec::new() }
        } else {
            Kind::Amount(Vec::with_capacity(rows))
        };
        Self { name, kind }
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let Some(array) = batch.column_by_name(self.name) else {
            return self.push_unknown(batch.num_rows());
        };
        let other = || format!("column {} has the type {}", self.name, array.data_type());
        match &mut self.kind {
            Kind::Text { dictionary, codes, last, map } => {
                let array = array.as_dictionary_opt::<Int32Type>().ok_or_else(other)?;
                let values = array.values();
                let texts = values.as_string_opt::<i32>().ok_or_else(other)?;
                if !last.as_ref().is_some_and(|last| same_texts(last, values)) {
                    *map = dictionary.codes(texts.iter());
                    *last = Some(Arc::clone(values));
                }
                let keys = array.keys();
                if keys.null_count() == 0 {
                    codes.extend(keys.values().iter().map(|key| map[usize::try_from(*key).unwrap_or(0)]));
                } else {
                    codes.extend(
                        keys.iter().map(|key| key.map_or(0, |key| map[usize::try_from(key).unwrap_or(0)])),
                    );
                }
            }
            Kind::Amount(units) => {
                let array = array.as_primitive_opt::<Decimal128Type>().ok_or_else(other)?;
                if i32::from(array.scale()) != model::SCALE.cast_signed() || array.null_count() > 0 {
                    return Err(other().into());
                }
                units.extend_from_slice(array.values());
            }
            Kind::Days(days) => {
                let array = array.as_primitive_opt::<Date32Type>().ok_or_else(other)?;
                days.extend_from_slice(array.values());
            }
        }
        Ok(())
    }

    /// A file from before the column was kept: what it would say is not known.
    fn push_unknown(&mut self, rows: usize) -> Result<(), Failure> {
        match &mut self.kind {
            Kind::Text { codes, .. } => {
                codes.resize(codes.len() + rows, 0);
                Ok(())
            }
            Kind::Amount(_) | Kind::Days(_) => Err(format!("there is no column {}", self.name).into()),
        }
    }

    fn finish(self) -> (&'static str, Column) {
        let column = match self.kind {
            Kind::Text { codes, .. } => Column::Text(Codes::pack(codes)),
            Kind::Amount(units) => Column::Amount(Amounts::pack(&units)),
            Kind::Days(days) => Column::Days(Arc::new(Runs::pack(&days))),
        };
        (self.name, column)
    }
}

/// Whether two dictionaries are one buffer: the reader hands out the same one for every batch of a row group.
fn same_texts(a: &ArrayRef, b: &ArrayRef) -> bool {
    let (a, b) = (a.as_string::<i32>(), b.as_string::<i32>());
    a.len() == b.len()
        && std::ptr::eq(a.value_data().as_ptr(), b.value_data().as_ptr())
        && std::ptr::eq(a.value_offsets().as_ptr(), b.value_offsets().as_ptr())
}
