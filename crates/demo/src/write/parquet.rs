//! Parquet with snappy, as AWS writes it: doubles for figures, millisecond timestamps, plain strings.
//!
//! Text columns are dictionary arrays over the company's one pool of strings, so that a batch copies numbers only; the
//! files themselves show plain strings.

use super::cells::{Cells, DISCOUNTS, ID_LENGTH, line_item_id};
use crate::calendar::{Hour, push_instant};
use crate::columns::{Column, Source, map_fields};
use crate::company::{map_pairs, sku_details, tag_fields};
use crate::error::DemoError;
use crate::fixed::{MONEY_SCALE, double};
use crate::row::{Extra, Row};
use crate::text::{StrId, Template, Txt};
use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_writer::ArrowWriterOptions;
use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::schema::types::ColumnPath;
use arrow::array::{
    ArrayRef, BooleanBufferBuilder, DictionaryArray, Float64Array, Float64Builder, Int32Array, MapArray,
    StringArray, StringBuilder, StructArray, TimestampMillisecondArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Fields, Int32Type, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows per row group.
const GROUP: usize = 250_000;

/// A Parquet file being written.
pub(crate) struct ParquetFile<'a> {
    path: PathBuf,
    out: ArrowWriter<File>,
    schema: Arc<Schema>,
    columns: &'a [Column],
    cells: Cells<'a>,
    /// All strings of the company, as the dictionary of every text column.
    values: ArrayRef,
    maps: HashMap<Txt, MapColumn>,
    /// Per text column: the pool's key by template. Column-wise, so that a batch's gathers stay in the cache.
    texts: Vec<Option<Box<[i32]>>>,
}

/// Entries of a map column per template: start of each in `keys` and `values`.
struct MapColumn {
    starts: Vec<u32>,
    keys: Vec<i32>,
    values: Vec<StrId>,
    names: ArrayRef,
}

