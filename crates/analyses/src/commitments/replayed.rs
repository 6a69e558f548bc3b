//! What a replay found: exact sums, by hour, commitment and usage.

use super::hours::{Row, Span, When, replay, take};
use super::input::{Sharing, Sku, Usage};
use super::money::{from_fine, product, ratio, share};
use super::order::{Order, Refused};
use super::owned::{Commitment, Covers, Layer};
use model::Decimal;

/// One hour, or some of them together. `cost = uncovered + committed`, to the last digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// All usage at on-demand rates.
    pub equivalent: Decimal,
    /// What of it no commitment took.
    pub uncovered: Decimal,
    /// Cost of the commitments, used or not.
    pub committed: Decimal,
}

impl Sums {
    /// What the usage costs.
    pub fn cost(&self) -> Decimal {
        self.uncovered + self.committed
    }

    /// What the commitments took, at on-demand rates.
    pub fn covered(&self) -> Decimal {
        self.equivalent - self.uncovered
    }
}

/// One commitment over the hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its identifier.
    pub id: String,
    /// What it could take: dollars of a plan, (normalised) instance-hours of reservations.
    pub capacity: Decimal,
    /// What it took, in the same measure.
    pub used: Decimal,
    /// What it cost.
    pub cost: Decimal,
    /// What it took, at on-demand rates.
    pub equivalent: Decimal,
    /// Hours in which all of it was used.
    pub full_hours: usize,
}

impl Applied {
    /// Part of it that was used; `None` if it was not owned in these hours.
    pub fn utilization(&self) -> Option<Decimal> {
        ratio(self.used, self.capacity)
    }

    /// Cost of what was not used.
    pub fn waste(&self) -> Decimal {
        self.cost - share(self.cost, self.used, self.capacity)
    }

    /// What was saved, less all that it cost.
    pub fn net_savings(&self) -> Decimal {
        self.equivalent - self.cost
    }
}

/// Usage of one SKU in one account over the hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Which SKU.
    pub sku: usize,
    /// Which account.
    pub account: usize,
    /// Amount.
    pub amount: Decimal,
    /// What of it stayed on demand.
    pub left: Decimal,
    /// The amount at the on-demand rate; `None` where that is not known.
    pub equivalent: Option<Decimal>,
    /// What stayed, at the on-demand rate.
    pub uncovered: Option<Decimal>,
    /// Cost of the commitments that served the rest: its share of the organization's.
    pub committed: Decimal,
}

/// What limits of sharing cost: commitments unused in an hour in which usage that they fit ran on demand elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leak {
    /// That usage at on-demand rates: what sharing would have saved, as the commitments are paid for anyway.
    pub on_demand: Decimal,
}

/// A replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// All hours.
    pub total: Sums,
    /// Each hour.
    pub hours: Vec<Sums>,
    /// Each commitment, in the order in which they were given.
    pub commitments: Vec<Applied>,
    /// Each (SKU, account).
    pub served: Vec<Served>,
    /// Sharing leak.
    pub leak: Leak,
}

impl Replayed {
    /// Part of some usage that commitments took, by on-demand dollars; `None` where there is none of known price.
    pub fn coverage(&self, usage: &Usage, of: impl Fn(&Sku) -> bool) -> Option<Decimal> {
        let (all, left) = self.dollars(usage, of);
        ratio(all - left, all)
    }

    /// Some usage at on-demand rates, and what of it stayed on demand.
    pub fn dollars(&self, usage: &Usage, of: impl Fn(&Sku) -> bool) -> (Decimal, Decimal) {
        let (mut all, mut left) = (Decimal::ZERO, Decimal::ZERO);
        for one in self.served.iter().filter(|one| of(&usage.skus[one.sku])) {
            all += one.equivalent.unwrap_or_default();
            left += one.uncovered.unwrap_or_default();
        }
        (all, left)
    }
}

