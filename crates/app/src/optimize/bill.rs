//! From hours and deeds to what [`analyses::commitments`] asks for: usage, commitments, and the rates that rows show.
//!
//! One payer and one currency are one bill: commitments never serve beyond them. A price that rows do not tell is unknown; a
//! commitment of which rows do not tell enough is named with what is missing, and not replayed.

mod making;

use super::deeds::{Deed, DeedKind, deeds};
use super::hours::{Detail, HourSums, HoursAsked, What, hour_rows};
use crate::read::Published;
use crate::{App, Result};
use analyses::commitments::{
    Class, Commitment, Covers, Payment, Rate, Rates, Reserved, Said, Sku, Term, Usage, facts, ratio,
};
use chrono::{DateTime, Months, NaiveTime, Utc};
use making::Making;
use model::{BillingPeriod, Decimal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One payer's usage and commitments, in one currency.
#[derive(Clone, Debug)]
pub struct Bill {
    /// Payer account.
    pub payer: String,
    /// Currency.
    pub currency: String,
    /// What was used that commitments could take. Where accounts were not asked for there is one without a name.
    pub usage: Usage,
    /// Base of each of the usage's SKUs: one of two prices has the base of the other.
    pub bases: Vec<usize>,
    /// What rows say of each base; the first that was met.
    pub words: Vec<Arc<What>>,
    /// What rows at the on-demand price paid for each of the usage's SKUs.
    pub paid: Vec<Paid>,
    /// What plans took: their effective cost, and after discounts.
    pub plan_paid: (Decimal, Decimal),
    /// All commitments with rows in the months.
    pub deeds: Vec<Deed>,
    /// Those of them that can be replayed, with their place among the deeds.
    pub commitments: Vec<Commitment>,
    /// Place of each commitment among the deeds.
    pub of_deed: Vec<usize>,
    /// Commitments that cannot be replayed, and why.
    pub left_out: Vec<(String, &'static str)>,
    /// Rates that rows show, by offer.
    pub offers: Vec<OfferRates>,
    /// On-demand dollars of rows that span more than an hour: a daily report tells no hours.
    pub not_hourly: Decimal,
    /// On-demand dollars of each day from the first hour on: all, and those of such rows.
    pub by_day: Vec<(f64, f64)>,
    /// On-demand dollars of all its usage.
    pub equivalent: Decimal,
}

/// What was paid at the on-demand price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// Usage.
    pub usage: Decimal,
    /// At public prices.
    pub list: Decimal,
    /// As billed: rates of one's own are in it.
    pub billed: Decimal,
    /// After discounts.
    pub net: Decimal,
}

impl Paid {
    fn add(&mut self, sums: &HourSums) {
        self.usage += sums.usage;
        self.list += sums.list;
        self.billed += sums.billed;
        self.net += sums.net_billed;
    }
}

/// An offer of savings plans.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferKey {
    /// Kind of the plan.
    pub kind: DeedKind,
    /// Term.
    pub term: Option<Term>,
    /// Payment.
    pub payment: Option<Payment>,
    /// Family of an EC2 Instance plan.
    pub family: Option<String>,
    /// Its region.
    pub region: Option<String>,
}

/// Rates of an offer, as rows that its plans covered show them.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferRates {
    /// Which offer.
    pub key: OfferKey,
    /// Rate by the base of a SKU.
    pub rates: BTreeMap<usize, Rate>,
}

impl Bill {
    /// One regional reservation of a SKU's base, where it can be reserved.
    pub fn reserved(&self, base: usize) -> Option<Reserved> {
        let what = self.words.get(base)?;
        let reservable = facts().is_reservable(&what.product_code, &what.usage_type);
        let said = Said { zone: None, ..making::said(what) };
        reservable.then(|| facts().reserved(&said, 1)).flatten()
    }

    /// An offer's rates as the replay takes them.
    pub fn rates(&self, offer: &OfferRates) -> Rates {
        Rates(self.bases.iter().map(|base| offer.rates.get(base).copied()).collect())
    }

    /// First hour from which on at most such a part of each day's on-demand dollars is told by the day.
    pub fn hourly_from(&self, most: f64) -> usize {
        let last = self.by_day.iter().rposition(|(all, daily)| *daily > all * most);
        last.map_or(0, |day| (day + 1) * 24).min(self.usage.hours)
    }

    /// Part of the on-demand dollars whose hours are not told.
    pub fn not_hourly_share(&self) -> Option<Decimal> {
        ratio(self.not_hourly, self.equivalent)
    }
}

