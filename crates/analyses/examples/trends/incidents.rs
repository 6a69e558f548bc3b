//! What goes wrong in a world, at honest rates: two to three incidents an account and year.

use crate::random::Random;
use crate::world::{DAYS, Label, QUIET, World};

struct Put<'a> {
    world: &'a mut World,
    clean: Vec<Vec<f64>>,
    busy: Vec<Vec<bool>>,
}

impl Put<'_> {
    fn put(&mut self, series: usize, start: usize, kind: &'static str, excess: &[f64], up: bool) {
        let end = (start + excess.len()).min(DAYS);
        if self.busy[series][start.saturating_sub(35)..(end + 35).min(DAYS)].contains(&true) || start >= end {
            return;
        }
        self.busy[series][start..end].fill(true);
        let clean = &self.clean[series];
        let usage = &mut self.world.usage[series];
        for (day, excess) in (start..end).zip(excess) {
            usage[day] = (usage[day] + excess).max(0.0);
        }
        let change: Vec<f64> = (start..end).map(|day| usage[day] - clean[day]).collect();
        let before = &clean[start.saturating_sub(28)..start];
        let usual = before.iter().sum::<f64>() / before.len().max(1) as f64;
        let largest = |change: &[f64]| change.iter().fold(0.0_f64, |most, one| most.max(one.abs()));
        let early = &change[..change.len().min(7)];
        let beginning: f64 = early.iter().map(|one| one.abs()).sum();
        let peak = largest(&change);
        let relative = largest(if kind == "leak" { &change } else { early }) / usual.max(1e-9);
        let material = if kind == "leak" {
            peak >= 20.0 && relative >= 0.4
        } else {
            beginning >= 100.0 && relative >= 0.25
        };
        let total = change.iter().sum();
        self.world.labels.push(Label { series, start, end: end - 1, kind, up, total, beginning, material });
    }
}

pub fn add(world: &mut World, random: &mut Random, levels: &[f64], sizes: &[f64], rate: f64) {
    let clean = world.usage.clone();
    let busy = vec![vec![false; DAYS]; clean.len()];
    let services = levels.len() / sizes.len();
    let mut put = Put { world, clean, busy };
    for (account, size) in sizes.iter().enumerate() {
        let own = account * services..(account + 1) * services;
        let living: Vec<usize> = own
            .clone()
            .filter(|series| levels[*series] > 0.0 && put.world.classes[*series] != "fee")
            .collect();
        let absent: Vec<usize> = own.filter(|series| levels[*series] == 0.0).collect();
        if !living.is_empty() {
            of_account(&mut put, random, (&living, &absent), levels, *size, rate);
        }
    }
    for series in 0..levels.len() {
        let paid: Vec<usize> = (121..DAYS).filter(|day| put.world.fees[series][*day] > 0.0).collect();
        if !paid.is_empty() && random.chance(0.08 * rate) {
            fee_rises(put.world, series, paid[random.below(paid.len())], random.uniform(1.5, 4.0));
        }
    }
}

fn of_account(
    put: &mut Put<'_>,
    random: &mut Random,
    (living, absent): (&[usize], &[usize]),
    levels: &[f64],
    size: f64,
    rate: f64,
) {
    let weights: Vec<f64> = living.iter().map(|series| levels[*series].sqrt()).collect();
    let mean = |of: f64| of * rate * (DAYS - QUIET) as f64 / 365.0;
    let amount = |random: &mut Random, series: usize| {
        if random.chance(0.6) {
            levels[series] * random.log_uniform(0.3, 6.0)
        } else {
            size * random.log_uniform(15.0, 1500.0)
        }
    };
    for _ in 0..random.poisson(mean(0.8)) {
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS - 8));
        let amount = amount(random, series);
        let excess: Vec<f64> = (0..random.between(1, 6)).map(|_| amount * random.uniform(0.7, 1.2)).collect();
        put.put(series, day, "spike", &excess, true);
    }
    for _ in 0..random.poisson(mean(0.5)) {
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS - 20));
        let end = (day + random.between(14, 90)).min(DAYS);
        let times = random.log_uniform(0.3, 3.0);
        let in_proportion = ["steady", "weekday", "grow", "auto"].contains(&put.world.classes[series]);
        let excess: Vec<f64> = if in_proportion && random.chance(0.6) {
            put.clean[series][day..end].iter().map(|cost| cost * times).collect()
        } else {
            let amount = amount(random, series);
            (day..end).map(|_| amount * random.uniform(0.95, 1.05)).collect()
        };
        put.put(series, day, "shift", &excess, true);
    }
    for _ in 0..random.poisson(mean(0.25)) {
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS - 70));
        let ramp = random.between(14, 60);
        let length = ramp + random.between(5, 30);
        let top = levels[series] * random.log_uniform(0.5, 3.0);
        let excess: Vec<f64> = (0..length).map(|at| top * ((at + 1) as f64 / ramp as f64).min(1.0)).collect();
        put.put(series, day, "leak", &excess, true);
    }
    for _ in 0..random.poisson(mean(0.4)) {
        if absent.is_empty() {
            continue;
        }
        let (series, day) = (absent[random.below(absent.len())], random.between(QUIET, DAYS - 20));
        let (top, ramp) = (size * random.log_uniform(5.0, 400.0), random.between(1, 6));
        let length = random.between(7, 200);
        let height = |at: usize| top * ((at + 1) as f64 / ramp as f64).min(1.0);
        let excess: Vec<f64> = (0..length).map(|at| height(at) * random.normal(0.0, 0.05).exp()).collect();
        put.put(series, day, "new", &excess, true);
    }
    for _ in 0..random.poisson(mean(0.3)) {
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS - 20));
        let end = (day + random.between(14, 120)).min(DAYS);
        let part = random.uniform(0.3, 0.8);
        let excess: Vec<f64> = put.clean[series][day..end].iter().map(|cost| -cost * part).collect();
        put.put(series, day, "shift_down", &excess, false);
    }
    for _ in 0..random.poisson(mean(0.25)) {
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS - 20));
        let excess: Vec<f64> = put.clean[series][day..].iter().map(|cost| -cost).collect();
        put.put(series, day, "gone", &excess, false);
    }
    if random.chance(0.15 * rate) {
        // A one-time fee.
        let (series, day) = (living[random.weighted(&weights)], random.between(QUIET, DAYS));
        let fee = size * random.log_uniform(100.0, 8000.0);
        put.world.fees[series][day] += fee;
        label_fee(put.world, series, day, fee, fee);
    }
}

fn fee_rises(world: &mut World, series: usize, day: usize, times: f64) {
    let before = world.fees[series][day];
    world.fees[series][day..].iter_mut().for_each(|fee| *fee *= times);
    label_fee(world, series, day, before * (times - 1.0), before * (times - 1.0));
}

fn label_fee(world: &mut World, series: usize, day: usize, beginning: f64, total: f64) {
    let material = beginning >= 100.0;
    world.labels.push(Label {
        series,
        start: day,
        end: day,
        kind: "fee",
        up: true,
        total,
        beginning,
        material,
    });
}
