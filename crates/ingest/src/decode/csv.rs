//! CSV files (plain, gzip or zip) to batches: each needed column of a block becomes dictionary codes or
//! amounts; columns that nobody needs are never touched.

use super::parquet_columns::{PRODUCT_KEYS, extract};
use super::{Consumer, Counters, Unit, Wanted, Warning, count};
use crate::batch::{NO_TIME, RawBatch, SetColumn, SetPart, TextColumn};
use crate::columns::{Columns, Format, KeySet};
use crate::csv_reader::{self, Block, CsvError, Fields};
use crate::error::{ErrorKind, IngestError, shown};
use crate::fields::{self, is_absent};
use crate::limits;
use crate::numbers::NumberColumn;
use crate::timestamps::{is_usable, kept_end, out_of_years, parse_micros};
use arrow::array::{StringArray, StringBuilder};
use hashbrown::HashTable;
use model::DecimalError;
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use twox_hash::XxHash3_64;

impl From<CsvError> for IngestError {
    fn from(error: CsvError) -> Self {
        Self {
            kind: ErrorKind::Undecodable,
            file: error.file,
            row: error.row,
            column: error.column.map(|column| shown(&column)),
            message: error.message,
            advice: error.advice.into(),
            twice: None,
        }
    }
}

/// Counts the compressed bytes that pass, for progress.
struct Counted {
    inner: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

pub(super) fn decode(
    unit: &Unit,
    wanted: Wanted,
    period_known: bool,
    counters: &Counters,
    consumer: &mut dyn Consumer,
) -> Result<(), IngestError> {
    let name = unit.file.name();
    let inner = unit.file.stream().map_err(|error| IngestError::io(name, &error))?;
    let bytes = Arc::new(AtomicU64::new(0));
    let mut stream = csv_reader::open(name, Box::new(Counted { inner, bytes: Arc::clone(&bytes) }))?;
    let columns = Columns::recognise(name, stream.header(), period_known)?;
    consumer.begin(unit, &columns)?;
    let mut reader = BlockReader::new(name, &columns, wanted);
    stream.project(&reader.projection);
    let mut block = Block::default();
    let mut counted = 0;
    while stream.next_block(&mut block)? {
        let batch = reader.batch(&block, consumer)?;
        let now = bytes.load(Ordering::Relaxed);
        counters.bytes.fetch_add(now - counted, Ordering::Relaxed);
        counted = now;
        count(counters, batch.rows, name)?;
        consumer.batch(batch)?;
    }
    counters.bytes.fetch_add(unit.bytes.saturating_sub(counted), Ordering::Relaxed);
    Ok(())
}

struct BlockReader<'a> {
    file: &'a str,
    columns: &'a Columns,
    wanted: Wanted,
    /// Columns of the file that are read.
    projection: Vec<usize>,
    /// Place of a file column within the projection.
    place: HashMap<usize, usize>,
}

impl<'a> BlockReader<'a> {
    fn new(file: &'a str, columns: &'a Columns, wanted: Wanted) -> Self {
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
        let mut projection: Vec<usize> = text.chain(numbers).collect();
        for keys in [&columns.tags, &columns.cost_categories] {
            projection.extend(keys.columns.iter().map(|key| key.column).chain(keys.maps.iter().copied()));
        }
        let stand_ins = columns.stand_ins.iter().filter(|(field, _)| wanted.text(*field));
        projection.extend(stand_ins.map(|(_, column)| *column).chain(columns.product_map));
        if wanted == Wanted::Everything {
            projection.extend(&columns.others);
        }
        projection.sort_unstable();
        projection.dedup();
        let place = projection.iter().enumerate().map(|(place, column)| (*column, place)).collect();
        Self { file, columns, wanted, projection, place }
    }

    fn batch(&mut self, block: &Block, consumer: &mut dyn Consumer) -> Result<RawBatch, IngestError> {
        let mut batch = RawBatch { rows: block.rows(), first_row: block.first_row(), ..RawBatch::default() };
        for (field, column) in self.columns.text.iter().enumerate() {
            let read = column.filter(|_| self.wanted.text(field));
            let read = read.map(|column| self.text(block, column)).transpose()?;
            match field {
                fields::CHARGE_START => {
                    batch.charge_start = self.times(block, field, read, true)?.unwrap_or_default();
                }
                fields::CHARGE_END => batch.charge_end = self.times(block, field, read, false)?,
                fields::PERIOD_START => batch.period_start = self.times(block, field, read, true)?,
                fields::PERIOD_END => batch.period_end = self.times(block, field, read, false)?,
                _ => {
                    batch.text.push(read);
                    continue;
                }
            }
            batch.text.push(None);
        }
        for (field, column) in self.columns.numbers.iter().enumerate() {
            let read = column.filter(|_| self.wanted.number(field));
            batch.numbers.push(read.map(|column| self.numbers(block, field, column, consumer)).transpose()?);
        }
        batch.tags = self.set(block, &self.columns.tags)?;
        batch.cost_categories = self.set(block, &self.columns.cost_categories)?;
        if self.wanted == Wanted::Everything {
            for column in &self.columns.others {
                let values = self.text(block, *column)?;
                if !values.all_null() {
                    batch
                        .others
                        .parts
                        .push(SetPart::Column { key: self.columns.names[*column].as_str().into(), values });
                }
            }
        }
        self.stand_in(block, &mut batch)?;
        self.describe(block, &mut batch);
        Ok(batch)
    }

