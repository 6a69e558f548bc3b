//! How columns are held in memory: as narrow as their values allow.

use super::NamedAccount;
use crate::plan::Days;
use hashbrown::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// A column of one file.
pub(crate) enum Column {
    /// Codes of a shared dictionary.
    Text(Codes),
    /// Amounts.
    Amount(Amounts),
    /// Days.
    Days(Arc<Runs>),
    /// Latest account names (derived, not stored).
    Names(Arc<Vec<NamedAccount>>),
}

impl Column {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(Codes::One(codes)) => codes.len(),
            Self::Text(Codes::Two(codes)) => codes.len() * 2,
            Self::Text(Codes::Four(codes)) => codes.len() * 4,
            Self::Amount(amounts) => amounts.small.len() * 8 + amounts.large.len() * 32,
            Self::Days(runs) => runs.starts.len() * 8,
            Self::Names(names) => names.len() * 12,
        }
    }
}

/// Dictionary codes in the fewest bytes that hold the largest.
pub(crate) enum Codes {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// Runs one expression for whichever width the codes have.
macro_rules! each_width {
    ($codes:expr, $slice:ident => $body:expr) => {
        match $codes {
            $crate::store::Codes::One($slice) => $body,
            $crate::store::Codes::Two($slice) => $body,
            $crate::store::Codes::Four($slice) => $body,
        }
    };
}
pub(crate) use each_width;

impl Codes {
    pub(crate) fn pack(codes: Vec<u32>) -> Self {
        let largest = codes.iter().copied().max().unwrap_or(0);
        // The casts cannot lose anything: the largest code was looked at.
        #[expect(clippy::cast_possible_truncation, reason = "the largest code fits")]
        match largest {
            0..=0xFF => Self::One(codes.iter().map(|code| *code as u8).collect()),
            0x100..=0xFFFF => Self::Two(codes.iter().map(|code| *code as u16).collect()),
            _ => Self::Four(codes),
        }
    }

    pub(crate) fn at(&self, row: usize) -> u32 {
        match self {
            Self::One(codes) => u32::from(codes[row]),
            Self::Two(codes) => u32::from(codes[row]),
            Self::Four(codes) => codes[row],
        }
    }

    pub(crate) fn distinct(&self) -> HashSet<u32> {
        match self {
            Self::One(codes) => codes.iter().map(|code| u32::from(*code)).collect(),
            Self::Two(codes) => codes.iter().map(|code| u32::from(*code)).collect(),
            Self::Four(codes) => codes.iter().copied().collect(),
        }
    }
}

/// Exact amounts as 64-bit integers of a common decimal scale; the few that do not fit are kept aside.
///
/// Amounts that come from doubles need all 18 decimals, at which 64 bits end at 9.2 units: daily costs
/// beyond that are rare, so that a list beside the column is far smaller than 128 bits per row.
pub(crate) struct Amounts {
    /// Decimals of `small`.
    pub(crate) scale: u32,
    /// Zero where the amount is in `large`.
    pub(crate) small: Vec<i64>,
    /// (row, amount in units of 10⁻¹⁸), by row.
    pub(crate) large: Vec<(u32, i128)>,
    /// Sum of magnitudes in units of 10⁻¹⁸ (saturating): no sum of these rows can exceed it.
    pub(crate) magnitude: u128,
}

impl Amounts {
    /// Packs amounts in units of 10⁻¹⁸.
    pub(crate) fn pack(units: &[i128]) -> Self {
        let mut scale = 0;
        let mut divisor = 10_i128.pow(model::SCALE);
        let mut magnitude = 0_u128;
        for value in units {
            magnitude = magnitude.saturating_add(value.unsigned_abs());
            while divisor > 1 && !divides(*value, divisor) {
                scale += 1;
                divisor /= 10;
            }
        }
        let mut large = Vec::new();
        let small = units
            .iter()
            .enumerate()
            .map(|(row, value)| {
                i64::try_from(quotient(*value, divisor)).unwrap_or_else(|_| {
                    // Parquet files of the roll-up are far below four thousand million rows.
                    large.push((u32::try_from(row).unwrap_or(u32::MAX), *value));
                    0
                })
            })
            .collect();
        Self { scale, small, large, magnitude }
    }

