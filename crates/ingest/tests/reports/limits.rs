//! Files that claim, or are, more than is read: each is refused with words that say where and how much, and quickly.

use crate::support::{HEADER, file, read, read_one, report, row, sums, total};
use arrow::array::{
    ArrayRef, Float64Array, MapBuilder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray,
};
use ingest::line_items::RunSink;
use ingest::{Counters, ErrorKind, IngestError, Selection};
use model::BillingPeriod;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

fn refused(name: &str, bytes: &[u8]) -> IngestError {
    let error = read_one(name, bytes).err().unwrap_or_else(|| panic!("{name} was read"));
    assert!(!error.advice.is_empty(), "{error}");
    error
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn with(column: &str, value: &str) -> String {
    let at = HEADER.split(',').position(|name| name == column).unwrap();
    let mut cells: Vec<String> = row("1.5").split(',').map(ToOwned::to_owned).collect();
    cells[at] = value.to_owned();
    cells.join(",")
}

#[test]
fn an_amount_that_no_charge_has_is_refused_where_it_stands() {
    for cost in ["9e19", "-1000000000000000.01", "99999999999999999999"] {
        let error = refused("report.csv", &report(&[row("1"), row(cost)]));
        assert_eq!(
            (error.row, error.column.as_deref()),
            (Some(2), Some("lineItem/UnblendedCost")),
            "{error}"
        );
        assert!(error.message.contains("larger than"), "{error}");
    }
    let result = read_one("report.csv", &report(&[row("1e15"), row("-1000000000000000")])).unwrap();
    assert_eq!(total(&result, "BilledCost").to_string(), "0");
}

#[test]
fn a_quantity_that_is_too_large_is_left_out_and_reported() {
    let lines = [row("1"), with("lineItem/UsageAmount", "9e18"), with("lineItem/UsageAmount", "1e30")];
    let result = read_one("report.csv", &report(&lines)).unwrap();
    assert_eq!(total(&result, "x_UsageAmount").to_string(), "1");
    assert_eq!(total(&result, "BilledCost").to_string(), "4");
    let places: Vec<_> = result.warnings.iter().map(|it| (it.row, it.count)).collect();
    assert_eq!(places, [(3, 1), (2, 1)], "{:?}", result.warnings);
}

#[test]
fn sums_beyond_the_range_are_refused_not_wrapped() {
    // Of one sign, of two signs that cancel out, and beyond 128 bits.
    let many = |rows: usize, cost: fn(usize) -> String| {
        let lines: Vec<String> =
            (0..rows).map(|at| row(&cost(at)).replace("111111111111", &format!("{at:012}"))).collect();
        report(&lines)
    };
    for bytes in [
        many(1_001, |_| "1000000000000000".to_owned()),
        many(1_002, |at| if at % 2 == 0 { "1e15".to_owned() } else { "-1e15".to_owned() }),
        report(&vec![row("1e15"); 180_000]),
    ] {
        let error = refused("report.csv", &bytes);
        assert_eq!(error.kind, ErrorKind::TooMuch, "{error}");
        assert!(error.message.contains("2026-10") && error.message.contains("too large"), "{error}");
    }
    assert!(read_one("report.csv", &many(1_000, |_| "1e15".to_owned())).is_ok());
}

#[test]
fn dates_at_the_ends_of_time_are_refused_in_words() {
    for (column, value) in [
        ("lineItem/UsageStartDate", "0001-01-01T00:00:00Z"),
        ("lineItem/UsageStartDate", "9999-12-31T23:59:59Z"),
        ("bill/BillingPeriodStartDate", "1999-12-01"),
        ("bill/BillingPeriodStartDate", "2101-01-01"),
        ("bill/BillingPeriodStartDate", "9999-12-01"),
        ("bill/BillingPeriodStartDate", "0001-01-01"),
    ] {
        let error = refused("report.csv", &report(&[row("1"), row("2"), with(column, value)]));
        assert_eq!((error.row, error.column.as_deref()), (Some(3), Some(column)), "{error}");
        assert!(error.message.contains("within the years"), "{error}");
    }
    assert!(read_one("report.csv", &report(&[with("lineItem/UsageStartDate", "2029-10-01")])).is_ok());
}

#[test]
fn months_of_a_delivery_end() {
    let months = |count: u32| -> Vec<String> {
        let start = |at: u32| format!("{}-{:02}-01T00:00:00Z", 2001 + at / 12, 1 + at % 12);
        (0..count).map(|at| with("bill/BillingPeriodStartDate", &start(at))).collect()
    };
    assert_eq!(read_one("report.csv", &report(&months(240))).unwrap().periods.len(), 240);
    let error = refused("report.csv", &report(&months(241)));
    assert!(error.message.contains("more than 240 billing periods"), "{error}");
    // Also when each file alone is within it.
    let folder = tempfile::tempdir().unwrap();
    let all = months(300);
    let files = [
        file(folder.path(), "a.csv", &report(&all[..150])),
        file(folder.path(), "b.csv", &report(&all[150..])),
    ];
    assert!(read(&files).err().unwrap().message.contains("billing periods"));
}

#[test]
fn text_that_inflates_without_end_is_stopped() {
    let one = gzip(&vec![b'\n'; 8 << 20]);
    let mut blank = gzip(report(&[row("1")]).as_slice());
    blank.extend(one.repeat(12));
    let error = refused("report.csv.gz", &blank);
    assert!(error.message.contains("blank lines") || error.message.contains("to 1"), "{error}");
    let plain = [report(&[row("1")]), vec![b'\n'; 3 << 20], row("2").into_bytes(), b"\n".to_vec()].concat();
    let error = refused("report.csv", &plain);
    assert!(error.message.contains("more than 1048576 blank lines") && error.row == Some(2), "{error}");
    let some = [report(&[row("1")]), vec![b'\n'; 1 << 20], row("2").into_bytes(), b"\n".to_vec()].concat();
    assert_eq!(total(&read_one("report.csv", &some).unwrap(), "BilledCost").to_string(), "3");
    assert!(refused("report.csv", &vec![b'\n'; 5 << 20]).message.contains("blank lines"));
}

#[test]
fn headers_and_rows_without_end_are_stopped() {
    let wide = |columns: usize| {
        let mut header = HEADER.to_owned();
        for at in 0..columns {
            write!(header, ",k{at}").unwrap();
        }
        header + "\n"
    };
    let error = refused("report.csv", wide(70_000).as_bytes());
    assert!(error.message.contains("up to 65536 are read"), "{error}");
    assert!(refused("report.csv", &vec![b'h'; 9 << 20]).message.contains("header is longer than 8 MiB"));
    let commas = [HEADER.as_bytes(), b"\n", &vec![b','; 20 << 20]].concat();
    let error = refused("report.csv", &commas);
    assert!(error.message.contains("the header has") && error.row == Some(1), "{error}");
    let cell =
        [report(&[row("1")]), row("2").replace("Platform", &"x".repeat(17 << 20)).into_bytes()].concat();
    let error = refused("report.csv", &cell);
    assert!(error.message.contains("longer than 16 MiB") && error.row == Some(2), "{error}");
    let long =
        [report(&[row("1")]), row("2").replace("Platform", &"x".repeat(9 << 20)).into_bytes()].concat();
    assert!(read_one("report.csv", &long).is_ok());
}

#[test]
fn maps_without_end_are_left_out_and_reported() {
    let focus = |tags: &str| {
        let tags = tags.replace('"', "\"\"");
        format!(
            "BilledCost,BillingPeriodStart,ChargePeriodStart,ChargeCategory,SubAccountId,Tags\n1,2026-10-01,2026-10-01,Usage,a,\"{tags}\"\n"
        )
    };
    let keys = |count: usize| {
        let keys: Vec<String> = (0..count).map(|at| format!("\"{at}\":1")).collect();
        format!("{{{}}}", keys.join(","))
    };
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for tags in [keys(70_000), deep, format!("{{\"a\":\"{}\"}}", "x".repeat(5 << 20))] {
        let result = read_one("focus.csv", focus(&tags).as_bytes()).unwrap();
        assert_eq!((result.warnings.len(), result.warnings[0].row), (1, 1), "{:?}", result.warnings);
        assert!(result.warnings[0].message.contains("left out"), "{:?}", result.warnings);
    }
    assert!(read_one("focus.csv", focus(&keys(10_000)).as_bytes()).is_ok());
}

/// A Parquet report with one more column.
fn parquet(rows: usize, name: &str, more: ArrayRef, properties: WriterProperties) -> Vec<u8> {
    let text = |value: &str| Arc::new(StringArray::from(vec![value; rows])) as ArrayRef;
    let at = |micros: i64| Arc::new(TimestampMicrosecondArray::from(vec![micros; rows])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("bill_billing_period_start_date", at(1_790_812_800_000_000)),
        ("line_item_usage_start_date", at(1_790_830_800_000_000)),
        ("line_item_usage_account_id", text("000000000007")),
        ("line_item_line_item_type", text("Usage")),
        ("line_item_product_code", text("AmazonEC2")),
        ("line_item_unblended_cost", Arc::new(Float64Array::from(vec![0.5; rows])) as ArrayRef),
        (name, more),
    ])
    .unwrap();
    let mut writer = ArrowWriter::try_new(vec![], batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn parquet_values_and_pages_without_end_are_refused() {
    let packed =
        |compression| WriterProperties::builder().set_compression(compression).set_dictionary_enabled(false);
    let one = |mebibytes: usize| Arc::new(StringArray::from(vec!["x".repeat(mebibytes << 20)])) as ArrayRef;
    let gzip = Compression::GZIP(parquet::basic::GzipLevel::default());
    for compression in [Compression::SNAPPY, gzip] {
        let error =
            refused("r.parquet", &parquet(1, "resource_tags_user_a", one(200), packed(compression).build()));
        assert!(error.message.contains("a page takes 200 MiB"), "{error}");
        assert_eq!(error.column.as_deref(), Some("resource_tags_user_a"));
        let error =
            refused("r.parquet", &parquet(1, "resource_tags_user_a", one(20), packed(compression).build()));
        assert!(error.message.contains("longer than 16 MiB"), "{error}");
        assert!(
            read_one("r.parquet", &parquet(1, "resource_tags_user_a", one(2), packed(compression).build()))
                .is_ok()
        );
    }
}

#[test]
fn large_parquet_values_are_read_a_few_rows_at_a_time() {
    // Two megabytes that repeat, by dictionary in one page and plain in the next: whole batches of them were gigabytes.
    let values: Vec<String> = (0..3).map(|at| format!("{at}{}", "y".repeat(1 << 20))).collect();
    let rows = 300;
    let column: StringArray = (0..rows).map(|at| Some(values[at % 3].as_str())).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .set_dictionary_page_size_limit(2 << 20)
        .set_data_page_row_count_limit(50)
        .build();
    let bytes = parquet(rows, "resource_tags_user_a", Arc::new(column), properties);
    let result = read_one("r.parquet", &bytes).unwrap();
    assert_eq!(total(&result, "BilledCost").to_string(), "150");
    assert_eq!(sums(&result, "Tags", "BilledCost").len(), 3);
}

#[test]
fn parquet_maps_without_end_are_left_out() {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for at in 0..70_000 {
        map.keys().append_value(at.to_string());
        map.values().append_value("v");
    }
    map.append(true).unwrap();
    let bytes = parquet(1, "resource_tags", Arc::new(map.finish()), WriterProperties::builder().build());
    let result = read_one("r.parquet", &bytes).unwrap();
    assert!(sums(&result, "Tags", "BilledCost").keys().all(|(_, tags)| tags.is_empty()));
}

#[test]
fn a_footer_that_lies_is_refused() {
    let good = parquet(
        3,
        "resource_tags_user_a",
        Arc::new(StringArray::from(vec!["a"; 3])),
        WriterProperties::builder().build(),
    );
    assert!(read_one("r.parquet", &good).is_ok());
    let tail = |length: u32| [&good[..good.len() - 8], &length.to_le_bytes(), b"PAR1"].concat();
    for (length, words) in [
        (u32::MAX, "a footer of"),
        (70 << 20, "a footer of"),
        (1 << 20, "longer than the file"),
        (5, "readable"),
    ] {
        let error = refused("r.parquet", &tail(length));
        assert!(error.message.contains(words), "{error}");
    }
    refused("r.parquet", b"PAR1");
    refused("r.parquet", &[b'P', b'A', b'R', b'1', 0, 0, 0, 0, b'P', b'A', b'R', b'1']);
}

#[derive(Default)]
struct Sink {
    rows: usize,
    runs: usize,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Sink>>);

impl RunSink for Shared {
    fn write(&mut self, run: &RecordBatch) -> Result<(), String> {
        let mut sink = self.0.lock().unwrap();
        sink.rows += run.num_rows();
        sink.runs += 1;
        Ok(())
    }
}

#[test]
fn line_items_of_many_months_are_held_within_a_bound() {
    let start = |at: usize| format!("{}-{:02}-01T00:00:00Z", 2010 + at / 12, 1 + at % 12);
    let lines: Vec<String> =
        (0..30).map(|at| with("bill/BillingPeriodStartDate", &start(at)) + "\n").collect();
    let many = lines.concat().repeat(30_000);
    let bytes = [HEADER.as_bytes(), b"\n", many.as_bytes()].concat();
    let folder = tempfile::tempdir().unwrap();
    let files = [file(folder.path(), "report.csv", &bytes)];
    let sinks: Mutex<BTreeMap<BillingPeriod, Shared>> = Mutex::default();
    let make = |period| Ok(sinks.lock().unwrap().entry(period).or_default().clone());
    let written =
        ingest::line_items::write(&files, &Selection::default(), 1, &Counters::default(), &make).unwrap();
    let sinks = sinks.into_inner().unwrap();
    assert_eq!((written.totals.len(), sinks.len()), (30, 30));
    assert!(sinks.values().all(|sink| sink.0.lock().unwrap().rows == 30_000));
    // 900,000 rows are more than are held, though no month alone fills a run.
    assert!(sinks.values().map(|sink| sink.0.lock().unwrap().runs).sum::<usize>() > 30);
}
