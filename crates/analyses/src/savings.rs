//! What on-demand compute would have saved, from the bill's rows alone: at the discounts that the organization itself
//! gets where it uses commitments and spot.
//!
//! - *Commitments* cover what runs all the time: of each pool (account, family, region) the least of its days,
//!   at the observed discount of reserved and savings-plan usage against list price.
//! - *Spot* takes what a service can replace (instances of scaling groups and clusters), at the observed
//!   discount of spot usage.
//!
//! Rates are those of the same family where it has some, else of the whole organization; without any, nothing
//! is claimed. These are estimates in doubles, never added to costs. An engine that replays hours against prices
//! replaces [`estimate`] and nothing else.

use std::collections::BTreeMap;

/// How compute was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bought {
    /// At the public price.
    OnDemand,
    /// As spot.
    Spot,
    /// Covered by a reservation or a savings plan.
    Committed,
}

/// Compute of one pool, over the same days for all pools.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Account.
    pub account: String,
    /// Instance family; empty where there is none.
    pub family: String,
    /// Region.
    pub region: String,
    /// How it was bought.
    pub bought: Bought,
    /// Whether a scaling group or cluster would replace it when it is taken away.
    pub elastic: bool,
    /// Cost of each day.
    pub daily: Vec<f64>,
}

/// Cost and list price of what was bought at a discount.
#[derive(Clone, Debug)]
pub struct Priced {
    /// Account.
    pub account: String,
    /// Instance family; empty where there is none.
    pub family: String,
    /// How it was bought.
    pub bought: Bought,
    /// Amortized cost.
    pub cost: f64,
    /// At public on-demand prices.
    pub list: f64,
}

/// What would have been saved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Missed {
    /// By commitments alone.
    pub low: f64,
    /// By spot where it fits, in the best case.
    pub spot: f64,
    /// By commitments on the rest, in the best case.
    pub commitment: f64,
}

impl Missed {
    /// The best case: spot and commitments together, at least commitments alone.
    pub fn high(&self) -> f64 {
        (self.spot + self.commitment).max(self.low)
    }
}

/// Discounts that the organization gets: parts of the list price, between 0 and 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// Over all commitments.
    pub commitment: Option<f64>,
    /// Over all spot usage.
    pub spot: Option<f64>,
    by_family: BTreeMap<(bool, String), f64>,
}

impl Rates {
    /// The discounts seen in some rows.
    pub fn observed(priced: &[Priced]) -> Self {
        let mut sums: BTreeMap<(bool, Option<&str>), (f64, f64)> = BTreeMap::new();
        for row in priced.iter().filter(|row| row.bought != Bought::OnDemand && row.list > 0.0) {
            let spot = row.bought == Bought::Spot;
            for family in [None, Some(row.family.as_str())] {
                let sum = sums.entry((spot, family)).or_default();
                *sum = (sum.0 + row.cost, sum.1 + row.list);
            }
        }
        let rate = |(cost, list): &(f64, f64)| (1.0 - cost / list).clamp(0.0, 1.0);
        let whole = |spot: bool| sums.get(&(spot, None)).map(rate);
        let by_family = sums
            .iter()
            .filter_map(|((spot, family), sum)| Some(((*spot, family.as_ref()?.to_string()), rate(sum))))
            .collect();
        Self { commitment: whole(false), spot: whole(true), by_family }
    }

    fn of(&self, spot: bool, family: &str) -> f64 {
        let known = self.by_family.get(&(spot, family.to_owned())).copied();
        known.or(if spot { self.spot } else { self.commitment }).unwrap_or(0.0)
    }
}

/// What each account would have saved over the days of its usage, from one of them (counted from 0) on.
pub fn estimate(usage: &[Usage], from: usize, rates: &Rates) -> BTreeMap<String, Missed> {
    let mut pools: BTreeMap<(&str, &str, &str), Pool> = BTreeMap::new();
    for row in usage.iter().filter(|row| row.bought == Bought::OnDemand) {
        let pool = pools.entry((&row.account, &row.family, &row.region)).or_default();
        pool.add(row.daily.get(from..).unwrap_or_default(), row.elastic && !row.family.is_empty());
    }
    let mut missed: BTreeMap<String, Missed> = BTreeMap::new();
    for ((account, family, _), pool) in pools {
        let entry = missed.entry(account.to_owned()).or_default();
        let committed = rates.of(false, family);
        entry.low += committed * pool.steady(true);
        entry.spot += rates.of(true, family) * pool.elastic.iter().sum::<f64>().max(0.0);
        entry.commitment += committed * pool.steady(false);
    }
    missed
}

