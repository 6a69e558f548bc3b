//! One batch of a row group, put together from its constants, its flat chunks and what arrow-rs decoded.

use super::chunks::Decoded;
use super::constants::Constant;
use super::parquet::ParquetFile;
use super::parquet_columns::{self as columns_of, PRODUCT_KEYS, Unreadable, extract, to_micros};
use super::{Consumer, Wanted, Warning};
use crate::batch::{NO_TIME, RawBatch, SetColumn, SetPart, TextColumn};
use crate::columns::KeySet;
use crate::error::{ErrorKind, IngestError};
use crate::fields;
use crate::numbers::NumberColumn;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, TimeUnit};
use std::collections::HashMap;

pub(super) struct Decoding<'a> {
    pub(super) parent: &'a ParquetFile,
    /// Columns of `batch`, ascending.
    pub(super) roots: &'a [usize],
    pub(super) constants: &'a HashMap<usize, Constant>,
    pub(super) flat: HashMap<usize, Decoded>,
    pub(super) batch: &'a RecordBatch,
    pub(super) first_row: u64,
    pub(super) wanted: Wanted,
}

impl Decoding<'_> {
    pub(super) fn raw(mut self, consumer: &mut dyn Consumer) -> Result<RawBatch, IngestError> {
        let columns = &self.parent.columns;
        let mut raw =
            RawBatch { rows: self.batch.num_rows(), first_row: self.first_row, ..RawBatch::default() };
        for (field, column) in columns.text.iter().enumerate() {
            let mut text = None;
            if let Some(column) = column.filter(|_| self.wanted.text(field)) {
                match field {
                    fields::CHARGE_START => {
                        raw.charge_start = self.times(field, column, true)?.unwrap_or_default();
                    }
                    fields::PERIOD_START => raw.period_start = self.times(field, column, true)?,
                    fields::CHARGE_END => raw.charge_end = self.times(field, column, false)?,
                    fields::PERIOD_END => raw.period_end = self.times(field, column, false)?,
                    _ => {
                        let pad = matches!(field, fields::ACCOUNT | fields::PAYER);
                        text = self
                            .text(column, pad)
                            .map_err(|error| self.fail(columns.text_name(field), &error))?;
                    }
                }
            }
            raw.text.push(text);
        }
        for (field, column) in columns.numbers.iter().enumerate() {
            let numbers = match column.filter(|_| self.wanted.number(field)) {
                Some(column) => self.numbers(field, column, consumer)?,
                None => None,
            };
            raw.numbers.push(numbers);
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
                let values = self.text(*column, false).or_else(|_| {
                    // No text of its own: a map, a list, bytes.
                    self.array(*column).map(columns_of::shown).transpose()
                });
                let name = &columns.names[*column];
                if let Some(values) = values.map_err(|error| self.fail(name, &error))? {
                    raw.others.parts.push(SetPart::Column { key: name.as_str().into(), values });
                }
            }
        }
        Ok(raw)
    }

    fn array(&self, column: usize) -> Option<&ArrayRef> {
        let at = self.roots.binary_search(&column).ok()?;
        Some(self.batch.column(at))
    }

    /// Text of a column; `None` when all rows are without.
    fn text(&mut self, column: usize, pad_account: bool) -> Result<Option<TextColumn>, String> {
        if let Some(constant) = self.constants.get(&column) {
            return Ok(constant.text(self.batch.num_rows()));
        }
        if let Some(Decoded::Text(text)) = self.flat.remove(&column) {
            return Ok(text);
        }
        let Some(array) = self.array(column) else { return Ok(None) };
        let text = columns_of::text(array, pad_account)?;
        Ok(Some(text).filter(|text| !text.all_null()))
    }

    fn times(
        &mut self,
        field: fields::Text,
        column: usize,
        required: bool,
    ) -> Result<Option<Vec<i64>>, IngestError> {
        let name = self.parent.columns.text_name(field);
        let times = match (self.constants.get(&column), self.flat.remove(&column)) {
            (Some(Constant::Integer(value)), _) => Some(self.same_time(column, *value)),
            (Some(_), _) => None,
            (None, Some(Decoded::Times(times))) => Some(times),
            (None, _) => {
                let array = self.array(column);
                array.map(columns_of::micros).transpose().map_err(|error| self.fail(name, &error))?
            }
        };
        let missing = times.as_ref().and_then(|times| times.iter().position(|time| *time == NO_TIME));
        match missing.filter(|_| required) {
            Some(row) => Err(self.fail(name, "is not a date and time").at(self.first_row + row as u64)),
            None => Ok(times),
        }
    }

    /// An instant that all rows share, in microseconds.
    fn same_time(&self, column: usize, value: i64) -> Vec<i64> {
        let unit = match self.parent.metadata.schema().field(column).data_type() {
            DataType::Timestamp(unit, _) => *unit,
            _ => TimeUnit::Microsecond,
        };
        vec![to_micros(unit, value); self.batch.num_rows()]
    }

    fn numbers(
        &mut self,
        field: fields::Number,
        column: usize,
        consumer: &mut dyn Consumer,
    ) -> Result<Option<NumberColumn>, IngestError> {
        let name = self.parent.columns.number_name(field);
        let (numbers, bad): (NumberColumn, Unreadable) = match self.flat.remove(&column) {
            Some(Decoded::Number(numbers, bad)) => (numbers, bad),
            _ => match self.array(column) {
                Some(array) => columns_of::numbers(array).map_err(|error| self.fail(name, &error))?,
                None => return Ok(None),
            },
        };
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
        Ok(Some(numbers))
    }

    fn set(&mut self, keys: &KeySet) -> Result<SetColumn, IngestError> {
        let mut parts = vec![];
        for key in &keys.columns {
            let values = self.text(key.column, false).map_err(|error| self.fail(&key.key, &error))?;
            if let Some(values) = values {
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

    fn fail(&self, column: &str, message: &str) -> IngestError {
        IngestError::new(
            ErrorKind::Value,
            self.parent.file.name(),
            message,
            "Export the report again with the standard column types",
        )
        .column(column)
    }
}
