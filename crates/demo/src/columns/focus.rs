//! FOCUS 1.2 in AWS's column list, and which rows it has.

use super::{Column, Source};
use crate::row::Num;
use crate::text::{LineType, Template, Txt};

/// FOCUS carries neither split rows nor negation rows (covered usage is booked at zero instead).
pub(crate) fn in_focus(template: &Template) -> bool {
    !template.split && template.kind != LineType::SavingsPlanNegation
}

/// All columns, in AWS's order.
pub(super) fn columns() -> Vec<Column> {
    use Source::{
        Discounts, Empty, InvoiceId, Map, Number, PeriodEnd, PeriodStart, Text, UsageEnd, UsageStart,
    };
    [
        ("AvailabilityZone", Text(Txt::AvailabilityZone)),
        ("BilledCost", Number(Num::FocusBilled)),
        ("BillingAccountId", Text(Txt::PayerAccountId)),
        ("BillingAccountName", Text(Txt::PayerName)),
        ("BillingAccountType", Text(Txt::FocusAccountType)),
        ("BillingCurrency", Text(Txt::CurrencyCode)),
        ("BillingPeriodEnd", PeriodEnd),
        ("BillingPeriodStart", PeriodStart),
        ("CapacityReservationId", Empty),
        ("CapacityReservationStatus", Empty),
        ("ChargeCategory", Text(Txt::FocusCategory)),
        ("ChargeClass", Text(Txt::FocusClass)),
        ("ChargeDescription", Text(Txt::Description)),
        ("ChargeFrequency", Text(Txt::FocusFrequency)),
        ("ChargePeriodEnd", UsageEnd),
        ("ChargePeriodStart", UsageStart),
        ("CommitmentDiscountCategory", Text(Txt::FocusCommitmentCategory)),
        ("CommitmentDiscountId", Text(Txt::FocusCommitmentId)),
        ("CommitmentDiscountName", Empty),
        ("CommitmentDiscountQuantity", Number(Num::FocusCommitmentQuantity)),
        ("CommitmentDiscountType", Text(Txt::FocusCommitmentType)),
        ("CommitmentDiscountUnit", Text(Txt::FocusCommitmentUnit)),
        ("CommitmentDiscountStatus", Text(Txt::FocusCommitmentStatus)),
        ("ConsumedQuantity", Number(Num::FocusQuantity)),
        ("ConsumedUnit", Text(Txt::FocusConsumedUnit)),
        ("ContractedCost", Number(Num::FocusContracted)),
        ("ContractedUnitPrice", Number(Num::FocusContractedPrice)),
        ("EffectiveCost", Number(Num::FocusEffective)),
        ("InvoiceId", InvoiceId),
        ("InvoiceIssuerName", Text(Txt::InvoicingEntity)),
        ("ListCost", Number(Num::FocusList)),
        ("ListUnitPrice", Number(Num::FocusListPrice)),
        ("PricingCategory", Text(Txt::FocusPricingCategory)),
        ("PricingCurrency", Text(Txt::CurrencyCode)),
        ("PricingCurrencyContractedUnitPrice", Number(Num::FocusContractedPrice)),
        ("PricingCurrencyEffectiveCost", Number(Num::FocusEffective)),
        ("PricingCurrencyListUnitPrice", Number(Num::FocusListPrice)),
        ("PricingQuantity", Number(Num::FocusQuantity)),
        ("PricingUnit", Text(Txt::FocusPricingUnit)),
        ("ProviderName", Text(Txt::FocusProvider)),
        ("PublisherName", Text(Txt::LegalEntity)),
        ("RegionId", Text(Txt::RegionCode)),
        ("RegionName", Text(Txt::FocusRegionName)),
        ("ResourceId", Text(Txt::ResourceId)),
        ("ResourceName", Empty),
        ("ResourceType", Text(Txt::FocusResourceType)),
        ("ServiceCategory", Text(Txt::FocusServiceCategory)),
        ("ServiceName", Text(Txt::FocusServiceName)),
        ("ServiceSubcategory", Text(Txt::FocusSubcategory)),
        ("SkuId", Text(Txt::Sku)),
        ("SkuMeter", Text(Txt::UsageType)),
        ("SkuPriceId", Text(Txt::RateCode)),
        ("SkuPriceDetails", Map(Txt::FocusSkuDetails)),
        ("SubAccountId", Text(Txt::UsageAccountId)),
        ("SubAccountName", Text(Txt::AccountName)),
        ("SubAccountType", Text(Txt::FocusAccountType)),
        ("Tags", Map(Txt::FocusTags)),
        ("x_Discounts", Discounts),
        ("x_Operation", Text(Txt::Operation)),
        ("x_ServiceCode", Text(Txt::ProductCode)),
    ]
    .into_iter()
    .map(|(name, source)| Column { name: name.to_owned(), source })
    .collect()
}
