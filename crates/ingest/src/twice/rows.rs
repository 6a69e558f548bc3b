//! The second look: whether two places that add up to the same hold the same rows.

use super::spans::Kinds;
use super::sums::{Day, DaySums, place_of};
use super::{Common, Place, Suspicion};
use crate::batch::{Hashes, RawBatch};
use crate::columns::Columns;
use crate::decode::{self, Consumer, Counters, Unit, Wanted, Warning};
use crate::error::IngestError;
use crate::fields;
use crate::rollup::by_period;
use crate::selection::Selection;
use crate::source::SourceFile;
use crate::workers;
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use twox_hash::XxHash3_64;

/// Rows that are compared at most, 8 bytes each. Of more rows a share is compared, the same ones in each file.
const COMPARED: u64 = 4_000_000;
/// Rows whose kinds of charges are compared at most, some 60 bytes each.
const KINDS: u64 = 1_000_000;
/// Text that tells rows apart. What a report has of it, and another one of the same bill lacks, is not compared.
const TEXT: [fields::Text; 17] = [
    fields::PAYER,
    fields::ACCOUNT,
    fields::PRODUCT_CODE,
    fields::USAGE_TYPE,
    fields::OPERATION,
    fields::LINE_ITEM_TYPE,
    fields::RESERVATION,
    fields::SAVINGS_PLAN,
    fields::CHARGE_CLASS,
    fields::CHARGE_FREQUENCY,
    fields::COMMITMENT_STATUS,
    fields::SERVICE_CATEGORY,
    fields::DESCRIPTION,
    fields::RESOURCE,
    fields::SKU,
    fields::SKU_PRICE,
    fields::ALLOCATED_RESOURCE,
];
/// Amounts that tell rows apart, each with a factor of its own.
const AMOUNTS: [(fields::Number, u128); 3] = [
    (fields::BILLED, 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
    (fields::EFFECTIVE, 0xC2B2_AE3D_27D4_EB4F_1656_67B1_9E37_79F9),
    (fields::USAGE, 0xD6E8_FEB8_6659_FD93_A076_1D64_78BD_642F),
];
/// Factor of the instant at which a charge begins.
const START: u128 = 0xA24B_AED4_963E_E407_9FB2_1C65_1E98_DF25;

/// What was seen of the files that are suspected.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Fingerprints of rows, by file and day.
    rows: BTreeMap<usize, BTreeMap<Day, Vec<u64>>>,
    /// Fingerprints of billing account and account, by file and day.
    owners: BTreeMap<usize, BTreeMap<Day, BTreeSet<u64>>>,
    /// What is charged, by file and day; where other spans of time are suspected.
    kinds: Kinds,
}

/// Reads the files of all suspicions once more.
pub(super) fn look(
    files: &[Arc<dyn SourceFile>],
    selection: &Selection,
    threads: usize,
    counters: &Counters,
    suspicions: &[Suspicion],
    sums: &DaySums,
) -> Result<Seen, IngestError> {
    let concerned: BTreeSet<usize> =
        suspicions.iter().flat_map(|pair| pair.one.files.iter().chain(&pair.other.files)).copied().collect();
    let compared = sums.compared(&concerned);
    // Of the files that are looked at alone: beside a large bill a small copy would have no row among those compared.
    let every = sums.rows(&concerned) / COMPARED + 1;
    let kinds = suspicions.iter().any(|pair| pair.spans).then(|| sums.rows(&concerned) / KINDS + 1);
    let numbers: Vec<usize> = concerned.into_iter().collect();
    let chosen: Vec<Arc<dyn SourceFile>> = numbers.iter().map(|at| Arc::clone(&files[*at])).collect();
    let period_known = selection.period.is_some();
    let units = decode::units(&chosen, period_known)?;
    let make = || Worker {
        selection,
        compared,
        every,
        kinds,
        numbers: &numbers,
        hashes: Hashes::new(0),
        at: 0,
        name: String::new(),
        column: String::new(),
        seen: Seen::default(),
    };
    // Rows are counted as read once; a stop is a stop all the same.
    let own = Counters::default();
    let stopped = || counters.cancelled.load(std::sync::atomic::Ordering::Relaxed);
    let done = workers::run(&units, threads, Wanted::Everything, make, |worker, unit, fetched| {
        own.cancelled.fetch_or(stopped(), std::sync::atomic::Ordering::Relaxed);
        unit.decode(Wanted::Everything, period_known, fetched, &own, worker)
    })?;
    let mut seen = Seen::default();
    for worker in done {
        for (file, days) in worker.seen.rows {
            let known = seen.rows.entry(file).or_default();
            for (day, rows) in days {
                known.entry(day).or_default().extend(rows);
            }
        }
        seen.kinds.merge(worker.seen.kinds);
        for (file, days) in worker.seen.owners {
            let known = seen.owners.entry(file).or_default();
            for (day, owners) in days {
                known.entry(day).or_default().extend(owners);
            }
        }
    }
    Ok(seen)
}

