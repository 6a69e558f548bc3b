//! Whether one cause makes one event, and whether it is named: companies of leaves with one or two causes, and single
//! services with seven kinds of them. After the prototype's simulations.

use crate::random::Random;
use crate::world::{decimals, start};
use analyses::trends::{
    Asked, Attribute, Bill, Definition, Event, Leaf, Leaves, Memory, Object, Seen, Series, detect,
};
use model::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const DAYS: usize = 80;
/// The incidents' days.
const LAST: usize = 2;

pub fn print(seeds: &[u64]) {
    println!("| leaf noise | causes | events a cause | exactly one event a cause | cause named |");
    println!("| --- | --- | --- | --- | --- |");
    for noise in [0.05, 0.15, 0.3] {
        for causes in [1, 2] {
            let mut sum = Tally::default();
            for seed in seeds {
                let mut random = Random::new(*seed);
                for _ in 0..40 {
                    trial(&mut random, causes, noise, &mut sum);
                }
            }
            println!(
                "| {:.0} % | {causes} | {:.2} | {:.2} | {:.2} |",
                noise * 100.0,
                sum.events as f64 / sum.causes as f64,
                sum.one as f64 / sum.causes as f64,
                sum.named as f64 / sum.causes as f64
            );
        }
    }
    println!("| usage noise | kind | right cause first | among the first three |");
    println!("| --- | --- | --- | --- |");
    for noise in [0.08, 0.25] {
        let mut all = (0_usize, 0_usize, 0_u32);
        for kind in KINDS {
            let (mut first, mut three, mut trials) = (0_usize, 0_usize, 0_u32);
            for seed in seeds {
                let mut random = Random::new(*seed + 17);
                for _ in 0..50 {
                    let Some((hit, among)) = ranked(&mut random, kind, noise) else { continue };
                    first += usize::from(hit);
                    three += usize::from(among);
                    trials += 1;
                }
            }
            let of = |hits: usize| hits as f64 / f64::from(trials);
            println!("| {:.0} % | {kind} | {:.2} | {:.2} |", noise * 100.0, of(first), of(three));
            all = (all.0 + first, all.1 + three, all.2 + trials);
        }
        let of = |hits: usize| hits as f64 / f64::from(all.2);
        println!("| {:.0} % | all | {:.2} | {:.2} |", noise * 100.0, of(all.0), of(all.1));
    }
}

#[derive(Default)]
struct Tally {
    causes: usize,
    events: usize,
    one: usize,
    named: usize,
}

struct Company {
    objects: Vec<Object>,
    levels: Vec<f64>,
}

fn company(random: &mut Random) -> Company {
    let (mut objects, mut levels) = (vec![], vec![]);
    for account in 0..20 {
        for service in 0..12 {
            if !random.chance(0.55) {
                continue;
            }
            let level = random.normal(3.0, 1.4).exp();
            for usage in 0..4 {
                let first = random.below(6);
                let teams = if random.chance(0.5) {
                    vec![first]
                } else {
                    vec![first, (first + 1 + random.below(5)) % 6]
                };
                for team in teams {
                    let object = Object::account_service(&account.to_string(), &format!("s{service}"))
                        .with(Attribute::UsageType, &format!("s{service}-u{usage}"))
                        .with(Attribute::Tag("team".into()), &format!("t{team}"));
                    objects.push(object);
                    levels.push(level * random.uniform(0.1, 0.6));
                }
            }
        }
    }
    Company { objects, levels }
}

fn definitions() -> Vec<Definition> {
    let one = |id: &str, watches: Vec<Attribute>| Definition {
        id: id.into(),
        watches,
        ..Definition::predefined().remove(0)
    };
    vec![
        one("account-service", vec![Attribute::Account, Attribute::Service]),
        one("account", vec![Attribute::Account]),
        one("service", vec![Attribute::Service]),
        one("team", vec![Attribute::Tag("team".into())]),
    ]
}

fn restricted(object: &Object, attributes: &[Attribute]) -> Object {
    Object::of(attributes.iter().filter_map(|attribute| Some((attribute.clone(), object.get(attribute)?))))
}

fn events(leaves: &Leaves, definitions: Vec<Definition>) -> Vec<Event> {
    let mut sums: BTreeMap<Object, Vec<Decimal>> = BTreeMap::new();
    for leaf in &leaves.leaves {
        for definition in &definitions {
            let sum = sums
                .entry(restricted(&leaf.object, &definition.watches))
                .or_insert_with(|| vec![Decimal::ZERO; DAYS]);
            sum.iter_mut().zip(&leaf.costs).for_each(|(sum, cost)| *sum += *cost);
        }
    }
    let series = sums.into_iter().map(|(object, costs)| Series::usage(object, costs)).collect();
    let bill = Bill { currency: "USD".into(), first_day: start(), series, seen: Seen::default() };
    detect(&Memory::new(bill, 2), leaves, &Asked { definitions, ..Asked::default() })
}

