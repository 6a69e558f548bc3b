//! Costs as Parquet: texts, and exact decimals.

use super::{figure_columns, figures, rows, text_columns, texts};
use crate::read::costs::Costs;
use arrow::array::{ArrayRef, Decimal128Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use model::schema::AMOUNT;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// Rows that are put together before they are written.
const BATCH: usize = 8_192;

/// Writes the page's table: the dimensions, one `DECIMAL(38, 18)` per bucket, the total.
pub fn parquet(costs: &Costs, out: impl Write + Send) -> Result<(), ParquetError> {
    let (names, figure_names) = (text_columns(costs), figure_columns(costs));
    let mut taken = BTreeSet::new();
    let mut field = |name: &str, kind: DataType| {
        // Readers look columns up by name.
        let mut name = name.to_owned();
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        Field::new(name, kind, false)
    };
    let mut fields: Vec<Field> = names.iter().map(|name| field(name, DataType::Utf8)).collect();
    fields.extend(figure_names.iter().map(|name| field(name, AMOUNT)));
    let schema = Arc::new(Schema::new(fields));
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
    let mut rows = rows(costs).peekable();
    while rows.peek().is_some() {
        let mut columns: Vec<StringBuilder> = names.iter().map(|_| StringBuilder::new()).collect();
        let mut amounts: Vec<Decimal128Builder> =
            figure_names.iter().map(|_| Decimal128Builder::new().with_data_type(AMOUNT)).collect();
        for (group, labels) in rows.by_ref().take(BATCH) {
            for (column, text) in columns.iter_mut().zip(texts(costs, group, labels)) {
                column.append_value(text);
            }
            for (column, figure) in amounts.iter_mut().zip(figures(costs, group)) {
                column.append_value(figure.units());
            }
        }
        let texts = columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef);
        let arrays = texts.chain(amounts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), arrays.collect())?)?;
    }
    writer.close()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use arrow::array::AsArray;
    use arrow::datatypes::Decimal128Type;
    use model::TimeView;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    #[test]
    fn what_is_read_back_is_the_table() {
        let mut out = vec![];
        parquet(&sample(TimeView::Day), &mut out).unwrap();
        let mut reader = ParquetRecordBatchReader::try_new(bytes::Bytes::from(out), 100).unwrap();
        let batch = reader.next().unwrap().unwrap();
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["tag:Team", "2026-10-01", "2026-10-02", "total"]);
        assert_eq!(batch.column(0).as_string::<i32>().value(1), "Untagged");
        let totals = batch.column(3).as_primitive::<Decimal128Type>();
        assert_eq!(totals.value(1), 1_000_000_000_000_000_001);
    }
}
