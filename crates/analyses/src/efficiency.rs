//! Efficiency: what is saved already, as a part of what could be. The one definition of it.
//!
//! - *Current*: what commitments that are owned save, less what of them nothing used, and spot: list price less cost.
//! - *Additional*, low: what commitments that would be bought save. High: usage that stands interruption moves to spot, then
//!   commitments are bought for the rest. Both compete for the same hours: their sum is never claimed.
//! - *Efficiency* = current ÷ (current + additional, high).
//!
//! Everything is of one replay over a whole organization: an account has its share of it, and shares add up to the whole.
//! What no price is known for claims nothing; an account of which no price at all is known has no efficiency.

use crate::commitments::{Bought, Replayed, Series, Usage, ratio};
use model::Decimal;
use std::collections::HashMap;
use std::ops::AddAssign;

/// An account's part of a replay. Money in the currency of the usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its usage at on-demand prices.
    pub equivalent: Decimal,
    /// What of it no commitment took.
    pub uncovered: Decimal,
    /// Cost of the commitments that took the rest, and its share of what nothing used of them.
    pub committed: Decimal,
}

impl Part {
    /// What it pays.
    pub fn cost(&self) -> Decimal {
        self.uncovered + self.committed
    }

    /// What commitments save it: negative where they are used too little.
    pub fn saved(&self) -> Decimal {
        self.equivalent - self.cost()
    }
}

impl AddAssign for Part {
    fn add_assign(&mut self, other: Self) {
        self.equivalent += other.equivalent;
        self.uncovered += other.uncovered;
        self.committed += other.committed;
    }
}

/// Each account's part of a replay, by its number. What nothing used is spread by what each account used of the commitments;
/// where none used any, it is nobody's.
pub fn parts(replayed: &Replayed, accounts: usize) -> Vec<Part> {
    let mut parts = vec![Part::default(); accounts];
    for one in &replayed.served {
        let Some(part) = parts.get_mut(one.account) else { continue };
        part.equivalent += one.equivalent.unwrap_or_default();
        part.uncovered += one.uncovered.unwrap_or_default();
        part.committed += one.committed;
    }
    let used: Decimal = parts.iter().map(|part| part.committed).sum();
    let mut unused = replayed.total.committed - used;
    let mut of = used;
    // Each takes its share of what is left: the last one takes what rounding left over.
    for part in &mut parts {
        let own = crate::commitments::share(unused, part.committed, of);
        of -= part.committed;
        unused -= own;
        part.committed += own;
    }
    parts
}

/// What could be saved beside what is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Additional {
    /// By commitments alone.
    pub low: Decimal,
    /// By spot, of what stands interruption.
    pub spot: Decimal,
    /// By commitments on what that leaves.
    pub commitment: Decimal,
}

impl Additional {
    /// The best case: spot and commitments on the rest, unless commitments alone are better.
    pub fn high(&self) -> Decimal {
        (self.spot + self.commitment).max(self.low)
    }
}

impl AddAssign for Additional {
    fn add_assign(&mut self, other: Self) {
        self.low += other.low;
        self.spot += other.spot;
        self.commitment += other.commitment;
    }
}

/// What an account, or several, saved and could save besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Savings {
    /// By commitments.
    pub commitments: Decimal,
    /// By spot.
    pub spot: Decimal,
    /// Besides; `None` where usage runs on demand and not one price of what would be cheaper is known.
    pub additional: Option<Additional>,
    /// On-demand dollars that commitments could take, at prices that are not known: nothing is claimed of them.
    pub unknown: Decimal,
}

impl Savings {
    /// What is saved already.
    pub fn current(&self) -> Decimal {
        self.commitments + self.spot
    }

    /// Efficiency in percent, 0 to 100; `None` where it is not known, or where there is nothing to save and nothing saved.
    pub fn percent(&self) -> Option<Decimal> {
        let additional = self.additional?.high().max(Decimal::ZERO);
        let current = self.current().max(Decimal::ZERO);
        let part = ratio(current, current + additional)?;
        Some(Decimal::from_units(part.units() * 100))
    }
}

