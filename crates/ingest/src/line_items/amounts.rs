//! Amounts of a run that may be absent.

use crate::numbers::NumberColumn;
use arrow::array::{ArrayRef, BooleanBufferBuilder, Decimal128Array, new_null_array};
use arrow::buffer::NullBuffer;
use model::schema::AMOUNT;
use std::sync::Arc;

/// Amounts of a run in 10⁻¹⁸ units, those only that are there: most columns have a value in few rows, and many in none.
#[derive(Default)]
pub(super) struct OptionalAmounts {
    rows: Vec<u32>,
    values: Vec<i128>,
}

impl OptionalAmounts {
    /// Adds some rows after those that were there before.
    pub(super) fn add(&mut self, column: Option<&NumberColumn>, before: usize) {
        let Some(column) = column else { return };
        for (row, units) in column.present() {
            self.rows.push(u32::try_from(before + row).unwrap_or(u32::MAX));
            self.values.push(units);
        }
    }

    /// The column in the given order, of which `places` is the inverse; the run starts anew.
    pub(super) fn take(&mut self, order: &[u32], places: &[u32]) -> ArrayRef {
        let values = &self.values;
        let array = if values.is_empty() {
            return new_null_array(&AMOUNT, order.len());
        } else if values.len() == order.len() {
            Decimal128Array::from_iter_values(order.iter().map(|row| values[*row as usize]))
        } else {
            let mut sorted = vec![0; order.len()];
            let mut present = BooleanBufferBuilder::new(order.len());
            present.append_n(order.len(), false);
            for (row, value) in self.rows.iter().zip(values) {
                let place = places[*row as usize] as usize;
                sorted[place] = *value;
                present.set_bit(place, true);
            }
            Decimal128Array::new(sorted.into(), Some(NullBuffer::new(present.finish())))
        };
        self.rows.clear();
        self.values.clear();
        Arc::new(array.with_data_type(AMOUNT))
    }
}
