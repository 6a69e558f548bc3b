//! A run: rows collected column by column, then sorted and turned into a batch of the canonical schema.

use super::amounts::OptionalAmounts;
use super::text::{RunText, dictionary};
use crate::batch::{Hashes, NO_TIME, RawBatch};
use crate::columns::{Format, Rules};
use crate::costs::exact_measures;
use crate::derive::{ACCOUNT_COLUMNS, DERIVED_COLUMNS};
use crate::fields::{self, Number, Text};
use crate::limits;
use crate::registry::{Prints, Registries, Registry};
use crate::rollup::Classes;
use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use hashbrown::HashMap;
use model::schema::{AMOUNT, LINE_ITEMS};
use model::{BillingPeriod, LineItemType};
use std::sync::Arc;

/// Text columns that the report has as they are.
const DIRECT: [(&str, Text); 21] = [
    ("BillingAccountName", fields::PAYER_NAME),
    ("ChargeDescription", fields::DESCRIPTION),
    ("InvoiceIssuerName", fields::ISSUER),
    ("InvoiceId", fields::INVOICE),
    ("ResourceId", fields::RESOURCE),
    ("ResourceName", fields::RESOURCE_NAME),
    ("ResourceType", fields::RESOURCE_TYPE),
    ("SkuId", fields::SKU),
    ("SkuPriceId", fields::SKU_PRICE),
    ("PricingUnit", fields::PRICING_UNIT),
    ("ConsumedUnit", fields::CONSUMED_UNIT),
    ("CommitmentDiscountName", fields::COMMITMENT_NAME),
    ("x_SplitParentResourceId", fields::SPLIT_PARENT),
    ("x_SavingsPlanOfferingType", fields::SP_OFFERING),
    ("CapacityReservationId", fields::CAPACITY_RESERVATION),
    ("CapacityReservationStatus", fields::CAPACITY_STATUS),
    ("AllocatedResourceId", fields::ALLOCATED_RESOURCE),
    ("AllocatedResourceName", fields::ALLOCATED_NAME),
    ("AllocatedTags", fields::ALLOCATED_TAGS),
    ("x_IamPrincipal", fields::IAM_PRINCIPAL),
    ("x_UserIdentifier", fields::USER_IDENTIFIER),
];
const MEASURES: [&str; 6] =
    ["BilledCost", "EffectiveCost", "x_NetBilledCost", "x_NetEffectiveCost", "ListCost", "x_UsageAmount"];
/// Amounts that may be absent.
const OPTIONAL: [(&str, Number); 17] = [
    ("PricingQuantity", fields::PRICING_QUANTITY),
    ("ConsumedQuantity", fields::USAGE),
    ("ContractedCost", fields::CONTRACTED),
    ("x_SplitCost", fields::SPLIT_COST),
    ("x_SplitUnusedCost", fields::SPLIT_UNUSED),
    ("ListUnitPrice", fields::LIST_RATE),
    ("x_SavingsPlanRate", fields::SP_RATE),
    ("x_TotalCommitment", fields::SP_TOTAL),
    ("x_UsedCommitment", fields::SP_USED),
    ("x_ReservationAmortizedFee", fields::RI_AMORTIZATION),
    ("x_ReservationAmortizedCost", fields::RI_AMORTIZED_USAGE),
    ("x_NormalizationFactor", fields::NORMALIZATION),
    ("x_NormalizedUsageAmount", fields::NORMALIZED_USAGE),
    ("x_SplitUsage", fields::SPLIT_USAGE),
    ("x_SplitUsageRatio", fields::SPLIT_RATIO),
    ("x_NetSplitCost", fields::NET_SPLIT_COST),
    ("x_NetSplitUnusedCost", fields::NET_SPLIT_UNUSED),
];
const TIMES: [&str; 4] = ["ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd"];

pub(super) struct Run {
    period: (i64, i64),
    prints: Prints,
    registries: Registries,
    skus: Vec<u32>,
    accounts: Vec<u32>,
    tags: Vec<u32>,
    categories: Vec<u32>,
    others: Vec<u32>,
    direct: [RunText; DIRECT.len()],
    file: RunText,
    times: [Vec<i64>; TIMES.len()],
    measures: [Vec<i128>; MEASURES.len()],
    optional: [OptionalAmounts; OPTIONAL.len()],
    split: Vec<bool>,
    source_rows: Vec<i64>,
}

