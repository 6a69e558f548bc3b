//! What ran and what it cost, by the hour: rows that commitments are about, summed.
//!
//! The sums come from the line items, some days at a time, so that a statement never holds more than those: where the third
//! table of hours is there, it gives the same rows. Only rows that a commitment takes, could take, or pays for are among
//! them, and spot, which no commitment takes.

mod lines;

pub(super) use lines::{Engines, amount, number, relevant, text};

use crate::read::Published;
use crate::{App, ErrorKind};
use crate::{AppError, Result};
use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::TryStreamExt;
use lines::{Known, statement};
use model::{BillingPeriod, ChargeType, Decimal};
use query::View;
use std::sync::Arc;

/// Rows that one statement looks at, about: its groups are what is held at once.
const ROWS_AT_ONCE: u64 = 2_000_000;
/// Days of one statement at most.
const MOST_DAYS: u64 = 31;

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

/// Calls back for each hour's sums, one hour after the other, in an order that what lies beside them does not change: what is met
/// first gives a price its last digits.
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
    let mut known = Known::new(Engines::read(app, &view).await?);
    let days = days_at_once(published, &view);
    let mut from = asked.from;
    while from < asked.to {
        let to = from.checked_add_days(Days::new(days)).map_or(asked.to, |to| to.min(asked.to));
        let mut batches = app.engine().sql(&view, &statement(from, to, asked.detail)).await?;
        while let Some(batch) = batches.try_next().await? {
            known.rows(&batch, asked.detail, &mut each)?;
        }
        from = to;
    }
    Ok(())
}

/// Days of one statement over some months, so that it looks at no more rows than it may.
pub(super) fn days_at_once(published: &Published, view: &View) -> u64 {
    let months: std::collections::BTreeSet<BillingPeriod> =
        view.periods.iter().map(|one| one.period).collect();
    let known = published.publications.iter().filter(|one| months.contains(&one.period));
    let rows: u64 = known.map(|one| one.rows).sum();
    let days = 30 * u64::try_from(months.len()).unwrap_or(1);
    (ROWS_AT_ONCE * days / rows.max(1)).clamp(1, MOST_DAYS)
}

/// The bills of some months; rows may be dated some days beside their month, so the month after is among them.
///
/// # Errors
/// `NotReady` while one of them has only its roll-up.
pub(super) fn months(view: &View, from: Option<BillingPeriod>, to: Option<BillingPeriod>) -> Result<View> {
    let until = to.map(BillingPeriod::next);
    let mut view = view.clone();
    let asked = |one: BillingPeriod| from.is_none_or(|from| one >= from) && to.is_none_or(|to| one <= to);
    let beside = |one: BillingPeriod| Some(one) == until;
    view.periods.retain(|one| asked(one.period) || (beside(one.period) && one.line_item_files.is_some()));
    let waiting = view.periods.iter().filter(|one| one.line_item_files.is_none());
    let mut missing: Vec<String> = waiting.map(|one| one.period.to_string()).collect();
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
}
