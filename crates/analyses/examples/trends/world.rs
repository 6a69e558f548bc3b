//! A company's daily costs with labelled incidents: accounts × services, each with the habits that bills have.
//! Written after the prototype's generator, before any detector here was measured; nothing of it is tuned to one.

use crate::random::Random;
use analyses::trends::{Bill, Measure, Object, Seen, Series};
use chrono::{Datelike, Days, NaiveDate};
use model::Decimal;

/// Days of the world: thirteen months.
pub const DAYS: usize = 395;
/// Days before the first incident.
pub const QUIET: usize = 100;

/// Service, level in money a day of a middling account, classes with their odds, part of the accounts that use it.
const SERVICES: &[(&str, f64, &str, f64)] = &[
    ("AmazonEC2", 60.0, "weekday:4 auto:4 steady:3 grow:1", 0.95),
    ("AmazonRDS", 30.0, "steady:6 grow:2 weekday:1", 0.8),
    ("AmazonS3", 12.0, "grow:5 steady:3 tier:1", 0.95),
    ("AWSLambda", 3.0, "weekday:4 auto:2 tier:2 grow:1", 0.8),
    ("AmazonEKS", 8.0, "steady:5 auto:3", 0.4),
    ("AmazonECS", 12.0, "auto:4 weekday:3 steady:2", 0.4),
    ("AmazonDynamoDB", 5.0, "auto:3 grow:3 weekday:3", 0.6),
    ("AmazonCloudFront", 6.0, "weekday:4 auto:3 tier:1", 0.4),
    ("AWSDataTransfer", 8.0, "auto:4 weekday:4 tier:2", 0.9),
    ("AWSELB", 4.0, "steady:5 weekday:3", 0.7),
    ("AmazonCloudWatch", 5.0, "steady:3 tier:2 grow:2 auto:2", 0.95),
    ("awskms", 0.5, "steady:6 month1:2", 0.9),
    ("AmazonRoute53", 1.5, "month1:6 steady:2", 0.7),
    ("AmazonSNS", 0.2, "weekday:3 tier:2 sparse:2", 0.6),
    ("AWSQueueService", 0.4, "weekday:3 auto:2 tier:2", 0.6),
    ("AmazonApiGateway", 1.5, "weekday:4 auto:2", 0.5),
    ("AmazonKinesis", 5.0, "steady:5 auto:2", 0.3),
    ("AWSGlue", 4.0, "batch:5 sparse:3 weekday:1", 0.3),
    ("AmazonAthena", 1.5, "sparse:4 weekday:4 batch:1", 0.4),
    ("ElasticMapReduce", 12.0, "batch:6 sparse:2", 0.2),
    ("AmazonRedshift", 25.0, "steady:5 weekday:2", 0.2),
    ("AmazonElastiCache", 8.0, "steady:7", 0.4),
    ("AmazonES", 10.0, "steady:6 grow:2", 0.3),
    ("AmazonSageMaker", 10.0, "sparse:4 batch:3 weekday:2", 0.25),
    ("AmazonBedrock", 6.0, "grow:4 weekday:4 auto:3", 0.3),
    ("AWSSupport", 25.0, "fee:1", 0.25),
    ("Marketplace", 15.0, "fee:3 steady:3", 0.15),
    ("AmazonWorkSpaces", 8.0, "month1:4 weekday:3", 0.15),
    ("AWSConfig", 1.5, "auto:4 steady:3", 0.8),
    ("AWSBackup", 4.0, "grow:3 month1:1 batch:2", 0.5),
];
const HOLIDAYS: &[(&str, &str)] = &[
    ("2025-11-27", "2025-11-28"),
    ("2025-12-24", "2026-01-01"),
    ("2026-04-03", "2026-04-06"),
    ("2026-05-25", "2026-05-25"),
    ("2026-07-03", "2026-07-05"),
    ("2026-09-07", "2026-09-07"),
    ("2026-11-26", "2026-11-27"),
];

/// One incident, with what it cost.
#[derive(Clone, Debug)]
pub struct Label {
    pub series: usize,
    pub start: usize,
    pub end: usize,
    pub kind: &'static str,
    pub up: bool,
    pub total: f64,
    /// Of its first seven days.
    pub beginning: f64,
    pub material: bool,
}

/// Costs and what is hidden in them.
pub struct World {
    pub accounts: usize,
    pub objects: Vec<Object>,
    pub usage: Vec<Vec<f64>>,
    pub fees: Vec<Vec<f64>>,
    pub labels: Vec<Label>,
    /// Days of a peak season of a shop: neither right nor wrong.
    pub peak: Vec<Vec<bool>>,
    pub classes: Vec<&'static str>,
}

pub fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 1).unwrap_or_default()
}

fn date(day: usize) -> NaiveDate {
    start() + Days::new(day as u64)
}

