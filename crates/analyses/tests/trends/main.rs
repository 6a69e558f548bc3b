//! Irregular spend through the crate's door: what is found, what is not, and that looking twice finds the same.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod events;
mod habits;
mod joined;
mod limits;
mod order;

use analyses::trends::{Asked, Bill, Definition, Event, Leaves, Memory, Object, Seen, Series, detect};
use chrono::{Datelike, Days, NaiveDate};
use model::Decimal;

/// First day of all bills here: a Saturday.
fn start() -> NaiveDate {
    "2025-11-01".parse().unwrap()
}

fn date(day: usize) -> NaiveDate {
    start() + Days::new(day as u64)
}

fn weekday(day: usize) -> usize {
    date(day).weekday().num_days_from_monday() as usize
}

/// A figure between 0 and 1 that looks random and is always the same.
fn noise(day: usize, salt: u64) -> f64 {
    let mut state =
        (day as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd1b5_4a32_d192_ed03);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn decimal(cost: f64) -> Decimal {
    Decimal::from_f64((cost * 1e6).round() / 1e6).unwrap().0
}

/// Costs of each day by a rule.
fn costs(days: usize, of: impl Fn(usize) -> f64) -> Vec<Decimal> {
    (0..days).map(|day| decimal(of(day))).collect()
}

fn bill(series: Vec<Series>) -> Bill {
    Bill { currency: "USD".into(), first_day: start(), series, seen: Seen::default() }
}

fn asked() -> Asked {
    Asked { definitions: vec![Definition::predefined().remove(0)], ..Asked::default() }
}

fn ec2() -> Object {
    Object::account_service("111111111111", "AmazonEC2")
}

/// Events of one series of usage.
fn found_in(days: usize, of: impl Fn(usize) -> f64) -> Vec<Event> {
    let memory = Memory::new(bill(vec![Series::usage(ec2(), costs(days, of))]), 1);
    detect(&memory, &Leaves::default(), &asked())
}
