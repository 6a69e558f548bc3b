//! The passes over the rows.

use super::axes::{Axes, Sieves, Source};
use crate::store::{Amounts, Column, Slab, each_width};
use hashbrown::HashMap;
use model::limits::MOST_CELLS;
use std::ops::Range;

/// Rows per pass: their places stay in the first-level cache.
pub(super) const CHUNK: usize = 2_048;
/// Rows that a thread takes at once, about.
const ITEM: usize = 65_536;

/// A piece of work: runs of rows of one slab, each with its bucket.
pub(super) struct Item {
    slab: usize,
    runs: Vec<(usize, Range<usize>)>,
}

/// Cuts the rows of the wanted days into pieces.
pub(super) fn items(slabs: &[Slab], of_day: &dyn Fn(i32) -> Option<usize>) -> Vec<Item> {
    let mut items = Vec::new();
    for (slab, columns) in slabs.iter().enumerate() {
        let mut item = Item { slab, runs: Vec::new() };
        let mut room = ITEM;
        for (day, rows) in columns.runs.iter() {
            let Some(bucket) = of_day(day) else { continue };
            let mut start = rows.start;
            while start < rows.end {
                let end = rows.end.min(start + room);
                match item.runs.last_mut() {
                    Some((last, run)) if *last == bucket && run.end == start => run.end = end,
                    _ => item.runs.push((bucket, start..end)),
                }
                room -= end - start;
                start = end;
                if room == 0 {
                    items.push(std::mem::replace(&mut item, Item { slab, runs: Vec::new() }));
                    room = ITEM;
                }
            }
        }
        if !item.runs.is_empty() {
            items.push(item);
        }
    }
    items
}

/// What all threads share.
pub(super) struct Job<'a> {
    pub(super) slabs: &'a [Slab],
    pub(super) axes: &'a Axes,
    pub(super) sieves: &'a Sieves,
    /// Decimals of the sums.
    pub(super) scale: u32,
    pub(super) buckets: usize,
}

