//! Workers, the queue of units, and the split of batches by billing period.

use super::kernel::Kernel;
use super::output::PeriodRollup;
use crate::batch::{Hashes, RawBatch};
use crate::columns::{Columns, Format, Rules};
use crate::decode::{self, Consumer, Counters, Unit, Wanted, Warning};
use crate::error::{ErrorKind, IngestError};
use crate::fields;
use crate::limits;
use crate::registry::Prints;
use crate::selection::{Owner, Selection, owners};
use crate::source::SourceFile;
use crate::twice::{self, DaySums, Kind, Views};
use crate::unavailable::Missing;
use crate::workers;
use chrono::Datelike;
use model::BillingPeriod;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the first pass over a delivery found.
pub struct RollupResult {
    /// Sums by billing period: one, unless loose files hold several months.
    pub periods: BTreeMap<BillingPeriod, PeriodRollup>,
    /// Values that were left out or rounded.
    pub warnings: Vec<Warning>,
    /// Which features the report's columns allow.
    pub features: serde_json::Value,
    /// The accounts of each part of the delivery in each period, where it has several.
    pub owners: Owners,
}

/// Accounts by billing period and part of a delivery.
pub type Owners = BTreeMap<(BillingPeriod, u32), BTreeSet<Owner>>;

/// Reads the selected rows of all files of a delivery.
///
/// # Errors
/// The first refusal of any file; nothing was written.
pub fn read(
    files: &[Arc<dyn SourceFile>],
    selection: &Selection,
    threads: usize,
    counters: &Counters,
) -> Result<RollupResult, IngestError> {
    let period_known = selection.period.is_some();
    let units = decode::units(files, period_known)?;
    let seed = twox_hash::XxHash3_64::oneshot(random_text().as_bytes());
    let held = Arc::new(Held::default());
    let make = || Worker {
        selection: selection.clone(),
        hashes: Hashes::new(seed),
        held: Arc::clone(&held),
        ..Worker::default()
    };
    let done = workers::run(&units, threads, Wanted::Rollup, make, |worker, unit, fetched| {
        unit.decode(Wanted::Rollup, period_known, fetched, counters, worker)
    })?;
    let mut result = RollupResult {
        periods: BTreeMap::new(),
        warnings: vec![],
        features: serde_json::Value::Null,
        owners: Owners::new(),
    };
    let mut kernels: BTreeMap<BillingPeriod, Kernel> = BTreeMap::new();
    let mut format = None;
    let mut missing = Missing::default();
    let (mut days, mut views) = (DaySums::default(), Views::default());
    for worker in done {
        days.merge(worker.days);
        views.merge(worker.views);
        missing.merge(worker.missing);
        for warning in worker.warnings {
            add_warning(&mut result.warnings, warning);
        }
        for (place, owners) in worker.owners {
            result.owners.entry(place).or_default().extend(owners);
        }
        if let Some(current) = worker.current {
            // A bill with rows of AWS's own report has AWS's identity, whichever worker ends last.
            format = format.filter(|known| *known == Format::Cur).or(Some(current.rules.format));
            result.features = current.features;
        }
        for (period, kernel) in worker.kernels {
            match kernels.entry(period) {
                std::collections::btree_map::Entry::Vacant(vacant) => drop(vacant.insert(kernel)),
                std::collections::btree_map::Entry::Occupied(mut ours) => {
                    if let (Some(one), Some(other)) = (&ours.get().currency, &kernel.currency)
                        && one != other
                    {
                        return Err(mixed_currencies("the delivery", one, other));
                    }
                    ours.get_mut().absorb(kernel);
                }
            }
        }
    }
    let sums = |period: BillingPeriod, files: &[usize]| {
        let kernel = kernels.get(&period)?;
        Some((kernel.totals.billed_of(files)?, kernel.currency.clone()))
    };
    views.refuse(files, &sums)?;
    twice::refuse(files, selection, threads, counters, &days, &sums)?;
    let format = format.unwrap_or(Format::Cur);
    check_months(kernels.len(), "the delivery")?;
    for (period, kernel) in kernels {
        let fault = kernel.totals.fault();
        let rollup = PeriodRollup::new(kernel, format, missing.clone());
        let fault = fault.or_else(|| {
            rollup.too_large().map(|measure| format!("has amounts whose sum is too large ({measure})"))
        });
        if let Some(fault) = fault {
            return Err(limits::refusal(
                "the delivery",
                format!("the billing period {period} {fault}"),
                "Look for figures that are no amounts in the report, and export it again",
            ));
        }
        result.periods.insert(period, rollup);
    }
    Ok(result)
}