/// Applies commitments to usage in AWS's order.
pub fn replayed(
    usage: &Usage,
    commitments: &[Commitment],
    sharing: &Sharing,
    span: &Span,
) -> Result<Replayed, Refused> {
    let order = Order::new(usage, commitments, sharing)?;
    let on_demand: Vec<i128> = (0..order.items.len()).map(|item| order.on_demand(item)).collect();
    let parts = replay(
        &order,
        span,
        Layer::Wide,
        || Tally::new(&order),
        |tally, row| {
            tally.add(&order, &on_demand, span.when, row);
        },
    );
    Ok(Tally::joined(&order, parts).outcome(&order))
}

/// Sums of some hours.
struct Tally {
    hours: Vec<Sums>,
    applied: Vec<Applied>,
    amounts: Vec<i128>,
    taken: Vec<i128>,
    /// What each group took, at on-demand rates: in the hour at hand, and in all.
    by_group: Vec<i128>,
    equivalents: Vec<Decimal>,
    leak: Decimal,
    spare: Vec<i128>,
}

impl Tally {
    fn new(order: &Order<'_>) -> Self {
        let none = |one: &Commitment| Applied {
            id: one.id.clone(),
            capacity: Decimal::ZERO,
            used: Decimal::ZERO,
            cost: Decimal::ZERO,
            equivalent: Decimal::ZERO,
            full_hours: 0,
        };
        Self {
            hours: vec![],
            applied: order.commitments.iter().map(none).collect(),
            amounts: vec![0; order.items.len()],
            by_group: vec![0; order.groups.len()],
            equivalents: vec![Decimal::ZERO; order.groups.len()],
            taken: vec![0; order.pairs.len()],
            leak: Decimal::ZERO,
            spare: vec![],
        }
    }

    fn add(&mut self, order: &Order<'_>, on_demand: &[i128], when: When, row: &Row<'_>) {
        let mut equivalent = 0;
        for ((amount, rate), sum) in row.amounts.iter().zip(on_demand).zip(&mut self.amounts) {
            equivalent += amount * rate;
            *sum += amount;
        }
        self.by_group.fill(0);
        for (at, amount) in row.takes {
            let pair = order.pairs[*at as usize];
            self.taken[*at as usize] += amount;
            self.by_group[pair.group as usize] += amount * on_demand[pair.item as usize];
        }
        let mut committed = Decimal::ZERO;
        let mut uncovered = equivalent;
        for group in 0..self.by_group.len() {
            let covered = self.by_group[group];
            uncovered -= covered;
            self.equivalents[group] += from_fine(covered);
            committed += self.split(order, when, row, group);
        }
        self.hours.push(Sums {
            equivalent: from_fine(equivalent),
            uncovered: from_fine(uncovered),
            committed,
        });
        if !order.barred.is_empty() {
            self.leak(order, on_demand, row);
        }
    }

    /// A group's hour among its members, which fill one after the other; their cost.
    fn split(&mut self, order: &Order<'_>, when: When, row: &Row<'_>, group: usize) -> Decimal {
        let (mut rest, mut cost) = (row.capacity[group] - row.room[group], Decimal::ZERO);
        let (begin, end) = (order.usage.hour(row.hour), order.usage.hour(row.hour + 1));
        for member in &order.groups[group].members {
            let commitment = &order.commitments[*member];
            if !when.counts(commitment, begin, end) {
                continue;
            }
            let capacity = order.capacity[*member];
            let takes = rest.min(capacity);
            let applied = &mut self.applied[*member];
            applied.capacity += from_fine(capacity);
            applied.used += from_fine(takes);
            applied.cost += commitment.hourly;
            applied.full_hours += usize::from(takes == capacity && capacity > 0);
            (rest, cost) = (rest - takes, cost + commitment.hourly);
        }
        cost
    }