impl Job<'_> {
    /// Groups times buckets, if that can be counted.
    pub(super) fn cells(&self) -> Option<usize> {
        usize::try_from(self.axes.groups).ok()?.checked_mul(self.buckets)
    }

    /// Sums one piece of work.
    pub(super) fn scan(&self, item: &Item, groups: &mut Groups) {
        let slab = &self.slabs[item.slab];
        let Some(Column::Amount(amounts)) = slab.columns.first().map(|column| &**column) else { return };
        let constant = self.axes.axes.iter().map(|axis| match &axis.source {
            Source::Slab(codes) => u64::from(codes[item.slab]) * axis.stride,
            Source::Column(_) => 0,
        });
        let constant: u64 = constant.sum();
        let mut buffers = Buffers { rows: vec![0; CHUNK], groups: vec![0; CHUNK] };
        for (bucket, run) in &item.runs {
            let mut start = run.start;
            while start < run.end {
                let chunk = start..run.end.min(start + CHUNK);
                start = chunk.end;
                self.chunk(slab, amounts, constant, *bucket, &chunk, &mut buffers, groups);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the inner loop's own variables")]
    fn chunk(
        &self,
        slab: &Slab,
        amounts: &Amounts,
        constant: u64,
        bucket: usize,
        chunk: &Range<usize>,
        buffers: &mut Buffers,
        groups: &mut Groups,
    ) {
        let selected = self.select(slab, chunk, &mut buffers.rows);
        let count = selected.unwrap_or(chunk.len());
        if count == 0 {
            return;
        }
        let rows = selected.map(|count| &buffers.rows[..count]);
        let cells = &mut buffers.groups[..count];
        let columns = self.axes.axes.iter().filter_map(|axis| match axis.source {
            Source::Column(at) => Some((at, axis.offsets.as_slice())),
            Source::Slab(_) => None,
        });
        let placed = places(slab, columns, rows, chunk, constant, cells);
        let factor = 10_i64.pow(self.scale - amounts.scale);
        match (placed, rows) {
            (false, _) => {
                groups.add_one(self.buckets, bucket, constant, sum(&amounts.small, rows, chunk, factor));
            }
            (true, None) => {
                let values = amounts.small[chunk.clone()].iter().copied();
                groups.add_values(self.buckets, bucket, cells, values, factor);
            }
            (true, Some(rows)) => {
                let values = rows.iter().map(|row| amounts.small[*row as usize]);
                groups.add_values(self.buckets, bucket, cells, values, factor);
            }
        }
        large_values(amounts, rows, chunk, |at, units| {
            groups.add_one(self.buckets, bucket, if placed { cells[at] } else { constant }, units);
        });
    }

    /// The rows of a chunk that pass the filters; `None` without filters.
    fn select(&self, slab: &Slab, chunk: &Range<usize>, rows: &mut [u32]) -> Option<usize> {
        let mut selected = None;
        for (at, pass) in &self.sieves.sieves {
            let Column::Text(codes) = &*slab.columns[*at] else { continue };
            let count = each_width!(codes, codes => match selected {
                None => keep_first(codes, pass, chunk, rows),
                Some(count) => keep(codes, pass, count, rows),
            });
            selected = Some(count);
        }
        selected
    }
}

struct Buffers {
    rows: Vec<u32>,
    groups: Vec<u64>,
}

/// A dictionary code of any width.
pub(super) trait Code: Copy {
    fn at(self) -> usize;
}
impl Code for u8 {
    fn at(self) -> usize {
        usize::from(self)
    }
}
impl Code for u16 {
    fn at(self) -> usize {
        usize::from(self)
    }
}
impl Code for u32 {
    fn at(self) -> usize {
        self as usize
    }
}

fn keep_first<C: Code>(codes: &[C], pass: &[bool], chunk: &Range<usize>, rows: &mut [u32]) -> usize {
    let mut count = 0;
    let mut row = u32::try_from(chunk.start).unwrap_or(u32::MAX);
    for code in &codes[chunk.clone()] {
        // Written always, kept only if it passes: no branch to mispredict.
        rows[count] = row;
        count += usize::from(pass[code.at()]);
        row = row.wrapping_add(1);
    }
    count
}

fn keep<C: Code>(codes: &[C], pass: &[bool], count: usize, rows: &mut [u32]) -> usize {
    let mut kept = 0;
    for at in 0..count {
        let row = rows[at];
        rows[kept] = row;
        kept += usize::from(pass[codes[row as usize].at()]);
    }
    kept
}

/// Computes each row's place: a constant and an offset per column. False if there are no columns.
pub(super) fn places<'a>(
    slab: &Slab,
    columns: impl Iterator<Item = (usize, &'a [u64])>,
    rows: Option<&[u32]>,
    chunk: &Range<usize>,
    constant: u64,
    places: &mut [u64],
) -> bool {
    let mut start = Some(constant);
    for (at, offsets) in columns {
        let Column::Text(codes) = &*slab.columns[at] else { continue };
        each_width!(codes, codes => place(codes, rows, chunk, offsets, places, start));
        start = None;
    }
    if let Some(start) = start {
        places.fill(start);
    }
    start.is_none()
}

/// Calls back for the selected amounts that are kept aside: (place among the selected rows, units of the
/// 18th decimal). Sums have all 18 decimals whenever a slab keeps amounts aside.
pub(super) fn large_values(
    amounts: &Amounts,
    rows: Option<&[u32]>,
    chunk: &Range<usize>,
    mut call: impl FnMut(usize, i128),
) {
    for (row, units) in amounts.large_in(chunk) {
        let at = match rows {
            None => Some(*row as usize - chunk.start),
            Some(rows) => rows.binary_search(row).ok(),
        };
        if let Some(at) = at {
            call(at, *units);
        }
    }
}

/// Adds a dimension's offset to each row's place; the first dimension starts it at a constant.
fn place<C: Code>(
    codes: &[C],
    rows: Option<&[u32]>,
    chunk: &Range<usize>,
    offsets: &[u64],
    places: &mut [u64],
    start: Option<u64>,
) {
    match (rows, start) {
        (None, Some(start)) => {
            for (place, code) in places.iter_mut().zip(&codes[chunk.clone()]) {
                *place = start + offsets[code.at()];
            }
        }
        (None, None) => {
            for (place, code) in places.iter_mut().zip(&codes[chunk.clone()]) {
                *place += offsets[code.at()];
            }
        }
        (Some(rows), Some(start)) => {
            for (place, row) in places.iter_mut().zip(rows) {
                *place = start + offsets[codes[*row as usize].at()];
            }
        }
        (Some(rows), None) => {
            for (place, row) in places.iter_mut().zip(rows) {
                *place += offsets[codes[*row as usize].at()];
            }
        }
    }
}

fn sum(small: &[i64], rows: Option<&[u32]>, chunk: &Range<usize>, factor: i64) -> i128 {
    let sum = match rows {
        None => small[chunk.clone()].iter().fold(0_i128, |sum, value| sum.wrapping_add(i128::from(*value))),
        Some(rows) => rows.iter().fold(0_i128, |sum, row| sum.wrapping_add(i128::from(small[*row as usize]))),
    };
    sum.wrapping_mul(i128::from(factor))
}

/// Sums per group and bucket, of one thread.
pub(super) enum Groups {
    /// Every possible cell, bucket by bucket; and which groups have rows.
    Dense { sums: Vec<i128>, seen: Vec<bool> },
    /// Cells of the groups that occur; beyond the most that there may be, no more are made.
    Hash { places: HashMap<u64, usize>, sums: Vec<i128>, full: bool },
}

impl Groups {
    /// One cell per possible group and bucket.
    pub(super) fn dense(groups: usize, buckets: usize) -> Self {
        Self::Dense { sums: vec![0; groups * buckets], seen: vec![false; groups] }
    }

    /// Cells as groups occur.
    pub(super) fn hash() -> Self {
        Self::Hash { places: HashMap::new(), sums: Vec::new(), full: false }
    }

    /// Whether there are more groups than are summed: then the sums say nothing.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Hash { full: true, .. })
    }

    /// Cells that memory is held for.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Dense { sums, .. } | Self::Hash { sums, .. } => sums.len(),
        }
    }

    pub(super) fn add_one(&mut self, buckets: usize, bucket: usize, group: u64, value: i128) {
        let cell = match self {
            Self::Dense { sums, seen } => {
                let group = usize::try_from(group).unwrap_or(usize::MAX);
                seen[group] = true;
                &mut sums[bucket * seen.len() + group]
            }
            Self::Hash { places, sums, full } => {
                let at = slot(places, sums, full, group, buckets) + bucket;
                &mut sums[at]
            }
        };
        *cell = cell.wrapping_add(value);
    }

    /// Adding cannot overflow: the sum of all magnitudes was found to fit before.
    pub(super) fn add_values(
        &mut self,
        buckets: usize,
        bucket: usize,
        groups: &[u64],
        values: impl Iterator<Item = i64>,
        factor: i64,
    ) {
        match self {
            Self::Dense { sums, seen } => {
                let sums = &mut sums[bucket * seen.len()..][..seen.len()];
                for (group, value) in groups.iter().zip(values) {
                    let group = usize::try_from(*group).unwrap_or(usize::MAX);
                    seen[group] = true;
                    let sum = &mut sums[group];
                    *sum = sum.wrapping_add(i128::from(value).wrapping_mul(i128::from(factor)));
                }
            }
            Self::Hash { places, sums, full } => {
                for (group, value) in groups.iter().zip(values) {
                    let at = slot(places, sums, full, *group, buckets) + bucket;
                    sums[at] = sums[at].wrapping_add(i128::from(value).wrapping_mul(i128::from(factor)));
                }
            }
        }
    }

    /// Adds another thread's sums.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Dense { sums, seen }, Self::Dense { sums: more, seen: also }) => {
                sums.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.wrapping_add(more));
                seen.iter_mut().zip(also).for_each(|(seen, also)| *seen |= also);
            }
            (
                Self::Hash { places, sums, full },
                Self::Hash { places: others, sums: more, full: also_full },
            ) => {
                *full |= also_full;
                if *full {
                    return;
                }
                let buckets = if others.is_empty() { 1 } else { more.len() / others.len() };
                for (group, from) in others {
                    let at = slot(places, sums, full, group, buckets);
                    for bucket in 0..buckets {
                        sums[at + bucket] = sums[at + bucket].wrapping_add(more[from + bucket]);
                    }
                }
            }
            _ => {}
        }
    }

    /// Each group that has rows, with its figures.
    pub(super) fn into_rows(self, buckets: usize) -> Box<dyn Iterator<Item = (u64, Vec<i128>)>> {
        match self {
            Self::Dense { sums, seen } => {
                let groups = seen.len();
                Box::new(seen.into_iter().enumerate().filter(|(_, seen)| *seen).map(move |(group, _)| {
                    let figures = (0..buckets).map(|bucket| sums[bucket * groups + group]).collect();
                    (group as u64, figures)
                }))
            }
            Self::Hash { places, sums, .. } => Box::new(
                places.into_iter().map(move |(group, from)| (group, sums[from..from + buckets].to_vec())),
            ),
        }
    }
}

/// Where the figures of a group start. When there is no room for one more, that of the first: the sums are refused.
fn slot(
    places: &mut HashMap<u64, usize>,
    sums: &mut Vec<i128>,
    full: &mut bool,
    group: u64,
    buckets: usize,
) -> usize {
    *places.entry(group).or_insert_with(|| {
        let at = sums.len();
        if at > 0 && at + buckets > MOST_CELLS {
            *full = true;
            return 0;
        }
        sums.resize(at + buckets, 0);
        at
    })
}