impl Seen {
    /// A month of which the two hold the same rows; or the same costs in other spans of time; or, where a name says that
    /// one is a copy of the other, other rows of the same accounts and days.
    pub(super) fn verdict(&self, suspicion: &Suspicion) -> Option<(BillingPeriod, Common)> {
        let (ours, theirs) = (of(&self.rows, &suspicion.one), of(&self.rows, &suspicion.other));
        let (mut same, mut fewer) = (BTreeMap::<BillingPeriod, usize>::new(), 0);
        for (day, ours) in &ours {
            let Some(theirs) = theirs.get(day) else { continue };
            *same.entry(day.0).or_default() += in_both(ours, theirs);
            fewer += ours.len().min(theirs.len());
        }
        let all: usize = same.values().sum();
        if all > 0 && 2 * all >= fewer {
            let most = same.into_iter().max_by_key(|(_, count)| *count)?;
            return Some((most.0, Common::Rows));
        }
        if suspicion.spans
            && let Some(period) = self.kinds.in_both(&suspicion.one, &suspicion.other)
        {
            return Some((period, Common::Costs));
        }
        if !suspicion.named {
            return None;
        }
        let (ours, theirs) = (of(&self.owners, &suspicion.one), of(&self.owners, &suspicion.other));
        let shared = |(day, owners): (&Day, &Vec<u64>)| {
            theirs
                .get(day)
                .is_some_and(|theirs| owners.iter().any(|owner| theirs.contains(owner)))
                .then_some(*day)
        };
        let days: Vec<Day> = ours.iter().filter_map(shared).collect();
        (2 * days.len() >= ours.len().min(theirs.len()))
            .then(|| days.first().map(|day| (day.0, Common::Name)))?
    }
}

/// What some files have together, by day, sorted.
fn of<'a, T>(seen: &'a BTreeMap<usize, BTreeMap<Day, T>>, place: &Place) -> BTreeMap<Day, Vec<u64>>
where
    &'a T: IntoIterator<Item = &'a u64>,
{
    let mut found: BTreeMap<Day, Vec<u64>> = BTreeMap::new();
    for (day, prints) in place.files.iter().filter_map(|file| seen.get(file)).flatten() {
        found.entry(*day).or_default().extend(prints);
    }
    for prints in found.values_mut() {
        prints.sort_unstable();
    }
    found
}

/// How many of the one list's values the other one has too; both are sorted.
fn in_both(ours: &[u64], theirs: &[u64]) -> usize {
    let (mut one, mut other, mut both) = (0, 0, 0);
    while let (Some(our), Some(their)) = (ours.get(one), theirs.get(other)) {
        both += usize::from(our == their);
        one += usize::from(our <= their);
        other += usize::from(their <= our);
    }
    both
}

/// The fields, of [`TEXT`] and [`AMOUNTS`] in their order, that a file has columns for: a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared(u32);

