//! Makes a bill of hours as they come.

use super::{Bill, OfferKey, OfferRates, Paid, as_written, commitment, offer_of, priced};
use crate::optimize::deeds::Deed;
use crate::optimize::hours::{HourRow, HourSums, Part, What};
use analyses::commitments::{Bought, Rate, Rates, Said, Series, Sku, Usage, facts, share};
use chrono::{DateTime, Utc};
use model::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Prices of one SKU that are told apart; usage at further ones goes to the nearest: tiers would be a SKU each.
const MOST_PRICES: usize = 4;
/// Prices that differ by less, in parts of a million, are one: quotients of rounded dollars.
const SAME_PRICE: f64 = 1.0;

/// A bill in the making.
pub(super) struct Making {
    first: DateTime<Utc>,
    hours: usize,
    accounts: Vec<String>,
    by_account: HashMap<String, usize>,
    /// SKUs without their price.
    bases: Vec<Sku>,
    by_base: HashMap<Sku, usize>,
    words: Vec<Arc<What>>,
    by_what: HashMap<Arc<What>, Option<usize>>,
    /// Base and price of each SKU.
    skus: Vec<(usize, Option<Rate>)>,
    paid: Vec<Paid>,
    plan_paid: (Decimal, Decimal),
    of_base: Vec<Vec<usize>>,
    series: Vec<Series>,
    by_series: HashMap<(usize, usize, bool), usize>,
    /// Rate by plan and base, with the usage that showed it.
    plans: BTreeMap<(String, usize), (Decimal, Rate)>,
    pub(super) deeds: Vec<Deed>,
    not_hourly: Decimal,
    by_day: Vec<(f64, f64)>,
    equivalent: Decimal,
}

impl Making {
    pub(super) fn new(first: DateTime<Utc>, hours: usize) -> Self {
        Self {
            first,
            hours,
            accounts: vec![],
            by_account: HashMap::new(),
            bases: vec![],
            by_base: HashMap::new(),
            words: vec![],
            by_what: HashMap::new(),
            skus: vec![],
            paid: vec![],
            plan_paid: (Decimal::ZERO, Decimal::ZERO),
            of_base: vec![],
            series: vec![],
            by_series: HashMap::new(),
            plans: BTreeMap::new(),
            deeds: vec![],
            not_hourly: Decimal::ZERO,
            by_day: vec![(0.0, 0.0); hours.div_ceil(24)],
            equivalent: Decimal::ZERO,
        }
    }

    pub(super) fn add(&mut self, row: &HourRow) {
        let Some(part) = Part::of(&row.what.charge_type).filter(|part| *part != Part::Unused) else { return };
        let Some(base) = self.base(&row.what) else { return };
        let Ok(hour) = usize::try_from((row.hour - self.first).num_hours()) else { return };
        if hour >= self.hours {
            return;
        }
        let sku = self.sku(base, price(&row.sums));
        let account = self.account(row.what.account.as_deref().unwrap_or_default());
        let spot = part == Part::Spot;
        if !spot {
            self.equivalent += row.sums.list;
            if row.hours > 1 {
                self.not_hourly += row.sums.list;
            }
            let each = row.sums.list.to_f64() / f64::from(row.hours);
            for at in hour..(hour + row.hours as usize).min(self.hours) {
                let day = &mut self.by_day[at / 24];
                day.0 += each;
                day.1 += if row.hours > 1 { each } else { 0.0 };
            }
        }
        if part == Part::OnDemand {
            self.paid[sku].add(&row.sums);
        }
        if part == Part::SavingsPlan {
            self.plan_paid.0 += row.sums.effective;
            self.plan_paid.1 += row.sums.net_effective;
            self.show_rate(&row.what.commitment_id, base, &row.sums);
        }
        // A row of several hours is spread evenly.
        let last = (hour + row.hours as usize).min(self.hours);
        let each = share(row.sums.usage, Decimal::from(1), Decimal::from(i64::from(row.hours)));
        let mut amounts = self.amounts(sku, account, spot);
        for at in hour..last {
            amounts.add(at, if row.hours == 1 { row.sums.usage } else { each });
        }
    }

