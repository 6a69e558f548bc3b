//! The hours: turns the company into line items, day by day.
//!
//! A stretch of days is a pure function of the company, so that files can be written by any thread in any order.

mod market;

use crate::calendar::Hour;
use crate::company::Company;
use crate::company::market::Clerk;
use crate::company::series::{Series, Step};
use crate::fixed::{AMOUNT, cost, mul_div};
use crate::row::{Extra, NET_PERCENT, Row};

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
    let mut hours =
        Hours { company, discounts: vec![0; company.slots.len()], sink, stall: market::Stall::default() };
    let first = stretch.from == period.start;
    if first {
        for row in &company.fees[stretch.period] {
            (hours.sink)(*row);
        }
        hours.commitment_fees(&period);
        hours.step(Step::Month, period.start, period.until);
    }
    let mut clerk = Clerk::new(&company.market, &company.series, &company.commitments);
    let mut day = stretch.from;
    while day < stretch.to {
        let end = (day + 24).min(stretch.to);
        for hour in day..end {
            hours.step(Step::Hour, hour, hour + 1);
        }
        hours.step(Step::Day, day, end);
        for (from, to) in company.market.intervals(period.start, period.until, day, end) {
            hours.market(&mut clerk, from, to);
        }
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
    stall: market::Stall,
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
