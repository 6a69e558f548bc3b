//! Any bytes as the rows of a FOCUS export, with its maps as JSON.
#![no_main]

const HEADER: &str = "BilledCost,EffectiveCost,ListCost,BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,\
ChargePeriodStart,ChargeCategory,ChargeClass,PricingCategory,ConsumedQuantity,CommitmentDiscountId,RegionId,ServiceName,\
Tags,x_CostCategories";

libfuzzer_sys::fuzz_target!(|rows: &[u8]| {
    cloud_analyzer_fuzz::read_report("focus.csv", cloud_analyzer_fuzz::with_header(HEADER, rows));
});