    /// Serves what sharing forbids from what was left on both sides.
    fn leak(&mut self, order: &Order<'_>, on_demand: &[i128], row: &Row<'_>) {
        self.spare.clear();
        self.spare.extend_from_slice(row.room);
        if self.spare.iter().all(|room| *room == 0) {
            return;
        }
        let mut left = row.left.to_vec();
        let mut leaked = 0;
        for pair in &order.barred {
            let item = pair.item as usize;
            leaked += take(*pair, &mut left[item], &mut self.spare[pair.group as usize]) * on_demand[item];
        }
        self.leak += from_fine(leaked);
    }

    fn joined(order: &Order<'_>, parts: Vec<Self>) -> Self {
        let mut whole = Self::new(order);
        for part in parts {
            whole.hours.extend(part.hours);
            whole.leak += part.leak;
            whole.equivalents.iter_mut().zip(part.equivalents).for_each(|(sum, more)| *sum += more);
            for (sums, more) in [(&mut whole.amounts, part.amounts), (&mut whole.taken, part.taken)] {
                sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            }
            for (sum, more) in whole.applied.iter_mut().zip(part.applied) {
                sum.capacity += more.capacity;
                sum.used += more.used;
                sum.cost += more.cost;
                sum.full_hours += more.full_hours;
            }
        }
        whole
    }

    /// What a group took among its members by their use; the last takes what is left, so that nothing is lost in
    /// rounding.
    fn share_out(&mut self, order: &Order<'_>) {
        for (group, equivalent) in order.groups.iter().zip(&self.equivalents) {
            let used: Decimal = group.members.iter().map(|member| self.applied[*member].used).sum();
            let users: Vec<usize> = group
                .members
                .iter()
                .copied()
                .filter(|member| !self.applied[*member].used.is_zero())
                .collect();
            let mut rest = *equivalent;
            for (at, member) in users.iter().enumerate() {
                let last = at + 1 == users.len();
                let own = if last { rest } else { share(*equivalent, self.applied[*member].used, used) };
                self.applied[*member].equivalent = own;
                rest -= own;
            }
        }
    }

    fn outcome(mut self, order: &Order<'_>) -> Replayed {
        self.share_out(order);
        let mut total = Sums::default();
        for hour in &self.hours {
            total.equivalent += hour.equivalent;
            total.uncovered += hour.uncovered;
            total.committed += hour.committed;
        }
        let mut committed = vec![Decimal::ZERO; order.items.len()];
        let mut left = self.amounts.clone();
        for (pair, taken) in order.pairs.iter().zip(&self.taken) {
            if *taken == 0 {
                continue;
            }
            left[pair.item as usize] -= taken;
            let used = product(Decimal::from_units(*taken), pair.weight);
            committed[pair.item as usize] += self.price(order, pair.group as usize, used);
        }
        let served = order.items.iter().zip(committed).enumerate().map(|(at, (item, committed))| {
            let (amount, left) = (Decimal::from_units(self.amounts[at]), Decimal::from_units(left[at]));
            let rate = order.usage.skus[item.sku].on_demand;
            Served {
                sku: item.sku,
                account: item.account,
                amount,
                left,
                equivalent: rate.map(|rate| product(amount, rate)),
                uncovered: rate.map(|rate| product(left, rate)),
                committed,
            }
        });
        Replayed {
            total,
            served: served.collect(),
            hours: self.hours,
            commitments: self.applied,
            leak: Leak { on_demand: self.leak },
        }
    }

    /// Cost of what was used of a group: a plan's dollars are their own cost.
    fn price(&self, order: &Order<'_>, group: usize, used: Decimal) -> Decimal {
        let members = &order.groups[group].members;
        let is_plan =
            members.first().is_some_and(|at| !matches!(order.commitments[*at].covers, Covers::Reserved(_)));
        if is_plan {
            return used;
        }
        let (mut cost, mut capacity) = (Decimal::ZERO, Decimal::ZERO);
        for at in members {
            cost += self.applied[*at].cost;
            capacity += self.applied[*at].capacity;
        }
        share(cost, used, capacity)
    }
}
