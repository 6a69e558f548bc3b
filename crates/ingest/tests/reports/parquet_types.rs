//! Parquet with other column types than usual.

use crate::support::{file, read, sums, total};
use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, FixedSizeBinaryArray, Float32Array, Float64Array,
    Float64Builder, Int64Array, ListBuilder, MapBuilder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::DataType;
use ingest::line_items::RunSink;
use ingest::rollup::RollupResult;
use ingest::{Counters, IngestError, Selection, SourceFile};
use parquet::arrow::ArrowWriter;
use std::path::Path;
use std::sync::{Arc, Mutex};

const HOUR_MS: i64 = 1_790_830_800_000; // 2026-10-01T05:00:00Z
const PERIOD_MS: i64 = 1_790_812_800_000;

fn write(
    cost: ArrayRef,
    start: ArrayRef,
    period: ArrayRef,
    account: ArrayRef,
) -> Result<RollupResult, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    read(&[parquet(folder.path(), cost, start, period, account, vec![])])
}

/// A report of two rows with these columns and `more`.
fn parquet(
    folder: &Path,
    cost: ArrayRef,
    start: ArrayRef,
    period: ArrayRef,
    account: ArrayRef,
    more: Vec<(&str, ArrayRef)>,
) -> Arc<dyn SourceFile> {
    let text = |value: &str| Arc::new(StringArray::from(vec![value; 2])) as ArrayRef;
    let mut columns = vec![
        ("bill_billing_period_start_date", period),
        ("line_item_usage_start_date", start),
        ("line_item_usage_account_id", account),
        ("line_item_line_item_type", text("Usage")),
        ("line_item_product_code", text("AmazonEC2")),
        ("line_item_unblended_cost", cost),
    ];
    columns.extend(more);
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    file(folder, "report.parquet", &writer.into_inner().unwrap())
}

fn millis(value: i64) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from(vec![value; 2]))
}

fn account() -> ArrayRef {
    Arc::new(StringArray::from(vec!["000000000007"; 2]))
}

#[test]
fn costs_of_every_type_are_exact() {
    let decimal = Decimal128Array::from(vec![15_000_000_000, 1]).with_precision_and_scale(20, 10).unwrap();
    for (cost, expected) in [
        (Arc::new(Float64Array::from(vec![0.1, 0.2])) as ArrayRef, "0.3"),
        (Arc::new(Float64Array::from(vec![1234.567_891_234, 1e-17])), "1234.56789123400000001"),
        (Arc::new(Float32Array::from(vec![0.1, 0.2])), "0.3"),
        (Arc::new(decimal), "1.5000000001"),
        (Arc::new(Int64Array::from(vec![2, 3])), "5"),
        (Arc::new(StringArray::from(vec!["0.10", "2e-1"])), "0.3"),
    ] {
        let expected = expected.trim_end_matches('0');
        let name = cost.data_type().to_string();
        let result = write(cost, millis(HOUR_MS), millis(PERIOD_MS), account()).unwrap();
        let found = total(&result, "BilledCost").to_string();
        assert!(
            found.starts_with(expected) || expected.starts_with(&found),
            "{name}: {found}, expected {expected}"
        );
    }
}

#[test]
fn instants_of_every_type_fall_on_their_day() {
    let cost = || Arc::new(Float64Array::from(vec![1.0, 2.0])) as ArrayRef;
    for start in [
        millis(HOUR_MS),
        Arc::new(TimestampMicrosecondArray::from(vec![HOUR_MS * 1000; 2])) as ArrayRef,
        Arc::new(TimestampNanosecondArray::from(vec![HOUR_MS * 1_000_000; 2]).with_timezone("UTC")),
        Arc::new(StringArray::from(vec!["2026-10-01T05:00:00Z"; 2])),
    ] {
        let result = write(cost(), start, millis(PERIOD_MS), account()).unwrap();
        let rollup = &result.periods[&"2026-10".parse().unwrap()];
        assert_eq!(rollup.usage_span(), Some((HOUR_MS * 1000, HOUR_MS * 1000 + 3_600_000_000)));
    }
}