fn trial(random: &mut Random, causes: usize, noise: f64, sum: &mut Tally) {
    let company = company(random);
    let mut excess = vec![0.0; company.objects.len()];
    let mut truths: Vec<BTreeSet<usize>> = vec![];
    for _ in 0..causes {
        let Some(places) = drawn(random, &company, &truths) else { continue };
        let factor = random.log_uniform(0.5, 4.0);
        let certain = places[random.below(places.len())];
        let part = if places.len() > 3 { 0.85 } else { 1.1 };
        let mut own: Vec<(usize, f64)> = vec![];
        for place in &places {
            if *place == certain || random.chance(part) {
                own.push((*place, company.levels[*place] * factor * random.normal(0.0, 0.25).exp()));
            }
        }
        let total: f64 = own.iter().map(|(_, amount)| amount).sum();
        let usual: f64 = places.iter().map(|place| company.levels[*place]).sum();
        // What nobody could find is no trial: at least $150 and half again as much as usual.
        let least = 150.0_f64.max(0.75 * usual);
        for (place, amount) in own {
            excess[place] += amount * (least / total).max(1.0);
        }
        truths.push(places.into_iter().collect());
    }
    let leaf = |(place, object): (usize, &Object)| {
        let level = company.levels[place];
        let costs: Vec<f64> = (0..DAYS)
            .map(|day| {
                let more = if day + LAST >= DAYS { excess[place] } else { 0.0 };
                (level * (1.0 + random.normal(0.0, noise)) + more).max(0.0)
            })
            .collect();
        Leaf { object: object.clone(), filters: vec![], costs: decimals(&costs), quantities: vec![] }
    };
    let leaves =
        Leaves { first_day: Some(start()), leaves: company.objects.iter().enumerate().map(leaf).collect() };
    let found: Vec<(Event, BTreeSet<usize>)> = events(&leaves, definitions())
        .into_iter()
        .filter(|event| event.direction == analyses::trends::Direction::Increase)
        .map(|event| {
            let within = |place: &usize| event.object.contains(&company.objects[*place]);
            let places = (0..company.objects.len()).filter(within).collect();
            (event, places)
        })
        .collect();
    sum.causes += truths.len();
    sum.events += found.len();
    for truth in &truths {
        let of = |places: &BTreeSet<usize>| places.iter().map(|place| excess[*place]).sum::<f64>();
        let both = |places: &BTreeSet<usize>| of(&places.intersection(truth).copied().collect());
        let explaining: Vec<_> = found.iter().filter(|(_, places)| both(places) >= 0.2 * of(truth)).collect();
        sum.one += usize::from(explaining.len() == 1);
        let names = |event: &Event, places: &BTreeSet<usize>| {
            let same = |places: &BTreeSet<usize>| both(places) >= 0.8 * of(places).max(of(truth));
            let of_cause = |object: &Object| {
                places
                    .iter()
                    .copied()
                    .filter(|place| object.contains(&company.objects[*place]))
                    .collect::<BTreeSet<_>>()
            };
            same(places) || event.causes.first().is_some_and(|cause| same(&of_cause(&cause.object)))
        };
        sum.named += usize::from(explaining.iter().any(|(event, places)| names(event, places)));
    }
}

/// The leaves of something to blame that has nothing in common with what there is.
fn drawn(random: &mut Random, company: &Company, truths: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let kinds: [&[Attribute]; 5] = [
        &[Attribute::Account, Attribute::Service, Attribute::UsageType],
        &[Attribute::Account, Attribute::Service],
        &[Attribute::Account],
        &[Attribute::Service],
        &[Attribute::Tag("team".into())],
    ];
    (0..30).find_map(|_| {
        let kind = kinds[random.below(5)];
        let object = restricted(&company.objects[random.below(company.objects.len())], kind);
        let places: Vec<usize> =
            (0..company.objects.len()).filter(|place| object.contains(&company.objects[*place])).collect();
        let apart = truths.iter().all(|truth| places.iter().all(|place| !truth.contains(place)));
        (apart && (kind.len() != 2 || places.len() >= 4)).then_some(places)
    })
}