/// The bills of some days, by payer and currency. With zones where a zonal reservation asks for them.
///
/// # Errors
/// `NotReady` while a month has only its roll-up; bills that cannot be read.
pub async fn bills(app: &App, published: &Published, mut asked: HoursAsked) -> Result<Vec<Bill>> {
    let last = asked.to.pred_opt().unwrap_or(asked.to);
    let deeds = deeds(app, published, BillingPeriod::of(asked.from), BillingPeriod::of(last)).await?;
    let zonal = |deed: &Deed| deed.reserved.as_ref().is_some_and(|reserved| reserved.zone.is_some());
    asked.detail = Detail { zones: asked.detail.zones || deeds.iter().any(zonal), ..asked.detail };
    let first = asked.from.and_time(NaiveTime::MIN).and_utc();
    let hours = usize::try_from((asked.to - asked.from).num_hours()).unwrap_or(0);
    let mut making: BTreeMap<(String, String), Making> = BTreeMap::new();
    let new = || Making::new(first, hours);
    hour_rows(app, published, asked, |row| {
        let key = (row.what.payer.clone(), row.what.currency.clone());
        making.entry(key).or_insert_with(new).add(&row);
    })
    .await?;
    for deed in deeds {
        let key = (deed.payer.clone(), deed.currency.clone());
        making.entry(key).or_insert_with(new).deeds.push(deed);
    }
    Ok(making.into_iter().map(|((payer, currency), made)| made.bill(payer, currency)).collect())
}

/// What a deed takes; why not, where rows do not tell.
fn covers(deed: &Deed) -> Result<Covers, &'static str> {
    Ok(match deed.kind {
        DeedKind::Reserved => {
            let reserved = deed.reserved.clone();
            Covers::Reserved(reserved.ok_or("its rows do not tell what is reserved")?)
        }
        DeedKind::Ec2InstancePlan => {
            let (Some(family), Some(region)) = (deed.instances.clone(), deed.region.clone()) else {
                return Err("its rows do not tell its family and region");
            };
            Covers::Ec2Instance { family, region }
        }
        DeedKind::ComputePlan => Covers::Compute,
        DeedKind::DatabasePlan => Covers::Database,
        DeedKind::SageMakerPlan => Covers::SageMaker,
        DeedKind::OtherPlan => return Err("its rows do not tell what kind of plan it is"),
    })
}

/// A deed as the replay takes it.
fn commitment(deed: &Deed, accounts: &[String], rates: &Arc<Rates>) -> Result<Commitment, &'static str> {
    let covers = covers(deed)?;
    let hourly = deed.hourly().ok_or("its rows do not tell what it costs by the hour")?;
    let term = deed.term.unwrap_or(Term::OneYear);
    let begin = deed.begin.unwrap_or(deed.seen.0);
    let owner = deed.owner().and_then(|owner| accounts.iter().position(|account| account == owner));
    Ok(Commitment {
        id: deed.id.clone(),
        owner,
        covers,
        term,
        class: deed.class.unwrap_or(if deed.kind.is_plan() { Class::Plan } else { Class::Standard }),
        payment: deed.payment.unwrap_or(Payment::NoUpfront),
        hourly,
        begin,
        end: deed.end.unwrap_or_else(|| end_of(begin, term)),
        rates: Arc::clone(rates),
    })
}

fn end_of(begin: DateTime<Utc>, term: Term) -> DateTime<Utc> {
    begin.checked_add_months(Months::new(term.months())).unwrap_or(begin)
}

/// What an offer's plans have in common.
fn offer_of(deed: &Deed) -> OfferKey {
    let pool = deed.kind == DeedKind::Ec2InstancePlan;
    OfferKey {
        kind: deed.kind,
        term: deed.term,
        payment: deed.payment,
        family: deed.instances.clone().filter(|_| pool),
        region: deed.region.clone().filter(|_| pool),
    }
}

/// A SKU with its price.
fn priced(base: &Sku, price: Option<Rate>) -> Sku {
    Sku { on_demand: price, ..base.clone() }
}

/// A quotient as AWS writes a price, with ten decimals, where it is one: whichever row was met first, the price is the same.
pub(super) fn as_written(price: Decimal) -> Decimal {
    let (tenth, near) = (10_i128.pow(model::SCALE - 10), 100_000_000);
    let rounded = (price.units() + tenth / 2) / tenth * tenth;
    let is_one = (rounded - price.units()).abs().saturating_mul(near) < price.units();
    if is_one { Decimal::from_units(rounded) } else { price }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_prices_again() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        for (quotient, price) in [
            ("0.095999999999998", "0.096"),
            ("0.096000000000000003", "0.096"),
            ("0.000016666699999", "0.0000166667"),
            ("0.333333333333333333", "0.3333333333"),
            ("0.00000012345678", "0.00000012345678"),
            ("0", "0"),
        ] {
            assert_eq!(as_written(decimal(quotient)), decimal(price), "{quotient}");
        }
    }
}
