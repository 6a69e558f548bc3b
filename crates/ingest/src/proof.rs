//! Proof of totals: the raw cost columns are summed while reading, before any rule is applied, per file and
//! line item type. What the canonical rows must add up to follows from those sums alone, so a row that is
//! lost, doubled or costed by a wrong rule shows as a difference.

use crate::batch::RawBatch;
use crate::columns::{Format, Rules};
use crate::costs::{self, MEASURES};
use crate::fields::{self, NUMBER_COUNT, Number};
use crate::limits;
use crate::numbers::{BEYOND, FINE, NULL, WIDE, plus};
use crate::up_front::UpFront;
use model::{Decimal, LineItemType};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules treat alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawClass {
    /// Place of the file in the delivery.
    pub file: usize,
    /// The report's own line item type (or FOCUS charge category).
    pub line_item_type: String,
    /// Whether it is an up-front fee or takes one back.
    pub up_front: UpFront,
    /// Split cost allocation: outside every total.
    pub split: bool,
}

/// Raw sums of one class.
#[derive(Clone, Debug)]
pub struct RawSums {
    /// Rows read.
    pub rows: u64,
    /// 10⁻¹⁸ units by number field, as the report has them.
    sums: [i128; NUMBER_COUNT],
    /// By number field: sums with the value that stands in where the field is empty ([`stand_ins`]).
    filled: [i128; NUMBER_COUNT],
    /// Unused savings-plan commitment scaled by net ÷ gross per row: the only figure that is no plain sum.
    net_unused_plan: i128,
    /// Rows whose effective cost is empty in a FOCUS report.
    pub(crate) empty_effective: u64,
    pub(crate) rules: Rules,
    present: [bool; NUMBER_COUNT],
}

impl Default for RawSums {
    fn default() -> Self {
        Self {
            rows: 0,
            sums: [0; NUMBER_COUNT],
            filled: [0; NUMBER_COUNT],
            net_unused_plan: 0,
            empty_effective: 0,
            rules: Rules::default(),
            present: [false; NUMBER_COUNT],
        }
    }
}

/// Raw sums of a delivery.
#[derive(Clone, Debug, Default)]
pub struct RawTotals {
    /// By class.
    pub classes: BTreeMap<RawClass, RawSums>,
}

/// What a file and line item type must add up to: exact sums of the measures, in the order of
/// `model::schema::ROLLUP_MEASURES`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Rows that count.
    pub rows: u64,
    /// Split cost rows, which count in no total.
    pub split_rows: u64,
    /// Sums.
    pub sums: [Decimal; 6],
}

/// Fields for which the billed cost stands in where they are empty, whatever the line item type.
const BILLED_STANDS_IN: [Number; 2] = [fields::NET_BILLED, fields::EFFECTIVE];

/// The fields of a line item type that may be empty, each with the fields that stand in for it, in order.
fn stand_ins(kind: LineItemType) -> &'static [(Number, &'static [Number])] {
    use fields::{
        BILLED, NET_BILLED, RI_EFFECTIVE, RI_NET_EFFECTIVE, RI_NET_UNUSED_RECURRING, RI_NET_UNUSED_UPFRONT,
        RI_UNUSED_RECURRING, RI_UNUSED_UPFRONT, SP_EFFECTIVE, SP_NET_EFFECTIVE,
    };
    match kind {
        LineItemType::DiscountedUsage => {
            &[(RI_EFFECTIVE, &[BILLED]), (RI_NET_EFFECTIVE, &[RI_EFFECTIVE, NET_BILLED, BILLED])]
        }
        LineItemType::RiFee => &[
            (RI_NET_UNUSED_UPFRONT, &[RI_UNUSED_UPFRONT]),
            (RI_NET_UNUSED_RECURRING, &[RI_UNUSED_RECURRING]),
        ],
        LineItemType::SavingsPlanCoveredUsage => {
            &[(SP_EFFECTIVE, &[BILLED]), (SP_NET_EFFECTIVE, &[SP_EFFECTIVE, NET_BILLED, BILLED])]
        }
        _ => &[],
    }
}

impl RawSums {
    /// The rules of `costs.rs`, applied to sums instead of rows.
    fn measures(&self, class: &RawClass) -> [i128; MEASURES] {
        let kind = LineItemType::from_name(&class.line_item_type);
        let filled = stand_ins(kind);
        let mut measures = costs::measures(kind, class.up_front, self.rules, |field| {
            if BILLED_STANDS_IN.contains(&field) || filled.iter().any(|(of, _)| *of == field) {
                return Some(self.filled[field]);
            }
            self.present[field].then(|| self.sums[field])
        });
        let focus = self.rules.format == Format::Focus;
        if kind == LineItemType::SavingsPlanRecurringFee && !focus && self.rules.plans {
            measures[3] = self.net_unused_plan;
        }
        measures
    }