pub fn weekday(day: usize) -> usize {
    date(day).weekday().num_days_from_monday() as usize
}

/// Day of the month.
pub fn of_month(day: usize) -> usize {
    date(day).day() as usize
}

pub fn holiday(day: usize) -> bool {
    let text = date(day).to_string();
    HOLIDAYS.iter().any(|(first, last)| (*first..=*last).contains(&text.as_str()))
}

fn black_friday(day: usize) -> bool {
    let date = date(day);
    (date.month() == 11 && date.day() >= 23) || (date.month() == 12 && date.day() <= 2)
}

pub fn decimals(costs: &[f64]) -> Vec<Decimal> {
    costs.iter().map(|cost| rounded(*cost)).collect()
}

fn rounded(cost: f64) -> Decimal {
    Decimal::from_f64((cost * 1e6).round() / 1e6).map_or(Decimal::ZERO, |(found, _)| found)
}

impl World {
    /// As a bill: usage of every account × service, fees as series of their own.
    pub fn bill(&self) -> Bill {
        let mut series: Vec<Series> = vec![];
        for ((object, usage), fees) in self.objects.iter().zip(&self.usage).zip(&self.fees) {
            if usage.iter().any(|cost| *cost > 0.0) {
                series.push(Series::usage(object.clone(), decimals(usage)));
            }
            if fees.iter().any(|cost| *cost > 0.0) {
                let fee = Series::usage(object.clone(), decimals(fees));
                series.push(Series { measure: Measure::Fee, ..fee });
            }
        }
        Bill { currency: "USD".into(), first_day: start(), series, seen: Seen::default() }
    }
}

/// Everything that one account's series are drawn with.
struct Account {
    size: f64,
    holidays: bool,
    shop: bool,
}

pub fn world(seed: u64, accounts: usize, rate: f64) -> World {
    let mut random = Random::new(seed);
    let drawn: Vec<Account> = (0..accounts)
        .map(|_| Account {
            size: random.normal(0.0, 1.6).exp(),
            holidays: random.chance(0.6),
            shop: random.chance(0.05),
        })
        .collect();
    let mut world = World {
        accounts,
        objects: vec![],
        usage: vec![],
        fees: vec![],
        labels: vec![],
        peak: vec![],
        classes: vec![],
    };
    let mut levels = vec![];
    for (number, account) in drawn.iter().enumerate() {
        for service in SERVICES {
            let made = made(&mut random, account, service);
            world.objects.push(Object::account_service(&format!("{number:012}"), service.0));
            world.usage.push(made.usage);
            world.fees.push(made.fees);
            world.peak.push(made.peak);
            world.classes.push(made.class);
            levels.push(made.level);
        }
    }
    let sizes: Vec<f64> = drawn.iter().map(|account| account.size).collect();
    crate::incidents::add(&mut world, &mut random, &levels, &sizes, rate);
    world
}

struct Made {
    usage: Vec<f64>,
    fees: Vec<f64>,
    peak: Vec<bool>,
    class: &'static str,
    level: f64,
}