    /// Takes values from further columns and from the `product` map.
    fn stand_in(&self, block: &Block, batch: &mut RawBatch) -> Result<(), IngestError> {
        let mut others = vec![];
        for (field, column) in self.columns.stand_ins.iter().filter(|(field, _)| self.wanted.text(*field)) {
            // Only where the field's first column leaves rows without.
            if batch.text[*field].as_ref().is_none_or(TextColumn::has_absent) {
                others.push((*field, self.text(block, *column)?));
            }
        }
        if let Some(column) = self.columns.product_map {
            let map = [SetPart::Json(self.text(block, column)?)];
            let found =
                |(field, keys): &(fields::Text, &[&str])| Some((*field, extract(&map, keys, batch.rows)?));
            others.extend(PRODUCT_KEYS.iter().filter_map(found));
            if self.wanted == Wanted::Everything {
                batch.others.parts.extend(map);
            }
        }
        batch.stand_in(self.columns, others);
        Ok(())
    }

    /// Descriptions of the few rows that need one, when they are not read anyway.
    fn describe(&self, block: &Block, batch: &mut RawBatch) {
        let Some(column) = self.columns.text[fields::DESCRIPTION] else { return };
        if self.wanted == Wanted::Rollup && self.columns.format == Format::Cur {
            for row in batch.rows_to_describe() {
                let text = block.any_field(row, column);
                batch.descriptions.insert(row, String::from_utf8_lossy(&text).into());
            }
        }
    }

