//! Rows of what the market settles: covered, reserved and on-demand usage, negations, plans' fees.
//!
//! Settled hour by hour whatever a row covers: a daily row is the sum of its hours, as in a daily report of AWS.

use super::Hours;
use crate::calendar::{Hour, Period};
use crate::company::market::Clerk;
use crate::company::series::Series;
use crate::company::{Commitment, Company};
use crate::fixed::{AMOUNT, cost, cost8, mul_div};
use crate::row::{Extra, NET_PERCENT, Row, net};

/// What a pair took in an interval: amount, then up-front and recurring cost of a reservation, or dollars of a plan.
#[derive(Debug, Clone, Copy, Default)]
struct Took {
    amount: i64,
    upfront: i64,
    recurring: i64,
}

impl Took {
    /// Adds what was taken of a commitment's capacity in an hour.
    fn add(&mut self, commitment: &Commitment, amount: i64, capacity: i64) {
        self.amount += amount;
        if commitment.what.is_plan() {
            self.recurring += capacity;
        } else {
            let hours = commitment.reserved_hours(capacity);
            self.upfront += cost8(hours, commitment.upfront_rate);
            self.recurring += cost8(hours, commitment.recurring_rate);
        }
    }
}

/// Sums of an interval, kept from one to the next for their memory.
#[derive(Debug, Default)]
pub(super) struct Stall {
    took: Vec<Took>,
    left: Vec<i64>,
    /// Per negation: amount, price, net price.
    negated: Vec<[i64; 3]>,
    /// Per commitment: dollars used.
    used: Vec<i64>,
}

impl Stall {
    fn clear(&mut self, company: &Company) {
        let market = &company.market;
        self.took.clear();
        self.took.resize(market.pairs.len(), Took::default());
        self.left.clear();
        self.left.resize(market.members.len(), 0);
        self.negated.clear();
        self.negated.resize(market.negations.len(), [0; 3]);
        self.used.clear();
        self.used.resize(company.commitments.len(), 0);
    }
}

impl<'a> Hours<'a> {
    /// One interval of the market.
    pub(super) fn market(&mut self, clerk: &mut Clerk<'a>, from: Hour, to: Hour) {
        let company = self.company;
        let market = &company.market;
        let mut stall = std::mem::take(&mut self.stall);
        stall.clear(company);
        for hour in from..to {
            clerk.settle(hour, company.growth(hour), false, &mut |number, amount, capacity| {
                let place = usize::from(market.pairs[number].commitment);
                stall.took[number].add(&company.commitments[place], amount, capacity);
                stall.used[place] += capacity;
            });
            for (sum, left) in stall.left.iter_mut().zip(&clerk.left) {
                *sum += left;
            }
        }
        for (place, number) in market.members.iter().enumerate() {
            let series = &company.series[*number as usize];
            let (mut amortized, mut list) = (0, 0);
            for number in &market.of_member[place] {
                let (pair, took) = (market.pairs[*number as usize], stall.took[*number as usize]);
                if took.amount == 0 {
                    continue;
                }
                let row = if company.commitments[usize::from(pair.commitment)].what.is_plan() {
                    let row = covered_row(series, pair.template, (from, to), took);
                    let sums = &mut stall.negated[pair.negation as usize];
                    sums[0] += took.amount;
                    sums[1] += row.unblended;
                    sums[2] += row.net;
                    row
                } else {
                    reserved_row(series, pair.template, (from, to), took)
                };
                (self.sink)(row);
                amortized += row.amortized;
                list += row.list;
            }
            if stall.left[place] > 0 {
                let row = self.plain(series, from, to, stall.left[place]);
                amortized += row.amortized;
                list += row.list;
            }
            self.containers(series, from, to, amortized, list);
        }
        for (template, [amount, price, net_price]) in market.negations.iter().zip(&stall.negated) {
            if *price != 0 {
                let mut row = Row::flat(*template, from, to, *amount, -price);
                row.net = -net_price;
                row.edp = price - net_price;
                (row.amortized, row.net_amortized) = (0, 0);
                (self.sink)(row);
            }
        }
        for (commitment, used) in company.commitments.iter().zip(&stall.used) {
            self.plan_fee(commitment, from, to, *used);
        }
        self.stall = stall;
    }