#[test]
fn numeric_account_ids_keep_their_zeros() {
    let result = write(
        Arc::new(Float64Array::from(vec![1.0, 2.0])),
        millis(HOUR_MS),
        millis(PERIOD_MS),
        Arc::new(Int64Array::from(vec![7, 7])),
    )
    .unwrap();
    assert_eq!(sums(&result, "SubAccountId", "BilledCost").into_keys().next().unwrap().1, "000000000007");
}

#[test]
fn what_is_no_number_and_no_date_is_refused() {
    let bad = [
        write(
            Arc::new(Float64Array::from(vec![1.0, f64::INFINITY])),
            millis(HOUR_MS),
            millis(PERIOD_MS),
            account(),
        ),
        write(Arc::new(StringArray::from(vec!["1", "one"])), millis(HOUR_MS), millis(PERIOD_MS), account()),
        write(
            Arc::new(Float64Array::from(vec![1.0, 2.0])),
            Arc::new(StringArray::from(vec!["2026-10-01", "soon"])),
            millis(PERIOD_MS),
            account(),
        ),
    ];
    for result in bad {
        let error = result.err().unwrap();
        assert_eq!(error.row, Some(2), "{error}");
        assert!(error.column.is_some());
    }
    assert!(write(millis(1), millis(HOUR_MS), millis(PERIOD_MS), account()).is_err());
}

struct Collect(Arc<Mutex<Vec<String>>>);

impl RunSink for Collect {
    fn write(&mut self, run: &RecordBatch) -> Result<(), String> {
        let others =
            arrow::compute::cast(run.column_by_name("x_OtherColumns").unwrap(), &DataType::Utf8).unwrap();
        let texts = others.as_string::<i32>();
        let known =
            (0..texts.len()).filter(|row| texts.is_valid(*row)).map(|row| texts.value(row).to_owned());
        self.0.lock().unwrap().extend(known);
        Ok(())
    }
}

#[test]
fn columns_that_nobody_knows_are_kept_whatever_their_type() {
    let mut weights = MapBuilder::new(None, StringBuilder::new(), Float64Builder::new());
    weights.keys().append_value("heel");
    weights.values().append_value(-0.25);
    weights.append(true).unwrap();
    weights.append(true).unwrap();
    let mut sizes = ListBuilder::new(StringBuilder::new());
    sizes.append_value([Some("s"), Some("m")]);
    sizes.append_null();
    let folder = tempfile::tempdir().unwrap();
    let report = parquet(
        folder.path(),
        Arc::new(Float64Array::from(vec![1.0, 2.0])),
        millis(HOUR_MS),
        millis(PERIOD_MS),
        account(),
        vec![
            (
                "line_item_uuid",
                Arc::new(FixedSizeBinaryArray::try_from_iter([[0xab_u8, 0x01]; 2].iter()).unwrap()),
            ),
            ("line_item_weights", Arc::new(weights.finish())),
            ("line_item_blended_cost", Arc::new(Float64Array::from(vec![1.0, 2.0]))),
            ("line_item_carbon_kg", Arc::new(Float64Array::from(vec![Some(0.125), None]))),
            ("line_item_seats", Arc::new(Int64Array::from(vec![3, 4]))),
            ("line_item_sizes", Arc::new(sizes.finish())),
        ],
    );
    let found = Arc::new(Mutex::new(vec![]));
    ingest::line_items::write(&[report], &Selection::default(), 1, &Counters::default(), &|_| {
        Ok(Collect(Arc::clone(&found)))
    })
    .unwrap();
    let mut found = found.lock().unwrap().clone();
    found.sort();
    let first = r#"{"line_item_carbon_kg":"0.125","line_item_seats":"3","line_item_sizes":"[s, m]","line_item_uuid":"ab01","line_item_weights":"{\"heel\":\"-0.25\"}"}"#;
    assert_eq!(found, [first, r#"{"line_item_seats":"4","line_item_uuid":"ab01"}"#]);
}
