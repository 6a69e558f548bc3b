//! Precision and recall on labelled worlds, for each method.

use crate::score::{Found, Score, score};
use crate::world::{DAYS, QUIET, World};
use analyses::trends::{
    Asked, Attribute, Definition, Direction, Event, Leaves, Memory, Method, Object, detect,
};
use std::collections::HashMap;

pub fn print(name: &str, make: fn(u64, usize, f64) -> World, seeds: &[u64]) {
    println!("{name}, seeds {seeds:?}, 200 accounts, 13 months");
    println!(
        "| method | precision | recall | F1 | false / account-year | sudden >= 100 a day by the second day | money found |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut sums: Vec<(String, Score)> = vec![];
    for seed in seeds {
        let world = make(*seed, 200, 1.0);
        let memory = Memory::new(world.bill(), 2);
        for (name, found, up) in methods(&world, &memory) {
            let scored = score(&world, &found, up);
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => sum.add(&scored),
                None => sums.push((name, scored)),
            }
        }
    }
    for (name, sum) in &sums {
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} | {:.3} |",
            sum.precision(),
            sum.recall(),
            sum.f1(),
            sum.false_a_year(),
            sum.sudden_in_time as f64 / sum.sudden.max(1) as f64,
            sum.money_found / sum.money.max(1.0)
        );
    }
    for (name, sum) in &sums {
        println!(
            "{name}: right {} wrong {} doubled {} labels {} | {:?} | wrong {:?}",
            sum.right, sum.wrong, sum.doubled, sum.labels, sum.kinds, sum.wrong_of
        );
    }
}

fn methods(world: &World, memory: &Memory) -> Vec<(String, Vec<Found>, bool)> {
    let all = Definition::predefined();
    let only = |methods: &[Method]| -> Vec<Definition> {
        all.iter().filter(|one| methods.contains(&one.method)).cloned().collect()
    };
    let robust = events(world, memory, only(&[Method::Robust]));
    vec![
        ("robust, increases".into(), robust.clone(), true),
        ("robust, decreases".into(), robust, false),
        ("range, daily".into(), events(world, memory, only(&[Method::Daily])), true),
        (
            "range, daily + weekly + monthly".into(),
            events(world, memory, only(&[Method::Daily, Method::Weekly, Method::Monthly])),
            true,
        ),
        ("naive: 20 % over the mean of 7 days".into(), naive(world), true),
    ]
}

/// Events as they are found, with the series that they are of.
fn events(world: &World, memory: &Memory, definitions: Vec<Definition>) -> Vec<Found> {
    let places: HashMap<&Object, usize> =
        world.objects.iter().enumerate().map(|(place, object)| (object, place)).collect();
    let asked = Asked { definitions, ..Asked::default() };
    let found = |event: &Event| {
        let narrowed = Object::of(
            [Attribute::Account, Attribute::Service]
                .into_iter()
                .filter_map(|attribute| Some((attribute.clone(), event.object.get(&attribute)?))),
        );
        Found {
            series: places.get(&narrowed).copied(),
            up: event.direction == Direction::Increase,
            first: memory.place(event.first_day).unwrap_or(0),
            last: memory.place(event.last_day).unwrap_or(0),
            raised: memory.place(event.raised_on).unwrap_or(0),
        }
    };
    detect(memory, &Leaves::default(), &asked).iter().map(found).collect()
}

fn naive(world: &World) -> Vec<Found> {
    let mut all = vec![];
    for (series, usage) in world.usage.iter().enumerate() {
        let mut run: Option<Found> = None;
        for day in QUIET..DAYS {
            let mean = usage[day - 7..day].iter().sum::<f64>() / 7.0;
            if usage[day] > 0.0 && usage[day] >= 1.2 * mean {
                if let Some(open) = run.as_mut().filter(|open| day <= open.last + 4) {
                    open.last = day;
                } else {
                    let next = Found { series: Some(series), up: true, first: day, last: day, raised: day };
                    all.extend(run.replace(next));
                }
            }
        }
        all.extend(run);
    }
    all
}
