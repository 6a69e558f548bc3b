//! The legacy report's columns: text fields in declaration order with the figures of their category.

use super::{Column, Source};
use crate::row::Num;
use crate::text::Txt;

/// Figures per category, in the order of a report.
const NUMBERS: &[(&str, Num)] = &[
    ("lineItem/UsageAmount", Num::Amount),
    ("lineItem/NormalizationFactor", Num::NormFactor),
    ("lineItem/NormalizedUsageAmount", Num::NormAmount),
    ("lineItem/UnblendedCost", Num::Unblended),
    ("lineItem/BlendedCost", Num::Blended),
    ("lineItem/NetUnblendedCost", Num::NetUnblended),
    ("discount/BundledDiscount", Num::Bundled),
    ("discount/EdpDiscount", Num::Edp),
    ("discount/PrivateRateDiscount", Num::Private),
    ("discount/TotalDiscount", Num::TotalDiscount),
    ("pricing/publicOnDemandCost", Num::List),
    ("reservation/AmortizedUpfrontCostForUsage", Num::RiUpfrontForUsage),
    ("reservation/AmortizedUpfrontFeeForBillingPeriod", Num::RiUpfrontForPeriod),
    ("reservation/EffectiveCost", Num::RiEffective),
    ("reservation/NetAmortizedUpfrontCostForUsage", Num::RiNetUpfrontForUsage),
    ("reservation/NetAmortizedUpfrontFeeForBillingPeriod", Num::RiNetUpfrontForPeriod),
    ("reservation/NetEffectiveCost", Num::RiNetEffective),
    ("reservation/NetRecurringFeeForUsage", Num::RiNetRecurringForUsage),
    ("reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod", Num::RiNetUnusedUpfront),
    ("reservation/NetUnusedRecurringFee", Num::RiNetUnusedRecurring),
    ("reservation/NetUpfrontValue", Num::RiNetUpfrontValue),
    ("reservation/RecurringFeeForUsage", Num::RiRecurringForUsage),
    ("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", Num::RiUnusedUpfront),
    ("reservation/UnusedNormalizedUnitQuantity", Num::RiUnusedNormAmount),
    ("reservation/UnusedQuantity", Num::RiUnusedAmount),
    ("reservation/UnusedRecurringFee", Num::RiUnusedRecurring),
    ("reservation/UpfrontValue", Num::RiUpfrontValue),
    ("savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod", Num::SpUpfront),
    ("savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod", Num::SpNetUpfront),
    ("savingsPlan/NetRecurringCommitmentForBillingPeriod", Num::SpNetRecurring),
    ("savingsPlan/NetSavingsPlanEffectiveCost", Num::SpNetEffective),
    ("savingsPlan/RecurringCommitmentForBillingPeriod", Num::SpRecurring),
    ("savingsPlan/SavingsPlanEffectiveCost", Num::SpEffective),
    ("savingsPlan/TotalCommitmentToDate", Num::SpTotal),
    ("savingsPlan/UsedCommitment", Num::SpUsed),
    ("splitLineItem/ActualUsage", Num::SplitActual),
    ("splitLineItem/NetSplitCost", Num::SplitNetCost),
    ("splitLineItem/NetUnusedCost", Num::SplitNetUnused),
    ("splitLineItem/PublicOnDemandSplitCost", Num::SplitList),
    ("splitLineItem/PublicOnDemandUnusedCost", Num::SplitListUnused),
    ("splitLineItem/ReservedUsage", Num::SplitReserved),
    ("splitLineItem/SplitCost", Num::SplitCost),
    ("splitLineItem/SplitUsage", Num::SplitUsage),
    ("splitLineItem/SplitUsageRatio", Num::SplitRatio),
    ("splitLineItem/UnusedCost", Num::SplitUnused),
];

const CATEGORIES: &[&str] = &[
    "identity",
    "bill",
    "lineItem",
    "discount",
    "product",
    "pricing",
    "reservation",
    "savingsPlan",
    "splitLineItem",
    "resourceTags",
    "costCategory",
];

/// All columns: category by category; within one, fixed fields, text, figures.
pub(super) fn columns() -> Vec<Column> {
    let mut list = Vec::new();
    let mut push = |name: &str, source| list.push(Column { name: name.to_owned(), source });
    for category in CATEGORIES {
        let inside = |name: &str| name.split_once('/').is_some_and(|(head, _)| head == *category);
        match *category {
            "identity" => {
                push("identity/LineItemId", Source::LineItemId);
                push("identity/TimeInterval", Source::TimeInterval);
            }
            "bill" => {
                push("bill/InvoiceId", Source::InvoiceId);
                push("bill/BillingPeriodStartDate", Source::PeriodStart);
                push("bill/BillingPeriodEndDate", Source::PeriodEnd);
            }
            "lineItem" => {
                push("lineItem/UsageStartDate", Source::UsageStart);
                push("lineItem/UsageEndDate", Source::UsageEnd);
            }
            _ => {}
        }
        for field in Txt::ALL.iter().filter(|field| inside(field.name())) {
            push(field.name(), Source::Text(*field));
        }
        for (name, number) in NUMBERS.iter().filter(|(name, _)| inside(name)) {
            push(name, Source::Number(*number));
        }
    }
    list
}