    fn base(&mut self, what: &Arc<What>) -> Option<usize> {
        if let Some(known) = self.by_what.get(what) {
            return *known;
        }
        let found = facts().sku(&said(what)).map(|sku| {
            let next = self.bases.len();
            let base = *self.by_base.entry(sku.clone()).or_insert(next);
            if base == next {
                self.bases.push(sku);
                self.words.push(Arc::clone(what));
                self.of_base.push(vec![]);
            }
            base
        });
        self.by_what.insert(Arc::clone(what), found);
        found
    }

    fn sku(&mut self, base: usize, price: Option<Rate>) -> usize {
        let known = &self.of_base[base];
        let distance = |sku: &&usize| {
            let (Some(one), Some(other)) = (self.skus[**sku].1, price) else {
                return if self.skus[**sku].1 == price { 0.0 } else { f64::INFINITY };
            };
            let (one, other) = (one.decimal().to_f64(), other.decimal().to_f64());
            (one - other).abs() / one * 1e6
        };
        let nearest = known.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
        let full = known.len() >= MOST_PRICES && price.is_some();
        if let Some(found) =
            nearest.filter(|sku| distance(sku) < SAME_PRICE || (full && distance(sku).is_finite()))
        {
            return *found;
        }
        self.skus.push((base, price));
        self.paid.push(Paid::default());
        self.of_base[base].push(self.skus.len() - 1);
        self.skus.len() - 1
    }

    fn account(&mut self, name: &str) -> usize {
        if let Some(known) = self.by_account.get(name) {
            return *known;
        }
        self.accounts.push(name.to_owned());
        self.by_account.insert(name.to_owned(), self.accounts.len() - 1);
        self.accounts.len() - 1
    }

    fn amounts(&mut self, sku: usize, account: usize, spot: bool) -> Amounts<'_> {
        let next = self.series.len();
        let at = *self.by_series.entry((sku, account, spot)).or_insert(next);
        if at == next {
            let bought = if spot { Bought::Spot } else { Bought::OnDemand };
            self.series.push(Series { sku, account, bought, from: 0, amounts: vec![] });
        }
        Amounts(&mut self.series[at])
    }

    /// A rate as a row shows it: its own, else what was paid for a unit. The row with the most usage is rounded least.
    fn show_rate(&mut self, plan: &str, base: usize, sums: &HourSums) {
        let paid = || {
            Some(as_written(share(sums.effective, Decimal::from(1), sums.usage)))
                .filter(|_| sums.usage > Decimal::ZERO)
        };
        let Some(rate) = sums.plan_price.filter(|price| *price > Decimal::ZERO).or_else(paid) else { return };
        let Ok(rate) = Rate::try_new(rate) else { return };
        let told = sums.plan_price.is_some_and(|price| price > Decimal::ZERO);
        // What rows tell goes before what is reckoned.
        let weight = if told { Decimal::from(i64::from(i32::MAX)) } else { sums.usage };
        let known = self.plans.entry((plan.to_owned(), base)).or_insert((weight, rate));
        if weight > known.0 {
            *known = (weight, rate);
        }
    }

    pub(super) fn bill(mut self, payer: String, currency: String) -> Bill {
        self.fill_prices();
        let bases: Vec<usize> = self.skus.iter().map(|(base, _)| *base).collect();
        let usage = Usage {
            first_hour: self.first,
            hours: self.hours,
            accounts: self.accounts,
            skus: self.skus.iter().map(|(base, price)| priced(&self.bases[*base], *price)).collect(),
            series: self.series,
        };
        self.deeds.sort_by(|one, other| one.id.cmp(&other.id));
        let offers = offers(&self.deeds, &self.plans);
        let mut bill = Bill {
            payer,
            currency,
            usage,
            bases,
            words: self.words,
            paid: self.paid,
            plan_paid: self.plan_paid,
            deeds: self.deeds,
            commitments: vec![],
            of_deed: vec![],
            left_out: vec![],
            offers,
            not_hourly: self.not_hourly,
            by_day: self.by_day,
            equivalent: self.equivalent,
        };
        let mut made: HashMap<OfferKey, Arc<Rates>> = HashMap::new();
        for offer in &bill.offers {
            made.insert(offer.key.clone(), Arc::new(bill.rates(offer)));
        }
        for (at, deed) in bill.deeds.iter().enumerate() {
            let rates =
                made.get(&offer_of(deed)).filter(|_| deed.kind.is_plan()).cloned().unwrap_or_default();
            match commitment(deed, &bill.usage.accounts, &rates) {
                Ok(commitment) => {
                    bill.commitments.push(commitment);
                    bill.of_deed.push(at);
                }
                Err(why) => bill.left_out.push((deed.id.clone(), why)),
            }
        }
        bill
    }

    /// Rows without a price have that of the others of their SKU.
    fn fill_prices(&mut self) {
        for skus in &self.of_base {
            let known = skus.iter().find_map(|sku| self.skus[*sku].1);
            for sku in skus {
                self.skus[*sku].1 = self.skus[*sku].1.or(known);
            }
        }
    }
}