    /// The amounts aside in some rows.
    pub(crate) fn large_in(&self, rows: &Range<usize>) -> &[(u32, i128)] {
        if self.large.is_empty() {
            return &[];
        }
        let from = self.large.partition_point(|(row, _)| (*row as usize) < rows.start);
        let to = self.large.partition_point(|(row, _)| (*row as usize) < rows.end);
        &self.large[from..to]
    }
}

/// 64-bit division is several times faster than 128-bit division; most amounts fit.
fn divides(value: i128, divisor: i128) -> bool {
    match (i64::try_from(value), i64::try_from(divisor)) {
        (Ok(value), Ok(divisor)) => value % divisor == 0,
        _ => value % divisor == 0,
    }
}

fn quotient(value: i128, divisor: i128) -> i128 {
    match (i64::try_from(value), i64::try_from(divisor)) {
        (Ok(value), Ok(divisor)) => i128::from(value / divisor),
        _ => value / divisor,
    }
}

/// Days of rows as runs of equal days: rows are sorted by day, so that a month has some thirty.
#[derive(Default)]
pub(crate) struct Runs {
    starts: Vec<(i32, u32)>,
    rows: usize,
}

impl Runs {
    pub(crate) fn pack(days: &[i32]) -> Self {
        let mut starts: Vec<(i32, u32)> = Vec::new();
        for (row, day) in days.iter().enumerate() {
            if starts.last().is_none_or(|(last, _)| last != day) {
                starts.push((*day, u32::try_from(row).unwrap_or(u32::MAX)));
            }
        }
        Self { starts, rows: days.len() }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn extent(&self) -> Option<Days> {
        let from = self.starts.iter().map(|(day, _)| *day).min()?;
        let to = self.starts.iter().map(|(day, _)| *day).max()?.saturating_add(1);
        Some(Days { from, to })
    }

    /// Each run: its day and its rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i32, Range<usize>)> {
        let ends = self.starts.iter().skip(1).map(|(_, row)| *row as usize).chain([self.rows]);
        self.starts.iter().zip(ends).map(|((day, start), end)| (*day, *start as usize..end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn amounts_keep_every_digit(
            values in proptest::collection::vec((-(10_i128.pow(24))..10_i128.pow(24), 0_u32..19), 0..60)
        ) {
            let units: Vec<i128> =
                values.iter().map(|(value, zeros)| value / 10_i128.pow(*zeros) * 10_i128.pow(*zeros)).collect();
            let packed = Amounts::pack(&units);
            let mut back: Vec<i128> =
                packed.small.iter().map(|value| i128::from(*value) * 10_i128.pow(18 - packed.scale)).collect();
            for (row, value) in packed.large_in(&(0..units.len())) {
                prop_assert_eq!(back[*row as usize], 0);
                back[*row as usize] = *value;
            }
            prop_assert_eq!(back, units);
        }

        #[test]
        fn runs_cover_every_row(days in proptest::collection::vec(0_i32..4, 0..40)) {
            let runs = Runs::pack(&days);
            let back: Vec<i32> = runs.iter().flat_map(|(day, rows)| rows.map(move |_| day)).collect();
            prop_assert_eq!(back, days);
        }
    }

    #[test]
    fn codes_are_as_wide_as_the_largest() {
        assert!(matches!(Codes::pack(vec![0, 255]), Codes::One(_)));
        assert!(matches!(Codes::pack(vec![256]), Codes::Two(_)));
        let wide = Codes::pack(vec![1, 70_000]);
        assert!(matches!(wide, Codes::Four(_)) && wide.at(1) == 70_000);
    }
}
