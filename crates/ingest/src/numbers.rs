//! Columns of amounts, exact: 64-bit counts of 10⁻¹² units where they fit, which is nearly always, and
//! 128-bit counts of 10⁻¹⁸ units for the few values that do not.

use model::{Decimal, DecimalError, SCALE};

/// Marks a value that is absent.
pub(crate) const NULL: i64 = i64::MIN;
/// Marks a value that is kept in [`NumberColumn::wide`].
pub(crate) const WIDE: i64 = i64::MIN + 1;
/// Marks, while a column is being decoded, a value that is no number.
pub(crate) const BAD: i64 = i64::MIN + 2;
/// 10⁻¹⁸ units in one 10⁻¹² unit.
pub(crate) const FINE: i128 = 1_000_000;

/// What a sum of 10⁻¹⁸ units becomes that leaves the range; it stays so, whatever is added.
pub(crate) const BEYOND: i128 = i128::MIN;

/// The sum, or [`BEYOND`].
#[inline]
pub(crate) const fn plus(sum: i128, value: i128) -> i128 {
    match sum.checked_add(value) {
        Some(next) if sum != BEYOND && value != BEYOND => next,
        _ => BEYOND,
    }
}

/// One column of amounts of a batch.
#[derive(Default, Debug, Clone)]
pub(crate) struct NumberColumn {
    /// 10⁻¹² units, [`NULL`] or [`WIDE`].
    pub(crate) values: Vec<i64>,
    /// (row, 10⁻¹⁸ units), by row.
    pub(crate) wide: Vec<(u32, i128)>,
    /// Values whose digits beyond the eighteenth were rounded.
    pub(crate) rounded: u64,
}

impl NumberColumn {
    pub(crate) fn push_null(&mut self) {
        self.values.push(NULL);
    }

    pub(crate) fn push_units(&mut self, units: i128) {
        let coarse = units / FINE;
        match i64::try_from(coarse) {
            Ok(value) if units % FINE == 0 && value > BAD => self.values.push(value),
            _ => {
                self.wide.push((u32::try_from(self.values.len()).unwrap_or(u32::MAX), units));
                self.values.push(WIDE);
            }
        }
    }

    pub(crate) fn push_text(&mut self, text: &[u8]) -> Result<(), DecimalError> {
        if let Some(value) = parse_short(text) {
            self.values.push(value);
            return Ok(());
        }
        let (value, inexact) = Decimal::parse(text)?;
        self.rounded += u64::from(inexact);
        self.push_units(value.units());
        Ok(())
    }

    /// A double at its shortest decimal form.
    ///
    /// Not a number is how pandas writes what is absent.
    pub(crate) fn push_f64(&mut self, value: f64) -> Result<(), DecimalError> {
        if value.is_nan() {
            self.push_null();
            return Ok(());
        }
        if let Some(units) = short_double(value) {
            self.values.push(units);
            return Ok(());
        }
        let (value, inexact) = Decimal::from_f64(value)?;
        self.rounded += u64::from(inexact);
        self.push_units(value.units());
        Ok(())
    }

    /// The rows that have a value, with their 10⁻¹⁸ units.
    pub(crate) fn present(&self) -> impl Iterator<Item = (usize, i128)> {
        let mut wide = self.wide.iter();
        self.values.iter().enumerate().filter_map(move |(row, value)| match *value {
            NULL => None,
            WIDE => wide.next().map(|(_, units)| (row, *units)),
            value => Some((row, i128::from(value) * FINE)),
        })
    }

    /// 10⁻¹⁸ units of a row, or `None` when absent.
    pub(crate) fn units(&self, row: usize) -> Option<i128> {
        match self.values[row] {
            NULL => None,
            WIDE => {
                let wanted = u32::try_from(row).unwrap_or(u32::MAX);
                let at = self.wide.binary_search_by_key(&wanted, |(row, _)| *row).ok()?;
                Some(self.wide[at].1)
            }
            value => Some(i128::from(value) * FINE),
        }
    }

    /// Takes out the values beyond a limit in whole units: row of the first, and how many. Only wide values can be.
    pub(crate) fn drop_beyond(&mut self, most: i128) -> Option<(usize, u64)> {
        let most = most.unsigned_abs() * 10_u128.pow(SCALE);
        let mut found = None;
        self.wide.retain(|(row, units)| {
            let stays = units.unsigned_abs() <= most;
            if !stays {
                let row = *row as usize;
                self.values[row] = NULL;
                found = Some(found.map_or((row, 1), |(first, count)| (first, count + 1)));
            }
            stays
        });
        found
    }