/// Amounts of one series.
struct Amounts<'a>(&'a mut Series);

impl Amounts<'_> {
    fn add(&mut self, hour: usize, amount: Decimal) {
        let series = &mut *self.0;
        if series.amounts.is_empty() {
            series.from = hour;
        }
        if hour < series.from {
            let before = series.from - hour;
            series.amounts.splice(0..0, std::iter::repeat_n(Decimal::ZERO, before));
            series.from = hour;
        }
        let at = hour - series.from;
        if at >= series.amounts.len() {
            series.amounts.resize(at + 1, Decimal::ZERO);
        }
        series.amounts[at] += amount;
    }
}

/// Public price of a unit: what rows tell, else public dollars by usage; zero is unknown.
fn price(sums: &HourSums) -> Option<Rate> {
    let told = sums.least_price.filter(|least| Some(*least) == sums.most_price);
    let reckoned = || {
        let any = sums.usage > Decimal::ZERO && sums.list > Decimal::ZERO;
        any.then(|| as_written(share(sums.list, Decimal::from(1), sums.usage)))
    };
    told.and_then(|price| Rate::try_new(price).ok()).or_else(|| Rate::try_new(reckoned()?).ok())
}

pub(super) fn said(what: &What) -> Said<'_> {
    Said {
        service: &what.product_code,
        usage_type: &what.usage_type,
        operation: &what.operation,
        region: &what.region,
        zone: what.zone.as_deref(),
        instance_type: &what.instance_type,
        operating_system: &what.operating_system,
        tenancy: &what.tenancy,
        deployment: &what.deployment,
        engine: &what.engine,
        factor: what.factor,
    }
}

