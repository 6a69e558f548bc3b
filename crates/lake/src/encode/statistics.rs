//! Least and greatest values, in the byte form that Parquet's statistics and column index hold.

use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::file::statistics::{Statistics, ValueStatistics};
use std::cmp::Ordering;

/// Longest text kept in statistics; longer ones are cut, so that a cell of megabytes stays out of footers.
const LONGEST: usize = 128;

/// How values are stored and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Amount,
    Long,
    Int,
    Boolean,
}

/// The least and the greatest of some values (byte form of `Kind`).
#[derive(Clone, Debug)]
pub(super) struct Extremes {
    pub(super) least: Vec<u8>,
    pub(super) greatest: Vec<u8>,
}

impl Kind {
    pub(super) fn order(self, left: &[u8], right: &[u8]) -> Ordering {
        match self {
            Self::Text | Self::Boolean => left.cmp(right),
            // Two's complement, most significant byte first: the sign bit alone is the wrong way round.
            Self::Amount => {
                let flip = |bytes: &[u8]| bytes.first().map(|byte| byte ^ 0x80);
                flip(left).cmp(&flip(right)).then_with(|| left.cmp(right))
            }
            Self::Long => long(left).cmp(&long(right)),
            Self::Int => int(left).cmp(&int(right)),
        }
    }

    /// Widens `extremes` by `other`.
    pub(super) fn widen(self, extremes: &mut Option<Extremes>, other: Option<Extremes>) {
        let Some(other) = other else { return };
        match extremes {
            None => *extremes = Some(other),
            Some(known) => {
                if self.order(&other.least, &known.least).is_lt() {
                    known.least = other.least;
                }
                if self.order(&other.greatest, &known.greatest).is_gt() {
                    known.greatest = other.greatest;
                }
            }
        }
    }

    /// Cuts long texts: the least downwards, the greatest upwards; `None` when the latter is impossible.
    pub(super) fn cut(self, extremes: Extremes) -> Option<Extremes> {
        if self != Self::Text {
            return Some(extremes);
        }
        let least = prefix(&extremes.least).to_vec();
        let mut greatest = prefix(&extremes.greatest).to_vec();
        if greatest.len() < extremes.greatest.len() {
            // The last ASCII character that has a successor in ASCII is raised by one.
            let at = greatest.iter().rposition(|byte| *byte < 0x7e)?;
            greatest.truncate(at + 1);
            greatest[at] += 1;
        }
        Some(Extremes { least, greatest })
    }

    /// Statistics of a whole column chunk.
    pub(super) fn chunk_statistics(self, extremes: Option<Extremes>, nulls: u64) -> Statistics {
        let exact = extremes.clone();
        let cut = extremes.and_then(|extremes| self.cut(extremes));
        let same = |pick: fn(&Extremes) -> &Vec<u8>| match (&exact, &cut) {
            (Some(exact), Some(cut)) => pick(exact) == pick(cut),
            _ => true,
        };
        let (least_exact, greatest_exact) = (same(|both| &both.least), same(|both| &both.greatest));
        let (least, greatest) = cut.map(|both| (both.least, both.greatest)).unzip();
        let nulls = Some(nulls);
        match self {
            Self::Text => Statistics::ByteArray(
                ValueStatistics::<ByteArray>::new(
                    least.map(Into::into),
                    greatest.map(Into::into),
                    None,
                    nulls,
                    false,
                )
                .with_min_is_exact(least_exact)
                .with_max_is_exact(greatest_exact),
            ),
            Self::Amount => {
                let bytes = |value: Option<Vec<u8>>| value.map(FixedLenByteArray::from);
                Statistics::FixedLenByteArray(ValueStatistics::new(
                    bytes(least),
                    bytes(greatest),
                    None,
                    nulls,
                    false,
                ))
            }
            Self::Long => {
                let value = |value: Option<Vec<u8>>| value.map(|bytes| long(&bytes));
                Statistics::Int64(ValueStatistics::new(value(least), value(greatest), None, nulls, false))
            }
            Self::Int => {
                let value = |value: Option<Vec<u8>>| value.map(|bytes| int(&bytes));
                Statistics::Int32(ValueStatistics::new(value(least), value(greatest), None, nulls, false))
            }
            Self::Boolean => {
                let value = |value: Option<Vec<u8>>| value.map(|bytes| bytes.first() == Some(&1));
                Statistics::Boolean(ValueStatistics::new(value(least), value(greatest), None, nulls, false))
            }
        }
    }
}

fn prefix(text: &[u8]) -> &[u8] {
    if text.len() <= LONGEST {
        return text;
    }
    // Never inside a character: continuation bytes are 10xxxxxx.
    let mut end = LONGEST;
    while end > 0 && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}

fn long(bytes: &[u8]) -> i64 {
    bytes.try_into().map_or(0, i64::from_le_bytes)
}

fn int(bytes: &[u8]) -> i32 {
    bytes.try_into().map_or(0, i32::from_le_bytes)
}