/// What all workers of a pass hold, in sum.
#[derive(Default)]
struct Held {
    text: AtomicU64,
    groups: AtomicU64,
}

impl Held {
    /// Counts what a batch added.
    fn add(&self, text: u64, groups: u64, file: &str) -> Result<(), IngestError> {
        let text = self.text.fetch_add(text, Ordering::Relaxed) + text;
        let groups = self.groups.fetch_add(groups, Ordering::Relaxed) + groups;
        let what = if text > limits::DISTINCT_TEXT {
            format!("has more than {} MiB of distinct tags, names and codes", limits::DISTINCT_TEXT >> 20)
        } else if groups > limits::GROUPS {
            format!("has more than {} million different lines a day", limits::GROUPS / 1_000_000)
        } else {
            return Ok(());
        };
        Err(limits::refusal(
            file,
            format!("the delivery {what}"),
            "Leave out of the export, or out of the tags, what differs from row to row, such as identifiers or times",
        ))
    }
}

/// Each month of a delivery has tables and files of its own.
pub(crate) fn check_months(months: usize, file: &str) -> Result<(), IngestError> {
    if months <= limits::MONTHS {
        return Ok(());
    }
    Err(limits::refusal(
        file,
        format!("the delivery holds more than {} billing periods", limits::MONTHS),
        "Check the column of the billing period; split a longer history into several folders",
    ))
}

/// A seed that nobody can aim collisions at.
fn random_text() -> String {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish().to_string()
}

fn mixed_currencies(file: &str, one: &str, other: &str) -> IngestError {
    IngestError::new(
        ErrorKind::Mixed,
        file,
        format!("one billing period holds both {one} and {other}"),
        "Sums over two currencies mean nothing: export one report per currency and load each as its own connection",
    )
}

/// What a worker knows of the unit it is at.
struct Current {
    file_index: usize,
    name: String,
    rules: Rules,
    kind: Kind,
    currency_column: String,
    period_column: String,
    /// Columns that hold sets of keys and values.
    set_columns: String,
    features: serde_json::Value,
}

#[derive(Default)]
struct Worker {
    selection: Selection,
    held: Arc<Held>,
    hashes: Hashes,
    prints: Prints,
    kernels: BTreeMap<BillingPeriod, Kernel>,
    warnings: Vec<Warning>,
    missing: Missing,
    current: Option<Current>,
    owners: Owners,
    days: DaySums,
    views: Views,
}

impl Consumer for Worker {
    fn begin(&mut self, unit: &Unit, columns: &Columns) -> Result<(), IngestError> {
        self.missing.add(columns);
        if self.selection.doubted {
            self.days.begin(columns, unit.file_index);
        }
        self.current = Some(Current {
            file_index: unit.file_index,
            name: unit.file.name().to_owned(),
            rules: columns.rules(),
            kind: Kind::of(columns),
            currency_column: columns.text_name(fields::CURRENCY).to_owned(),
            period_column: columns.text_name(fields::PERIOD_START).to_owned(),
            set_columns: columns.set_names(),
            features: columns.features(),
        });
        Ok(())
    }

    fn batch(&mut self, batch: RawBatch) -> Result<(), IngestError> {
        let Some(current) = &self.current else { return Ok(()) };
        if let (Some(period), Some(_)) = (self.selection.period, &self.selection.accounts) {
            // Who had no cost in a month has a month without cost, in the bill's currency.
            check_currency(self.kernels.entry(period).or_default(), &batch, current)?;
        }
        if batch.text(fields::LINE_ITEM_TYPE).is_some_and(|types| types.values.len() > limits::TYPES) {
            return Err(limits::refusal(
                &current.name,
                format!("there are more than {} line item types", limits::TYPES),
                "Check the column of the line item type",
            ));
        }
        let Some(batch) = self.selection.narrow(batch) else { return Ok(()) };
        for (period, rows) in by_period(&batch, self.selection.period, &current.name, &current.period_column)?
        {
            let part = rows.map(|rows| batch.take(&rows));
            let part = part.as_ref().unwrap_or(&batch);
            let Some(part) = self.selection.counted(period, part) else { continue };
            let part = part.as_ref();
            if !self.kernels.contains_key(&period) {
                check_months(self.kernels.len() + 1, &current.name)?;
            }
            let kernel = self.kernels.entry(period).or_default();
            check_currency(kernel, part, current)?;
            if let Some(at) = self.selection.parts.as_ref().and_then(|parts| parts.get(current.file_index)) {
                owners(part, self.owners.entry((period, *at)).or_default());
            }
            if self.selection.doubted {
                self.days.add(part, current.file_index, period);
                self.views.add(part, period, current.kind, current.file_index);
            }
            let (text, groups) = kernel.held();
            kernel.add(part, current.rules, current.file_index, &mut self.hashes, &mut self.prints);
            let (more_text, more_groups) = kernel.held();
            self.held.add(more_text - text, more_groups - groups, &current.name)?;
            if kernel.totals.classes.len() > limits::CLASSES {
                let fault = kernel.totals.fault().unwrap_or_default();
                return Err(limits::refusal(&current.name, fault, "Check the column of the line item type"));
            }
            let unreadable = std::mem::take(&mut kernel.registries.unreadable);
            if let Some(row) = unreadable.first() {
                let warning = Warning {
                    message: "values that hold no keys and values (a JSON object or list) were left out"
                        .to_owned(),
                    column: current.set_columns.clone(),
                    file: current.name.clone(),
                    row: *row,
                    count: unreadable.len() as u64,
                };
                add_warning(&mut self.warnings, warning);
            }
        }
        Ok(())
    }

