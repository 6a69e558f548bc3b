//! The group table of the roll-up kernel: 128-bit fingerprints to slots of exact sums.
//!
//! A slot is one cache line. Sums are 64-bit counts of 10⁻¹² units; what is finer, larger or overflows goes
//! to a side table of 128-bit counts of 10⁻¹⁸ units, which stays nearly empty.

use crate::costs::MEASURES;
use crate::numbers::{FINE, plus};
use hashbrown::HashMap;

/// Sums of one group.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Slot {
    sums: [i64; MEASURES],
    pub(super) rows: u64,
}

/// Groups by fingerprint. The fingerprint is content-based and seeded per run, so tables of several workers
/// agree. 96 of its bits are kept: at 10⁷ groups two share them with a chance below 10⁻¹⁵.
///
/// Open addressing over 16-byte entries: a look-up is one cache miss, and a batch's look-ups are made in one
/// tight loop, so that the processor overlaps them.
pub(super) struct Groups {
    entries: Vec<Entry>,
    mask: usize,
    pub(super) prints: Vec<u128>,
    pub(super) slots: Vec<Slot>,
    wide: HashMap<(u32, u8), i128>,
}

#[derive(Clone, Copy)]
struct Entry {
    low: u64,
    high: u32,
    /// Slot + 1; 0: free.
    slot: u32,
}

const FREE: Entry = Entry { low: 0, high: 0, slot: 0 };

impl Default for Groups {
    fn default() -> Self {
        const START: usize = 1 << 12;
        Self {
            entries: vec![FREE; START],
            mask: START - 1,
            prints: vec![],
            slots: vec![],
            wide: HashMap::new(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "parts of a fingerprint")]
fn parts(print: u128) -> (u64, u32, usize) {
    (print as u64, (print >> 64) as u32, (print >> 84) as usize)
}

impl Groups {
    /// The slot of a fingerprint; the flag tells whether it is new.
    #[inline]
    pub(super) fn slot(&mut self, print: u128) -> (u32, bool) {
        let (low, high, hash) = parts(print);
        let mut at = hash & self.mask;
        loop {
            let entry = self.entries[at];
            if entry.slot == 0 {
                return (self.insert(print, at), true);
            }
            if entry.low == low && entry.high == high {
                return (entry.slot - 1, false);
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Touches the entries that the fingerprints will be looked for at: without a branch in between, the
    /// processor overlaps the cache misses of many rows.
    pub(super) fn touch(&self, prints: &[u128]) -> u32 {
        let at = |print: &u128| self.entries[parts(*print).2 & self.mask].slot;
        prints.iter().map(at).fold(0, |sum, slot| sum ^ slot)
    }

    /// Counts a row of each slot, which also brings the slots' sums near; `u32::MAX` is none.
    pub(super) fn count_rows(&mut self, slots: &[u32]) {
        for slot in slots {
            if let Some(sums) = self.slots.get_mut(*slot as usize) {
                sums.rows += 1;
            }
        }
    }

    #[cold]
    fn insert(&mut self, print: u128, at: usize) -> u32 {
        let (low, high, _) = parts(print);
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX - 1);
        self.entries[at] = Entry { low, high, slot: slot + 1 };
        self.prints.push(print);
        self.slots.push(Slot::default());
        if self.slots.len() * 2 > self.entries.len() {
            self.grow();
        }
        slot
    }

    fn grow(&mut self) {
        self.entries = vec![FREE; self.entries.len() * 2];
        self.mask = self.entries.len() - 1;
        for (slot, print) in (1..).zip(&self.prints) {
            let (low, high, hash) = parts(*print);
            let mut at = hash & self.mask;
            while self.entries[at].slot != 0 {
                at = (at + 1) & self.mask;
            }
            self.entries[at] = Entry { low, high, slot };
        }
    }

    /// Adds to the sums of a group; rows are counted by [`Groups::count_rows`].
    #[inline]
    pub(super) fn add(&mut self, slot: u32, measures: &[i64; MEASURES]) {
        let sums = &mut self.slots[slot as usize];
        for (at, (sum, value)) in sums.sums.iter_mut().zip(measures).enumerate() {
            let (next, overflow) = sum.overflowing_add(*value);
            if overflow {
                let key = (slot, u8::try_from(at).unwrap_or(0));
                add(self.wide.entry(key).or_insert(0), i128::from(*value) * FINE);
            } else {
                *sum = next;
            }
        }
    }

    pub(super) fn add_exact(&mut self, slot: u32, measures: &[i128; MEASURES]) {
        for (at, value) in measures.iter().enumerate() {
            if *value != 0 {
                add(self.wide.entry((slot, u8::try_from(at).unwrap_or(0))).or_insert(0), *value);
            }
        }
    }

    /// Adds one of our slots to a slot of another table.
    pub(super) fn merge_into(&self, from: u32, into: &mut Self, slot: u32) {
        let ours = &self.slots[from as usize];
        into.add(slot, &ours.sums);
        into.slots[slot as usize].rows += ours.rows;
        if !self.wide.is_empty() {
            let wide = std::array::from_fn(|at| {
                self.wide.get(&(from, u8::try_from(at).unwrap_or(0))).copied().unwrap_or(0)
            });
            into.add_exact(slot, &wide);
        }
    }

    /// Exact sums of a slot in 10⁻¹⁸ units.
    pub(super) fn sums(&self, slot: u32) -> [i128; MEASURES] {
        let mut sums = self.slots[slot as usize].sums.map(|sum| i128::from(sum) * FINE);
        if !self.wide.is_empty() {
            for (at, sum) in sums.iter_mut().enumerate() {
                add(sum, self.wide.get(&(slot, u8::try_from(at).unwrap_or(0))).copied().unwrap_or(0));
            }
        }
        sums
    }
}

fn add(sum: &mut i128, units: i128) {
    *sum = plus(*sum, units);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stay_exact_past_sixty_four_bits() {
        let mut groups = Groups::default();
        let (slot, new) = groups.slot(7);
        assert!(new && !groups.slot(7).1);
        let large = i64::MAX - 10;
        for _ in 0..3 {
            groups.add(slot, &[large, -large, 1, 0, 0, 0, 0]);
        }
        groups.add_exact(slot, &[5, 0, 0, 0, 0, 0, 0]);
        groups.count_rows(&[slot, slot, u32::MAX, slot, slot]);
        let sums = groups.sums(slot);
        assert_eq!(sums[0], i128::from(large) * 3 * FINE + 5);
        assert_eq!(sums[1], -i128::from(large) * 3 * FINE);
        assert_eq!((sums[2], groups.slots[0].rows), (3 * FINE, 4));
    }
}
