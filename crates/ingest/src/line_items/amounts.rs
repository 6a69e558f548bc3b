//! Amounts of a run that may be absent.

use crate::numbers::NumberColumn;
use arrow::array::{ArrayRef, Decimal128Array, new_null_array};
use model::schema::AMOUNT;
use std::sync::Arc;

/// Marks an absent amount: beyond every amount that is read.
const NONE: i128 = i128::MIN;

/// Amounts of a run in 10⁻¹⁸ units. Most columns are without any value in most reports: such a column takes no memory.
#[derive(Default)]
pub(super) struct OptionalAmounts(Vec<i128>);

impl OptionalAmounts {
    /// Adds some rows after those that were there before.
    pub(super) fn add(&mut self, column: Option<&NumberColumn>, before: usize, rows: usize) {
        let Some(column) = column.filter(|column| !column.all_null()) else { return };
        self.0.resize(before, NONE);
        self.0.extend((0..rows).map(|row| column.units(row).unwrap_or(NONE)));
    }

    /// The column in the given order; the run starts anew.
    pub(super) fn take(&mut self, order: &[u32]) -> ArrayRef {
        let values = &self.0;
        if values.is_empty() {
            return new_null_array(&AMOUNT, order.len());
        }
        let value = |row: &u32| values.get(*row as usize).copied().filter(|value| *value != NONE);
        let array: Decimal128Array = order.iter().map(value).collect();
        self.0.clear();
        Arc::new(array.with_data_type(AMOUNT))
    }
}
