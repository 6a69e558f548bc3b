//! The hours: turns the company into line items, day by day.
//!
//! A stretch of days is a pure function of the company, so that files can be written by any thread in any order.

use crate::calendar::{Hour, Period};
use crate::company::series::{Series, Step};
use crate::company::{Commitment, Company, intervals};
use crate::fixed::{AMOUNT, cost, cost8, mul_div};
use crate::row::{Extra, NET_PERCENT, Row, net};

/// A stretch of one period, in whole days (the last may be short).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) period: usize,
    pub(crate) from: Hour,
    pub(crate) to: Hour,
}

/// Writes all rows of a stretch to `sink`.
pub(crate) fn emit(company: &Company, stretch: &Stretch, sink: &mut dyn FnMut(Row)) {
    let period = company.periods[stretch.period];
    let mut hours = Hours { company, discounts: vec![0; company.slots.len()], sink, scratch: Vec::new() };
    let first = stretch.from == period.start;
    if first {
        for row in &company.fees[stretch.period] {
            (hours.sink)(*row);
        }
        for commitment in &company.commitments {
            hours.commitment_fees(commitment, &period);
        }
        hours.step(Step::Month, period.start, period.until);
    }
    let mut day = stretch.from;
    while day < stretch.to {
        let end = (day + 24).min(stretch.to);
        for hour in day..end {
            hours.step(Step::Hour, hour, hour + 1);
        }
        hours.step(Step::Day, day, end);
        if company.daily_discounts {
            hours.book_discounts(day, end);
        }
        day = end;
    }
    if !company.daily_discounts {
        // A small company's month is one stretch: its discounts are booked once.
        hours.book_discounts(stretch.from, stretch.to);
    }
}

struct Hours<'a> {
    company: &'a Company,
    discounts: Vec<i64>,
    sink: &'a mut dyn FnMut(Row),
    /// Negation sums of the plan at hand: amount, price, net price.
    scratch: Vec<[i64; 3]>,
}