    /// The billed cost.
    pub(crate) fn billed(&self) -> i128 {
        self.sums[fields::BILLED]
    }

    /// What stands in where the effective cost is empty.
    pub(crate) fn stood_in(&self) -> i128 {
        self.filled[fields::EFFECTIVE].saturating_sub(self.sums[fields::EFFECTIVE])
    }

    fn merge(&mut self, other: &Self) {
        if self.rows == 0 {
            // A class is of one file, and a file has one header.
            self.rules = other.rules;
        }
        self.rows += other.rows;
        for field in 0..NUMBER_COUNT {
            add(&mut self.sums[field], other.sums[field]);
            add(&mut self.filled[field], other.filled[field]);
            self.present[field] |= other.present[field];
        }
        add(&mut self.net_unused_plan, other.net_unused_plan);
        self.empty_effective += other.empty_effective;
    }
}

impl RawTotals {
    /// Adds a batch. `codes` gives each row's class, `by_code` what the codes mean.
    pub(crate) fn add(&mut self, batch: &RawBatch, rules: Rules, codes: &[u16], by_code: &[RawClass]) {
        let mut sums = vec![RawSums::default(); by_code.len()];
        for code in codes {
            sums[usize::from(*code)].rows += 1;
        }
        // Nearly all rows are of one class: its sums are those of all rows less those of the others.
        let main = (0..sums.len()).max_by_key(|class| sums[*class].rows).unwrap_or(0);
        let others: Vec<(u32, u16)> =
            (0..).zip(codes.iter().copied()).filter(|(_, code)| usize::from(*code) != main).collect();
        let billed = batch.numbers[fields::BILLED].as_ref();
        for (field, column) in batch.numbers.iter().enumerate() {
            let Some(column) = column.as_ref().filter(|_| fields::NUMBERS[field].in_rollup) else { continue };
            let stood_in = BILLED_STANDS_IN.contains(&field);
            let mut short = vec![0_i128; by_code.len()];
            let constant =
                column.values.first().copied().filter(|first| *first == 0 || (*first == NULL && !stood_in));
            if constant.is_some_and(|constant| column.values.iter().all(|value| *value == constant)) {
                // All absent or all zero, as most columns of commitments are in most batches.
                for sum in &mut sums {
                    sum.present[field] = true;
                    if stood_in {
                        add(&mut sum.filled[field], sum.sums[field]);
                    }
                }
                continue;
            }
            let rest = others.iter().fold(0_i128, |rest, (row, class)| {
                let value = counted(column.values[*row as usize]);
                let sum = &mut short[usize::from(*class)];
                *sum = sum.wrapping_add(value);
                rest.wrapping_add(value)
            });
            short[main] = sum_of(&column.values).wrapping_sub(rest);
            for (row, units) in &column.wide {
                add(&mut sums[usize::from(codes[*row as usize])].sums[field], *units);
            }
            if stood_in {
                for (row, code) in codes.iter().enumerate().filter(|(row, _)| column.values[*row] == NULL) {
                    let sum = &mut sums[usize::from(*code)];
                    add(&mut sum.filled[field], billed.and_then(|billed| billed.units(row)).unwrap_or(0));
                    sum.empty_effective += u64::from(field == fields::EFFECTIVE);
                }
            }
            for (sum, short) in sums.iter_mut().zip(short) {
                add(&mut sum.sums[field], short * FINE);
                sum.present[field] = true;
                if stood_in {
                    add(&mut sum.filled[field], sum.sums[field]);
                }
            }
        }
        for field in BILLED_STANDS_IN {
            if batch.numbers[field].is_none() {
                for sum in &mut sums {
                    sum.filled[field] = sum.sums[fields::BILLED];
                }
            }
        }
        fill_in(batch, rules, codes, by_code, &mut sums);
        for (class, mut sum) in by_code.iter().zip(sums) {
            if sum.rows > 0 {
                sum.rules = rules;
                self.classes.entry(class.clone()).or_default().merge(&sum);
            }
        }
    }

    /// Adds another part of the same delivery.
    pub(crate) fn merge(&mut self, other: Self) {
        for (class, sums) in other.classes {
            self.classes.entry(class).or_default().merge(&sums);
        }
    }