impl Compared {
    pub(super) fn of(columns: &Columns) -> Self {
        let text = TEXT.iter().map(|field| columns.text[*field].is_some());
        let amounts = AMOUNTS.iter().map(|(field, _)| columns.numbers[*field].is_some());
        let bits = text.chain(amounts).enumerate();
        Self(bits.fold(0, |bits, (at, has)| bits | (u32::from(has) << at)))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn has(self, at: usize) -> bool {
        self.0 >> at & 1 == 1
    }
}

struct Worker<'a> {
    selection: &'a Selection,
    compared: Compared,
    /// One of so many rows is kept.
    every: u64,
    /// One of so many kinds of charges is kept; `None`: they are not asked for.
    kinds: Option<u64>,
    /// Numbers of the files in the delivery.
    numbers: &'a [usize],
    hashes: Hashes,
    at: usize,
    name: String,
    column: String,
    seen: Seen,
}

impl Worker<'_> {
    fn rows(&mut self, batch: &RawBatch, period: BillingPeriod) {
        let mut sums = vec![0_u128; batch.rows];
        let mut owners = vec![0_u128; batch.rows];
        let column =
            |field: fields::Text| Some((field, u64::try_from(field).unwrap_or(0) + 1, batch.text(field)?));
        let text = TEXT.iter().enumerate().filter(|(at, _)| self.compared.has(*at));
        let compared: Vec<_> = text.filter_map(|(_, field)| column(*field)).collect();
        self.hashes.add(&compared, &mut sums);
        if let Some(every) = self.kinds {
            let billed = batch.numbers[fields::BILLED].as_ref();
            for (row, sum) in sums.iter().enumerate() {
                let kind = XxHash3_64::oneshot(&sum.to_le_bytes());
                if kind.is_multiple_of(every) {
                    let day = (period, place_of(batch.charge_start[row]));
                    let units = billed.and_then(|billed| billed.units(row)).unwrap_or(0);
                    self.seen.kinds.add(self.at, day, kind, units);
                }
            }
        }
        let whose: Vec<_> = [fields::PAYER, fields::ACCOUNT].into_iter().filter_map(column).collect();
        self.hashes.add(&whose, &mut owners);
        let amounts = AMOUNTS.iter().enumerate().filter(|(at, _)| self.compared.has(TEXT.len() + at));
        let amounts: Vec<_> = amounts
            .filter_map(|(_, (field, factor))| Some((batch.numbers[*field].as_ref()?, *factor)))
            .collect();
        let (rows, known) =
            (self.seen.rows.entry(self.at).or_default(), self.seen.owners.entry(self.at).or_default());
        for (row, (sum, owner)) in sums.into_iter().zip(owners).enumerate() {
            let start = batch.charge_start[row];
            let mut sum = sum.wrapping_add(u128::from(start.unsigned_abs()).wrapping_mul(START));
            for (column, factor) in &amounts {
                let units = column.units(row).unwrap_or(0);
                let signed = u128::from_le_bytes(units.to_le_bytes());
                sum = sum.wrapping_add(signed.wrapping_mul(*factor));
            }
            let day = (period, place_of(start));
            let print = XxHash3_64::oneshot(&sum.to_le_bytes());
            if print.is_multiple_of(self.every) {
                rows.entry(day).or_default().push(print);
            }
            known.entry(day).or_default().insert(XxHash3_64::oneshot(&owner.to_le_bytes()));
        }
    }
}

impl Consumer for Worker<'_> {
    fn begin(&mut self, unit: &Unit, columns: &Columns) -> Result<(), IngestError> {
        self.at = self.numbers[unit.file_index];
        unit.file.name().clone_into(&mut self.name);
        columns.text_name(fields::PERIOD_START).clone_into(&mut self.column);
        Ok(())
    }

    fn batch(&mut self, batch: RawBatch) -> Result<(), IngestError> {
        let Some(batch) = self.selection.narrow(batch) else { return Ok(()) };
        for (period, rows) in by_period(&batch, self.selection.period, &self.name, &self.column)? {
            let taken = rows.map(|rows| batch.take(&rows));
            let rows = taken.as_ref().unwrap_or(&batch);
            if let Some(rows) = self.selection.counted(period, rows) {
                self.rows(&rows, period);
            }
        }
        Ok(())
    }

    fn warn(&mut self, _: Warning) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_counts_as_often_as_it_is() {
        assert_eq!(in_both(&[1, 1, 2, 5], &[1, 2, 2, 3, 5]), 3);
        assert_eq!(in_both(&[], &[1]), 0);
    }
}
