//! Arrow columns of whatever type a report's writer chose, as text, amounts, instants and sets.

use crate::batch::{NO_TIME, SetColumn, SetPart, TextColumn};
use crate::fields::{self, Text, is_absent};
use crate::limits;
use crate::numbers::{NULL, NumberColumn};
use crate::pairs::{KEY_NAMES, VALUE_NAMES};
use crate::timestamps::{of_epoch, parse_micros};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{CastOptions, cast, cast_with_options, nullif};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use model::SCALE;
use std::sync::Arc;

/// Text fields that CUR 2.0 may keep in its `product` map, and their keys there.
pub(super) const PRODUCT_KEYS: [(Text, &[&str]); 5] = [
    (fields::PRODUCT_NAME, &["product_name", "servicename"]),
    (fields::REGION, &["region_code", "region"]),
    (fields::INSTANCE_TYPE, &["instance_type"]),
    (fields::OPERATING_SYSTEM, &["operating_system"]),
    (fields::PRODUCT_FAMILY, &["product_family"]),
];

fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// A column as dictionary-coded text. Account IDs that a writer stored as numbers get their leading zeros back.
pub(super) fn text(array: &ArrayRef, pad_account: bool) -> Result<TextColumn, String> {
    let text = as_it_stands(array, pad_account)?;
    Ok(TextColumn { values: without_absent(&text.values), ..text })
}

/// Text in which words for absent values are words: inside a map or a struct, which has nulls of its own.
fn as_it_stands(array: &ArrayRef, pad_account: bool) -> Result<TextColumn, String> {
    let cast_to = |array: &ArrayRef, to: &DataType| cast(array, to).map_err(|error| error.to_string());
    let array = if *array.data_type() == dictionary_type() {
        array.clone()
    } else if array.data_type().is_nested() {
        return Err(format!("has the type {}, which is no text", array.data_type()));
    } else if pad_account && array.data_type().is_integer() {
        let plain = cast_to(array, &DataType::Utf8)?;
        let padded: StringArray =
            plain.as_string::<i32>().iter().map(|id| id.map(|id| format!("{id:0>12}"))).collect();
        cast_to(&(Arc::new(padded) as ArrayRef), &dictionary_type())?
    } else {
        cast_to(&cast_to(array, &DataType::Utf8)?, &dictionary_type())?
    };
    let dictionary = array.as_dictionary::<Int32Type>();
    check_length(dictionary.values().as_string())?;
    Ok(TextColumn {
        codes: dictionary.keys().values().clone(),
        nulls: dictionary.nulls().filter(|nulls| nulls.null_count() > 0).cloned(),
        values: Arc::clone(dictionary.values()),
    })
}

/// Words for absent values as empty text, which counts as absent.
fn without_absent(values: &ArrayRef) -> ArrayRef {
    let texts = values.as_string::<i32>();
    let is_word =
        |text: Option<&str>| text.is_some_and(|text| !text.is_empty() && is_absent(text.as_bytes()));
    if !texts.iter().any(is_word) {
        return Arc::clone(values);
    }
    let texts: StringArray = texts.iter().map(|text| if is_word(text) { Some("") } else { text }).collect();
    Arc::new(texts)
}

/// All texts together are shorter than a cell may be, nearly always.
fn check_length(texts: &StringArray) -> Result<(), String> {
    let longest = || texts.offsets().lengths().max().unwrap_or(0);
    if texts.value_data().len() > limits::CELL && longest() > limits::CELL {
        return Err(format!("has a value of {} MiB; up to {} are read", longest() >> 20, limits::CELL >> 20));
    }
    Ok(())
}

/// A map as JSON objects, as it stands in a CSV export; anything else as arrow writes it.
pub(super) fn shown(array: &ArrayRef) -> Result<TextColumn, String> {
    let texts: StringArray = match parts(array) {
        Ok(parts) => {
            let set = SetColumn { parts };
            let json = (0..array.len()).map(|row| Some(set.json(row, ToOwned::to_owned)));
            json.map(|json| json.filter(|json| !json.is_empty())).collect()
        }
        Err(_) => {
            let formatter = ArrayFormatter::try_new(array, &FormatOptions::default());
            let formatter = formatter.map_err(|error| error.to_string())?;
            (0..array.len())
                .map(|row| array.is_valid(row).then(|| formatter.value(row).to_string()))
                .collect()
        }
    };
    text(&(Arc::new(texts) as ArrayRef), false)
}

fn check_keys(offsets: &OffsetBuffer<i32>) -> Result<(), String> {
    match offsets.lengths().max().unwrap_or(0) {
        0..=limits::KEYS => Ok(()),
        most => Err(format!("has a map of {most} keys; up to {} are read", limits::KEYS)),
    }
}

