//! What is written comes back: every column type, sparse and full, in any cut of batches and row groups.

use crate::rows::{self, read_back};
use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use lake::{Lake, Table};
use model::ConnectionId;
use parquet::file::metadata::ParquetMetaData;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Writes the batches, a row group after each `true`, and returns the file.
fn written(folder: &Path, table: Table, batches: &[(RecordBatch, bool)]) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lake = runtime.block_on(Lake::open(folder)).unwrap();
    let connection = ConnectionId::try_new("bills").unwrap();
    let staging = lake.stage(table, &connection, "2026-10".parse().unwrap()).unwrap();
    let mut writer = staging.writer().unwrap();
    for (batch, flush) in batches {
        writer.write(batch).unwrap();
        if *flush {
            writer.flush_row_group().unwrap();
        }
    }
    let file = writer.finish().unwrap();
    assert_eq!(file.rows, batches.iter().map(|(batch, _)| batch.num_rows() as u64).sum::<u64>());
    std::fs::read(lake.file_path(table, &file.path)).unwrap()
}

fn assert_same(table: Table, batches: &[(RecordBatch, bool)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), table, batches);
    let stored = read_back::rows(&file);
    let mut at = 0;
    for (batch, _) in batches {
        let part = stored.slice(at, batch.num_rows());
        for (column, field) in table.schema().fields().iter().enumerate() {
            let stored = part.column(column);
            let given = read_back::plain(batch.column(column), stored);
            assert_eq!(stored, &given, "{} from row {at}", field.name());
        }
        at += batch.num_rows();
    }
    file
}

#[test]
fn large_batches_come_back() {
    let file = assert_same(Table::LineItems, &[(rows::line_items(100_000, 1), false)]);
    assert_statistics(&read_back::metadata(&file), &read_back::rows(&file));
    assert_same(Table::Rollup, &[(rows::rollup(100_000, 1), false)]);
}

#[test]
fn a_file_without_rows_is_readable() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_back::rows(&written(folder.path(), Table::LineItems, &[])).num_rows(), 0);
}

#[test]
fn slices_of_one_batch_come_back() {
    let whole = rows::line_items(70_000, 5);
    let slices = [(0, 1), (1, 9), (10, 33_000), (33_010, 36_989), (69_999, 1)];
    let batches: Vec<_> =
        slices.iter().map(|(at, rows)| (whole.slice(*at, *rows), *rows == 33_000)).collect();
    assert_same(Table::LineItems, &batches);
}

#[test]
fn one_huge_cell_comes_back() {
    let mut batch = rows::line_items(3, 1);
    let at = batch.schema().index_of("Tags").unwrap();
    let huge = "x".repeat(10 << 20);
    replace(&mut batch, at, Arc::new(StringArray::from(vec![None, Some(huge.as_str()), Some("{}")])));
    let file = assert_same(Table::LineItems, &[(batch, false)]);
    let metadata = read_back::metadata(&file);
    assert!(metadata.row_group(0).column(at).statistics().unwrap().max_bytes_opt().unwrap().len() < 200);
}

#[test]
fn nulls_inside_a_dictionary_are_nulls() {
    let mut batch = rows::line_items(4, 1);
    let at = batch.schema().index_of("ResourceId").unwrap();
    let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let keys = Int32Array::from(vec![Some(1), Some(0), None, Some(0)]);
    replace(&mut batch, at, Arc::new(DictionaryArray::new(keys, values)));
    let folder = tempfile::tempdir().unwrap();
    let stored = read_back::rows(&written(folder.path(), Table::LineItems, &[(batch, false)]));
    let expected: ArrayRef = Arc::new(StringArray::from(vec![None, Some("a"), None, Some("a")]));
    assert_eq!(stored.column(at), &expected);
}

#[test]
fn batches_of_another_shape_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lake = runtime.block_on(Lake::open(folder.path())).unwrap();
    let connection = ConnectionId::try_new("bills").unwrap();
    let staging = lake.stage(Table::LineItems, &connection, "2026-10".parse().unwrap()).unwrap();
    assert!(staging.writer().unwrap().write(&rows::rollup(1, 1)).is_err());
    let mut nulls = rows::line_items(2, 1);
    let at = nulls.schema().index_of("BilledCost").unwrap();
    let field = nulls.schema().field(at).clone().with_nullable(true);
    replace(&mut nulls, at, arrow::array::new_null_array(field.data_type(), 2));
    assert!(staging.writer().unwrap().write(&nulls).is_err());
}

fn replace(batch: &mut RecordBatch, at: usize, array: ArrayRef) {
    let mut arrays = batch.columns().to_vec();
    let schema = batch.schema();
    let fields = schema.fields().iter().enumerate().map(|(other, field)| {
        let data_type = if other == at { array.data_type() } else { field.data_type() };
        Field::new(field.name(), data_type.clone(), field.is_nullable() || other == at)
    });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    arrays[at] = array;
    *batch = RecordBatch::try_new(Arc::new(schema), arrays).unwrap();
}

/// Statistics of chunks and pages bound the values, and name the nulls.
fn assert_statistics(metadata: &ParquetMetaData, stored: &RecordBatch) {
    let index = metadata.column_index().unwrap();
    let group = metadata.row_group(0);
    for (at, column) in group.columns().iter().enumerate() {
        let array = stored.column(at);
        let statistics = column.statistics().unwrap();
        assert_eq!(statistics.null_count_opt(), Some(array.null_count() as u64), "{}", column.column_path());
        if let DataType::Utf8 = array.data_type() {
            let texts = array.as_any().downcast_ref::<StringArray>().unwrap();
            let (least, greatest) = (texts.iter().flatten().min(), texts.iter().flatten().max());
            let bytes = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
            let (low, high) = (bytes(statistics.min_bytes_opt()), bytes(statistics.max_bytes_opt()));
            assert!(low.as_deref() <= least && high.as_deref() >= greatest, "{}", column.column_path());
            assert_eq!(low.is_some(), least.is_some(), "{}", column.column_path());
        }
    }
    let (pages, _) = (index[0].len(), 0);
    for name in ["ChargePeriodStart", "SubAccountId", "ServiceName", "ResourceId"] {
        let at = stored.schema().index_of(name).unwrap();
        assert!(index[0][at].is_page_index_present(), "{name}");
    }
    assert_eq!(pages, group.columns().len());
    assert!(metadata.offset_index().unwrap()[0].iter().all(|column| !column.page_locations().is_empty()));
}

trait PageIndexPresence {
    fn is_page_index_present(&self) -> bool;
}

impl PageIndexPresence for parquet::file::page_index::column_index::ColumnIndexMetaData {
    fn is_page_index_present(&self) -> bool {
        !matches!(self, Self::NONE)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_cut_comes_back(cuts in proptest::collection::vec((1_usize..7000, 0_i64..5, any::<bool>()), 1..6)) {
        let batches: Vec<_> = cuts.iter().map(|(rows, seed, flush)| (rows::line_items(*rows, *seed), *flush)).collect();
        assert_same(Table::LineItems, &batches);
    }
}
