//! Second-level roll-ups: a file summed further, to the few columns that a question looks at.
//!
//! Pages ask for the same dimensions again and again, with other spans, views and filter values. The first
//! such question leaves behind a table of (day, those columns, one amount) with a hundredth of the rows, and
//! the next ones read that. It is made only where it is surely small, or where it was asked for twice; it is
//! a slab like any other, so that nothing else knows of it.

use super::scan::{Groups, large_values, places};
use crate::store::{Amounts, Codes, Column, Runs, Slab, each_width};
use model::SCALE;
use std::sync::Arc;

/// Files with fewer rows are as fast as they are.
const ROWS: usize = 1_024;

/// A column with its codes numbered anew, as few as the file has.
struct Narrow {
    column: usize,
    /// New number by code.
    numbers: Vec<u64>,
    /// Code by new number.
    codes: Vec<u32>,
}

/// Sums a slab (one amount first, then texts) per day and texts; `None` if that would not be much smaller.
/// `again` says that the same columns were asked for before.
pub(super) fn condense(slab: &Slab, again: bool) -> Option<Slab> {
    let rows = slab.runs.rows();
    let Some(Column::Amount(amounts)) = slab.columns.first().map(|column| &**column) else { return None };
    if rows < ROWS || amounts.magnitude > i128::MAX.unsigned_abs() {
        return None;
    }
    let mut narrow = Vec::new();
    let mut groups = 1_u64;
    for (at, column) in slab.columns.iter().enumerate().skip(1) {
        let Column::Text(codes) = &**column else { return None };
        let column = each_width!(codes, codes => number(at, codes));
        groups = groups.checked_mul(column.codes.len() as u64).filter(|groups| *groups < 1 << 48)?;
        narrow.push(column);
    }
    let days = days(&slab.runs);
    let cells = groups.checked_mul(days.len() as u64)?;
    let few = cells <= rows as u64 / 2;
    if !few && !again {
        return None;
    }
    let scale = if amounts.large.is_empty() { amounts.scale } else { SCALE };
    let mut sums = if few { Groups::dense(usize::try_from(cells).ok()?, 1) } else { Groups::hash() };
    let mut offsets = Vec::new();
    let mut stride = 1;
    for column in &narrow {
        offsets
            .push((column.column, column.numbers.iter().map(|number| number * stride).collect::<Vec<u64>>()));
        stride *= column.codes.len() as u64;
    }
    let factor = 10_i64.pow(scale - amounts.scale);
    let mut buffer = vec![0; super::scan::CHUNK];
    for (day, run) in slab.runs.iter() {
        let day = days.binary_search(&day).ok()? as u64;
        let mut start = run.start;
        while start < run.end {
            let chunk = start..run.end.min(start + buffer.len());
            start = chunk.end;
            let cells = &mut buffer[..chunk.len()];
            places(
                slab,
                offsets.iter().map(|(at, offsets)| (*at, offsets.as_slice())),
                None,
                &chunk,
                day * groups,
                cells,
            );
            sums.add_values(1, 0, cells, amounts.small[chunk.clone()].iter().copied(), factor);
            large_values(amounts, None, &chunk, |at, units| sums.add_one(1, 0, cells[at], units));
        }
        if sums.len() > rows / 4 && !few {
            return None;
        }
    }
    let mut cells: Vec<(u64, Vec<i128>)> = sums.into_rows(1).collect();
    cells.sort_unstable_by_key(|(cell, _)| *cell);
    let unit = 10_i128.pow(SCALE - scale);
    let units: Vec<i128> = cells.iter().map(|(_, sum)| sum[0] * unit).collect();
    let day_of = |cell: u64| days[usize::try_from(cell / groups).unwrap_or(0)];
    let mut columns = vec![Arc::new(Column::Amount(Amounts::pack(&units)))];
    let mut stride = 1;
    for column in narrow {
        let count = column.codes.len() as u64;
        let code = |cell: u64| column.codes[usize::try_from(cell / stride % count).unwrap_or(0)];
        columns
            .push(Arc::new(Column::Text(Codes::pack(cells.iter().map(|(cell, _)| code(*cell)).collect()))));
        stride *= count;
    }
    let days: Vec<i32> = cells.iter().map(|(cell, _)| day_of(*cell)).collect();
    Some(Slab { runs: Arc::new(Runs::pack(&days)), columns })
}