    fn cells<'b>(&self, block: &'b Block, column: usize) -> Cells<'b> {
        Cells { fields: block.fields(self.place[&column]), first: column == 0 }
    }

    fn text(&self, block: &Block, column: usize) -> Result<TextColumn, IngestError> {
        let cells = self.cells(block, column);
        let rows = block.rows();
        let mut codes = Vec::with_capacity(rows);
        let mut values: Vec<&[u8]> = vec![];
        let mut table: HashTable<i32> = HashTable::new();
        let mut last: (&[u8], i32) = (b"", ABSENT);
        for row in 0..rows {
            let text = cells.get(row);
            // Most cells repeat the one above.
            if text != last.0 {
                let code = if is_absent(text) { ABSENT } else { intern(text, &mut values, &mut table) };
                last = (text, code);
            }
            codes.push(last.1);
        }
        let bytes = values.iter().map(|value| value.len()).sum();
        let mut strings = StringBuilder::with_capacity(values.len(), bytes);
        for value in &values {
            let Ok(value) = std::str::from_utf8(value) else {
                let row = (0..rows).find(|row| cells.get(*row) == *value).unwrap_or(0);
                return Err(self.value_error(
                    block,
                    column,
                    row,
                    "is not UTF-8 text",
                    "Export the report in UTF-8",
                ));
            };
            strings.append_value(value);
        }
        let strings: StringArray = strings.finish();
        if values.is_empty() {
            return Ok(TextColumn::absent(rows));
        }
        Ok(TextColumn { codes: codes.into(), nulls: None, values: Arc::new(strings) })
    }

    fn value_error(
        &self,
        block: &Block,
        column: usize,
        row: usize,
        message: &str,
        advice: &str,
    ) -> IngestError {
        IngestError::new(ErrorKind::Value, self.file, message, advice)
            .column(&self.columns.names[column])
            .at(block.first_row() + row as u64)
    }

    /// Instants, parsed once per distinct text.
    fn times(
        &self,
        block: &Block,
        field: fields::Text,
        read: Option<TextColumn>,
        required: bool,
    ) -> Result<Option<Vec<i64>>, IngestError> {
        let (Some(read), Some(column)) = (read, self.columns.text[field]) else { return Ok(None) };
        let parsed: Vec<_> = read.values().iter().map(|text| parse_micros(text.unwrap_or(""))).collect();
        let mut times = Vec::with_capacity(block.rows());
        for row in 0..block.rows() {
            match read.code(row).map(|code| parsed[code]) {
                Some(Some(micros)) if !required => times.push(kept_end(micros)),
                Some(Some(micros)) if is_usable(micros) => times.push(micros),
                Some(Some(_)) => {
                    let message = out_of_years(&shorten(read.get(row)));
                    let advice = "Export the report again if the file was edited";
                    return Err(self.value_error(block, column, row, &message, advice));
                }
                None if !required => times.push(NO_TIME),
                _ => {
                    let message = format!("'{}' is not a date and time", shorten(read.get(row)));
                    return Err(self.value_error(block, column, row, &message, "Dates are written as 2026-10-01T00:00:00Z; export the report again if the file was edited"));
                }
            }
        }
        Ok(Some(times))
    }

    fn numbers(
        &self,
        block: &Block,
        field: fields::Number,
        column: usize,
        consumer: &mut dyn Consumer,
    ) -> Result<NumberColumn, IngestError> {
        let cells = self.cells(block, column);
        let mut numbers = NumberColumn::default();
        numbers.values.reserve(block.rows());
        let (mut left_out, mut first) = (0, 0);
        for row in 0..block.rows() {
            let text = cells.get(row);
            if is_absent(text) {
                numbers.push_null();
            } else if let Err(error) = numbers.push_text(text) {
                let too_large = error == DecimalError::TooLarge && limits::may_be_left_out(field);
                if !too_large && !fields::LENIENT.contains(&field) {
                    let message = format!("'{}' {error}", shorten(&String::from_utf8_lossy(text)));
                    return Err(self.value_error(block, column, row, &message, "Export the report again if the file was edited; numbers have a decimal point and no thousands separators"));
                }
                if left_out == 0 {
                    first = block.first_row() + row as u64;
                }
                left_out += 1;
                numbers.push_null();
            }
        }
        let warning = |message: &str, row, count| Warning {
            message: message.to_owned(),
            column: self.columns.names[column].clone(),
            file: self.file.to_owned(),
            row,
            count,
        };
        if left_out > 0 {
            consumer.warn(warning("values that are no numbers were left out", first, left_out));
        }
        if let Some((row, count)) = numbers.drop_beyond(limits::amount(field)) {
            if !limits::may_be_left_out(field) {
                let (message, advice) = limits::TOO_LARGE;
                return Err(self.value_error(block, column, row, message, advice));
            }
            consumer.warn(warning(limits::LEFT_OUT, block.first_row() + row as u64, count));
        }
        if numbers.rounded > 0 {
            consumer.warn(warning(
                "values have more than 18 decimals and were rounded half to even",
                block.first_row(),
                numbers.rounded,
            ));
        }
        Ok(numbers)
    }

    fn set(&self, block: &Block, keys: &KeySet) -> Result<SetColumn, IngestError> {
        let mut parts = vec![];
        for key in &keys.columns {
            let values = self.text(block, key.column)?;
            if !values.all_null() {
                parts.push(SetPart::Column { key: key.key.as_str().into(), values });
            }
        }
        for map in &keys.maps {
            let text = self.text(block, *map)?;
            parts.push(SetPart::Json(text));
        }
        Ok(SetColumn { parts })
    }
}

/// The code of an absent text.
const ABSENT: i32 = -1;

/// The code of a text, found or new.
#[inline]
fn intern<'a>(text: &'a [u8], values: &mut Vec<&'a [u8]>, table: &mut HashTable<i32>) -> i32 {
    let index = |code: &i32| usize::try_from(*code).unwrap_or(0);
    let entry = table.entry(
        XxHash3_64::oneshot(text),
        |code| values[index(code)] == text,
        |code| XxHash3_64::oneshot(values[index(code)]),
    );
    match entry {
        hashbrown::hash_table::Entry::Occupied(found) => *found.get(),
        hashbrown::hash_table::Entry::Vacant(vacant) => {
            let code = i32::try_from(values.len()).unwrap_or(i32::MAX);
            vacant.insert(code);
            values.push(text);
            code
        }
    }
}

/// A column's cells; the first column's may carry the byte order mark of a file that was appended to another.
#[derive(Clone, Copy)]
struct Cells<'a> {
    fields: Fields<'a>,
    first: bool,
}

impl<'a> Cells<'a> {
    #[inline]
    fn get(self, row: usize) -> &'a [u8] {
        let text = self.fields.get(row);
        if self.first { unmarked(text) } else { text }
    }
}

fn unmarked(text: &[u8]) -> &[u8] {
    let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") else { return text };
    rest.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(rest)
}

/// The beginning of a text, for messages.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}
