//! A period's groups as canonical roll-up rows, sorted by day and account.

use super::kernel::Kernel;
use crate::columns::Format;
use crate::costs::AMORTIZATION;
use crate::derive::{Source, derived, of_account, source};
use crate::limits;
use crate::numbers::{BEYOND, plus};
use crate::proof::RawTotals;
use crate::selection::Owner;
use crate::unavailable::{self, Commitments, Missing, Unavailable};
use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use arrow::error::ArrowError;
use hashbrown::HashMap;
use model::schema::{AMOUNT, DAY, ROLLUP_DIMENSIONS, ROLLUP_MEASURES, ROWS};
use model::{Decimal, SCALE};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sums of one billing period.
pub struct PeriodRollup {
    kernel: Kernel,
    format: Format,
    missing: Missing,
}

/// The identity of billing: as billed = amortized + up-front fees paid − amortization of up-front fees.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Identity {
    /// ARN of the reservation or savings plan; empty for everything else.
    pub commitment: String,
    /// Σ unblended.
    pub unblended: Decimal,
    /// Σ amortized.
    pub amortized: Decimal,
    /// Up-front fees paid in the period.
    pub upfront_paid: Decimal,
    /// Amortization of up-front fees that falls into the period.
    pub amortization: Decimal,
    /// Of a FOCUS report, which tells no amortization: what is billed here and amortized in other months of the
    /// commitment's term; negative where they paid for this one.
    pub carried: Option<Decimal>,
    /// unblended − (amortized + upfront_paid − amortization + carried); 0 where the identity holds.
    pub difference: Decimal,
}

impl PeriodRollup {
    pub(super) fn new(kernel: Kernel, format: Format, missing: Missing) -> Self {
        Self { kernel, format, missing }
    }

    /// Line items read, split cost rows included.
    pub fn line_items(&self) -> u64 {
        self.kernel.groups.slots.iter().map(|slot| slot.rows).sum::<u64>() + self.kernel.split_rows
    }

    /// Sums of the raw columns.
    pub fn totals(&self) -> &RawTotals {
        &self.kernel.totals
    }

    /// The report's currency; `USD` where it names none, as AWS bills.
    pub fn currency(&self) -> String {
        self.kernel.currency.clone().unwrap_or_else(|| "USD".to_owned())
    }

    /// Whose bill it is, and whose costs.
    pub fn owners(&self) -> BTreeSet<Owner> {
        let accounts = &self.kernel.registries.accounts.items;
        accounts.iter().map(|item| (item[PAYER].clone(), item[ACCOUNT].clone())).collect()
    }

    /// Billed cost of some billing accounts; `None` when it is too large to be summed.
    pub fn billed_by(&self, payers: &BTreeSet<String>) -> Option<Decimal> {
        let accounts = &self.kernel.registries.accounts.items;
        let mut cost = Decimal::ZERO;
        for (slot, key) in self.kernel.keys.iter().enumerate() {
            if payers.contains(&accounts[key.account as usize][PAYER]) {
                let sums = self.kernel.groups.sums(u32::try_from(slot).unwrap_or(u32::MAX));
                cost = cost.checked_add(Decimal::from_units(sums[0]))?;
            }
        }
        Some(cost)
    }

