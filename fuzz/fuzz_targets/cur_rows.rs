//! Any bytes as the rows of a classic Cost and Usage Report.
#![no_main]

const HEADER: &str = "bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,\
lineItem/UsageStartDate,lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,lineItem/UsageAmount,\
lineItem/UnblendedCost,lineItem/NetUnblendedCost,pricing/publicOnDemandCost,reservation/EffectiveCost,\
reservation/ReservationARN,savingsPlan/SavingsPlanEffectiveCost,resourceTags/user:Team,costCategory/Unit";

libfuzzer_sys::fuzz_target!(|rows: &[u8]| {
    cloud_analyzer_fuzz::read_report("cur.csv", cloud_analyzer_fuzz::with_header(HEADER, rows));
});