impl Run {
    pub(super) fn new(period: BillingPeriod) -> Self {
        let micros = |period: BillingPeriod| i64::from(period.first_date32()) * 86_400_000_000;
        Self {
            period: (micros(period), micros(period.next())),
            prints: Prints::default(),
            registries: Registries::default(),
            skus: vec![],
            accounts: vec![],
            tags: vec![],
            categories: vec![],
            others: vec![],
            direct: Default::default(),
            file: RunText::default(),
            times: Default::default(),
            measures: Default::default(),
            optional: Default::default(),
            split: vec![],
            source_rows: vec![],
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.skus.len()
    }

    /// Bytes of distinct text that are held.
    pub(super) fn text(&self) -> u64 {
        self.registries.text + self.direct.iter().map(|text| text.bytes).sum::<u64>()
    }

    pub(super) fn add(
        &mut self,
        batch: &RawBatch,
        rules: Rules,
        file: &str,
        classes: &Classes,
        hashes: &mut Hashes,
    ) {
        let format = rules.format;
        self.prints.compute(batch, hashes, true);
        let prints = std::mem::take(&mut self.prints);
        // Neighbouring rows often share a set: the one seen last spares the look-up.
        ids(&mut self.skus, &prints.skus, |print, row| self.registries.sku(format, print, batch, row));
        ids(&mut self.accounts, &prints.accounts, |print, row| self.registries.account(print, batch, row));
        ids(&mut self.tags, &prints.tags, |print, row| self.registries.tag_set(print, batch, row));
        ids(&mut self.categories, &prints.categories, |print, row| {
            self.registries.category_set(print, batch, row)
        });
        ids(&mut self.others, &prints.others, |print, row| self.registries.other_set(print, batch, row));
        self.prints = prints;
        for (text, (_, field)) in self.direct.iter_mut().zip(DIRECT) {
            // A CUR row has one unit: of what is priced and of what is consumed.
            let field = if field == fields::CONSUMED_UNIT && format == Format::Cur {
                fields::PRICING_UNIT
            } else {
                field
            };
            text.add(batch.text(field), batch.rows);
        }
        self.file.fill(file, batch.rows);
        self.add_times(batch);
        self.add_amounts(batch, rules, classes);
        self.source_rows
            .extend((0..batch.rows).map(|row| i64::try_from(batch.row_number(row)).unwrap_or(i64::MAX)));
    }

    fn add_times(&mut self, batch: &RawBatch) {
        let [start, end, period_start, period_end] = &mut self.times;
        start.extend(&batch.charge_start);
        let fill = |into: &mut Vec<i64>, times: Option<&Vec<i64>>, default: i64| match times {
            Some(times) => into.extend(times),
            None => into.resize(into.len() + batch.rows, default),
        };
        fill(end, batch.charge_end.as_ref(), NO_TIME);
        fill(period_start, batch.period_start.as_ref(), self.period.0);
        fill(period_end, batch.period_end.as_ref(), self.period.1);
    }

    fn add_amounts(&mut self, batch: &RawBatch, rules: Rules, classes: &Classes) {
        let kinds: Vec<_> =
            classes.by_code.iter().map(|class| LineItemType::from_name(&class.line_item_type)).collect();
        for row in 0..batch.rows {
            let class = usize::from(classes.codes[row]);
            let measures = exact_measures(batch, rules, kinds[class], classes.by_code[class].up_front, row);
            for (column, value) in self.measures.iter_mut().zip(measures) {
                column.push(value);
            }
            self.split.push(classes.by_code[class].split);
        }
        let before = self.source_rows.len();
        for (into, (_, field)) in self.optional.iter_mut().zip(OPTIONAL) {
            // A CUR row has one quantity, as it has one unit.
            let field = if field == fields::PRICING_QUANTITY && rules.format == Format::Cur {
                fields::USAGE
            } else {
                field
            };
            into.add(batch.numbers[field].as_ref(), before);
        }
    }

    /// The run as a sorted batch; `None` when it is empty. The next run starts anew.
    pub(super) fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.skus.is_empty() {
            return Ok(None);
        }
        let order = self.order();
        let mut columns = self.columns(&order)?;
        let mut fields = vec![];
        let mut arrays = vec![];
        for field in LINE_ITEMS.fields() {
            let array = columns
                .remove(field.name().as_str())
                .ok_or_else(|| ArrowError::SchemaError(format!("no column {}", field.name())))?;
            fields.push(Field::new(field.name(), array.data_type().clone(), field.is_nullable()));
            arrays.push(array);
        }
        for ids in
            [&mut self.skus, &mut self.accounts, &mut self.tags, &mut self.categories, &mut self.others]
        {
            ids.clear();
        }
        self.registries.unreadable.clear();
        // Combinations repeat from run to run; resources' own sets need not pile up.
        self.registries.others = Registry::default();
        if self.registries.tags.items.len() > 100_000 {
            self.registries.tags = Registry::default();
        }
        if self.registries.text > limits::BUFFERED_TEXT / 2 {
            self.registries = Registries::default();
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map(Some)
    }

    /// Rows by day, account, combination and hour.
    fn order(&self) -> Vec<u32> {
        let mut keys: Vec<(i64, u32, u32, i64, u32)> = (0..self.skus.len())
            .map(|row| {
                let start = self.times[0][row];
                (
                    start.div_euclid(86_400_000_000),
                    self.accounts[row],
                    self.skus[row],
                    start,
                    u32::try_from(row).unwrap_or(u32::MAX),
                )
            })
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|(.., row)| row).collect()
    }