impl<'a> ParquetFile<'a> {
    pub(super) fn create(path: PathBuf, columns: &'a [Column], cells: Cells<'a>) -> Result<Self, DemoError> {
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Fields>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_write_batch_size(8192)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            // Identities are unique: a dictionary would only be thrown away.
            .set_column_dictionary_enabled(ColumnPath::from("identity_line_item_id"), false);
        let properties = properties.build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let file = File::create(&path).map_err(|source| DemoError::Write { path: path.clone(), source })?;
        let out = ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)
            .map_err(|source| DemoError::Parquet { path: path.clone(), source })?;
        let pool = &cells.company.pool;
        let values: ArrayRef =
            Arc::new(StringArray::from_iter_values(pool.strings().iter().map(AsRef::as_ref)));
        let maps = columns
            .iter()
            .filter_map(|column| {
                if let Source::Map(map) = column.source { Some((map, map_column(map, &cells))) } else { None }
            })
            .collect();
        let texts = columns.iter().map(|column| text_keys(column.source, &cells)).collect();
        Ok(Self { path, out, schema, columns, cells, values, maps, texts })
    }

    pub(super) fn write(&mut self, rows: &[Row]) -> Result<(), DemoError> {
        if rows.is_empty() {
            return Ok(());
        }
        // Few rows carry a commitment's or a container's figures: their forty columns look at those rows only.
        let special: Vec<usize> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !matches!(row.extra, Extra::None))
            .map(|(place, _)| place)
            .collect();
        let numbers: Vec<u32> = rows.iter().map(|row| row.template).collect();
        let arrays = self
            .columns
            .iter()
            .zip(&self.texts)
            .map(|(column, texts)| match texts {
                Some(keys) => self.text(keys, &numbers),
                None => self.array(column.source, rows, &special),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
        self.out.write(&batch).map_err(|source| self.wrong(source))
    }

    fn wrong(&self, source: ParquetError) -> DemoError {
        DemoError::Parquet { path: self.path.clone(), source }
    }

    pub(super) fn finish(self) -> Result<u64, DemoError> {
        let path = self.path.clone();
        let file =
            self.out.into_inner().map_err(|source| DemoError::Parquet { path: path.clone(), source })?;
        Ok(file.metadata().map_err(|source| DemoError::Write { path, source })?.len())
    }

    fn array(&self, source: Source, rows: &[Row], special: &[usize]) -> Result<ArrayRef, DemoError> {
        let templates = &self.cells.company.templates;
        Ok(match source {
            Source::Number(number) if number.is_special() => {
                let scale = number.scale();
                let mut values = vec![0.0; rows.len()];
                let mut valid = BooleanBufferBuilder::new(rows.len());
                valid.append_n(rows.len(), false);
                for place in special {
                    let row = &rows[*place];
                    if let Some(value) = number.of(row, &templates[row.template as usize]) {
                        values[*place] = double(value, scale);
                        valid.set_bit(*place, true);
                    }
                }
                Arc::new(Float64Array::new(ScalarBuffer::from(values), Some(NullBuffer::new(valid.finish()))))
            }
            Source::Number(number) => {
                let scale = number.scale();
                let mut builder = Float64Builder::with_capacity(rows.len());
                for row in rows {
                    builder.append_option(
                        number.of(row, &templates[row.template as usize]).map(|value| double(value, scale)),
                    );
                }
                Arc::new(builder.finish())
            }
            // Rendered from `texts`.
            Source::Text(_) | Source::Either(..) | Source::Empty => {
                self.text(&vec![0; templates.len()], &[])?
            }
            Source::LineItemId => {
                let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * ID_LENGTH);
                let mut id = [0; ID_LENGTH];
                for row in rows {
                    line_item_id(row, &mut id);
                    builder.append_value(std::str::from_utf8(&id).unwrap_or_default());
                }
                Arc::new(builder.finish())
            }
            Source::TimeInterval => intervals(rows)?,
            Source::InvoiceId => {
                let invoices: StringArray =
                    rows.iter().map(|row| self.cells.invoice(&templates[row.template as usize])).collect();
                Arc::new(invoices)
            }
            Source::PeriodStart => instants(rows.iter().map(|_| self.cells.period.start)),
            Source::PeriodEnd => instants(rows.iter().map(|_| self.cells.period.end)),
            Source::UsageStart => instants(rows.iter().map(|row| row.from)),
            Source::UsageEnd => instants(rows.iter().map(|row| row.to)),
            Source::Map(map) => self.map(map, rows)?,
            Source::Discounts => discounts(rows)?,
        })
    }

    /// A text column: keys into the pool, 0 as null.
    fn text(&self, of_template: &[i32], templates: &[u32]) -> Result<ArrayRef, DemoError> {
        let keys: Vec<i32> = templates.iter().map(|number| of_template[*number as usize]).collect();
        let nulls = NullBuffer::new(BooleanBuffer::collect_bool(keys.len(), |place| keys[place] != 0));
        let keys = Int32Array::new(ScalarBuffer::from(keys), Some(nulls));
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(&self.values))?))
    }

    fn map(&self, map: Txt, rows: &[Row]) -> Result<ArrayRef, DemoError> {
        let empty = || DemoError::Options("a map column without its entries".to_owned());
        let column = self.maps.get(&map).ok_or_else(empty)?;
        let (mut keys, mut values, mut offsets) = (Vec::new(), Vec::new(), vec![0i32]);
        for row in rows {
            let number = row.template as usize;
            let range = column.starts[number] as usize..column.starts[number + 1] as usize;
            keys.extend_from_slice(&column.keys[range.clone()]);
            values.extend(column.values[range].iter().map(|id| i32::try_from(*id).unwrap_or(0)));
            offsets.push(i32::try_from(keys.len()).unwrap_or(0));
        }
        let keys = DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), Arc::clone(&column.names))?;
        let values =
            DictionaryArray::<Int32Type>::try_new(Int32Array::from(values), Arc::clone(&self.values))?;
        entries(Arc::new(keys), Arc::new(values), offsets)
    }
}

fn text_keys(source: Source, cells: &Cells<'_>) -> Option<Box<[i32]>> {
    let key = |template: &Template| match source {
        Source::Text(field) => template.get(field),
        Source::Either(one, other) if template.get(one) == 0 => template.get(other),
        Source::Either(one, _) => template.get(one),
        _ => 0,
    };
    let is_text = matches!(source, Source::Text(_) | Source::Either(..) | Source::Empty);
    is_text.then(|| {
        cells.company.templates.iter().map(|template| i32::try_from(key(template)).unwrap_or(0)).collect()
    })
}