    /// Why the sums cannot be relied on, or kept: one left the range, or there are too many.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.classes.len() > limits::CLASSES {
            return Some(format!("has more than {} pairs of a file and a line item type", limits::CLASSES));
        }
        let types: BTreeSet<&str> = self.classes.keys().map(|class| class.line_item_type.as_str()).collect();
        if types.len() > limits::TYPES {
            return Some(format!("has more than {} line item types", limits::TYPES));
        }
        let beyond = |sums: &RawSums| {
            sums.sums.iter().chain(&sums.filled).any(|sum| *sum == BEYOND) || sums.net_unused_plan == BEYOND
        };
        self.classes.iter().find(|(_, sums)| beyond(sums)).map(|(class, _)| {
            format!("has amounts of line item type '{}' whose sum is too large", class.line_item_type)
        })
    }

    /// What each file and line item type must add up to.
    pub fn expected(&self) -> BTreeMap<(usize, String), Expected> {
        let mut expected: BTreeMap<_, Expected> = BTreeMap::new();
        for (class, sums) in &self.classes {
            let entry = expected.entry((class.file, class.line_item_type.clone())).or_default();
            if class.split {
                entry.split_rows += sums.rows;
                continue;
            }
            entry.rows += sums.rows;
            for (sum, units) in entry.sums.iter_mut().zip(sums.measures(class)) {
                *sum += Decimal::from_units(units);
            }
        }
        expected
    }

    /// Rows that count and billed cost of some files; `None` when that is too large to be summed.
    pub fn billed_of(&self, files: &[usize]) -> Option<(u64, Decimal)> {
        let of_files = self.classes.iter().filter(|(class, _)| !class.split && files.contains(&class.file));
        let (mut rows, mut cost) = (0, Decimal::ZERO);
        for (class, sums) in of_files {
            rows += sums.rows;
            cost = cost.checked_add(Decimal::from_units(sums.measures(class)[0]))?;
        }
        Some((rows, cost))
    }

    /// Raw sum of the billed cost per file and line item type, as the report has it.
    pub fn raw_billed(&self) -> BTreeMap<(usize, String), Decimal> {
        let mut raw = BTreeMap::new();
        for (class, sums) in self.classes.iter().filter(|(class, _)| !class.split) {
            *raw.entry((class.file, class.line_item_type.clone())).or_insert(Decimal::ZERO) +=
                Decimal::from_units(sums.sums[fields::BILLED]);
        }
        raw
    }
}

fn add(sum: &mut i128, units: i128) {
    *sum = plus(*sum, units);
}

/// A value as far as it counts among the short ones: absent and wide values are 0 here.
const fn counted(value: i64) -> i128 {
    if value > WIDE { value as i128 } else { 0 }
}

/// Sum of the short values: their halves are added up apart, which needs no carry from row to row.
fn sum_of(values: &[i64]) -> i128 {
    const LOW: i64 = 0xFFFF_FFFF;
    // 2³¹ values of 32 bits fit into 64.
    let parts = values.chunks(1 << 30).map(|values| {
        let (low, high) = values.iter().fold((0_i64, 0_i64), |(low, high), value| {
            let value = if *value > WIDE { *value } else { 0 };
            (low.wrapping_add(value & LOW), high.wrapping_add(value >> 32))
        });
        i128::from(low).wrapping_add(i128::from(high) << 32)
    });
    parts.sum()
}

/// Sums the fields that other fields stand in for, over the rows of the few types that have such.
fn fill_in(batch: &RawBatch, rules: Rules, codes: &[u16], by_code: &[RawClass], sums: &mut [RawSums]) {
    let kinds: Vec<_> = by_code.iter().map(|class| LineItemType::from_name(&class.line_item_type)).collect();
    let special =
        |kind: &LineItemType| !stand_ins(*kind).is_empty() || *kind == LineItemType::SavingsPlanRecurringFee;
    if rules.format == Format::Focus || !kinds.iter().any(special) {
        return;
    }
    let units =
        |field: Number, row: usize| batch.numbers[field].as_ref().and_then(|column| column.units(row));
    for (row, code) in codes.iter().enumerate() {
        let class = usize::from(*code);
        for (field, others) in stand_ins(kinds[class]) {
            let value = units(*field, row).or_else(|| others.iter().find_map(|other| units(*other, row)));
            add(&mut sums[class].filled[*field], value.unwrap_or(0));
        }
        if kinds[class] == LineItemType::SavingsPlanRecurringFee {
            let measures = costs::exact_measures(batch, rules, kinds[class], by_code[class].up_front, row);
            add(&mut sums[class].net_unused_plan, measures[3]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sum_in_halves_is_the_sum(mut values in prop::collection::vec(any::<i64>(), 0..500)) {
            values.extend([NULL, WIDE, i64::MAX, -1]);
            let plain: i128 = values.iter().map(|value| counted(*value)).sum();
            prop_assert_eq!(sum_of(&values), plain);
        }
    }
}
