//! Reads data files with the parquet crate's own reader.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use std::ops::Range;

fn builder(file: &[u8]) -> ParquetRecordBatchReaderBuilder<Bytes> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::copy_from_slice(file), options).unwrap()
}

/// The schema as readers infer it.
pub(crate) fn schema(file: &[u8]) -> SchemaRef {
    builder(file).schema().clone()
}

/// Footer and page indexes.
pub(crate) fn metadata(file: &[u8]) -> ParquetMetaData {
    builder(file).metadata().as_ref().clone()
}

/// Where a column's first chunk lies in the file.
pub(crate) fn column_span(file: &[u8], name: &str) -> Range<usize> {
    let metadata = metadata(file);
    let columns = metadata.row_group(0).columns();
    let column = columns.iter().find(|column| column.column_path().string() == name).unwrap();
    let (start, length) = column.byte_range();
    usize::try_from(start).unwrap()..usize::try_from(start + length).unwrap()
}

/// Every row.
pub(crate) fn rows(file: &[u8]) -> RecordBatch {
    let builder = builder(file);
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> =
        builder.with_batch_size(1000).build().unwrap().map(Result::unwrap).collect();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

/// A dictionary array spelled out.
pub(crate) fn plain(array: &ArrayRef, like: &ArrayRef) -> ArrayRef {
    if array.data_type() == like.data_type() {
        return array.clone();
    }
    let dictionary = array.as_any_dictionary_opt().unwrap();
    arrow::compute::take(dictionary.values(), dictionary.keys(), None).unwrap()
}
