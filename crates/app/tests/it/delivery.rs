//! Deliveries of a report, for tests that look what becomes of them.

use std::fmt::Display;
use std::path::Path;

/// Puts a report of one row there, in place of the one before.
pub(crate) fn deliver(folder: &Path, cost: impl Display) {
    let header = "identity/LineItemId,bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,bill/PayerAccountId,\
                  lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,\
                  lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,lineItem/UsageAmount,\
                  lineItem/CurrencyCode,lineItem/UnblendedCost";
    let row = format!(
        "l,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,111111111111,111111111111,Usage,2026-10-05T01:00:00Z,\
         2026-10-05T02:00:00Z,AmazonEC2,BoxUsage:m5.large,RunInstances,1,USD,{cost}"
    );
    let period = folder.join("cur/20261001-20261101");
    std::fs::create_dir_all(&period).unwrap();
    std::fs::write(period.join("cur-1.csv"), format!("{header}\n{row}\n")).unwrap();
}