    fn columns(&mut self, order: &[u32]) -> Result<HashMap<&'static str, ArrayRef>, ArrowError> {
        let mut columns: HashMap<&'static str, ArrayRef> = HashMap::new();
        for (at, name) in DERIVED_COLUMNS.iter().enumerate() {
            columns
                .insert(name, registry_column(&self.registries.skus, &self.skus, order, |item| &item[at])?);
        }
        for (at, name) in ACCOUNT_COLUMNS.iter().enumerate() {
            columns.insert(
                name,
                registry_column(&self.registries.accounts, &self.accounts, order, |item| &item[at])?,
            );
        }
        columns.insert("Tags", registry_column(&self.registries.tags, &self.tags, order, |item| item)?);
        columns.insert(
            "x_CostCategories",
            registry_column(&self.registries.categories, &self.categories, order, |item| item)?,
        );
        columns.insert(
            "x_OtherColumns",
            registry_column(&self.registries.others, &self.others, order, |item| item)?,
        );
        for (text, (name, _)) in self.direct.iter_mut().zip(DIRECT) {
            columns.insert(name, text.take(order)?);
        }
        columns.insert("x_SourceFile", self.file.take(order)?);
        for (times, name) in self.times.iter_mut().zip(TIMES) {
            let array: TimestampMicrosecondArray =
                order.iter().map(|row| Some(times[*row as usize]).filter(|time| *time != NO_TIME)).collect();
            columns.insert(name, Arc::new(array.with_timezone("UTC")));
            times.clear();
        }
        for (values, name) in self.measures.iter_mut().zip(MEASURES) {
            let array = Decimal128Array::from_iter_values(order.iter().map(|row| values[*row as usize]));
            columns.insert(name, Arc::new(array.with_data_type(AMOUNT)));
            values.clear();
        }
        let places = places(order);
        for (values, (name, _)) in self.optional.iter_mut().zip(OPTIONAL) {
            columns.insert(name, values.take(order, &places));
        }
        columns.insert(
            "x_IsSplit",
            Arc::new(order.iter().map(|row| Some(self.split[*row as usize])).collect::<BooleanArray>()),
        );
        self.split.clear();
        columns.insert(
            "x_SourceRow",
            Arc::new(Int64Array::from_iter_values(order.iter().map(|row| self.source_rows[*row as usize]))),
        );
        self.source_rows.clear();
        Ok(columns)
    }
}

/// Where each row stands in the order.
fn places(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, row) in (0..).zip(order) {
        places[*row as usize] = place;
    }
    places
}

/// Appends each row's place in a registry.
fn ids(into: &mut Vec<u32>, prints: &[u128], mut id: impl FnMut(u128, usize) -> u32) {
    let mut last: Option<(u128, u32)> = None;
    for (row, print) in prints.iter().enumerate() {
        let found = match last {
            Some((known, id)) if known == *print => id,
            _ => id(*print, row),
        };
        last = Some((*print, found));
        into.push(found);
    }
}

/// A text of each row's thing, dictionary-coded over the distinct texts in use.
fn registry_column<T>(
    registry: &Registry<T>,
    ids: &[u32],
    order: &[u32],
    text: impl Fn(&T) -> &String,
) -> Result<ArrayRef, ArrowError> {
    let mut codes = vec![-2; registry.items.len()];
    let mut seen: HashMap<&str, i32> = HashMap::new();
    let mut values: Vec<&str> = vec![];
    let mut of_row = Vec::with_capacity(order.len());
    for row in order {
        let id = ids[*row as usize] as usize;
        if codes[id] == -2 {
            let text = text(&registry.items[id]).as_str();
            codes[id] = if text.is_empty() {
                -1
            } else {
                *seen.entry(text).or_insert_with(|| {
                    values.push(text);
                    i32::try_from(values.len() - 1).unwrap_or(i32::MAX)
                })
            };
        }
        of_row.push(codes[id]);
    }
    dictionary(of_row.into_iter(), Arc::new(StringArray::from(values)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::DataType;

    #[test]
    fn every_canonical_column_is_filled_by_exactly_one_source() {
        let mut names: Vec<&str> = DERIVED_COLUMNS.to_vec();
        names.extend(DIRECT.iter().map(|(name, _)| *name));
        names.extend(MEASURES.iter().chain(&TIMES));
        names.extend(OPTIONAL.iter().map(|(name, _)| *name));
        names.extend(ACCOUNT_COLUMNS);
        names.extend([
            "Tags",
            "x_CostCategories",
            "x_OtherColumns",
            "x_SourceFile",
            "x_SourceRow",
            "x_IsSplit",
        ]);
        names.sort_unstable();
        let mut expected: Vec<&str> = LINE_ITEMS.fields().iter().map(|field| field.name().as_str()).collect();
        expected.sort_unstable();
        assert_eq!(names, expected);
        assert!(matches!(LINE_ITEMS.field(0).data_type(), DataType::Utf8));
    }
}