/// Rates by offer: plans of one offer have the same.
fn offers(deeds: &[Deed], plans: &BTreeMap<(String, usize), (Decimal, Rate)>) -> Vec<OfferRates> {
    let mut found: BTreeMap<OfferKey, BTreeMap<usize, (Decimal, Rate)>> = BTreeMap::new();
    for deed in deeds.iter().filter(|deed| deed.kind.is_plan()) {
        let rates = found.entry(offer_of(deed)).or_default();
        let own = plans.range((deed.id.clone(), 0)..=(deed.id.clone(), usize::MAX));
        for ((_, base), shown) in own {
            let known = rates.entry(*base).or_insert(*shown);
            if shown.0 > known.0 {
                *known = *shown;
            }
        }
    }
    let rates = |rates: BTreeMap<usize, (Decimal, Rate)>| {
        rates.into_iter().map(|(base, (_, rate))| (base, rate)).collect()
    };
    found.into_iter().map(|(key, shown)| OfferRates { key, rates: rates(shown) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use analyses::commitments::World;
    use model::ChargeType;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn first() -> DateTime<Utc> {
        "2026-10-01T00:00:00Z".parse().unwrap()
    }

    fn row(charge_type: ChargeType, hour: i64, usage: &str, list: &str, effective: &str) -> HourRow {
        let what = What {
            product_code: "AmazonEC2".into(),
            usage_type: "BoxUsage:m5.large".into(),
            operation: "RunInstances".into(),
            instance_type: "m5.large".into(),
            region: "us-east-1".into(),
            account: Some("1".into()),
            charge_type: charge_type.name().into(),
            commitment_id: if charge_type == ChargeType::SavingsPlanUsage {
                "plan".into()
            } else {
                String::new()
            },
            ..What::default()
        };
        let sums = HourSums {
            usage: decimal(usage),
            list: decimal(list),
            effective: decimal(effective),
            ..HourSums::default()
        };
        HourRow { hour: first() + chrono::TimeDelta::hours(hour), hours: 1, what: Arc::new(what), sums }
    }

    /// Half an hour at 0.096 is 0.048; a plan took the other half for 0.036, so its rate is 0.072.
    #[test]
    fn a_split_instance_hour_is_one_amount() {
        let mut making = Making::new(first(), 24);
        making.add(&row(ChargeType::OnDemandUsage, 3, "0.5", "0.048", "0.048"));
        making.add(&row(ChargeType::SavingsPlanUsage, 3, "0.5", "0.048", "0.036"));
        making.add(&row(ChargeType::OnDemandUsage, 1, "1", "0.096", "0.096"));
        let bill = making.bill("p".into(), "USD".into());
        assert_eq!((bill.usage.skus.len(), bill.usage.series.len()), (1, 1));
        assert_eq!(bill.usage.skus[0].world, World::Compute);
        assert_eq!(bill.usage.skus[0].on_demand, Rate::try_new(decimal("0.096")).ok());
        let series = &bill.usage.series[0];
        assert_eq!(
            (series.from, series.amounts.clone()),
            (1, vec![decimal("1"), Decimal::ZERO, decimal("1")])
        );
        assert_eq!((bill.equivalent, bill.not_hourly), (decimal("0.192"), Decimal::ZERO));
    }

    #[test]
    fn prices_that_change_are_two_skus_and_unknown_ones_are_filled() {
        let mut making = Making::new(first(), 24);
        making.add(&row(ChargeType::OnDemandUsage, 0, "1", "0", "0"));
        making.add(&row(ChargeType::OnDemandUsage, 1, "1", "0.1", "0.1"));
        making.add(&row(ChargeType::OnDemandUsage, 2, "3", "0.30000000001", "0.3"));
        making.add(&row(ChargeType::OnDemandUsage, 3, "1", "0.09", "0.09"));
        let bill = making.bill(String::new(), String::new());
        let prices: Vec<_> =
            bill.usage.skus.iter().map(|sku| sku.on_demand.map(|rate| rate.decimal())).collect();
        assert_eq!(prices, [Some(decimal("0.1")), Some(decimal("0.1")), Some(decimal("0.09"))]);
        assert_eq!(bill.bases, [0, 0, 0]);
    }

    #[test]
    fn a_daily_report_tells_no_hours_and_says_so() {
        let mut making = Making::new(first(), 24);
        making.add(&HourRow { hours: 24, ..row(ChargeType::OnDemandUsage, 0, "24", "2.4", "2.4") });
        let bill = making.bill(String::new(), String::new());
        assert_eq!(bill.not_hourly_share(), Some(decimal("1")));
        assert_eq!(bill.usage.series[0].amounts, vec![decimal("1"); 24]);
    }
}