fn map_column(map: Txt, cells: &Cells<'_>) -> MapColumn {
    let fields = match map {
        Txt::FocusTags => tag_fields(),
        Txt::FocusSkuDetails => sku_details(),
        other => map_fields(other),
    };
    let mut column = MapColumn {
        starts: vec![0],
        keys: Vec::new(),
        values: Vec::new(),
        names: Arc::new(StringArray::from_iter_values(fields.iter().map(|(key, _)| key))),
    };
    for template in &cells.company.templates {
        for (key, value) in map_pairs(template, &fields) {
            let place = fields.iter().position(|(name, _)| name == key).unwrap_or(0);
            column.keys.push(i32::try_from(place).unwrap_or(0));
            column.values.push(value);
        }
        column.starts.push(u32::try_from(column.keys.len()).unwrap_or(0));
    }
    column
}

fn entries(keys: ArrayRef, values: ArrayRef, offsets: Vec<i32>) -> Result<ArrayRef, DemoError> {
    let fields = entry_fields(keys.data_type().clone(), values.data_type().clone());
    let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
    let field = Arc::new(Field::new("key_value", DataType::Struct(fields), false));
    Ok(Arc::new(MapArray::try_new(
        field,
        OffsetBuffer::new(ScalarBuffer::from(offsets)),
        entries,
        None,
        false,
    )?))
}

fn entry_fields(key: DataType, value: DataType) -> Fields {
    Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)])
}

fn map_type(value: DataType) -> DataType {
    let key = if value == DataType::Float64 { DataType::Utf8 } else { dictionary() };
    DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entry_fields(key, value)), false)), false)
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn field(column: &Column) -> Field {
    let kind = match column.source {
        Source::Text(_) | Source::Either(..) | Source::Empty | Source::TimeInterval => dictionary(),
        Source::LineItemId | Source::InvoiceId => DataType::Utf8,
        Source::Number(_) => DataType::Float64,
        Source::PeriodStart | Source::PeriodEnd | Source::UsageStart | Source::UsageEnd => {
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
        }
        Source::Map(_) => map_type(dictionary()),
        Source::Discounts => map_type(DataType::Float64),
    };
    Field::new(&column.name, kind, true)
}

fn instants(hours: impl Iterator<Item = Hour>) -> ArrayRef {
    let values: Vec<i64> = hours.map(|hour| i64::from(hour) * 3_600_000).collect();
    Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC"))
}

/// Time intervals: a few per batch, so a dictionary of its own.
fn intervals(rows: &[Row]) -> Result<ArrayRef, DemoError> {
    let mut known: HashMap<(Hour, Hour), i32> = HashMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut last = ((0, 0), 0);
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let (from, to) = Cells::usage(row);
        if names.is_empty() || last.0 != (from, to) {
            let key = *known.entry((from, to)).or_insert_with(|| {
                let mut text = Vec::new();
                push_instant(&mut text, from);
                text.push(b'/');
                push_instant(&mut text, to);
                names.push(String::from_utf8(text).unwrap_or_default());
                i32::try_from(names.len() - 1).unwrap_or(0)
            });
            last = ((from, to), key);
        }
        keys.push(last.1);
    }
    let values: ArrayRef = Arc::new(StringArray::from(names));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), values)?))
}

fn discounts(rows: &[Row]) -> Result<ArrayRef, DemoError> {
    let mut keys = StringBuilder::new();
    let (mut values, mut offsets, mut count) = (Vec::new(), vec![0i32], 0i32);
    for row in rows {
        for (name, value) in DISCOUNTS.iter().zip(Cells::discounts(row)) {
            if value != 0 {
                keys.append_value(name);
                values.push(double(value, MONEY_SCALE));
                count += 1;
            }
        }
        offsets.push(count);
    }
    entries(Arc::new(keys.finish()), Arc::new(Float64Array::from(values)), offsets)
}

/// The Athena delivery's status table: one row, `READY`.
pub(super) fn write_status(path: &Path) -> Result<(), DemoError> {
    let schema = Arc::new(Schema::new(vec![Field::new("status", DataType::Utf8, true)]));
    let file = File::create(path).map_err(|source| DemoError::Write { path: path.to_owned(), source })?;
    let wrong = |source| DemoError::Parquet { path: path.to_owned(), source };
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), None).map_err(wrong)?;
    let batch = RecordBatch::try_new(schema, vec![Arc::new(StringArray::from(vec!["READY"]))])?;
    writer.write(&batch).map_err(wrong)?;
    writer.close().map_err(wrong)?;
    Ok(())
}
