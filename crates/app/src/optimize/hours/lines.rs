//! Hours from the line items: a statement over some days, and its answer.

use super::{Detail, HourRow, HourSums, What};
use crate::{App, AppError, Result};
use analyses::commitments::facts;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use chrono::{DateTime, NaiveDate};
use futures::TryStreamExt;
use model::schema::AMOUNT;
use model::{ChargeType, Decimal};
use query::View;
use std::collections::HashMap;
use std::sync::Arc;

/// Text columns, in the order in which [`Known::rows`] reads them.
const TEXTS: usize = 13;
/// Amounts, likewise, behind hour, span and number of rows.
const AMOUNTS: usize = 14;

/// The statement of some days.
pub(super) fn statement(from: NaiveDate, to: NaiveDate, detail: Detail) -> String {
    // Two columns must not have one name.
    let account =
        if detail.accounts { "\"SubAccountId\"" } else { "CAST(NULL AS VARCHAR) AS \"any_account\"" };
    let zone = if detail.zones { "\"AvailabilityZone\"" } else { "CAST(NULL AS VARCHAR) AS \"any_zone\"" };
    let fees: Vec<String> =
        ChargeType::words(ChargeType::is_recurring).iter().map(|word| format!("'{word}'")).collect();
    let used = [
        ChargeType::OnDemandUsage,
        ChargeType::SpotUsage,
        ChargeType::ReservedUsage,
        ChargeType::SavingsPlanUsage,
    ];
    let used: Vec<String> = used.iter().map(|one| format!("'{}'", one.name())).collect();
    format!(
        r#"SELECT "BillingAccountId", {account}, "currency", "x_ProductCode", "x_UsageType", "x_Operation", "RegionId", {zone},
  "x_InstanceType", "x_OperatingSystem", "x_ChargeType", "CommitmentDiscountId",
  CAST("x_NormalizationFactor" AS VARCHAR),
  CAST("ChargePeriodStart" AS BIGINT) / 3600000000,
  (CAST(COALESCE("ChargePeriodEnd", "ChargePeriodStart") AS BIGINT) - CAST("ChargePeriodStart" AS BIGINT) + 3599999999) / 3600000000,
  COUNT(*),
  SUM("x_UsageAmount"), SUM("ConsumedQuantity"), SUM("x_NormalizedUsageAmount"), SUM("ListCost"), SUM("EffectiveCost"), SUM("BilledCost"),
  SUM("x_NetBilledCost"), SUM("x_NetEffectiveCost"), SUM("x_UsedCommitment"), SUM("x_TotalCommitment"),
  MIN("ListUnitPrice"), MAX("ListUnitPrice"), MAX("x_SavingsPlanRate"), MAX("x_NormalizationFactor")
FROM line_items
WHERE NOT "x_IsSplit" AND "ChargePeriodStart" >= TIMESTAMP '{from} 00:00:00' AND "ChargePeriodStart" < TIMESTAMP '{to} 00:00:00'
  AND (("CommitmentDiscountId" <> '' AND "x_ChargeType" IN ({fees}, {used})) OR ("x_ChargeType" IN ({used}) AND ({relevant})))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
ORDER BY 14, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"#,
        fees = fees.join(", "),
        used = used.join(", "),
        relevant = relevant(),
    )
}

/// Engines of caches by product code and operation.
#[derive(Clone, Debug, Default)]
pub(in crate::optimize) struct Engines(HashMap<(String, String), String>);

