//! The canonical schema: FOCUS 1.2 names, with `x_` columns for what FOCUS lacks.
//!
//! Line items keep one row per row of the report; the roll-up sums them per day over every dimension but
//! the resource. Both are Delta tables partitioned by `connection_id` and `billing_period`, which live in
//! the path and not in the files.

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::{Arc, LazyLock};

/// Version of what is kept of a report. It grows with every column added: a publication of an earlier one does not
/// know the newer columns and is read again once its source still has it. 1: the columns up to `x_SourceRow`.
/// 2: those of [`SINCE_2`].
pub const VERSION: u32 = 2;
/// Columns of the line items since version 2, all nullable: what trends and optimization need. None is in the
/// roll-up, whose rows they would multiply. Principals and users are personal data: no answer shows them.
pub const SINCE_2: [&str; 20] = [
    "x_SavingsPlanOfferingType",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "x_IamPrincipal",
    "x_UserIdentifier",
    "ListUnitPrice",
    "x_SavingsPlanRate",
    "x_TotalCommitment",
    "x_UsedCommitment",
    "x_ReservationAmortizedFee",
    "x_ReservationAmortizedCost",
    "x_NormalizationFactor",
    "x_NormalizedUsageAmount",
    "x_SplitUsage",
    "x_SplitUsageRatio",
    "x_NetSplitCost",
    "x_NetSplitUnusedCost",
];
/// Of [`SINCE_2`], those that are text; the others are amounts.
const SINCE_2_TEXT: usize = 8;

/// Partition columns of both tables: in paths, not in files.
pub const PARTITIONS: [&str; 2] = ["connection_id", "billing_period"];
/// Day of usage in the roll-up (UTC; Arrow Date32).
pub const DAY: &str = "x_Day";
/// Number of line items behind a roll-up row.
pub const ROWS: &str = "x_Rows";
/// Amounts of the roll-up, all `DECIMAL(38, 18)`, in the order of [`ROLLUP_MEASURES`].
pub const ROLLUP_MEASURES: [&str; 6] =
    ["BilledCost", "EffectiveCost", "x_NetBilledCost", "x_NetEffectiveCost", "ListCost", "x_UsageAmount"];

/// Text dimensions of the roll-up. `Tags` and `x_CostCategories` hold a JSON object each.
pub const ROLLUP_DIMENSIONS: [&str; 22] = [
    "SubAccountId",
    "SubAccountName",
    "BillingAccountId",
    "ServiceName",
    "x_ProductCode",
    "RegionId",
    "AvailabilityZone",
    "x_Lifecycle",
    "x_OperatingSystem",
    "x_ChargeType",
    "x_LineItemType",
    "x_UsageType",
    "x_UsageTypeGroup",
    "x_Operation",
    "x_InstanceType",
    "x_InstanceFamily",
    "x_PurchaseOption",
    "CommitmentDiscountId",
    "PublisherName",
    "BillingCurrency",
    "Tags",
    "x_CostCategories",
];

/// Type of an amount.
pub const AMOUNT: DataType = DataType::Decimal128(38, 18);

/// Type of an instant: microseconds in UTC (what Delta calls `timestamp`).
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Schema of the roll-up's files (plain `Utf8` for text).
pub static ROLLUP: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![Field::new(DAY, DataType::Date32, false)];
    fields.extend(ROLLUP_DIMENSIONS.iter().map(|name| Field::new(*name, DataType::Utf8, true)));
    fields.extend(ROLLUP_MEASURES.iter().map(|name| Field::new(*name, AMOUNT, false)));
    fields.push(Field::new(ROWS, DataType::Int64, false));
    Arc::new(Schema::new(fields))
});

/// Schema of the line items' files (plain `Utf8` for text).
pub static LINE_ITEMS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let amount = |name: &str, null: bool| Field::new(name, AMOUNT, null);
    let at = |name: &str| Field::new(name, instant(), true);
    let mut fields = vec![
        text("BillingAccountId"),
        text("BillingAccountName"),
        text("SubAccountId"),
        text("SubAccountName"),
        at("BillingPeriodStart"),
        at("BillingPeriodEnd"),
        at("ChargePeriodStart"),
        at("ChargePeriodEnd"),
        text("ChargeCategory"),
        text("ChargeClass"),
        text("ChargeFrequency"),
        text("ChargeDescription"),
        text("ProviderName"),
        text("PublisherName"),
        text("InvoiceIssuerName"),
        text("InvoiceId"),
        text("ServiceName"),
        text("ServiceCategory"),
        text("RegionId"),
        text("RegionName"),
        text("AvailabilityZone"),
        text("ResourceId"),
        text("ResourceName"),
        text("ResourceType"),
        text("SkuId"),
        text("SkuPriceId"),
        text("PricingCategory"),
        amount("PricingQuantity", true),
        text("PricingUnit"),
        amount("ConsumedQuantity", true),
        text("ConsumedUnit"),
        text("CommitmentDiscountId"),
        text("CommitmentDiscountCategory"),
        text("CommitmentDiscountType"),
        text("CommitmentDiscountStatus"),
        text("CommitmentDiscountName"),
        amount("BilledCost", false),
        amount("EffectiveCost", false),
        amount("ListCost", false),
        amount("ContractedCost", true),
        text("BillingCurrency"),
        text("Tags"),
        text("x_ProductCode"),
        text("x_LineItemType"),
        text("x_UsageType"),
        text("x_UsageTypeGroup"),
        text("x_Operation"),
        text("x_InstanceType"),
        text("x_InstanceFamily"),
        text("x_OperatingSystem"),
        text("x_Lifecycle"),
        text("x_ChargeType"),
        text("x_PurchaseOption"),
        text("x_CostCategories"),
        amount("x_NetBilledCost", false),
        amount("x_NetEffectiveCost", false),
        amount("x_UsageAmount", false),
        Field::new("x_IsSplit", DataType::Boolean, false),
        text("x_SplitParentResourceId"),
        amount("x_SplitCost", true),
        amount("x_SplitUnusedCost", true),
        text("x_OtherColumns"),
        text("x_SourceFile"),
        Field::new("x_SourceRow", DataType::Int64, false),
    ];
    fields.extend(
        SINCE_2.iter().enumerate().map(
            |(at, name)| {
                if at < SINCE_2_TEXT { text(name) } else { amount(name, true) }
            },
        ),
    );
    Arc::new(Schema::new(fields))
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DIMENSIONS, METRICS};

    #[test]
    fn what_was_added_later_is_nullable_and_not_in_the_rollup() {
        for name in SINCE_2 {
            assert!(LINE_ITEMS.field_with_name(name).unwrap().is_nullable(), "{name}");
            assert!(ROLLUP.field_with_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn every_dimension_and_metric_has_its_column() {
        for info in DIMENSIONS.iter().filter(|info| !PARTITIONS.contains(&info.column)) {
            assert!(LINE_ITEMS.field_with_name(info.column).is_ok(), "{}", info.name);
            assert_eq!(ROLLUP.field_with_name(info.column).is_ok(), info.in_rollup, "{}", info.name);
        }
        for info in METRICS {
            assert!(
                LINE_ITEMS.field_with_name(info.column).is_ok() && ROLLUP_MEASURES.contains(&info.column)
            );
        }
    }
}