    /// The measure whose sum, signs aside, is larger than what is kept of a period.
    pub(super) fn too_large(&self) -> Option<&'static str> {
        const USAGE: &str = "x_UsageAmount";
        let mut sums = [0_i128; ROLLUP_MEASURES.len()];
        for slot in 0..self.kernel.groups.slots.len() {
            let of_group = self.kernel.groups.sums(u32::try_from(slot).unwrap_or(u32::MAX));
            for (sum, value) in sums.iter_mut().zip(of_group) {
                *sum = plus(*sum, value.checked_abs().unwrap_or(BEYOND));
            }
        }
        let most = |name: &str| {
            let whole = if name == USAGE { limits::PERIOD_QUANTITY } else { limits::PERIOD_MONEY };
            whole * 10_i128.pow(SCALE)
        };
        let mut found = ROLLUP_MEASURES.iter().zip(sums);
        found.find(|(name, sum)| *sum == BEYOND || *sum > most(name)).map(|(name, _)| *name)
    }

    /// First hour of usage and the end of its last (microseconds since 1970, UTC).
    pub fn usage_span(&self) -> Option<(i64, i64)> {
        self.kernel.usage_span.map(|(first, last)| (first, last.saturating_add(3_600_000_000)))
    }

    /// The identity per commitment. A FOCUS report does not tell what falls into other months, so that there it fails
    /// only where cost stands twice or nowhere.
    pub fn identity(&self) -> Vec<Identity> {
        if self.format == Format::Focus {
            return self.commitments().identity();
        }
        let mut lines: BTreeMap<&str, Identity> = BTreeMap::new();
        for (slot, key) in self.kernel.keys.iter().enumerate() {
            let sku = &self.kernel.registries.skus.items[key.sku as usize];
            let sums =
                self.kernel.groups.sums(u32::try_from(slot).unwrap_or(u32::MAX)).map(Decimal::from_units);
            let line = lines.entry(&sku[COMMITMENT]).or_default();
            line.unblended += sums[0];
            line.amortized += sums[1];
            line.amortization += sums[AMORTIZATION];
            // A refund of an up-front fee is negative here; other fees and refunds are amortized as billed.
            if matches!(sku[LINE_ITEM_TYPE].as_str(), "SavingsPlanUpfrontFee" | "Fee" | "Refund") {
                line.upfront_paid += sums[0] - sums[1];
            }
        }
        let finish = |(commitment, mut line): (&str, Identity)| {
            commitment.clone_into(&mut line.commitment);
            line.difference = line.unblended - (line.amortized + line.upfront_paid - line.amortization);
            line
        };
        lines.into_iter().map(finish).collect()
    }

    /// What of the amortized cost is not known: families whose columns are not whole, and what a FOCUS report says
    /// twice or not at all. Empty for most reports.
    pub fn unavailable(&self) -> Vec<Unavailable> {
        let mut found = unavailable::of_classes(&self.kernel.totals, &self.missing);
        if self.format == Format::Focus {
            found.extend(self.commitments().doubts());
        }
        found
    }

    /// What a FOCUS report says of each commitment.
    fn commitments(&self) -> Commitments<'_> {
        let mut commitments = Commitments::default();
        for (slot, key) in self.kernel.keys.iter().enumerate() {
            let sku = &self.kernel.registries.skus.items[key.sku as usize];
            if !sku[COMMITMENT].is_empty() {
                let slot = u32::try_from(slot).unwrap_or(u32::MAX);
                let sums = self.kernel.groups.sums(slot).map(Decimal::from_units);
                let rows = self.kernel.groups.slots[slot as usize].rows;
                commitments.add(&sku[COMMITMENT], &sku[CATEGORY], &sku[STATUS], rows, sums[0], sums[1]);
            }
        }
        commitments
    }

    /// The rows in their order of storage.
    pub fn sorted(&self) -> SortedRollup<'_> {
        let registries = &self.kernel.registries;
        let dictionaries: Vec<Dictionary> = SOURCES
            .iter()
            .map(|source| {
                let source = *source;
                match source {
                    Source::Tags => Dictionary::new(source, registries.tags.items.iter().map(String::as_str)),
                    Source::Categories => {
                        Dictionary::new(source, registries.categories.items.iter().map(String::as_str))
                    }
                    Source::Account(at) => {
                        let items = registries.accounts.items.iter();
                        Dictionary::new(source, items.map(|item| item[at].as_str()))
                    }
                    Source::Sku(at) => {
                        Dictionary::new(source, registries.skus.items.iter().map(|item| item[at].as_str()))
                    }
                }
            })
            .collect();
        let mut order: Vec<(i32, u32, u32)> = self
            .kernel
            .keys
            .iter()
            .enumerate()
            .map(|(slot, key)| (key.day, key.account, u32::try_from(slot).unwrap_or(u32::MAX)))
            .collect();
        order.sort_unstable();
        SortedRollup {
            kernel: &self.kernel,
            dictionaries,
            order: order.into_iter().map(|(.., slot)| slot).collect(),
        }
    }
}

