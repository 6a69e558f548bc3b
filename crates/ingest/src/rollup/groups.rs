//! The group table of the roll-up kernel: 128-bit fingerprints to slots of exact sums.
//!
//! A slot is one cache line. Sums are 64-bit counts of 10⁻¹² units; what is finer, larger or overflows goes
//! to a side table of 128-bit counts of 10⁻¹⁸ units, which stays nearly empty.

use crate::costs::MEASURES;
use crate::numbers::FINE;
use hashbrown::{HashMap, HashTable};

/// Sums of one group.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Slot {
    sums: [i64; MEASURES],
    pub(super) rows: u64,
}

/// Groups by fingerprint. The fingerprint is content-based and seeded per run, so tables of several workers
/// agree; at 10⁷ groups two share one with a chance below 10⁻²⁴.
#[derive(Default)]
pub(super) struct Groups {
    table: HashTable<(u128, u32)>,
    pub(super) prints: Vec<u128>,
    pub(super) slots: Vec<Slot>,
    wide: HashMap<(u32, u8), i128>,
}

fn bucket(print: u128) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "the upper half alone decides the bucket")]
    let half = (print >> 64) as u64;
    half
}

impl Groups {
    /// The slot of a fingerprint; the flag tells whether it is new.
    #[inline]
    pub(super) fn slot(&mut self, print: u128) -> (u32, bool) {
        let next = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let entry =
            self.table.entry(bucket(print), |(other, _)| *other == print, |(other, _)| bucket(*other));
        match entry {
            hashbrown::hash_table::Entry::Occupied(found) => (found.get().1, false),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                vacant.insert((print, next));
                self.prints.push(print);
                self.slots.push(Slot::default());
                (next, true)
            }
        }
    }

    #[inline]
    pub(super) fn add(&mut self, slot: u32, measures: &[i64; MEASURES]) {
        let sums = &mut self.slots[slot as usize];
        sums.rows += 1;
        for (at, (sum, value)) in sums.sums.iter_mut().zip(measures).enumerate() {
            let (next, overflow) = sum.overflowing_add(*value);
            if overflow {
                let key = (slot, u8::try_from(at).unwrap_or(0));
                *self.wide.entry(key).or_insert(0) += i128::from(*value) * FINE;
            } else {
                *sum = next;
            }
        }
    }

    pub(super) fn add_exact(&mut self, slot: u32, measures: &[i128; MEASURES], rows: u64) {
        self.slots[slot as usize].rows += rows;
        for (at, value) in measures.iter().enumerate() {
            if *value != 0 {
                *self.wide.entry((slot, u8::try_from(at).unwrap_or(0))).or_insert(0) += value;
            }
        }
    }

    /// Adds one of our slots to a slot of another table.
    pub(super) fn merge_into(&self, from: u32, into: &mut Self, slot: u32) {
        let ours = &self.slots[from as usize];
        into.add(slot, &ours.sums);
        into.slots[slot as usize].rows += ours.rows;
        into.slots[slot as usize].rows -= 1;
        if !self.wide.is_empty() {
            let wide = std::array::from_fn(|at| {
                self.wide.get(&(from, u8::try_from(at).unwrap_or(0))).copied().unwrap_or(0)
            });
            into.add_exact(slot, &wide, 0);
        }
    }

    /// Exact sums of a slot in 10⁻¹⁸ units.
    pub(super) fn sums(&self, slot: u32) -> [i128; MEASURES] {
        let mut sums = self.slots[slot as usize].sums.map(|sum| i128::from(sum) * FINE);
        if !self.wide.is_empty() {
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum += self.wide.get(&(slot, u8::try_from(at).unwrap_or(0))).copied().unwrap_or(0);
            }
        }
        sums
    }
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
        groups.add_exact(slot, &[5, 0, 0, 0, 0, 0, 0], 1);
        let sums = groups.sums(slot);
        assert_eq!(sums[0], i128::from(large) * 3 * FINE + 5);
        assert_eq!(sums[1], -i128::from(large) * 3 * FINE);
        assert_eq!((sums[2], groups.slots[0].rows), (3 * FINE, 4));
    }
}
