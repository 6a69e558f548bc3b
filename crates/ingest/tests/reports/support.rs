//! Small reports, written and read back.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Decimal128Type, Int32Type};
use ingest::rollup::RollupResult;
use ingest::{Counters, IngestError, LocalFile, Selection, SourceFile};
use model::{BillingPeriod, Decimal};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(crate) const HEADER: &str = "bill/BillingPeriodStartDate,lineItem/UsageStartDate,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,lineItem/UnblendedCost,lineItem/UsageAmount,lineItem/CurrencyCode,reservation/ReservationARN,reservation/EffectiveCost,resourceTags/user:Team,resourceTags/user:team,reservation/UnusedAmortizedUpfrontFeeForBillingPeriod,reservation/UnusedRecurringFee";

/// A usage row of 1 October 2026.
pub(crate) fn row(cost: &str) -> String {
    format!(
        "2026-10-01T00:00:00Z,2026-10-01T05:00:00Z,111111111111,Usage,AmazonEC2,BoxUsage:m5.large,RunInstances,{cost},1,USD,,,Platform,platform,,"
    )
}

/// A report of these lines.
pub(crate) fn report(lines: &[String]) -> Vec<u8> {
    let mut text = HEADER.to_owned();
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text.push('\n');
    text.into_bytes()
}

pub(crate) fn file(folder: &Path, name: &str, bytes: &[u8]) -> Arc<dyn SourceFile> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    LocalFile::open(name, &path).unwrap()
}

pub(crate) fn read(files: &[Arc<dyn SourceFile>]) -> Result<RollupResult, IngestError> {
    ingest::rollup::read(files, &Selection::default(), 2, &Counters::default())
}

pub(crate) fn read_one(name: &str, bytes: &[u8]) -> Result<RollupResult, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    read(&[file(folder.path(), name, bytes)])
}

/// Sum of a measure by period and dimension value.
pub(crate) fn sums(
    result: &RollupResult,
    dimension: &str,
    measure: &str,
) -> BTreeMap<(BillingPeriod, String), Decimal> {
    let mut sums = BTreeMap::new();
    for (period, rollup) in &result.periods {
        let sorted = rollup.sorted();
        let batch = sorted.batch(0..sorted.rows()).unwrap();
        let keys = batch.column_by_name(dimension).unwrap().as_dictionary::<Int32Type>();
        let values = batch.column_by_name(measure).unwrap().as_primitive::<Decimal128Type>();
        for at in 0..batch.num_rows() {
            let key = keys.key(at).map_or("", |key| keys.values().as_string::<i32>().value(key));
            assert!(values.is_valid(at));
            *sums.entry((*period, key.to_owned())).or_insert(Decimal::ZERO) +=
                Decimal::from_units(values.value(at));
        }
    }
    sums
}

/// The total of a measure over everything.
pub(crate) fn total(result: &RollupResult, measure: &str) -> Decimal {
    sums(result, "BillingCurrency", measure).into_values().sum()
}
