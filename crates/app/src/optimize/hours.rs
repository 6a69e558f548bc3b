//! What ran and what it cost, by the hour: rows that commitments are about, summed.
//!
//! The sums come from the line items, some days at a time, so that a statement never holds more than those: where the third
//! table of hours is there, it gives the same rows. Only rows that a commitment takes, could take, or pays for are among
//! them, and spot, which no commitment takes.

use crate::read::Published;
use crate::{App, ErrorKind};
use crate::{AppError, Result};
use analyses::commitments::facts;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::TryStreamExt;
use model::schema::AMOUNT;
use model::{BillingPeriod, ChargeType, Decimal};
use query::View;
use std::collections::HashMap;
use std::sync::Arc;

/// Days of one statement: its groups are what is held at once.
const DAYS_AT_ONCE: u64 = 4;

/// Which hours are read, and how finely.
#[derive(Clone, Copy, Debug)]
pub struct HoursAsked {
    /// First day of usage (UTC).
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// Beyond hour, SKU and commitment.
    pub detail: Detail,
}

/// What rows are told apart by, beside hour, SKU and commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Accounts: four hundred times the rows of a large company.
    pub accounts: bool,
    /// Zones, which zonal reservations alone ask for.
    pub zones: bool,
}

/// What a row is to a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// At the on-demand price.
    OnDemand,
    /// Spot.
    Spot,
    /// Taken by a reservation.
    Reserved,
    /// Taken by a savings plan.
    SavingsPlan,
    /// What of a commitment nothing took: its effective cost is that.
    Unused,
}

impl Part {
    /// The part that rows of a charge type are; `None` for what is none: cash, tax, negations.
    pub fn of(charge_type: &str) -> Option<Self> {
        let is = |one: ChargeType| one.name() == charge_type;
        if is(ChargeType::OnDemandUsage) {
            Some(Self::OnDemand)
        } else if is(ChargeType::SpotUsage) {
            Some(Self::Spot)
        } else if is(ChargeType::ReservedUsage) {
            Some(Self::Reserved)
        } else if is(ChargeType::SavingsPlanUsage) {
            Some(Self::SavingsPlan)
        } else if [ChargeType::RiFee, ChargeType::RiUnused, ChargeType::SpFee, ChargeType::SpUnused]
            .into_iter()
            .any(is)
        {
            Some(Self::Unused)
        } else {
            None
        }
    }
}

/// What was used, by whom, and how it was bought. Empty text where rows say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct What {
    /// Payer account.
    pub payer: String,
    /// Account; `None` where accounts were not asked for.
    pub account: Option<String>,
    /// Currency of the money.
    pub currency: String,
    /// Product code.
    pub product_code: String,
    /// Usage type, with its region.
    pub usage_type: String,
    /// Operation.
    pub operation: String,
    /// Region.
    pub region: String,
    /// Zone; `None` where zones were not asked for.
    pub zone: Option<String>,
    /// Instance type.
    pub instance_type: String,
    /// Operating system.
    pub operating_system: String,
    /// Tenancy, where the source tells it apart from the usage type.
    pub tenancy: String,
    /// Deployment of a database, likewise.
    pub deployment: String,
    /// Engine of a cache.
    pub engine: String,
    /// Normalisation factor of the rows.
    pub factor: Option<Decimal>,
    /// Charge type: [`Part::of`] it is what the row is to commitments.
    pub charge_type: String,
    /// Commitment that took it, or whose fee it is.
    pub commitment_id: String,
}

/// An hour's sums of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Begin of the hour in which the rows begin.
    pub hour: DateTime<Utc>,
    /// Hours that each row spans, rounded up: 1 in an hourly report, 24 in a daily one, a month's of a reservation's fee.
    pub hours: u32,
    /// What was used.
    pub what: Arc<What>,
    /// How much.
    pub sums: HourSums,
}

/// Sums of some rows. Money in the row's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourSums {
    /// Rows.
    pub rows: u64,
    /// Usage that counts, in the row's unit.
    pub usage: Decimal,
    /// Quantity as the rows have it, also of fees (count × hours of a reservation).
    pub quantity: Decimal,
    /// Normalised usage, where rows tell it.
    pub normalized: Option<Decimal>,
    /// At public prices.
    pub list: Decimal,
    /// Amortized.
    pub effective: Decimal,
    /// As billed.
    pub billed: Decimal,
    /// As billed, after discounts.
    pub net_billed: Decimal,
    /// Amortized, after discounts.
    pub net_effective: Decimal,
    /// Of a plan's fee: commitment that was used.
    pub used_commitment: Option<Decimal>,
    /// Of a plan's fee: commitment.
    pub total_commitment: Option<Decimal>,
    /// Least public price of a unit, where rows tell it.
    pub least_price: Option<Decimal>,
    /// Largest public price of a unit.
    pub most_price: Option<Decimal>,
    /// Price of a unit under the plan that took it, where rows tell it.
    pub plan_price: Option<Decimal>,
}