    /// The rows of `rows`, in that order.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let mut taken = Self { rounded: self.rounded, ..Self::default() };
        taken.values.reserve(rows.len());
        for row in rows {
            match self.values[*row as usize] {
                WIDE => taken.push_units(self.units(*row as usize).unwrap_or(0)),
                value => taken.values.push(value),
            }
        }
        taken
    }
}

/// Reads up to 6 digits before and 12 after the point; anything else is left to the full parser.
fn parse_short(text: &[u8]) -> Option<i64> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if rest.is_empty() || rest.len() > 19 {
        return None;
    }
    let mut value: i64 = 0;
    let mut decimals = None;
    for byte in rest {
        match byte {
            b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
            b'.' if decimals.is_none() => {
                decimals = Some(0_usize);
                continue;
            }
            _ => return None,
        }
        if let Some(count) = &mut decimals {
            *count += 1;
        } else if value >= 1_000_000 {
            return None;
        }
    }
    let count = decimals.unwrap_or(0);
    if count > 12 || rest == b"." {
        return None;
    }
    value *= POWERS[12 - count];
    Some(if negative { -value } else { value })
}

const POWERS: [i64; 13] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
];

/// The double as 10⁻¹² units when a decimal of at most 15 digits stands for it exactly.
///
/// Two different decimals of at most 15 significant digits never share a double, so when `n / 10^k` with
/// `n < 10^15` gives the double back, that decimal is the double's shortest form.
#[inline]
pub(crate) fn short_double(value: f64) -> Option<i64> {
    #![expect(
        clippy::float_arithmetic,
        clippy::float_cmp,
        clippy::cast_possible_truncation,
        reason = "exactness is checked by the comparison"
    )]
    const DIGITS: f64 = 1e15;
    // The most frequent figure of all.
    if value == 0.0 {
        return Some(0);
    }
    let scaled = (value * 1e12).round_ties_even();
    if scaled.abs() < DIGITS && scaled / 1e12 == value {
        return Some(scaled as i64);
    }
    let scaled = (value * 1e9).round_ties_even();
    if scaled.abs() < DIGITS && scaled / 1e9 == value {
        return Some(scaled as i64 * 1_000);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of_text(text: &str) -> Option<i128> {
        let mut column = NumberColumn::default();
        column.push_text(text.as_bytes()).unwrap();
        column.units(0)
    }

    proptest! {
        #[test]
        fn text_equals_the_full_parser(text in "-?[0-9]{1,9}(\\.[0-9]{0,17})?") {
            prop_assert_eq!(of_text(&text), Some(Decimal::parse(text.as_bytes()).unwrap().0.units()));
        }

        #[test]
        fn doubles_equal_their_shortest_text(value in prop_oneof![-1e9..1e9_f64, -10.0..10.0_f64, -1e-6..1e-6_f64]) {
            let mut column = NumberColumn::default();
            column.push_f64(value).unwrap();
            prop_assert_eq!(column.units(0), Some(Decimal::parse(format!("{value:e}").as_bytes()).unwrap().0.units()));
        }

        #[test]
        fn rounded_doubles_equal_their_text(cents in -9_000_000_000_i64..9_000_000_000, digits in 0..9_usize) {
            let text = format!("{:.*}", digits, cents as f64 / 1e4);
            let mut column = NumberColumn::default();
            column.push_f64(text.parse().unwrap()).unwrap();
            prop_assert_eq!(column.units(0), of_text(&text));
        }
    }

    #[test]
    fn values_beyond_a_limit_are_taken_out() {
        let mut column = NumberColumn::default();
        for text in ["1e15", "-1000000000000000.000000000000000001", "7", "12345678.9", "9e19"] {
            column.push_text(text.as_bytes()).unwrap();
        }
        assert_eq!(column.drop_beyond(10_i128.pow(15)), Some((1, 2)));
        assert_eq!([0, 1, 2, 3, 4].map(|row| column.units(row).is_some()), [true, false, true, true, false]);
        assert_eq!(column.drop_beyond(10_i128.pow(15)), None);
        assert_eq!(
            (plus(i128::MAX, 1), plus(BEYOND, 5), plus(5, BEYOND), plus(5, -7)),
            (BEYOND, BEYOND, BEYOND, -2)
        );
    }

    #[test]
    fn taking_rows_keeps_wide_values() {
        let mut column = NumberColumn::default();
        column.push_text(b"1.5").unwrap();
        column.push_null();
        column.push_text(b"12345678901.000000000000000007").unwrap();
        let taken = column.take(&[2, 1, 0]);
        assert_eq!(taken.units(0), Some(12_345_678_901_000_000_000_000_000_007));
        assert_eq!((taken.units(1), taken.units(2)), (None, Some(1_500_000_000_000_000_000)));
    }
}