/// Keys and values of a column: a map, a list of structs with a key and a value, a struct whose fields are the keys, or
/// text that holds such.
pub(super) fn parts(array: &ArrayRef) -> Result<Vec<SetPart>, String> {
    let unfit = || format!("has the type {}, which holds no keys and values", array.data_type());
    match array.data_type() {
        DataType::Null => Ok(vec![]),
        DataType::Map(..) => {
            let map = array.as_map();
            check_keys(map.offsets())?;
            Ok(vec![SetPart::Map {
                offsets: map.offsets().clone(),
                keys: as_it_stands(map.keys(), false)?,
                values: as_it_stands(map.values(), false).or_else(|_| shown(map.values()))?,
            }])
        }
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let Some(entries) = list.values().as_struct_opt() else { return Err(unfit()) };
            let child = |names: &[&str]| {
                let at = entries
                    .column_names()
                    .iter()
                    .position(|name| names.contains(&name.to_ascii_lowercase().as_str()))?;
                Some(entries.column(at))
            };
            let (Some(keys), Some(values)) = (child(KEY_NAMES), child(VALUE_NAMES)) else {
                return Err(unfit());
            };
            check_keys(list.offsets())?;
            Ok(vec![SetPart::Map {
                offsets: list.offsets().clone(),
                keys: as_it_stands(keys, false)?,
                values: as_it_stands(values, false).or_else(|_| shown(values))?,
            }])
        }
        DataType::Struct(_) => {
            let object = array.as_struct();
            let mut parts = vec![];
            for (name, column) in object.column_names().into_iter().zip(object.columns()) {
                // A struct that is absent has no fields, whatever stands behind.
                let column = match object.nulls() {
                    Some(nulls) => nullif(column, &BooleanArray::new(!nulls.inner(), None))
                        .map_err(|error| error.to_string())?,
                    None => Arc::clone(column),
                };
                let values = as_it_stands(&column, false).or_else(|_| shown(&column))?;
                parts.push(SetPart::Column { key: name.into(), values });
            }
            Ok(parts)
        }
        data_type if data_type.is_nested() => Err(unfit()),
        _ => text(array, false).map(|text| vec![SetPart::Json(text)]),
    }
}

/// The value of the first of some keys in each row's map, as a text column.
pub(super) fn extract(parts: &[SetPart], wanted: &[&str], rows: usize) -> Option<TextColumn> {
    let key_of = |part: &SetPart| match part {
        SetPart::Column { key, .. } => wanted.iter().position(|wanted| **wanted == **key),
        _ => None,
    };
    if let Some(at) = parts.iter().enumerate().filter_map(|(at, part)| Some((key_of(part)?, at))).min()
        && let SetPart::Column { values, .. } = &parts[at.1]
    {
        return Some(values.clone());
    }
    match parts.first()? {
        SetPart::Map { offsets, keys, values } => {
            let rank: Vec<Option<usize>> = keys
                .values()
                .iter()
                .map(|key| wanted.iter().position(|wanted| Some(*wanted) == key))
                .collect();
            let mut codes = Vec::with_capacity(rows);
            let mut valid = Vec::with_capacity(rows);
            for row in 0..rows {
                let entries = usize::try_from(offsets[row]).ok()?..usize::try_from(offsets[row + 1]).ok()?;
                let best = entries.filter_map(|entry| Some((rank[keys.code(entry)?]?, entry))).min();
                let code = best.and_then(|(_, entry)| values.code(entry));
                valid.push(code.is_some());
                codes.push(i32::try_from(code.unwrap_or(0)).ok()?);
            }
            Some(TextColumn {
                codes: codes.into(),
                nulls: Some(NullBuffer::from(valid)),
                values: values.values.clone(),
            })
        }
        SetPart::Json(text) => {
            let parsed = text.values().iter().map(|text| {
                let object: serde_json::Value = serde_json::from_str(text.unwrap_or("")).unwrap_or_default();
                Some(wanted.iter().find_map(|key| object.get(key)?.as_str()).unwrap_or("").to_owned())
            });
            let values: StringArray = parsed.collect();
            Some(TextColumn {
                codes: text.codes.clone(),
                nulls: text.nulls.clone(),
                values: Arc::new(values),
            })
        }
        SetPart::Column { .. } => None,
    }
}

/// An instant in microseconds.
pub(super) fn to_micros(unit: TimeUnit, value: i64) -> i64 {
    match unit {
        TimeUnit::Second => value.saturating_mul(1_000_000),
        TimeUnit::Millisecond => value.saturating_mul(1_000),
        TimeUnit::Microsecond => value,
        TimeUnit::Nanosecond => value.div_euclid(1_000),
    }
}