    fn warn(&mut self, warning: Warning) {
        add_warning(&mut self.warnings, warning);
    }
}

fn add_warning(warnings: &mut Vec<Warning>, warning: Warning) {
    let same = |known: &&mut Warning| known.message == warning.message && known.column == warning.column;
    match warnings.iter_mut().find(same) {
        Some(known) => known.count += warning.count,
        None => warnings.push(warning),
    }
}

/// The billing periods of a batch, each with its rows (`None`: all of them).
pub(crate) type Split = Vec<(BillingPeriod, Option<Vec<u32>>)>;

/// Splits a batch by the billing period that its rows name; a delivery that names its own accepts no other.
pub(crate) fn by_period(
    batch: &RawBatch,
    known: Option<BillingPeriod>,
    file: &str,
    column: &str,
) -> Result<Split, IngestError> {
    let starts = match (&batch.period_start, known) {
        (Some(starts), _) => starts,
        (None, Some(period)) => return Ok(vec![(period, None)]),
        (None, None) => &batch.charge_start,
    };
    let Some(first) = starts.first() else { return Ok(vec![]) };
    let period_at = |row: usize| {
        let period = chrono::DateTime::from_timestamp_micros(starts[row])
            .map(|at| at.date_naive())
            .filter(|day| (limits::FIRST_YEAR..=limits::LAST_YEAR).contains(&day.year()))
            .and_then(BillingPeriod::of);
        let period = period.ok_or_else(|| {
            IngestError::new(
                ErrorKind::Value,
                file,
                format!("is not within the years {} to {}", limits::FIRST_YEAR, limits::LAST_YEAR),
                "Export the report again",
            )
            .at(batch.row_number(row))
            .column(column)
        })?;
        match known {
            Some(known) if known != period => Err(IngestError::new(
                ErrorKind::Mixed,
                file,
                format!("the row belongs to the billing period {period}, the delivery to {known}"),
                "Check that the manifest and the files are of one delivery",
            )
            .at(batch.row_number(row))
            .column(column)),
            _ => Ok(period),
        }
    };
    if starts.iter().all(|start| start == first) {
        return Ok(vec![(period_at(0)?, None)]);
    }
    let mut split: BTreeMap<BillingPeriod, Vec<u32>> = BTreeMap::new();
    for row in 0..batch.rows {
        split.entry(period_at(row)?).or_default().push(u32::try_from(row).unwrap_or(u32::MAX));
    }
    if split.len() == 1 {
        return Ok(split.into_keys().map(|period| (period, None)).collect());
    }
    Ok(split.into_iter().map(|(period, rows)| (period, Some(rows))).collect())
}

fn check_currency(kernel: &mut Kernel, batch: &RawBatch, current: &Current) -> Result<(), IngestError> {
    let Some(column) = batch.text(fields::CURRENCY) else { return Ok(()) };
    let single = column.values.len() == 1 && kernel.currency.as_deref() == Some(column.values().value(0));
    if single {
        return Ok(());
    }
    for row in 0..batch.rows {
        let currency = column.get(row);
        match &kernel.currency {
            _ if currency.is_empty() => {}
            None => kernel.currency = Some(currency.to_owned()),
            Some(known) if known != currency => {
                return Err(mixed_currencies(&current.name, known, currency)
                    .at(batch.row_number(row))
                    .column(&current.currency_column));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
