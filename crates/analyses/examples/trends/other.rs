//! A second company, with another model of demand: series are sums of resources that come and go, noise has heavy tails,
//! jobs come by chance. The methods were not chosen on it.

use crate::random::Random;
use crate::world::{DAYS, World, holiday, of_month, weekday};
use analyses::trends::Object;

const SERVICES: usize = 24;
/// Part of a series that one of its resources is at most, so that its coming is no incident.
const MOST_OF_ONE: f64 = 0.12;

/// Student's t with three degrees of freedom, scaled to a deviation of about one.
fn heavy(random: &mut Random) -> f64 {
    let squares: f64 = (0..3).map(|_| random.normal(0.0, 1.0).powi(2)).sum();
    random.normal(0.0, 1.0) / (squares / 3.0).sqrt().max(0.15) / 3.0_f64.sqrt()
}

pub fn other(seed: u64, accounts: usize, rate: f64) -> World {
    let mut random = Random::new(seed ^ 0x5eed);
    let mut world = World {
        accounts,
        objects: vec![],
        usage: vec![],
        fees: vec![],
        labels: vec![],
        peak: vec![],
        classes: vec![],
    };
    let (mut levels, mut sizes) = (vec![], vec![]);
    let services: Vec<f64> = (0..SERVICES).map(|_| random.log_uniform(0.5, 60.0)).collect();
    for account in 0..accounts {
        let size = random.normal(0.3, 1.4).exp();
        let weekend = random.uniform(0.3, 1.05);
        sizes.push(size);
        for (number, weight) in services.iter().enumerate() {
            let lives = random.chance(0.6);
            let level = if lives {
                (weight * size * random.normal(0.0, 0.8).exp()).clamp(0.1, 30_000.0)
            } else {
                0.0
            };
            let (usage, class) =
                if lives { series(&mut random, level, weekend) } else { (vec![0.0; DAYS], "absent") };
            world
                .objects
                .push(Object::account_service(&format!("{account:012}"), &format!("Service{number}")));
            world.usage.push(usage);
            world.fees.push(vec![0.0; DAYS]);
            world.peak.push(vec![false; DAYS]);
            world.classes.push(class);
            levels.push(level);
        }
    }
    crate::incidents::add(&mut world, &mut random, &levels, &sizes, rate);
    world
}

fn series(random: &mut Random, level: f64, weekend: f64) -> (Vec<f64>, &'static str) {
    let mut usage = vec![0.0; DAYS];
    let mut left = 1.0_f64;
    while left > 0.0 {
        // Prices of resources by Pareto's law.
        let part = (0.02 * random.uniform(0.01, 1.0).powf(-0.7)).min(MOST_OF_ONE).min(left.max(0.01));
        left -= part;
        let permanent = random.chance(0.5);
        let born = if permanent { 0 } else { random.below(DAYS + 200).saturating_sub(200) };
        let life = if permanent { DAYS } else { 20 + random.below(400) };
        usage[born..(born + life).min(DAYS)].iter_mut().for_each(|cost| *cost += level * part);
    }
    let person = random.chance(0.5);
    let (sigma, bursts) = (random.log_uniform(0.01, 0.15), random.chance(0.25));
    let monthly = random.chance(0.06).then(|| random.between(1, 29));
    let job = random.uniform(0.05, 0.6);
    let mut walk = 0.0;
    for (day, cost) in usage.iter_mut().enumerate() {
        walk = 0.97 * walk + random.normal(0.0, 0.01);
        let rest = person && (weekday(day) >= 5 || holiday(day));
        *cost *= if rest { weekend } else { 1.0 } * (walk + sigma * heavy(random)).clamp(-1.0, 1.0).exp();
        if bursts && random.chance(0.08) {
            *cost += level * job * random.uniform(0.05, 1.0).powf(-0.4);
        }
        if monthly == Some(of_month(day)) {
            *cost += 6.0 * level;
        }
    }
    (
        usage,
        if bursts {
            "bursts"
        } else if person {
            "weekday"
        } else {
            "steady"
        },
    )
}