impl Hours<'_> {
    /// One interval of all series with this step.
    fn step(&mut self, step: Step, from: Hour, to: Hour) {
        let company = self.company;
        let growth = company.growth(from);
        for number in &company.plain {
            let series = &company.series[*number as usize];
            if series.step == step {
                let amount = series.amount(from, to, growth);
                if amount > 0 {
                    let row = self.plain(series, from, to, amount);
                    self.containers(series, from, to, row.amortized, row.list);
                }
            }
        }
        for commitment in company.commitments.iter().filter(|commitment| commitment.step == step) {
            if commitment.plan {
                self.plan(commitment, from, to, growth);
            } else {
                self.reserved(commitment, from, to, growth);
            }
        }
    }

    /// A row at the ordinary price.
    fn plain(&mut self, series: &Series, from: Hour, to: Hour, amount: i64) -> Row {
        let unblended = cost(amount, series.rate);
        let mut row = Row::flat(series.template, from, to, amount, unblended);
        row.list = if series.list_rate == series.rate { unblended } else { cost(amount, series.list_rate) };
        row.private = -mul_div(unblended, i64::from(series.private), 1000);
        row.bundled = -mul_div(unblended, i64::from(series.bundled), 1000);
        let left = unblended + row.private + row.bundled;
        if series.slots[0] != 0 {
            row.edp = mul_div(left, NET_PERCENT, 100) - left;
        }
        row.net = left + row.edp;
        row.net_amortized = row.net;
        for (slot, value) in series.slots.iter().zip([row.edp, row.private, row.bundled]) {
            self.discounts[*slot as usize] += value;
        }
        (self.sink)(row);
        row
    }

    /// Reserved hours first, the rest on demand.
    fn reserved(&mut self, commitment: &Commitment, from: Hour, to: Hour, growth: i64) {
        let mut left = commitment.units * commitment.hours(from, to) * AMOUNT;
        for number in &commitment.candidates {
            let series = &self.company.series[*number as usize];
            let amount = series.amount(from, to, growth);
            if amount == 0 {
                continue;
            }
            let covered = amount.min(left);
            left -= covered;
            if covered > 0 {
                (self.sink)(reserved_row(commitment, series, from, to, covered));
            }
            if amount > covered {
                self.plain(series, from, to, amount - covered);
            }
        }
    }

    /// Covered usage until the commitment is used up, the rest on demand; then what offsets it, and the fee.
    fn plan(&mut self, commitment: &Commitment, from: Hour, to: Hour, growth: i64) {
        let hours = commitment.hours(from, to);
        let total = (commitment.upfront_rate + commitment.recurring_rate) * hours;
        let mut left = total;
        self.scratch.clear();
        self.scratch.resize(commitment.negations.len(), [0; 3]);
        for (number, negation) in commitment.candidates.iter().zip(&commitment.negation_of) {
            let series = &self.company.series[*number as usize];
            let amount = series.amount(from, to, growth);
            if amount == 0 {
                continue;
            }
            let (covered, effective) = coverable(series, amount, left);
            left -= effective;
            let (mut amortized, mut list) = (0, 0);
            if covered > 0 {
                let row = covered_row(series, from, to, covered, effective);
                (self.sink)(row);
                let sums = &mut self.scratch[*negation as usize];
                sums[0] += covered;
                sums[1] += row.unblended;
                sums[2] += row.net;
                (amortized, list) = (row.amortized, row.list);
            }
            if amount > covered {
                let row = self.plain(series, from, to, amount - covered);
                amortized += row.amortized;
                list += row.list;
            }
            self.containers(series, from, to, amortized, list);
        }
        for (template, [amount, price, net_price]) in commitment.negations.iter().zip(&self.scratch) {
            if *price != 0 {
                let mut row = Row::flat(*template, from, to, *amount, -price);
                row.net = -net_price;
                row.edp = price - net_price;
                (row.amortized, row.net_amortized) = (0, 0);
                (self.sink)(row);
            }
        }
        if hours > 0 {
            let recurring = commitment.recurring_rate * hours;
            let mut row = Row::flat(commitment.fee, from, to, hours * AMOUNT, recurring);
            self.discount(commitment, &mut row);
            row.amortized = left;
            row.net_amortized = net(left);
            row.extra = Extra::PlanFee { upfront: total - recurring, recurring, total, used: total - left };
            (self.sink)(row);
        }
    }

    /// The enterprise discount on a commitment's fee.
    fn discount(&mut self, commitment: &Commitment, row: &mut Row) {
        row.net = net(row.unblended);
        row.edp = row.net - row.unblended;
        self.discounts[commitment.slot as usize] += row.edp;
    }

    /// The purchase, when it falls into the period, and a reservation's monthly row.
    fn commitment_fees(&mut self, commitment: &Commitment, period: &Period) {
        if commitment.purchase != 0 && (period.start..period.until).contains(&commitment.start) {
            let mut row = Row::flat(
                commitment.purchase,
                commitment.start,
                commitment.start + 1,
                commitment.units * AMOUNT,
                commitment.upfront_value,
            );
            self.discount(commitment, &mut row);
            (row.amortized, row.net_amortized) = (0, 0);
            if !commitment.plan {
                row.extra = Extra::ReservedPurchase { upfront_value: commitment.upfront_value };
            }
            (self.sink)(row);
        }
        // The fee of a month is charged for all of it at once, also in the open month; a purchase that is still to come
        // is not known yet.
        let hours = commitment.hours(period.start, period.end);
        if commitment.plan || hours == 0 || commitment.start >= period.until {
            return;
        }
        let amount = hours * commitment.units * AMOUNT;
        let used = used(self.company, commitment, period);
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

    /// The containers that share an instance-hour: its cost by reserved share, nine parts CPU to one part memory.
    fn containers(&mut self, series: &Series, from: Hour, to: Hour, amortized: i64, list: i64) {
        if series.pods.is_empty() || amortized == 0 {
            return;
        }
        let shares = [420i64, 260, 120];
        let total: i64 = shares.iter().sum();
        let mut unused_left = [0i64; 2];
        for (index, template) in series.pods.iter().enumerate() {
            let (pod, memory) = (index / 2, index % 2);
            let part = if memory == 1 { amortized / 10 } else { amortized - amortized / 10 };
            let list_part = if memory == 1 { list / 10 } else { list - list / 10 };
            let share = shares[pod % shares.len()];
            let used: i64 = shares.iter().map(|share| part * share / 1000).sum();
            let unused = if pod == shares.len() - 1 {
                part - used - unused_left[memory]
            } else {
                (part - used) * share / total
            };
            unused_left[memory] += unused;
            let hours = i64::from(to - from);
            let reserved = hours * AMOUNT * share / 250;
            let mut row = Row::flat(*template, from, to, reserved, 0);
            row.extra = Extra::Split {
                reserved,
                actual: reserved * (350 + i64::from(from.rem_euclid(400))) / 1000,
                ratio: share * 1000,
                cost: part * share / 1000,
                unused,
                list: list_part * share / 1000,
                list_unused: (list_part - list_part * total / 1000) * share / total,
            };
            (self.sink)(row);
        }
    }

    /// Books the discounts gathered since the last time.
    fn book_discounts(&mut self, from: Hour, to: Hour) {
        for (slot, value) in self.company.slots.iter().zip(self.discounts.iter_mut()).skip(1) {
            if *value != 0 {
                let mut row = Row::flat(slot.template, from, to, 0, *value);
                // Net prices hold the discount already.
                (row.net, row.net_amortized) = (0, 0);
                (self.sink)(row);
            }
            *value = 0;
        }
        if let Some(none) = self.discounts.first_mut() {
            *none = 0;
        }
    }
}