/// Calls back for each hour's sums, some days after the others, in no order within them.
///
/// # Errors
/// `NotReady` while a month has only its roll-up; bills that cannot be read.
pub async fn hour_rows(
    app: &App,
    published: &Published,
    asked: HoursAsked,
    mut each: impl FnMut(HourRow) + Send,
) -> Result<()> {
    let view = months(&published.view, BillingPeriod::of(asked.from), BillingPeriod::of(asked.to))?;
    let mut known = Known::default();
    let mut from = asked.from;
    while from < asked.to {
        let to = from.checked_add_days(Days::new(DAYS_AT_ONCE)).map_or(asked.to, |to| to.min(asked.to));
        let mut batches = app.engine().sql(&view, &statement(from, to, asked.detail)).await?;
        while let Some(batch) = batches.try_next().await? {
            known.rows(&batch, asked.detail, &mut each)?;
        }
        from = to;
    }
    Ok(())
}

/// The bills of some months; rows may be dated some days beside their month, so the month after is among them.
///
/// # Errors
/// `NotReady` while one of them has only its roll-up.
pub(super) fn months(view: &View, from: Option<BillingPeriod>, to: Option<BillingPeriod>) -> Result<View> {
    let to = to.map(BillingPeriod::next);
    let mut view = view.clone();
    view.periods
        .retain(|one| from.is_none_or(|from| one.period >= from) && to.is_none_or(|to| one.period <= to));
    let mut missing: Vec<String> = view
        .periods
        .iter()
        .filter(|one| one.line_item_files.is_none())
        .map(|one| one.period.to_string())
        .collect();
    missing.dedup();
    if missing.is_empty() {
        return Ok(view);
    }
    let message = format!(
        "the line items of {} are still being stored; only daily figures are ready",
        missing.join(", ")
    );
    Err(AppError::new(ErrorKind::NotReady, message).advise("Ask again in some minutes."))
}

/// Text columns, in the order in which [`Known::rows`] reads them.
const TEXTS: usize = 14;
/// Amounts, likewise, behind hour, span and number of rows.
const AMOUNTS: usize = 14;

/// The statement of some days.
fn statement(from: NaiveDate, to: NaiveDate, detail: Detail) -> String {
    let account = if detail.accounts { "\"SubAccountId\"" } else { "CAST(NULL AS VARCHAR)" };
    let zone = if detail.zones { "\"AvailabilityZone\"" } else { "CAST(NULL AS VARCHAR)" };
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
  "x_InstanceType", "x_OperatingSystem", {engine}, "x_ChargeType", "CommitmentDiscountId",
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
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16"#,
        engine = engine(),
        fees = fees.join(", "),
        used = used.join(", "),
        relevant = relevant(),
    )
}

/// The engine of a cache, which neither usage type nor operation tell for certain; as the formats spell the attribute.
pub(super) fn engine() -> String {
    let keys = ["product/cacheEngine", "product_cache_engine", "cache_engine"];
    let found: Vec<String> = keys.iter().map(|key| format!(r#"tag("x_OtherColumns", '{key}')"#)).collect();
    format!(
        r#"CASE WHEN "x_ProductCode" IN ('AmazonElastiCache', 'AmazonMemoryDB') THEN COALESCE({}) END"#,
        found.join(", ")
    )
}

/// Usage that commitments could take, by product and usage type.
pub(super) fn relevant() -> String {
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
#[derive(Default)]
struct Known {
    by_text: HashMap<String, Arc<What>>,
    key: String,
}

impl Known {
    fn rows(&mut self, batch: &RecordBatch, detail: Detail, each: &mut impl FnMut(HourRow)) -> Result<()> {
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
            engine: own(10),
            charge_type: own(11),
            commitment_id: own(12),
            factor,
            ..What::default()
        });
        self.by_text.insert(self.key.clone(), Arc::clone(&what));
        what
    }
}

pub(super) fn text(column: &ArrayRef) -> Result<StringArray> {
    Ok(cast(column, &DataType::Utf8).map_err(odd)?.as_string::<i32>().clone())
}

pub(super) fn number(column: &ArrayRef) -> Result<ArrayRef> {
    cast(column, &DataType::Int64).map_err(odd)
}

pub(super) fn amount(column: &ArrayRef) -> Result<ArrayRef> {
    cast(column, &AMOUNT).map_err(odd)
}

pub(super) fn odd(error: impl std::fmt::Display) -> AppError {
    AppError::internal(format!("the hours of a bill cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_commitments_by_charge_type() {
        for (charge_type, part) in [
            (ChargeType::OnDemandUsage, Some(Part::OnDemand)),
            (ChargeType::SpotUsage, Some(Part::Spot)),
            (ChargeType::ReservedUsage, Some(Part::Reserved)),
            (ChargeType::SavingsPlanUsage, Some(Part::SavingsPlan)),
            (ChargeType::RiFee, Some(Part::Unused)),
            (ChargeType::SpUnused, Some(Part::Unused)),
            (ChargeType::UpFrontFee, None),
            (ChargeType::SavingsPlanNegation, None),
            (ChargeType::Refund, None),
        ] {
            assert_eq!(Part::of(charge_type.name()), part, "{}", charge_type.name());
        }
    }

    #[test]
    fn the_statement_names_what_it_reads() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let text = statement(day("2026-10-01"), day("2026-10-05"), Detail { accounts: true, zones: false });
        assert!(text.contains("\"SubAccountId\"") && !text.contains("AvailabilityZone"));
        assert!(text.contains("TIMESTAMP '2026-10-05 00:00:00'") && text.contains("BoxUsage|DedicatedUsage"));
    }
}