fn days(runs: &Runs) -> Vec<i32> {
    let mut days: Vec<i32> = runs.iter().map(|(day, _)| day).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn number<C: super::scan::Code>(column: usize, all: &[C]) -> Narrow {
    let mut seen = vec![false; all.iter().map(|code| code.at() + 1).max().unwrap_or(0)];
    for code in all {
        seen[code.at()] = true;
    }
    let mut codes = Vec::new();
    let mut numbers = vec![0; seen.len()];
    for (code, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
        numbers[code] = codes.len() as u64;
        codes.push(u32::try_from(code).unwrap_or(u32::MAX));
    }
    Narrow { column, numbers, codes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Sums = BTreeMap<(i32, u32, u32), i128>;

    fn slab(rows: &[(i32, u32, u32, i128)]) -> Slab {
        let text = |pick: fn(&(i32, u32, u32, i128)) -> u32| {
            Arc::new(Column::Text(Codes::pack(rows.iter().map(pick).collect())))
        };
        let units: Vec<i128> = rows.iter().map(|row| row.3).collect();
        let days: Vec<i32> = rows.iter().map(|row| row.0).collect();
        Slab {
            runs: Arc::new(Runs::pack(&days)),
            columns: vec![
                Arc::new(Column::Amount(Amounts::pack(&units))),
                text(|row| row.1),
                text(|row| row.2),
            ],
        }
    }

    fn sums(slab: &Slab) -> Sums {
        let [Column::Amount(amounts), Column::Text(a), Column::Text(b)] =
            [&*slab.columns[0], &*slab.columns[1], &*slab.columns[2]]
        else {
            panic!("other columns")
        };
        let mut sums = Sums::new();
        for (day, run) in slab.runs.iter() {
            for row in run {
                let large = amounts.large.iter().find(|(at, _)| *at as usize == row);
                let small = i128::from(amounts.small[row]) * 10_i128.pow(SCALE - amounts.scale);
                *sums.entry((day, a.at(row), b.at(row))).or_default() +=
                    large.map_or(small, |(_, units)| *units);
            }
        }
        sums
    }

    #[test]
    fn sums_stay_exact_and_rows_become_few() {
        // Days out of order, wide codes, amounts beyond 64 bits, groups that sum to zero.
        let rows: Vec<(i32, u32, u32, i128)> = (0..8_000_i128)
            .map(|at| {
                let step = i32::try_from(at % 3).unwrap();
                let wide = 70_000 * u32::try_from(at % 2).unwrap();
                (100 - step, wide, 7, if at % 5 == 0 { 10_i128.pow(22) * (at - 4_000) } else { 3 - at % 7 })
            })
            .collect();
        let full = slab(&rows);
        let small = condense(&full, false).unwrap();
        assert_eq!(small.runs.rows(), 6);
        assert_eq!(sums(&small), sums(&full));
    }

    #[test]
    fn what_stays_large_is_left_alone_until_it_is_asked_for_again() {
        // 90 × 90 × 2 possible cells, 90 × 2 real ones.
        let pairs: Vec<(i32, u32, u32, i128)> =
            (0..9_000_u32).map(|at| (i32::try_from(at / 4_500).unwrap(), at % 90, at % 90, 1)).collect();
        let full = slab(&pairs);
        assert!(condense(&full, false).is_none());
        let small = condense(&full, true).unwrap();
        assert_eq!((small.runs.rows(), sums(&small)), (180, sums(&full)));
        let distinct: Vec<(i32, u32, u32, i128)> = (0..9_000_u32).map(|at| (1, at, at, 1)).collect();
        assert!(condense(&slab(&distinct), true).is_none());
        assert!(condense(&slab(&pairs[..1_000]), true).is_none());
    }
}