/// Microseconds since 1970 (UTC); [`NO_TIME`] where absent.
pub(super) fn micros(array: &ArrayRef) -> Result<Vec<i64>, String> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    Ok(match array.data_type() {
        DataType::Timestamp(unit, _) => {
            let values = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().values(),
                TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().values(),
                TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().values(),
                TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().values(),
            };
            let micros = values.iter().enumerate().map(|(row, value)| {
                if nulls.is_some_and(|nulls| nulls.is_null(row)) { NO_TIME } else { to_micros(*unit, *value) }
            });
            micros.collect()
        }
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .iter()
            .map(|day| day.map_or(NO_TIME, |day| i64::from(day).saturating_mul(86_400_000_000)))
            .collect(),
        DataType::Date64 | DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64 => {
            let values = cast(array, &DataType::Int64).map_err(|error| error.to_string())?;
            let is_date = *array.data_type() == DataType::Date64;
            let micros =
                |value: i64| if is_date { Some(value.saturating_mul(1_000)) } else { of_epoch(value) };
            values
                .as_primitive::<Int64Type>()
                .iter()
                .map(|value| value.and_then(micros).unwrap_or(NO_TIME))
                .collect()
        }
        DataType::Utf8 | DataType::Dictionary(..) | DataType::LargeUtf8 | DataType::Utf8View => {
            let column = text(array, false)?;
            let parsed: Vec<_> =
                column.values().iter().map(|text| parse_micros(text.unwrap_or(""))).collect();
            (0..array.len())
                .map(|row| column.code(row).and_then(|code| parsed[code]).unwrap_or(NO_TIME))
                .collect()
        }
        other => return Err(format!("has the type {other}, which is no date and time")),
    })
}

/// Rows whose value is no number, with its text.
pub(super) type Unreadable = Vec<(usize, String)>;

/// Amounts, with the rows that could not be read.
pub(super) fn numbers(array: &ArrayRef) -> Result<(NumberColumn, Unreadable), String> {
    let mut column = NumberColumn::default();
    column.values.reserve(array.len());
    let mut bad = vec![];
    match array.data_type() {
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            let nulls = values.nulls().filter(|nulls| nulls.null_count() > 0);
            if nulls.is_some_and(|nulls| nulls.null_count() == nulls.len()) {
                column.values.resize(array.len(), NULL);
                return Ok((column, bad));
            }
            let mut bad_at = |column: &mut NumberColumn, row: usize, value: f64| {
                if column.push_f64(value).is_err() {
                    column.push_null();
                    bad.push((row, value.to_string()));
                }
            };
            match nulls {
                None => {
                    for (row, value) in values.values().iter().enumerate() {
                        bad_at(&mut column, row, *value);
                    }
                }
                Some(nulls) => {
                    for row in nulls.valid_indices() {
                        column.values.resize(row, NULL);
                        bad_at(&mut column, row, values.value(row));
                    }
                    column.values.resize(array.len(), NULL);
                }
            }
        }
        DataType::Float32 => {
            // A float's own shortest text, not the digits that widening to a double would add.
            push_texts(
                &mut column,
                &mut bad,
                array
                    .as_primitive::<Float32Type>()
                    .iter()
                    .map(|value| value.filter(|value| !value.is_nan()).map(|value| value.to_string())),
            );
        }
        DataType::Decimal128(_, scale) if (0..=i8::try_from(SCALE).unwrap_or(i8::MAX)).contains(scale) => {
            let factor = 10_i128.pow(SCALE - u32::from(scale.unsigned_abs()));
            for (row, value) in array.as_primitive::<Decimal128Type>().iter().enumerate() {
                match value.map(|value| value.checked_mul(factor).ok_or(value)) {
                    None => column.push_null(),
                    Some(Ok(units)) => column.push_units(units),
                    Some(Err(value)) => {
                        column.push_null();
                        bad.push((row, value.to_string()));
                    }
                }
            }
        }
        data_type if data_type.is_integer() => {
            // Whole numbers beyond 64 bits are an error, not absent.
            let options = CastOptions { safe: false, ..CastOptions::default() };
            let values = cast_with_options(array, &DataType::Int64, &options);
            let values = values.map_err(|error| error.to_string())?;
            for value in values.as_primitive::<Int64Type>() {
                match value {
                    None => column.push_null(),
                    Some(value) => column.push_units(i128::from(value) * 10_i128.pow(SCALE)),
                }
            }
        }
        data_type if data_type.is_nested() => {
            return Err(format!("has the type {data_type}, which is no number"));
        }
        DataType::Boolean | DataType::Timestamp(..) | DataType::Date32 => {
            return Err(format!("has the type {}, which is no number", array.data_type()));
        }
        _ => {
            let values = cast(array, &DataType::Utf8).map_err(|error| error.to_string())?;
            push_texts(
                &mut column,
                &mut bad,
                values
                    .as_string::<i32>()
                    .iter()
                    .map(|text| text.filter(|text| !is_absent(text.as_bytes())).map(ToOwned::to_owned)),
            );
        }
    }
    Ok((column, bad))
}

fn push_texts(column: &mut NumberColumn, bad: &mut Unreadable, texts: impl Iterator<Item = Option<String>>) {
    for (row, text) in texts.enumerate() {
        match text {
            None => column.push_null(),
            Some(text) => {
                if column.push_text(text.as_bytes()).is_err() {
                    column.push_null();
                    bad.push((row, super::csv::shorten(&text)));
                }
            }
        }
    }
}
