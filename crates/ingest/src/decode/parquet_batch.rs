//! One batch of a row group, put together from its constants, its flat chunks and what arrow-rs decoded.

use super::chunks::Decoded;
use super::constants::Constant;
use super::parquet::ParquetFile;
use super::parquet_columns::{self as columns_of, PRODUCT_KEYS, Unreadable, extract, to_micros};
use super::{Consumer, Wanted, Warning};
use crate::batch::{NO_TIME, RawBatch, SetColumn, SetPart, TextColumn};
use crate::columns::{KeySet, map_key};
use crate::error::{ErrorKind, IngestError};
use crate::fields;
use crate::limits;
use crate::numbers::NumberColumn;
use crate::timestamps::{is_usable, kept_end, out_of_years, parse_micros};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, TimeUnit};
use model::{Decimal, DecimalError};
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
                    _ => text = self.field(field, column)?,
                }
            }
            raw.text.push(text);
        }
        let mut stand_ins = vec![];
        for (field, column) in columns.stand_ins.iter().filter(|(field, _)| self.wanted.text(*field)) {
            stand_ins.extend(self.field(*field, *column)?.map(|text| (*field, text)));
        }
        for (field, column) in columns.numbers.iter().enumerate() {
            let numbers = match column.filter(|_| self.wanted.number(field)) {
                Some(column) => self.numbers(field, column, consumer)?,
                None => None,
            };
            raw.numbers.push(numbers);
        }
        raw.tags = self.set(&columns.tags, map_key)?;
        raw.cost_categories = self.set(&columns.cost_categories, ToOwned::to_owned)?;
        if let Some(column) = columns.product_map {
            let parts = self.parts(column)?;
            let rows = raw.rows;
            stand_ins.extend(
                PRODUCT_KEYS.iter().filter_map(|(field, keys)| Some((*field, extract(&parts, keys, rows)?))),
            );
            if self.wanted == Wanted::Everything {
                raw.others.parts.extend(parts);
            }
        }
        raw.stand_in(columns, stand_ins);
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

    fn field(&self, field: fields::Text, column: usize) -> Result<Option<TextColumn>, IngestError> {
        if field == fields::ALLOCATED_TAGS
            && let Some(array) = self.array(column).filter(|array| array.data_type().is_nested())
        {
            // Tags, in whatever shape, are kept as text.
            let text = columns_of::shown(array);
            let text = text.map_err(|error| self.fail(self.parent.columns.text_name(field), &error))?;
            return Ok(Some(text).filter(|text| !text.all_null()));
        }
        let pad = matches!(field, fields::ACCOUNT | fields::PAYER);
        self.text(column, pad).map_err(|error| self.fail(self.parent.columns.text_name(field), &error))
    }

    /// Keys and values of a column; what holds none, whatever its type, is kept as text and refuses nothing.
    fn parts(&self, column: usize) -> Result<Vec<SetPart>, IngestError> {
        if let Some(constant) = self.constants.get(&column) {
            return Ok(constant.text(self.batch.num_rows()).map(SetPart::Json).into_iter().collect());
        }
        let Some(array) = self.array(column) else { return Ok(vec![]) };
        columns_of::parts(array)
            .or_else(|_| columns_of::shown(array).map(|text| vec![SetPart::Json(text)]))
            .map_err(|error| self.fail(&self.parent.columns.names[column], &error))
    }

    /// Text of a column; `None` when all rows are without.
    fn text(&self, column: usize, pad_account: bool) -> Result<Option<TextColumn>, String> {
        if let Some(constant) = self.constants.get(&column) {
            return Ok(constant.text(self.batch.num_rows()));
        }
        // A column may serve two fields.
        if let Some(Decoded::Text(text)) = self.flat.get(&column) {
            return Ok(text.clone());
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
            (Some(Constant::Text(text)), _) => {
                let time = parse_micros(text.get(0)).unwrap_or(NO_TIME);
                Some(vec![time; self.batch.num_rows()])
            }
            (Some(_), _) => None,
            (None, Some(Decoded::Times(times))) => Some(times),
            (None, _) => {
                let array = self.array(column);
                array.map(columns_of::micros).transpose().map_err(|error| self.fail(name, &error))?
            }
        };
        if !required {
            return Ok(times.map(|times| times.into_iter().map(kept_end).collect()));
        }
        let wrong = times
            .as_ref()
            .and_then(|times| times.iter().position(|time| !is_usable(*time)).map(|row| (row, times[row])));
        let message = match wrong {
            None => return Ok(times),
            Some((_, NO_TIME)) => "is not a date and time".to_owned(),
            Some((_, time)) => {
                let shown = chrono::DateTime::from_timestamp_micros(time);
                out_of_years(&shown.map_or_else(|| format!("{time} µs"), |time| time.to_rfc3339()))
            }
        };
        let row = wrong.map_or(0, |(row, _)| row as u64);
        Err(self.fail(name, &message).at(self.first_row + row))
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
        let (mut numbers, bad): (NumberColumn, Unreadable) = match self.flat.remove(&column) {
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
            let reason = Decimal::parse(text.as_bytes()).err().unwrap_or(DecimalError::NotANumber);
            let too_large = reason == DecimalError::TooLarge && limits::may_be_left_out(field);
            if !too_large && !fields::LENIENT.contains(&field) {
                return Err(self
                    .fail(name, &format!("'{}' {reason}", super::csv::shorten(text)))
                    .at(self.first_row + *row as u64));
            }
            consumer.warn(warning("values that are no numbers were left out", *row, bad.len() as u64));
        }
        if let Some((row, count)) = numbers.drop_beyond(limits::amount(field)) {
            if !limits::may_be_left_out(field) {
                let (message, _) = limits::TOO_LARGE;
                return Err(self.fail(name, message).at(self.first_row + row as u64));
            }
            consumer.warn(warning(limits::LEFT_OUT, row, count));
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

    fn set(&mut self, keys: &KeySet, rename: fn(&str) -> String) -> Result<SetColumn, IngestError> {
        let mut parts = vec![];
        for key in &keys.columns {
            let values = self.text(key.column, false).map_err(|error| self.fail(&key.key, &error))?;
            if let Some(values) = values {
                parts.push(SetPart::Column { key: key.key.as_str().into(), values });
            }
        }
        for map in &keys.maps {
            parts.extend(self.parts(*map)?.into_iter().map(|part| match part {
                // A field of a struct is a key as a map has it.
                SetPart::Column { key, values } => SetPart::Column { key: rename(&key).into(), values },
                part => part,
            }));
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
