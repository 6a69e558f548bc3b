//! Batches of canonical rows, made from row numbers alone, and what must come back of them.

#![expect(clippy::cast_possible_wrap, reason = "row numbers are small")]

pub(crate) mod read_back;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use lake::{StoredSum, StoredSums, SumKey, Table};
use model::Decimal;
use model::schema::ROLLUP_MEASURES;
use std::sync::Arc;

const OCTOBER: i64 = 1_790_812_800; // 2026-10-01T00:00:00Z
const TYPES: [Option<&str>; 2] = [Some("Usage"), None];
const FILES: [Option<&str>; 3] = [Some("a.csv"), Some("b.csv"), Some("c.csv")];

/// The amount of a measure in a row: some repeat, some are unique, some negative, some huge.
pub(crate) fn amount(row: usize, seed: i64, measure: usize) -> i128 {
    let value = i128::try_from(row).unwrap() * 7_919 + i128::from(seed) * 1_000_003 + measure as i128;
    match row % 5 {
        0 => 0,
        1 => (value % 50) * 1_000_000_000,
        2 => -value,
        3 => value << 64,
        _ => value * 1_000_000_007,
    }
}

fn text(name: &str, row: usize, seed: i64) -> Option<String> {
    match name {
        "x_LineItemType" => TYPES[row % 2].map(str::to_owned),
        "x_SourceFile" => FILES[row % 3].map(str::to_owned),
        "BillingCurrency" => Some("USD".to_owned()),
        "InvoiceId" => None,
        "ResourceId" => Some(format!("i-{row:020}-{seed}")),
        "Tags" if row % 1000 == 999 => Some(format!("{{\"long\":\"{}\"}}", "é".repeat(row))),
        "ResourceName" => (row % 7 > 2).then(|| format!("name {}", row % 13)),
        "ServiceName" => Some(["AmazonEC2", "", "Größe"][row / 100 % 3].to_owned()),
        _ => (!row.is_multiple_of(11)).then(|| format!("{name} {}", (row as i64 + seed) % 300)),
    }
}

/// A dictionary-coded array; every other column with entries that no row uses.
fn dictionary(values: &[Option<String>], unused: bool) -> ArrayRef {
    let mut distinct: Vec<Option<&String>> = values.iter().map(Option::as_ref).collect();
    distinct.sort();
    distinct.dedup();
    let mut texts: Vec<&str> = distinct.iter().flatten().map(|text| text.as_str()).collect();
    let keys = values.iter().map(|value| {
        let value = value.as_ref()?;
        Some(i32::try_from(texts.binary_search(&value.as_str()).unwrap()).unwrap())
    });
    let keys: Int32Array = keys.collect();
    if unused {
        texts.push("zzz never used");
    }
    Arc::new(DictionaryArray::new(keys, Arc::new(StringArray::from(texts))))
}

fn column(field: &Field, at: usize, rows: usize, seed: i64) -> ArrayRef {
    let amounts = |measure: usize| {
        let values = (0..rows).map(|row| amount(row, seed, measure));
        Decimal128Array::from_iter_values(values).with_precision_and_scale(38, 18).unwrap()
    };
    match (field.name().as_str(), field.data_type()) {
        (
            "BilledCost" | "EffectiveCost" | "x_NetBilledCost" | "x_NetEffectiveCost" | "ListCost"
            | "x_UsageAmount",
            _,
        ) => {
            let measure = ROLLUP_MEASURES.iter().position(|name| name == field.name()).unwrap();
            Arc::new(amounts(measure))
        }
        ("x_SplitCost", _) => Arc::new(arrow::array::new_null_array(field.data_type(), rows)),
        (_, DataType::Decimal128(..)) => {
            let values = (0..rows).map(|row| (row % 3 > 0).then(|| amount(row, seed, at)));
            Arc::new(values.collect::<Decimal128Array>().with_precision_and_scale(38, 18).unwrap())
        }
        ("x_SourceRow", _) => {
            let sparse =
                |row: usize| if row % 100 == 50 { -5 } else { row as i64 * 2 + i64::from(row % 10 == 3) };
            Arc::new((0..rows).map(sparse).collect::<Int64Array>())
        }
        (_, DataType::Int64) => Arc::new(Int64Array::from(vec![3; rows])),
        (_, DataType::Boolean) => {
            Arc::new((0..rows).map(|row| Some(row % 17 == 3)).collect::<BooleanArray>())
        }
        (_, DataType::Date32) => {
            let days = (0..rows)
                .map(|row| i32::try_from(OCTOBER / 86_400).unwrap() + i32::try_from(row % 31).unwrap());
            Arc::new(Date32Array::from_iter_values(days))
        }
        (_, DataType::Timestamp(..)) => {
            let hours = (0..rows).map(|row| {
                (at.is_multiple_of(2) || row % 4 > 0)
                    .then(|| (OCTOBER + (row as i64 % (31 * 24)) * 3600) * 1_000_000)
            });
            Arc::new(hours.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        (name, _) => {
            let values: Vec<_> = (0..rows).map(|row| text(name, row, seed)).collect();
            if at % 4 == 1 {
                Arc::new(StringArray::from(values))
            } else {
                dictionary(&values, at.is_multiple_of(2))
            }
        }
    }
}

fn batch(table: Table, rows: usize, seed: i64) -> RecordBatch {
    let schema = table.schema();
    let arrays: Vec<ArrayRef> =
        schema.fields().iter().enumerate().map(|(at, field)| column(field, at, rows, seed)).collect();
    let fields = schema
        .fields()
        .iter()
        .zip(&arrays)
        .map(|(field, array)| Field::new(field.name(), array.data_type().clone(), field.is_nullable()));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays).unwrap()
}

/// Line items.
pub(crate) fn line_items(rows: usize, seed: i64) -> RecordBatch {
    batch(Table::LineItems, rows, seed)
}

/// Rows of the roll-up.
pub(crate) fn rollup(rows: usize, seed: i64) -> RecordBatch {
    batch(Table::Rollup, rows, seed)
}

/// The sums over some batches of line items, (rows, seed) each.
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) fn expected_sums(batches: &[(usize, i64)]) -> StoredSums {
    let mut sums = StoredSums::default();
    for (rows, seed) in batches {
        for row in 0..*rows {
            let key = SumKey {
                source_file: FILES[row % 3].unwrap_or_default().to_owned(),
                line_item_type: TYPES[row % 2].unwrap_or_default().to_owned(),
            };
            let sum: &mut StoredSum = sums.by_key.entry(key).or_default();
            sum.rows += 1;
            if row % 17 == 3 {
                sum.split_rows += 1;
                continue;
            }
            for (measure, total) in sum.amounts.iter_mut().enumerate() {
                *total += Decimal::from_units(amount(row, *seed, measure));
            }
        }
    }
    sums
}