    /// A plan's fee of an interval.
    fn plan_fee(&mut self, commitment: &Commitment, from: Hour, to: Hour, used: i64) {
        let hours = commitment.hours(from, to);
        if !commitment.what.is_plan() || hours == 0 {
            return;
        }
        let total = commitment.capacity() * hours;
        let recurring = commitment.recurring_rate * hours;
        let mut row = Row::flat(commitment.fee, from, to, hours * AMOUNT, recurring);
        self.discount(commitment, &mut row);
        row.amortized = total - used;
        row.net_amortized = net(total - used);
        row.extra = Extra::PlanFee { upfront: total - recurring, recurring, total, used };
        (self.sink)(row);
    }

    /// Purchases that fall into the period, and the reservations' monthly rows.
    pub(super) fn commitment_fees(&mut self, period: &Period) {
        let company = self.company;
        let used = reserved_use(company, period);
        for (commitment, used) in company.commitments.iter().zip(&used) {
            self.purchase(commitment, period);
            self.reserved_fee(commitment, period, *used);
        }
    }

    fn purchase(&mut self, commitment: &Commitment, period: &Period) {
        if commitment.purchase == 0 || !(period.start..period.until).contains(&commitment.start) {
            return;
        }
        let mut row = Row::flat(
            commitment.purchase,
            commitment.start,
            commitment.start + 1,
            commitment.units * AMOUNT,
            commitment.upfront_value,
        );
        self.discount(commitment, &mut row);
        (row.amortized, row.net_amortized) = (0, 0);
        if !commitment.what.is_plan() {
            row.extra = Extra::ReservedPurchase { upfront_value: commitment.upfront_value };
        }
        (self.sink)(row);
    }

    fn reserved_fee(&mut self, commitment: &Commitment, period: &Period, used: Took) {
        // The fee of a month is charged for all of it at once, also in the open month; a purchase that is still to come
        // is not known yet.
        let hours = commitment.hours(period.start, period.end);
        if commitment.what.is_plan() || hours == 0 || commitment.start >= period.until {
            return;
        }
        let amount = hours * commitment.units * AMOUNT;
        let upfront = commitment.upfront_rate * hours * commitment.units;
        let recurring = commitment.recurring_rate * hours * commitment.units;
        let from = period.start.max(commitment.start);
        let to = period.end.min(commitment.end);
        let mut row = Row::flat(commitment.fee, from, to, amount, recurring);
        self.discount(commitment, &mut row);
        let extra = (upfront - used.upfront, recurring - used.recurring);
        row.amortized = extra.0 + extra.1;
        row.net_amortized = net(extra.0) + net(extra.1);
        row.extra = Extra::ReservedFee {
            upfront,
            unused_upfront: extra.0,
            unused_recurring: extra.1,
            unused_amount: amount - used.amount,
            upfront_value: commitment.upfront_value,
        };
        (self.sink)(row);
    }

    /// The enterprise discount on a commitment's fee.
    fn discount(&mut self, commitment: &Commitment, row: &mut Row) {
        row.net = net(row.unblended);
        row.edp = row.net - row.unblended;
        self.discounts[commitment.slot as usize] += row.edp;
    }
}

/// What each reservation's usage takes in a period: hours of the reservation, and their cost.
fn reserved_use(company: &Company, period: &Period) -> Vec<Took> {
    let mut used = vec![Took::default(); company.commitments.len()];
    let mut clerk = Clerk::new(&company.market, &company.series, &company.commitments);
    for hour in period.start..period.until {
        clerk.settle(hour, company.growth(hour), true, &mut |number, _, capacity| {
            let place = usize::from(company.market.pairs[number].commitment);
            let commitment = &company.commitments[place];
            used[place].add(commitment, commitment.reserved_hours(capacity), capacity);
        });
    }
    used
}

/// A row that a reservation covers.
fn reserved_row(series: &Series, template: u32, (from, to): (Hour, Hour), took: Took) -> Row {
    let mut row = Row::flat(template, from, to, took.amount, 0);
    row.list = cost(took.amount, series.list_rate);
    row.amortized = took.upfront + took.recurring;
    row.net_amortized = net(row.amortized);
    row.extra = Extra::ReservedUse { upfront: took.upfront, recurring: took.recurring };
    row
}

/// A row that a savings plan covers: priced on demand, offset by a negation row.
fn covered_row(series: &Series, template: u32, (from, to): (Hour, Hour), took: Took) -> Row {
    let unblended = cost(took.amount, series.rate);
    let effective = took.recurring;
    let mut row = Row::flat(template, from, to, took.amount, unblended);
    row.list = cost(took.amount, series.list_rate);
    row.net = mul_div(unblended, NET_PERCENT, 100);
    row.edp = row.net - unblended;
    row.amortized = effective;
    row.net_amortized = net(effective);
    row.extra = Extra::PlanUse { effective };
    row
}
