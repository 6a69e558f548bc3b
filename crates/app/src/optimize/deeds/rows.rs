//! The statements over the rows of commitments, and their answers.

use crate::Result;
use crate::optimize::hours::{amount, number, text};
use analyses::commitments::Said;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use chrono::{DateTime, Utc};
use model::{ChargeType, Decimal};

/// Columns of both statements; what one of them does not group by is the largest of its rows.
const TEXTS: usize = 18;

fn statement(columns: [&str; 11], charge_types: &[ChargeType], of: &str, groups: &str) -> String {
    let words: Vec<String> = charge_types.iter().map(|one| format!("'{}'", one.name())).collect();
    format!(
        r#"SELECT "connection_id", "billing_period", "currency", "BillingAccountId", "CommitmentDiscountId", "x_ChargeType", "x_ProductCode",
  {columns},
  CAST(MIN("ChargePeriodStart") AS BIGINT) / 3600000000, CAST(MAX(COALESCE("ChargePeriodEnd", "ChargePeriodStart")) AS BIGINT) / 3600000000, COUNT(*),
  MAX((CAST(COALESCE("ChargePeriodEnd", "ChargePeriodStart") AS BIGINT) - CAST("ChargePeriodStart" AS BIGINT) + 3599999999) / 3600000000),
  SUM("EffectiveCost"), SUM("ListCost"), SUM("x_NetEffectiveCost"), SUM("BilledCost"), SUM("ConsumedQuantity"),
  SUM("x_NormalizedUsageAmount"), SUM("x_TotalCommitment"), MAX("x_TotalCommitment"), MAX("x_NormalizationFactor")
FROM line_items
WHERE NOT "x_IsSplit" AND "CommitmentDiscountId" <> '' AND "x_ChargeType" IN ({words}){of}
GROUP BY {groups}"#,
        columns = columns.join(", "),
        words = words.join(", "),
    )
}

/// Rows of fees, purchases and refunds.
pub(super) fn fees() -> String {
    let types = [
        ChargeType::RiFee,
        ChargeType::RiUnused,
        ChargeType::SpFee,
        ChargeType::SpUnused,
        ChargeType::UpFrontFee,
        ChargeType::Refund,
    ];
    let columns = [
        "\"SubAccountId\"",
        "\"x_UsageType\"",
        "\"x_Operation\"",
        "\"RegionId\"",
        "\"x_InstanceType\"",
        "\"x_OperatingSystem\"",
        "\"x_PurchaseOption\"",
        "\"x_SavingsPlanOfferingType\"",
        "\"CommitmentDiscountType\"",
        "MAX(\"ChargeDescription\")",
        "MAX(\"x_OtherColumns\")",
    ];
    statement(columns, &types, "", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16")
}

/// Rows of usage that commitments took. Their attributes, which no column has, are much text: they are not read here.
pub(super) fn covered() -> String {
    usage("CAST(NULL AS VARCHAR) AS \"no_attributes\"", "")
}

/// The same with attributes, of some commitments alone.
pub(super) fn attributes(ids: &[&str]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect();
    usage("MAX(\"x_OtherColumns\")", &format!(" AND \"CommitmentDiscountId\" IN ({})", ids.join(", ")))
}

fn usage(attributes: &str, of: &str) -> String {
    let columns = [
        "\"SubAccountId\"",
        "\"x_UsageType\"",
        "MAX(\"x_Operation\")",
        "MAX(\"RegionId\")",
        "\"x_InstanceType\"",
        "MAX(\"x_OperatingSystem\")",
        "MAX(\"x_PurchaseOption\")",
        "MAX(\"x_SavingsPlanOfferingType\")",
        "MAX(\"CommitmentDiscountType\")",
        "CAST(NULL AS VARCHAR) AS \"no_description\"",
        attributes,
    ];
    let types = [ChargeType::ReservedUsage, ChargeType::SavingsPlanUsage];
    statement(columns, &types, of, "1, 2, 3, 4, 5, 6, 7, 8, 9, 12")
}

/// A batch, column by column.
pub(super) struct Rows {
    texts: Vec<StringArray>,
    counts: Vec<ArrayRef>,
    amounts: Vec<ArrayRef>,
    count: usize,
}

/// A row of either statement.
pub(super) struct Row<'a> {
    /// Connection, month, currency, payer, commitment, charge type, product, account, usage type, operation, region, instance type,
    /// operating system, purchase option, offering type, commitment type, description, other columns.
    pub(super) texts: [&'a str; TEXTS],
    pub(super) first: DateTime<Utc>,
    pub(super) last: DateTime<Utc>,
    pub(super) rows: u64,
    /// Hours of the longest of them.
    pub(super) span: i64,
    /// Effective, list, net effective, billed, quantity, normalised, commitment, largest commitment, factor.
    pub(super) amounts: [Option<Decimal>; 9],
}

impl Rows {
    pub(super) fn of(batch: &RecordBatch) -> Result<Self> {
        let column = |at: usize| batch.column(at);
        Ok(Self {
            texts: (0..TEXTS).map(|at| text(column(at))).collect::<Result<_>>()?,
            counts: (TEXTS..TEXTS + 4).map(|at| number(column(at))).collect::<Result<_>>()?,
            amounts: (TEXTS + 4..TEXTS + 13).map(|at| amount(column(at))).collect::<Result<_>>()?,
            count: batch.num_rows(),
        })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.count).filter_map(|row| {
            let word = |at: usize| {
                let column = &self.texts[at];
                if column.is_valid(row) { column.value(row) } else { "" }
            };
            let count = |at: usize| self.counts[at].as_primitive::<Int64Type>().value(row);
            let value = |at: usize| {
                let column = self.amounts[at].as_primitive::<Decimal128Type>();
                column.is_valid(row).then(|| Decimal::from_units(column.value(row)))
            };
            Some(Row {
                texts: std::array::from_fn(word),
                first: DateTime::from_timestamp(count(0) * 3600, 0)?,
                last: DateTime::from_timestamp(count(1) * 3600, 0)?,
                rows: count(2).unsigned_abs(),
                span: count(3).max(1),
                amounts: std::array::from_fn(value),
            })
        })
    }
}

impl<'a> Row<'a> {
    /// What it says of instances.
    pub(super) fn said(&self) -> Said<'a> {
        Said {
            service: self.texts[6],
            usage_type: self.texts[8],
            operation: self.texts[9],
            region: self.texts[10],
            instance_type: self.texts[11],
            operating_system: self.texts[12],
            factor: self.amounts[8],
            ..Said::default()
        }
    }
}
