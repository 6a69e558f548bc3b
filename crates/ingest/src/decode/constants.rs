//! Column chunks that hold one value: known from their statistics, so they are neither fetched nor decoded.
//!
//! Equal bounds mean one value: a truncated upper bound is always above the lower one. Only dimensions and
//! columns that are wholly absent are taken this way; amounts are always read.

use crate::batch::TextColumn;
use crate::fields::is_absent;
use arrow::array::StringArray;
use arrow::buffer::ScalarBuffer;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use std::collections::HashMap;
use std::sync::Arc;

/// The one value of a column chunk.
#[derive(Clone, Debug)]
pub(super) enum Constant {
    /// All rows are null.
    Absent,
    /// All rows have this text.
    Text(TextColumn),
    /// All rows have this integer, in the column's own unit.
    Integer(i64),
}

/// The constant columns of a row group, by top-level column.
pub(super) fn of(
    metadata: &ParquetMetaData,
    group: &RowGroupMetaData,
    batch_rows: usize,
) -> HashMap<usize, Constant> {
    let schema = metadata.file_metadata().schema_descr();
    let mut leaves: HashMap<usize, Vec<usize>> = HashMap::new();
    for leaf in 0..schema.num_columns() {
        leaves.entry(schema.get_column_root_idx(leaf)).or_default().push(leaf);
    }
    let zeros: ScalarBuffer<i32> = vec![0; batch_rows].into();
    let single = |leaves: &Vec<usize>| match leaves.as_slice() {
        [leaf] if schema.column(*leaf).max_rep_level() == 0 => Some(*leaf),
        _ => None,
    };
    leaves
        .iter()
        .filter_map(|(root, leaves)| {
            let chunk = group.column(single(leaves)?);
            let constant = constant(chunk.statistics()?, group.num_rows(), &zeros)?;
            Some((*root, constant))
        })
        .collect()
}

fn constant(statistics: &Statistics, rows: i64, zeros: &ScalarBuffer<i32>) -> Option<Constant> {
    let nulls = statistics.null_count_opt()?;
    if i64::try_from(nulls).ok()? == rows {
        return Some(Constant::Absent);
    }
    if nulls > 0 {
        return None;
    }
    match statistics {
        Statistics::ByteArray(bounds) => {
            let (low, high) = (bounds.min_opt()?, bounds.max_opt()?);
            let text = std::str::from_utf8(low.data()).ok().filter(|_| low == high)?;
            if is_absent(text.as_bytes()) {
                return Some(Constant::Absent);
            }
            let values = Arc::new(StringArray::from(vec![text]));
            Some(Constant::Text(TextColumn { codes: zeros.clone(), nulls: None, values }))
        }
        Statistics::Int64(bounds) => {
            let (low, high) = (bounds.min_opt()?, bounds.max_opt()?);
            (low == high).then_some(Constant::Integer(*low))
        }
        _ => None,
    }
}

impl Constant {
    /// The text column of a batch of so many rows.
    pub(super) fn text(&self, rows: usize) -> Option<TextColumn> {
        match self {
            Self::Text(column) => Some(TextColumn { codes: column.codes.slice(0, rows), ..column.clone() }),
            Self::Absent | Self::Integer(_) => None,
        }
    }
}