/// On-demand cost per day of one pool.
#[derive(Default)]
struct Pool {
    elastic: Vec<f64>,
    fixed: Vec<f64>,
}

impl Pool {
    fn add(&mut self, daily: &[f64], elastic: bool) {
        let sums = if elastic { &mut self.elastic } else { &mut self.fixed };
        sums.resize(sums.len().max(daily.len()), 0.0);
        sums.iter_mut().zip(daily).for_each(|(sum, cost)| *sum += cost);
    }

    /// What runs on every day: the least day, as often as there are days.
    fn steady(&self, with_elastic: bool) -> f64 {
        let days = self.elastic.len().max(self.fixed.len());
        let at = |sums: &[f64], day: usize| sums.get(day).copied().unwrap_or(0.0);
        let cost = |day| at(&self.fixed, day) + if with_elastic { at(&self.elastic, day) } else { 0.0 };
        let least = (0..days).map(cost).fold(f64::INFINITY, f64::min);
        if least.is_finite() { least.max(0.0) * f64::from(u32::try_from(days).unwrap_or(0)) } else { 0.0 }
    }
}

/// Current savings in percent of what could be saved; `None` where there is nothing to save.
pub fn efficiency_percent(current: f64, additional: f64) -> Option<f64> {
    let potential = current + additional;
    (potential > 0.0).then(|| (current / potential * 100.0).clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(family: &str, elastic: bool, daily: &[f64]) -> Usage {
        Usage {
            account: "1".into(),
            family: family.into(),
            region: "eu".into(),
            bought: Bought::OnDemand,
            elastic,
            daily: daily.to_vec(),
        }
    }

    fn priced(family: &str, bought: Bought, cost: f64, list: f64) -> Priced {
        Priced { account: "1".into(), family: family.into(), bought, cost, list }
    }

    #[test]
    fn rates_are_those_of_the_family_else_of_all() {
        let rates = Rates::observed(&[
            priced("m5", Bought::Committed, 60.0, 100.0),
            priced("c5", Bought::Committed, 80.0, 100.0),
            priced("m5", Bought::Spot, 30.0, 100.0),
            priced("m5", Bought::OnDemand, 100.0, 100.0),
            priced("x", Bought::Spot, 5.0, 0.0),
        ]);
        assert!((rates.commitment.unwrap() - 0.3).abs() < 1e-12);
        assert!((rates.of(false, "m5") - 0.4).abs() < 1e-12);
        assert!((rates.of(false, "r6") - 0.3).abs() < 1e-12);
        assert!((rates.of(true, "c5") - 0.7).abs() < 1e-12);
    }

    #[test]
    fn commitments_cover_the_steady_part_and_spot_what_is_elastic() {
        let rates = Rates::observed(&[
            priced("m5", Bought::Committed, 70.0, 100.0),
            priced("m5", Bought::Spot, 40.0, 100.0),
        ]);
        let found = estimate(
            &[usage("m5", false, &[10.0, 6.0, 8.0]), usage("m5", true, &[0.0, 10.0, 2.0])],
            0,
            &rates,
        );
        let missed = found["1"];
        // All on-demand: days of 10, 16, 10; the steady part is 30, of which 30 %.
        assert!((missed.low - 9.0).abs() < 1e-9);
        assert!((missed.spot - 7.2).abs() < 1e-9);
        assert!((missed.commitment - 5.4).abs() < 1e-9);
        assert!((missed.high() - 12.6).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_claimed_without_observed_rates() {
        let found = estimate(&[usage("m5", true, &[10.0])], 0, &Rates::observed(&[]));
        assert_eq!(found["1"], Missed::default());
        assert_eq!(efficiency_percent(0.0, 0.0), None);
        assert_eq!(efficiency_percent(30.0, 10.0), Some(75.0));
    }
}