impl AddAssign for Savings {
    fn add_assign(&mut self, other: Self) {
        self.commitments += other.commitments;
        self.spot += other.spot;
        self.unknown += other.unknown;
        if let Some(more) = other.additional {
            *self.additional.get_or_insert_default() += more;
        }
    }
}

/// Usage that stands interruption, at the on-demand price: of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movable {
    /// Which of the usage's accounts.
    pub account: usize,
    /// Which SKUs it may be: what differs in its price alone.
    pub skus: Vec<usize>,
    /// Amount by hour.
    pub amounts: Vec<(usize, Decimal)>,
}

/// Usage that was moved to spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which of the movable.
    pub of: usize,
    /// SKU.
    pub sku: usize,
    /// Hour.
    pub hour: usize,
    /// Amount.
    pub amount: Decimal,
}

/// Usage without what moves to spot, and what that is. No more moves than there is.
pub fn without_spot(usage: &Usage, movable: &[Movable]) -> (Usage, Vec<Moved>) {
    let mut rest = usage.clone();
    let on_demand = |one: &Series| one.bought != Bought::Spot;
    let mut places: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    for (at, one) in rest.series.iter().enumerate().filter(|(_, one)| on_demand(one)) {
        places.entry((one.sku, one.account)).or_default().push(at);
    }
    let mut moved = vec![];
    for (of, one) in movable.iter().enumerate() {
        for (hour, amount) in &one.amounts {
            let mut left = *amount;
            for sku in &one.skus {
                for at in places.get(&(*sku, one.account)).into_iter().flatten() {
                    let series = &mut rest.series[*at];
                    let Some(place) = hour.checked_sub(series.from) else { continue };
                    let Some(there) = series.amounts.get_mut(place) else { continue };
                    let taken = left.min(*there);
                    if taken > Decimal::ZERO {
                        *there -= taken;
                        left -= taken;
                        moved.push(Moved { of, sku: *sku, hour: *hour, amount: taken });
                    }
                }
            }
        }
    }
    (rest, moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitments::{
        Class, Commitment, Covers, Payment, Rate, Rates, Sharing, Sku, Span, Term, World, replayed,
    };
    use std::sync::Arc;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// Two accounts, two hours of an instance that costs 1 an hour on demand: the first runs 2 and 2, the second 1 and 0.
    fn usage() -> Usage {
        let series = |account, amounts: &[&str]| Series {
            sku: 0,
            account,
            bought: Bought::OnDemand,
            from: 0,
            amounts: amounts.iter().map(|amount| decimal(amount)).collect(),
        };
        Usage {
            first_hour: "2026-10-01T00:00:00Z".parse().unwrap(),
            hours: 2,
            accounts: ["one", "two"].map(ToOwned::to_owned).into(),
            skus: vec![Sku {
                service: "AmazonEC2".into(),
                usage_type: "BoxUsage:m5.large".into(),
                platform: "Linux".into(),
                region: "us-east-1".into(),
                zone: None,
                family: "m5".into(),
                size: "large".into(),
                tenancy: "default".into(),
                deployment: String::new(),
                factor: None,
                world: World::Compute,
                on_demand: Rate::try_new(decimal("1")).ok(),
            }],
            series: vec![series(0, &["2", "2"]), series(1, &["1", "0"])],
        }
    }

    fn plan(hourly: &str) -> Commitment {
        Commitment {
            id: "plan".into(),
            owner: None,
            covers: Covers::Compute,
            term: Term::OneYear,
            class: Class::Plan,
            payment: Payment::NoUpfront,
            hourly: decimal(hourly),
            begin: "2026-01-01T00:00:00Z".parse().unwrap(),
            end: "2027-01-01T00:00:00Z".parse().unwrap(),
            rates: Arc::new(Rates(vec![Rate::try_new(decimal("0.6")).ok()])),
        }
    }

    fn parts_of(usage: &Usage, commitments: &[Commitment]) -> Vec<Part> {
        let span = Span::at_decision(0..usage.hours, 1);
        parts(&replayed(usage, commitments, &Sharing::default(), &span).unwrap(), usage.accounts.len())
    }

    /// A plan of 1.8 an hour at a rate of 0.6 takes three instances. In the first hour all of it is used, for 1.2 by the first
    /// account and 0.6 by the second; in the second 1.2 of it, 0.6 is not. The first account used 2.4 of 3.0, so that 0.48 of
    /// the unused is its own: it pays 2.88 for what costs 4, and saves 1.12. The second pays 0.6 + 0.12 for 1, and saves 0.28.
    /// Together 1.40 = 5 - 3.6.
    #[test]
    fn shares_of_one_replay_add_up_with_what_nothing_used() {
        let found = parts_of(&usage(), &[plan("1.8")]);
        assert_eq!(found[0].committed, decimal("2.88"));
        assert_eq!((found[0].saved(), found[1].saved()), (decimal("1.12"), decimal("0.28")));
        assert_eq!(found.iter().map(Part::cost).sum::<Decimal>(), decimal("3.6"));
    }

    #[test]
    fn a_commitment_that_nobody_uses_is_nobodys() {
        let nothing = Usage { series: vec![], ..usage() };
        assert_eq!(parts_of(&nothing, &[plan("1.8")]), [Part::default(); 2]);
    }

    /// Of the first account 1.5 instances stand interruption in each hour, of the second 4 in its only hour with one: no more
    /// moves than runs. What stays is 0.5 and 0.5, and nothing.
    #[test]
    fn no_more_moves_to_spot_than_runs() {
        let amounts =
            |text: &str, hours: &[usize]| hours.iter().map(|hour| (*hour, decimal(text))).collect::<Vec<_>>();
        let movable = [
            Movable { account: 0, skus: vec![0], amounts: amounts("1.5", &[0, 1]) },
            Movable { account: 1, skus: vec![0], amounts: amounts("4", &[0, 1]) },
        ];
        let (rest, moved) = without_spot(&usage(), &movable);
        assert_eq!(rest.series[0].amounts, [decimal("0.5"), decimal("0.5")]);
        assert_eq!(rest.series[1].amounts, [Decimal::ZERO, Decimal::ZERO]);
        let sums: Vec<(usize, usize, Decimal)> =
            moved.iter().map(|one| (one.of, one.hour, one.amount)).collect();
        assert_eq!(sums, [(0, 0, decimal("1.5")), (0, 1, decimal("1.5")), (1, 0, decimal("1"))]);
    }

    /// 30 saved by commitments and 30 by spot; besides 10 by commitments alone, or 15 by spot and 5 by commitments on the
    /// rest: 60 / (60 + 20) = 75 %.
    #[test]
    fn efficiency_by_hand() {
        let additional = Additional { low: decimal("10"), spot: decimal("15"), commitment: decimal("5") };
        let savings = Savings {
            commitments: decimal("30"),
            spot: decimal("30"),
            additional: Some(additional),
            unknown: Decimal::ZERO,
        };
        assert_eq!(savings.percent(), Some(decimal("75")));
        // Commitments alone may be better: 60 / (60 + 40).
        let better = Additional { low: decimal("40"), ..additional };
        assert_eq!(Savings { additional: Some(better), ..savings }.percent(), Some(decimal("60")));
    }

    #[test]
    fn what_is_not_known_is_neither_zero_nor_all() {
        let unknown = Savings { commitments: decimal("5"), unknown: decimal("7"), ..Savings::default() };
        assert_eq!(unknown.percent(), None);
        let nothing = Savings { additional: Some(Additional::default()), ..Savings::default() };
        assert_eq!(nothing.percent(), None, "neither saved nor to save");
        let all = Savings { commitments: decimal("5"), ..nothing };
        assert_eq!(all.percent(), Some(decimal("100")));
        // Commitments that lose money save nothing, and there is something to save.
        let losing = Savings {
            commitments: decimal("-5"),
            additional: Some(Additional { low: decimal("3"), ..Additional::default() }),
            ..Savings::default()
        };
        assert_eq!(losing.percent(), Some(Decimal::ZERO));
        let mut sum = unknown;
        sum += all;
        assert_eq!((sum.percent(), sum.unknown), (Some(decimal("100")), decimal("7")));
    }
}