fn class_of(random: &mut Random, odds: &'static str) -> &'static str {
    let classes: Vec<(&str, f64)> = odds
        .split(' ')
        .filter_map(|one| one.split_once(':').map(|(class, odds)| (class, odds.parse().unwrap_or(0.0))))
        .collect();
    let weights: Vec<f64> = classes.iter().map(|(_, odds)| *odds).collect();
    classes[random.weighted(&weights)].0
}

fn made(random: &mut Random, account: &Account, service: &(&str, f64, &'static str, f64)) -> Made {
    let mut made = Made {
        usage: vec![0.0; DAYS],
        fees: vec![0.0; DAYS],
        peak: vec![false; DAYS],
        class: "absent",
        level: 0.0,
    };
    if !random.chance(service.3) {
        return made;
    }
    let class = class_of(random, service.2);
    let level = (service.1 * account.size * random.normal(0.0, 0.9).exp()).clamp(0.1, 50_000.0);
    let mut x = demand(random, class, level);
    let grows = class == "grow" || class == "auto" || class == "tier";
    if class == "weekday" || class == "sparse" || (grows && random.chance(0.5)) {
        weekend(random, &mut x, account.holidays);
    }
    habits(random, class, level, &mut x);
    if class == "fee" {
        let day = if random.chance(0.85) { 1 } else { random.between(2, 29) };
        for (at, fees) in made.fees.iter_mut().enumerate() {
            let fee = 30.0 * level * (0.0003 * at as f64).exp() * random.normal(0.0, 0.04).exp();
            *fees = if of_month(at) == day { fee } else { 0.0 };
        }
        x.fill(0.0);
    } else if random.chance(0.12) {
        let fee = level * random.uniform(3.0, 20.0);
        for at in (0..DAYS).filter(|at| of_month(*at) == 1) {
            made.fees[at] = fee;
        }
    }
    for _ in 0..random.poisson(1.5 * DAYS as f64 / 365.0) {
        let from = random.between(10, DAYS);
        let sign = if random.chance(0.5) { 1.0 } else { -1.0 };
        let step = (sign * random.uniform(0.03, 0.13)).exp();
        x[from..].iter_mut().for_each(|cost| *cost *= step);
    }
    if account.shop && (class == "weekday" || class == "auto") {
        let factor = random.uniform(1.2, 1.8);
        for at in (0..DAYS).filter(|at| black_friday(*at)) {
            x[at] *= factor;
            made.peak[at] = true;
        }
    }
    made.usage = x.into_iter().map(|cost| cost.max(0.0)).collect();
    made.class = class;
    made.level = level;
    made
}

/// Level, noise that lasts, drift.
fn demand(random: &mut Random, class: &str, level: f64) -> Vec<f64> {
    let (low, high) = match class {
        "steady" => (0.005, 0.03),
        "weekday" => (0.02, 0.08),
        "grow" => (0.01, 0.06),
        "auto" => (0.08, 0.3),
        "tier" => (0.03, 0.1),
        "sparse" => (0.2, 0.7),
        "batch" => (0.03, 0.15),
        "month1" => (0.01, 0.05),
        _ => (0.0, 0.0),
    };
    // Small sums are relatively noisier.
    let sigma = random.uniform(low, high).hypot(0.05 / level.sqrt());
    let keeps = random.uniform(0.2, 0.7);
    let drift = if class == "grow" { random.uniform(0.0008, 0.006) } else { random.normal(0.0004, 0.0006) };
    let mut noise = random.normal(0.0, sigma);
    (0..DAYS)
        .map(|day| {
            noise = keeps * noise + random.normal(0.0, sigma * (1.0 - keeps * keeps).sqrt());
            level * (noise - sigma * sigma / 2.0 + drift * day as f64).exp()
        })
        .collect()
}

fn weekend(random: &mut Random, x: &mut [f64], holidays: bool) {
    let low = if random.chance(0.9) { random.uniform(0.25, 0.85) } else { random.uniform(1.1, 1.6) };
    let mut factors = [1.0; 7];
    factors[0] = random.uniform(0.95, 1.08);
    factors[4] = random.uniform(0.9, 1.02);
    factors[5] = low * random.uniform(0.95, 1.1);
    factors[6] = low;
    let dip = if low < 1.0 { random.uniform(low, 1.0) } else { 1.0 };
    for (day, cost) in x.iter_mut().enumerate() {
        *cost *= factors[weekday(day)];
        if holidays && weekday(day) < 5 && holiday(day) {
            *cost *= dip;
        }
    }
}

fn habits(random: &mut Random, class: &str, level: f64, x: &mut [f64]) {
    match class {
        "auto" => {
            for day in 0..DAYS {
                if random.chance(0.012) {
                    let factor = random.uniform(1.25, 1.7);
                    let end = (day + random.between(1, 3)).min(DAYS);
                    x[day..end].iter_mut().for_each(|cost| *cost *= factor);
                }
            }
        }
        "sparse" => {
            let mut on = random.chance(0.5);
            for cost in x.iter_mut() {
                on = random.chance(if on { 0.8 } else { 0.25 });
                *cost *= f64::from(u8::from(on));
            }
        }
        "batch" => batch(random, x),
        "tier" => {
            let free = random.uniform(0.05, 0.4) * 30.0 * level;
            let mut used = 0.0;
            for (day, cost) in x.iter_mut().enumerate() {
                used = if date(day).day() == 1 { 0.0 } else { used };
                let all = used + *cost;
                *cost = (all - free).max(0.0) - (used - free).max(0.0);
                used = all;
            }
        }
        "month1" => {
            let on = if random.chance(0.8) { 1 } else { random.between(2, 6) };
            let (high, low) = (random.uniform(8.0, 25.0), random.uniform(0.05, 0.5));
            for (day, cost) in x.iter_mut().enumerate() {
                *cost *= if date(day).day() as usize == on { low + high } else { low };
            }
        }
        _ => {}
    }
}

fn batch(random: &mut Random, x: &mut [f64]) {
    let every = [2, 3, 5, 7, 10, 14, 28, 30][random.below(8)];
    let phase = random.below(every);
    let (on, twice) = (random.between(1, 29), random.chance(0.3));
    let small = random.uniform(0.0, 0.3);
    for (day, cost) in x.iter_mut().enumerate() {
        let of_month = date(day).day() as usize;
        let runs = match every {
            30 => of_month == on || (twice && of_month == 15),
            _ => (day + phase) % every == 0,
        };
        let height = if runs { every.min(10) as f64 } else { 0.0 };
        *cost *= small + height * (1.0 - small);
    }
}
