//! From batches to figures, groups and words.

use super::exact_sum::OVERFLOWN;
use crate::assemble::{LARGEST, too_large};
use crate::error::QueryError;
use crate::explain::ExplainedRow;
use crate::plan::Plan;
use crate::scope::Scope;
use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use model::schema::{AMOUNT, instant};
use model::{Decimal, TimeView};

/// Sums that can be stored; one that overflowed is the largest of all numbers.
pub(super) fn figures(column: &ArrayRef) -> Result<Vec<Option<i128>>, QueryError> {
    let figures = cast(column, &AMOUNT).map_err(QueryError::internal)?;
    let figures = figures.as_primitive::<Decimal128Type>();
    const { assert!(OVERFLOWN.unsigned_abs() > LARGEST) };
    if figures.values().iter().any(|figure| figure.unsigned_abs() > LARGEST) {
        return Err(too_large());
    }
    Ok(figures.iter().collect())
}

/// The bucket of each row.
pub(super) fn buckets_of(
    batch: &RecordBatch,
    at: usize,
    view: TimeView,
    plan: &Plan,
) -> Result<Vec<usize>, QueryError> {
    if view == TimeView::Total {
        return Ok(vec![0; batch.num_rows()]);
    }
    if view == TimeView::Hour {
        let starts = cast(batch.column(at), &instant()).map_err(QueryError::internal)?;
        let starts = starts.as_primitive::<TimestampMicrosecondType>();
        return Ok(starts.values().iter().map(|micros| plan.buckets.of_instant(*micros)).collect());
    }
    let starts = cast(batch.column(at), &DataType::Date32).map_err(QueryError::internal)?;
    let starts = starts.as_primitive::<Date32Type>();
    Ok(starts.values().iter().map(|day| plan.buckets.of_day(*day)).collect())
}

pub(super) fn text(column: &ArrayRef) -> Result<StringArray, QueryError> {
    let column = cast(column, &DataType::Utf8).map_err(QueryError::internal)?;
    Ok(column.as_string::<i32>().clone())
}

/// The values of a column as text.
pub(crate) fn texts(column: &ArrayRef) -> Result<Vec<Option<String>>, QueryError> {
    let is_amount = |amounts: &Decimal128Array| i32::from(amounts.scale()) == model::SCALE.cast_signed();
    if column.as_primitive_opt::<Decimal128Type>().is_some_and(is_amount) {
        let amounts = figures(column)?;
        let text = |units: i128| Decimal::from_units(units).to_string();
        return Ok(amounts.into_iter().map(|it| it.map(text)).collect());
    }
    let options = FormatOptions::default();
    let format = ArrayFormatter::try_new(column.as_ref(), &options).map_err(QueryError::internal)?;
    Ok((0..column.len()).map(|row| column.is_valid(row).then(|| format.value(row).to_string())).collect())
}

/// The rows of *explain*. Whoever sees some rows of a file alone is not told its name, which is the connection's, nor how many
/// rows stand before.
pub(super) fn explained(batch: &RecordBatch, scope: &Scope) -> Result<Vec<ExplainedRow>, QueryError> {
    let words = |at: usize| text(batch.column(at));
    let instants = |at: usize| cast(batch.column(at), &instant()).map_err(QueryError::internal);
    let amounts = |at: usize| cast(batch.column(at), &AMOUNT).map_err(QueryError::internal);
    let (starts, ends) = (instants(0)?, instants(1)?);
    let words = (2..11).chain([13]).map(words).collect::<Result<Vec<_>, _>>()?;
    let (usage, figures) = (amounts(11)?, amounts(12)?);
    let places = cast(batch.column(14), &DataType::Int64).map_err(QueryError::internal)?;
    let amount = |column: &ArrayRef, row: usize| {
        Decimal::from_units(column.as_primitive::<Decimal128Type>().value(row))
    };
    let moment = |column: &ArrayRef, row: usize| {
        let column = column.as_primitive::<TimestampMicrosecondType>();
        column.is_valid(row).then(|| DateTime::from_timestamp_micros(column.value(row))).flatten()
    };
    let explained = |row| {
        let word = |at: usize| {
            let column = &words[at];
            let value = column.is_valid(row).then(|| column.value(row).to_owned());
            value.filter(|value| !value.is_empty())
        };
        ExplainedRow {
            charge_period_start: moment(&starts, row),
            charge_period_end: moment(&ends, row),
            account_id: word(0),
            account: word(1).or_else(|| word(0)),
            service: word(2),
            usage_type: word(3),
            operation: word(4),
            line_item_type: word(5),
            resource_id: word(6),
            description: word(7),
            tags: word(8),
            usage_amount: amount(&usage, row),
            figure: amount(&figures, row),
            source_file: word(9).filter(|_| scope.is_everything()),
            source_row: if scope.is_everything() { places.as_primitive::<Int64Type>().value(row) } else { 0 },
        }
    };
    Ok((0..batch.num_rows()).map(explained).collect())
}