/// A row that a reservation covers.
fn reserved_row(commitment: &Commitment, series: &Series, from: Hour, to: Hour, amount: i64) -> Row {
    let upfront = cost8(amount, commitment.upfront_rate);
    let recurring = cost8(amount, commitment.recurring_rate);
    let mut row = Row::flat(series.covered, from, to, amount, 0);
    row.list = cost(amount, series.list_rate);
    row.amortized = upfront + recurring;
    row.net_amortized = net(upfront + recurring);
    row.extra = Extra::ReservedUse { upfront, recurring };
    row
}

/// A row that a savings plan covers: priced on demand, offset by a negation row.
fn covered_row(series: &Series, from: Hour, to: Hour, amount: i64, effective: i64) -> Row {
    let unblended = cost(amount, series.rate);
    let mut row = Row::flat(series.covered, from, to, amount, unblended);
    row.list = cost(amount, series.list_rate);
    row.net = mul_div(unblended, NET_PERCENT, 100);
    row.edp = row.net - unblended;
    row.amortized = effective;
    row.net_amortized = net(effective);
    row.extra = Extra::PlanUse { effective };
    row
}

/// How much of an amount fits into what is left of a commitment, and what it uses up.
fn coverable(series: &Series, amount: i64, left: i64) -> (i64, i64) {
    let whole = cost8(amount, series.plan_rate);
    if whole <= left {
        return (amount, whole);
    }
    if left <= 0 || series.plan_rate == 0 {
        return (0, 0);
    }
    let part = mul_div(left, AMOUNT, series.plan_rate).min(amount);
    (part, cost8(part, series.plan_rate).min(left))
}

/// What a reservation's usage took in a period.
struct Used {
    amount: i64,
    upfront: i64,
    recurring: i64,
}

/// Replays a period's hours of a reservation.
fn used(company: &Company, commitment: &Commitment, period: &Period) -> Used {
    let mut used = Used { amount: 0, upfront: 0, recurring: 0 };
    for (from, to) in intervals(commitment.step, period, period.start, period.until) {
        let growth = company.growth(from);
        let mut left = commitment.units * commitment.hours(from, to) * AMOUNT;
        for number in &commitment.candidates {
            let covered = company.series[*number as usize].amount(from, to, growth).min(left);
            left -= covered;
            used.amount += covered;
            used.upfront += cost8(covered, commitment.upfront_rate);
            used.recurring += cost8(covered, commitment.recurring_rate);
            if left == 0 {
                break;
            }
        }
    }
    used
}