const KINDS: [&str; 7] =
    ["resource", "new resource", "usage type", "usage type in region", "region", "team", "price"];

/// Whether the right cause of one event comes first, and among the first three.
fn ranked(random: &mut Random, kind: &str, noise: f64) -> Option<(bool, bool)> {
    let mut rows: Vec<(Object, f64, f64)> = vec![];
    let team = Attribute::Tag("team".into());
    let base = Object::account_service("1", "s");
    for usage in 0..random.between(3, 10) {
        for region in 0..random.between(1, 4) {
            for resource in 0..random.between(1, 7) {
                let object = base
                    .with(Attribute::UsageType, &format!("u{usage}"))
                    .with(Attribute::Region, &format!("r{region}"))
                    .with(Attribute::Resource, &format!("{usage}-{region}-{resource}"))
                    .with(team.clone(), &format!("t{}", random.below(4)));
                rows.push((object, random.normal(2.0, 1.3).exp(), 0.01 * random.normal(0.0, 1.0).exp()));
            }
        }
    }
    let total: f64 = rows.iter().map(|row| row.1).sum();
    // Enough to be found at all.
    let add = (total * random.log_uniform(0.8, 3.0)).max(150.0);
    let picked = rows[random.below(rows.len())].0.clone();
    let mut truth = restricted(
        &picked,
        &match kind {
            "resource" | "new resource" => vec![Attribute::Resource],
            "usage type" | "price" => vec![Attribute::UsageType],
            "usage type in region" => vec![Attribute::UsageType, Attribute::Region],
            "region" => vec![Attribute::Region],
            _ => vec![team],
        },
    );
    if kind == "new resource" {
        truth = Object::of([(Attribute::Resource, "new")]);
        let object = base
            .with(Attribute::UsageType, picked.get(&Attribute::UsageType)?)
            .with(Attribute::Region, picked.get(&Attribute::Region)?)
            .with(Attribute::Resource, "new");
        rows.push((object, 0.0, 0.01));
    }
    let hit: Vec<usize> = (0..rows.len()).filter(|row| truth.contains(&rows[*row].0)).collect();
    let of_hit: f64 = hit.iter().map(|row| rows[*row].1).sum();
    let leaves: Vec<Leaf> = rows
        .iter()
        .enumerate()
        .map(|(row, (object, level, price))| {
            let (mut costs, mut quantities) = (vec![], vec![]);
            for day in 0..DAYS {
                let mut quantity = level / price * (1.0 + random.normal(0.0, noise)).max(0.0);
                let mut price = *price;
                if day + LAST >= DAYS && hit.contains(&row) {
                    match kind {
                        "price" => price *= 1.0 + add / of_hit,
                        "new resource" => quantity = add / price,
                        _ => quantity *= 1.0 + add / of_hit,
                    }
                }
                costs.push(quantity * price);
                quantities.push(quantity);
            }
            Leaf {
                object: object.clone(),
                filters: vec![],
                costs: decimals(&costs),
                quantities: decimals(&quantities),
            }
        })
        .collect();
    let leaves = Leaves { first_day: Some(start()), leaves };
    let mut definitions = definitions();
    definitions.truncate(1);
    let found = events(&leaves, definitions);
    let event = found.iter().find(|event| !event.causes.is_empty())?;
    exact(event)?;
    let right = |object: &Object| {
        // What the event is about and its cause together, against what was done.
        let named: Vec<usize> = (0..rows.len())
            .filter(|row| object.contains(&rows[*row].0) && event.object.contains(&rows[*row].0))
            .collect();
        let differ = named.iter().filter(|row| !hit.contains(row)).count()
            + hit.iter().filter(|row| !named.contains(row)).count();
        let weight = |rows_: &[usize]| rows_.iter().map(|row| rows[*row].1.max(1e-6)).sum::<f64>();
        let both: Vec<usize> = named.iter().copied().filter(|row| hit.contains(row)).collect();
        let either = weight(&named) + weight(&hit) - weight(&both);
        weight(&both) / either >= 0.9 && differ <= (hit.len() / 5).max(1)
    };
    let first = right(&event.object) || event.causes.first().is_some_and(|cause| right(&cause.object));
    Some((first, first || event.causes.iter().take(3).any(|cause| right(&cause.object))))
}

/// The waterfall adds up; else this is no measurement.
fn exact(event: &Event) -> Option<()> {
    let found = event.waterfall?;
    let parts = found.rate + found.quantity + found.new + found.gone;
    assert_eq!(found.now - found.before, parts, "a waterfall that does not add up");
    Some(())
}