impl Engines {
    /// Those that some bills tell. Neither usage type nor operation tell an engine for certain, and the attribute stands among
    /// all that has no column: so it is read of these few rows alone.
    pub(in crate::optimize) async fn read(app: &App, view: &View) -> Result<Self> {
        // As the formats spell the attribute.
        let keys = ["product/cacheEngine", "product_cache_engine", "cache_engine", "cacheEngine"];
        let found: Vec<String> =
            keys.iter().map(|key| format!(r#"tag("x_OtherColumns", '{key}')"#)).collect();
        let sql = format!(
            r#"SELECT "x_ProductCode", "x_Operation", MAX(COALESCE({}))
FROM line_items WHERE "x_ProductCode" IN ('AmazonElastiCache', 'AmazonMemoryDB') GROUP BY 1, 2"#,
            found.join(", ")
        );
        let mut rows = app.engine().sql(view, &sql).await?.texts();
        let mut engines = HashMap::new();
        while let Some(some) = rows.try_next().await? {
            for row in some {
                let [product, operation, Some(engine)] = row.as_slice() else { continue };
                let key = (product.clone().unwrap_or_default(), operation.clone().unwrap_or_default());
                engines.insert(key, engine.clone());
            }
        }
        Ok(Self(engines))
    }

    /// The engine; empty where rows do not tell it.
    pub(in crate::optimize) fn of(&self, product: &str, operation: &str) -> &str {
        if self.0.is_empty() {
            return "";
        }
        self.0.get(&(product.to_owned(), operation.to_owned())).map(String::as_str).unwrap_or_default()
    }
}

/// Usage that commitments could take, by product and usage type.
pub(in crate::optimize) fn relevant() -> String {
    let of_service = |(service, usage): (&str, Vec<&str>)| {
        let heads: Vec<String> = usage.iter().map(|head| head.replace('.', "\\.")).collect();
        format!(
            r#"("x_ProductCode" = '{service}' AND "x_UsageType" ~ '^((EU|[A-Z]{{2,5}}[0-9A-Z]*[0-9])-){{0,2}}({})')"#,
            heads.join("|")
        )
    };
    let all: Vec<String> =
        facts().usage().map(|(service, usage)| of_service((service, usage.collect()))).collect();
    all.join(" OR ")
}

/// What was met so far: it repeats from hour to hour.
pub(super) struct Known {
    engines: Engines,
    by_text: HashMap<String, Arc<What>>,
    key: String,
}

impl Known {
    pub(super) fn new(engines: Engines) -> Self {
        Self { engines, by_text: HashMap::new(), key: String::new() }
    }

    /// Calls back for each row of a batch.
    pub(super) fn rows(
        &mut self,
        batch: &RecordBatch,
        detail: Detail,
        each: &mut impl FnMut(HourRow),
    ) -> Result<()> {
        let texts = (0..TEXTS).map(|at| text(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let counts = (TEXTS..TEXTS + 3).map(|at| number(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let amounts =
            (0..AMOUNTS).map(|at| amount(batch.column(TEXTS + 3 + at))).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let [hour, hours, rows] =
                [0, 1, 2].map(|at: usize| counts[at].as_primitive::<Int64Type>().value(row));
            let Some(hour) = DateTime::from_timestamp(hour * 3600, 0) else { continue };
            let value = |at: usize| {
                let column = amounts[at].as_primitive::<Decimal128Type>();
                column.is_valid(row).then(|| Decimal::from_units(column.value(row)))
            };
            let sum = |at: usize| value(at).unwrap_or_default();
            let what = self.what(&texts, row, detail, value(AMOUNTS - 1));
            each(HourRow {
                hour,
                hours: u32::try_from(hours).unwrap_or(1).max(1),
                what,
                sums: HourSums {
                    rows: rows.unsigned_abs(),
                    usage: sum(0),
                    quantity: sum(1),
                    normalized: value(2),
                    list: sum(3),
                    effective: sum(4),
                    billed: sum(5),
                    net_billed: sum(6),
                    net_effective: sum(7),
                    used_commitment: value(8),
                    total_commitment: value(9),
                    least_price: value(10),
                    most_price: value(11),
                    plan_price: value(12),
                },
            });
        }
        Ok(())
    }

    fn what(
        &mut self,
        texts: &[StringArray],
        row: usize,
        detail: Detail,
        factor: Option<Decimal>,
    ) -> Arc<What> {
        let word = |at: usize| if texts[at].is_valid(row) { texts[at].value(row) } else { "" };
        self.key.clear();
        for at in 0..TEXTS {
            self.key.push_str(word(at));
            self.key.push('\u{1f}');
        }
        if let Some(known) = self.by_text.get(&self.key) {
            return Arc::clone(known);
        }
        let own = |at: usize| word(at).to_owned();
        let what = Arc::new(What {
            payer: own(0),
            account: detail.accounts.then(|| own(1)),
            currency: own(2),
            product_code: own(3),
            usage_type: own(4),
            operation: own(5),
            region: own(6),
            zone: detail.zones.then(|| own(7)),
            instance_type: own(8),
            operating_system: own(9),
            engine: self.engines.of(word(3), word(5)).to_owned(),
            charge_type: own(10),
            commitment_id: own(11),
            factor,
            ..What::default()
        });
        self.by_text.insert(self.key.clone(), Arc::clone(&what));
        what
    }
}

pub(in crate::optimize) fn text(column: &ArrayRef) -> Result<StringArray> {
    Ok(cast(column, &DataType::Utf8).map_err(odd)?.as_string::<i32>().clone())
}

pub(in crate::optimize) fn number(column: &ArrayRef) -> Result<ArrayRef> {
    cast(column, &DataType::Int64).map_err(odd)
}

pub(in crate::optimize) fn amount(column: &ArrayRef) -> Result<ArrayRef> {
    cast(column, &AMOUNT).map_err(odd)
}

fn odd(error: impl std::fmt::Display) -> AppError {
    AppError::internal(format!("the hours of a bill cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_names_what_it_reads() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let text = statement(day("2026-10-01"), day("2026-10-05"), Detail { accounts: true, zones: false });
        assert!(text.contains("\"SubAccountId\"") && !text.contains("AvailabilityZone"));
        assert!(text.contains("TIMESTAMP '2026-10-05 00:00:00'") && text.contains("BoxUsage|DedicatedUsage"));
    }
}
