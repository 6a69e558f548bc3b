//! How fast line items are written and proven: this crate's encoder beside arrow-rs's own writer.
//!
//! `cargo run --release -p lake --example write_speed -- [MILLION_ROWS]`

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "made-up values and row counts are small"
)]

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema};
use lake::{Lake, Table};
use model::ConnectionId;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

const BATCH: usize = 250_000;

fn hash(value: usize) -> usize {
    (value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) as usize
}

fn column(field: &Field, at: usize, part: usize) -> ArrayRef {
    let row = |row: usize| part * BATCH + row;
    match (field.name().as_str(), field.data_type()) {
        ("x_SourceRow", _) => Arc::new((0..BATCH).map(|at| row(at) as i64 * 3).collect::<Int64Array>()),
        ("x_SplitCost" | "x_SplitUnusedCost" | "InvoiceId" | "ChargeClass" | "x_OtherColumns", _) => {
            new_null_array(field.data_type(), BATCH)
        }
        (_, DataType::Decimal128(..)) => {
            let distinct = if at.is_multiple_of(2) { 100_000 } else { 3_000 };
            let values = (0..BATCH).map(|at| (hash(row(at)) % distinct) as i128 * 10_000_000_000);
            Arc::new(
                Decimal128Array::from_iter_values(values).with_precision_and_scale(38, 18).expect("fits"),
            )
        }
        (_, DataType::Boolean) => Arc::new(BooleanArray::from(vec![false; BATCH])),
        (_, DataType::Timestamp(..)) => {
            let hours =
                (0..BATCH).map(|at| (1_790_812_800 + (row(at) / 7000 % 744) as i64 * 3600) * 1_000_000);
            Arc::new(TimestampMicrosecondArray::from_iter_values(hours).with_timezone("UTC"))
        }
        (name, _) => {
            let distinct = match name {
                "ResourceId" => 60_000,
                "Tags" => 4_000,
                "ChargeDescription" | "x_UsageType" | "SkuId" | "SkuPriceId" => 900,
                _ if at.is_multiple_of(2) => 1,
                _ => 60,
            };
            let texts: StringArray = (0..distinct)
                .map(|value| Some(format!("{name} arn:aws:ec2:us-east-1:value/{:012}", hash(value))))
                .collect();
            let keys = (0..BATCH).map(|at| (hash(row(at) / 3) % distinct) as i32);
            Arc::new(DictionaryArray::new(keys.collect::<Int32Array>(), Arc::new(texts)))
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let million: f64 = std::env::args().nth(1).map_or(Ok(5.0), |text| text.parse())?;
    let parts = (million * 1e6) as usize / BATCH;
    let schema = Table::LineItems.schema();
    let batches: Vec<RecordBatch> = (0..4)
        .map(|part| {
            let arrays: Vec<_> =
                schema.fields().iter().enumerate().map(|(at, field)| column(field, at, part)).collect();
            let fields: Vec<_> = schema
                .fields()
                .iter()
                .zip(&arrays)
                .map(|(field, array)| {
                    Field::new(field.name(), array.data_type().clone(), field.is_nullable())
                })
                .collect();
            RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        })
        .collect::<Result<_, _>>()?;
    let folder = std::env::temp_dir().join(format!("lake-write-speed-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let lake = runtime.block_on(Lake::open(&folder))?;
    let connection = ConnectionId::try_new("bench")?;
    let mut out = std::io::stdout();

    let start = Instant::now();
    let staging = lake.stage(Table::LineItems, &connection, "2026-10".parse()?)?;
    let files = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|thread| {
                let (staging, batches) = (staging.clone(), &batches);
                scope.spawn(move || {
                    let mut writer = staging.writer()?;
                    for part in (thread..parts).step_by(2) {
                        writer.write(&batches[part % batches.len()])?;
                        if writer.open_rows() >= 500_000 {
                            writer.flush_row_group()?;
                        }
                    }
                    writer.finish()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<Vec<_>, _>>()
    })?;
    let bytes: u64 = files.iter().map(|file| file.size).sum();
    writeln!(out, "lake writer, 2 threads: {:.2?}, {:.1} MB", start.elapsed(), bytes as f64 / 1e6)?;

    let start = Instant::now();
    let sums = lake.proof(Table::LineItems, &files)?;
    writeln!(out, "proof, 2 threads: {:.2?} ({} keys)", start.elapsed(), sums.by_key.len())?;

    let start = Instant::now();
    let bytes: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|thread| {
                let (folder, batches) = (&folder, &batches);
                scope.spawn(move || -> Result<u64, parquet::errors::ParquetError> {
                    let properties = WriterProperties::builder()
                        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
                        .set_max_row_group_row_count(Some(500_000))
                        .set_dictionary_page_size_limit(4 << 20)
                        .build();
                    let path = folder.join(format!("arrow-{thread}.parquet"));
                    let file = std::fs::File::create(&path)?;
                    let mut writer = ArrowWriter::try_new(file, batches[0].schema(), Some(properties))?;
                    for part in (thread..parts).step_by(2) {
                        writer.write(&batches[part % batches.len()])?;
                    }
                    writer.close()?;
                    Ok(std::fs::metadata(path)?.len())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum::<Result<u64, _>>()
    })?;
    writeln!(out, "arrow-rs writer, 2 threads: {:.2?}, {:.1} MB", start.elapsed(), bytes as f64 / 1e6)?;
    drop(files);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