/// What fills each text column of the roll-up.
const SOURCES: [Source; ROLLUP_DIMENSIONS.len()] = {
    let mut sources = [Source::Tags; ROLLUP_DIMENSIONS.len()];
    let mut at = 0;
    while at < sources.len() {
        sources[at] = source(ROLLUP_DIMENSIONS[at]);
        at += 1;
    }
    sources
};
const ACCOUNT: usize = of_account("SubAccountId");
const PAYER: usize = of_account("BillingAccountId");
const COMMITMENT: usize = derived("CommitmentDiscountId");
const LINE_ITEM_TYPE: usize = derived("x_LineItemType");
const CATEGORY: usize = derived("ChargeCategory");
const STATUS: usize = derived("CommitmentDiscountStatus");

/// A dimension: for each thing of a registry, the code of its text; -1 for none.
struct Dictionary {
    source: Source,
    codes: Vec<i32>,
    values: ArrayRef,
}

impl Dictionary {
    fn new<'a>(source: Source, texts: impl Iterator<Item = &'a str>) -> Self {
        let mut seen: HashMap<&str, i32> = HashMap::new();
        let mut values: Vec<&str> = vec![];
        let codes = texts
            .map(|text| {
                if text.is_empty() {
                    return -1;
                }
                *seen.entry(text).or_insert_with(|| {
                    values.push(text);
                    i32::try_from(values.len() - 1).unwrap_or(i32::MAX)
                })
            })
            .collect();
        Self { source, codes, values: Arc::new(StringArray::from(values)) }
    }
}

/// Roll-up rows ready to be written, in any pieces.
pub struct SortedRollup<'a> {
    kernel: &'a Kernel,
    dictionaries: Vec<Dictionary>,
    order: Vec<u32>,
}

impl SortedRollup<'_> {
    /// Rows there are.
    pub fn rows(&self) -> usize {
        self.order.len()
    }

    /// The rows of a range as a batch of `model::schema::ROLLUP`, its text dictionary-coded.
    pub fn batch(&self, range: std::ops::Range<usize>) -> Result<RecordBatch, ArrowError> {
        let slots = &self.order[range];
        let keys = || slots.iter().map(|slot| self.kernel.keys[*slot as usize]);
        let mut schema = vec![Field::new(DAY, DataType::Date32, false)];
        let mut columns: Vec<ArrayRef> =
            vec![Arc::new(Date32Array::from_iter_values(keys().map(|key| key.day)))];
        for (name, dictionary) in ROLLUP_DIMENSIONS.iter().zip(&self.dictionaries) {
            let codes: Int32Array = keys()
                .map(|key| {
                    let thing = match dictionary.source {
                        Source::Sku(_) => key.sku,
                        Source::Account(_) => key.account,
                        Source::Tags => key.tags,
                        Source::Categories => key.categories,
                    };
                    Some(dictionary.codes[thing as usize]).filter(|code| *code >= 0)
                })
                .collect();
            let array = DictionaryArray::<Int32Type>::try_new(codes, Arc::clone(&dictionary.values))?;
            schema.push(Field::new(
                *name,
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                true,
            ));
            columns.push(Arc::new(array));
        }
        let sums: Vec<_> = slots.iter().map(|slot| self.kernel.groups.sums(*slot)).collect();
        for (at, name) in ROLLUP_MEASURES.iter().enumerate() {
            let array =
                Decimal128Array::from_iter_values(sums.iter().map(|sums| sums[at])).with_data_type(AMOUNT);
            schema.push(Field::new(*name, AMOUNT, false));
            columns.push(Arc::new(array));
        }
        let rows = slots
            .iter()
            .map(|slot| i64::try_from(self.kernel.groups.slots[*slot as usize].rows).unwrap_or(i64::MAX));
        schema.push(Field::new(ROWS, DataType::Int64, false));
        columns.push(Arc::new(Int64Array::from_iter_values(rows)));
        RecordBatch::try_new(Arc::new(Schema::new(schema)), columns)
    }
}
