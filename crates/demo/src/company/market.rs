//! The market: usage that commitments could take, and the order in which AWS lets them take it.
//!
//! Each hour stands alone. Reservations come before savings plans, EC2 Instance plans before the wide ones; inside a layer
//! the owner's account before others, then the smallest size (reservations) or the highest discount (plans), ties by the
//! lowest rate. Nothing here is shared with the product's own replay, so that each can check the other.

mod sku;

use super::commitments::{Commitment, What};
use super::series::{Series, Step};
use crate::calendar::Hour;
use crate::fixed::{AMOUNT, cost8, mul_div};
pub(crate) use sku::{Sku, World};
use std::cmp::Ordering;

/// A commitment and usage that it can take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) commitment: u16,
    /// Which of the market's members.
    pub(crate) member: u32,
    /// Capacity that a unit of usage takes: normalised units, or dollars.
    pub(crate) weight: i64,
    /// Template of the usage's rows.
    pub(crate) template: u32,
    /// Which of the market's negations offsets them; meaningless for reservations.
    pub(crate) negation: u32,
}

/// Everything that is settled together.
#[derive(Debug, Default)]
pub(crate) struct Market {
    /// Series.
    pub(crate) members: Vec<u32>,
    /// Pairs in the order in which they are served.
    pub(crate) pairs: Vec<Pair>,
    /// How many of them are of reservations, which come first.
    pub(crate) reserved: usize,
    /// Per member: its pairs.
    pub(crate) of_member: Vec<Vec<u32>>,
    /// Templates of the rows that take a plan's covered usage off again.
    pub(crate) negations: Vec<u32>,
    /// How much time a row covers before [`Market::hourly_from`].
    pub(crate) step: Option<Step>,
    /// First hour of the hourly rows.
    pub(crate) hourly_from: Hour,
}

impl Market {
    /// The stretches of time that its rows cover in a part of a period.
    pub(crate) fn intervals(&self, start: Hour, until: Hour, from: Hour, to: Hour) -> Vec<(Hour, Hour)> {
        let coarse = self.hourly_from.clamp(from, to);
        let mut list = Vec::new();
        match self.step {
            Some(Step::Month) if from == start => list.push((start, self.hourly_from.clamp(start, until))),
            Some(Step::Month) => {}
            _ => list.extend((from..coarse).step_by(24).map(|day| (day, (day + 24).min(coarse)))),
        }
        list.extend((coarse..to).map(|hour| (hour, hour + 1)));
        list.retain(|(from, to)| from < to);
        list
    }
}

/// What decides when a pair is served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rank {
    layer: u8,
    /// 0 for the owner's own usage.
    phase: u8,
    /// Committed over on-demand rate; size over one.
    over: (i64, i64),
    weight: i64,
    start: Hour,
}

impl Rank {
    /// Rank and weight of a commitment's use by a member; `None` if it does not take it.
    pub(crate) fn of(commitment: &Commitment, account: u16, sku: &Sku) -> Option<Self> {
        let phase = u8::from(commitment.account != account);
        let (layer, over, weight) = match commitment.what {
            What::Reserved { .. } => {
                if !commitment.what.reserves(sku) {
                    return None;
                }
                (0, (sku.factor, 1), sku.factor)
            }
            what => {
                let rate = commitment.rate_of(sku).filter(|rate| *rate < sku.list)?;
                (if matches!(what, What::Family { .. }) { 1 } else { 2 }, (rate, sku.list), rate)
            }
        };
        Some(Self { layer, phase, over, weight, start: commitment.start })
    }

    /// Capacity that a unit of usage takes.
    pub(crate) const fn weight(&self) -> i64 {
        self.weight
    }

    /// The order in which pairs are served.
    pub(crate) fn served(&self, other: &Self) -> Ordering {
        let product = |one: i64, other: i64| i128::from(one) * i128::from(other);
        (self.layer, self.phase)
            .cmp(&(other.layer, other.phase))
            .then(product(self.over.0, other.over.1).cmp(&product(other.over.0, self.over.1)))
            .then(self.weight.cmp(&other.weight))
            .then(self.start.cmp(&other.start))
    }
}

/// What a pair takes of usage and capacity that are left: amount, and capacity.
pub(crate) fn take(plan: bool, weight: i64, left: &mut i64, room: &mut i64) -> (i64, i64) {
    if *left <= 0 || *room <= 0 {
        return (0, 0);
    }
    let needs = if plan { cost8(*left, weight) } else { mul_div(*left, weight, AMOUNT) };
    if needs <= *room {
        *room -= needs;
        return (std::mem::take(left), needs);
    }
    // All that is left of the commitment goes to a part of the usage, rounded down.
    let part = i128::from(*room) * i128::from(AMOUNT) / i128::from(weight.max(1));
    let part = i64::try_from(part).unwrap_or(i64::MAX).min(*left);
    if part == 0 {
        return (0, 0);
    }
    *left -= part;
    (part, std::mem::take(room))
}

/// Settles one hour after the other.
pub(crate) struct Clerk<'a> {
    market: &'a Market,
    series: &'a [Series],
    commitments: &'a [Commitment],
    /// What the last hour left on demand, per member.
    pub(crate) left: Vec<i64>,
    room: Vec<i64>,
}

impl<'a> Clerk<'a> {
    pub(crate) fn new(market: &'a Market, series: &'a [Series], commitments: &'a [Commitment]) -> Self {
        Self {
            market,
            series,
            commitments,
            left: vec![0; market.members.len()],
            room: vec![0; commitments.len()],
        }
    }

    /// Settles an hour; `took` learns each pair's number, amount and capacity. `reservations` leaves plans out.
    pub(crate) fn settle(
        &mut self,
        hour: Hour,
        growth: i64,
        reservations: bool,
        took: &mut dyn FnMut(usize, i64, i64),
    ) {
        for (left, number) in self.left.iter_mut().zip(&self.market.members) {
            *left = self.series[*number as usize].amount(hour, hour + 1, growth);
        }
        for (room, commitment) in self.room.iter_mut().zip(self.commitments) {
            *room = if commitment.hours(hour, hour + 1) > 0 { commitment.capacity() } else { 0 };
        }
        let last = if reservations { self.market.reserved } else { self.market.pairs.len() };
        for (number, pair) in self.market.pairs[..last].iter().enumerate() {
            let place = usize::from(pair.commitment);
            let (left, room) = (&mut self.left[pair.member as usize], &mut self.room[place]);
            let (amount, capacity) = take(self.commitments[place].what.is_plan(), pair.weight, left, room);
            if amount > 0 {
                took(number, amount, capacity);
            }
        }
    }
}
