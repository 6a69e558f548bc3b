//! One cause, one event, and what is to blame.

use crate::{asked, bill, costs, noise, start};
use analyses::trends::{
    Asked, Attribute, Definition, Direction, Event, Kind, Leaf, Leaves, Memory, Object, Series, detect,
};
use model::Decimal;
use std::collections::BTreeMap;

const DAYS: usize = 215;
const ONSET: usize = 210;

/// All leaves of a small company: accounts × services × usage types × teams.
fn leaves(more: &dyn Fn(&Object, usize) -> f64) -> Leaves {
    let mut leaves = vec![];
    for account in ["1", "2", "3", "4"] {
        for service in ["AmazonEC2", "AmazonRDS", "AmazonS3"] {
            for (usage, team) in [("a", "red"), ("a", "blue"), ("b", "red"), ("c", "blue")] {
                let object = Object::account_service(account, service)
                    .with(Attribute::UsageType, &format!("{service}-{usage}"))
                    .with(Attribute::Tag("team".into()), team)
                    .with(Attribute::Region, if usage == "b" { "eu-west-1" } else { "us-east-1" });
                let salt = object.to_string().bytes().map(u64::from).sum();
                let costs = costs(DAYS, |day| 60.0 * (0.97 + 0.06 * noise(day, salt)) + more(&object, day));
                // One unit costs half.
                let quantities = costs.iter().map(|cost| *cost + *cost).collect();
                leaves.push(Leaf { object, filters: vec![], costs, quantities });
            }
        }
    }
    Leaves { first_day: Some(start()), leaves }
}

fn definitions() -> Vec<Definition> {
    let watches = [
        ("account-service", vec![Attribute::Account, Attribute::Service]),
        ("account", vec![Attribute::Account]),
        ("service", vec![Attribute::Service]),
        ("team", vec![Attribute::Tag("team".into())]),
    ];
    let mut all = Definition::predefined();
    all.remove(0);
    all.extend(watches.map(|(id, watches)| Definition {
        id: id.into(),
        watches,
        ..Definition::predefined().remove(0)
    }));
    all
}

fn found(leaves: &Leaves) -> Vec<Event> {
    let mut sums: BTreeMap<Object, Vec<Decimal>> = BTreeMap::new();
    for leaf in &leaves.leaves {
        for definition in definitions() {
            let parts = definition
                .watches
                .iter()
                .map(|attribute| (attribute.clone(), leaf.object.get(attribute).unwrap()));
            let sum = sums.entry(Object::of(parts)).or_insert_with(|| vec![Decimal::ZERO; DAYS]);
            sum.iter_mut().zip(&leaf.costs).for_each(|(sum, cost)| *sum += *cost);
        }
    }
    let series = sums.into_iter().map(|(object, costs)| Series::usage(object, costs)).collect();
    let asked = Asked { definitions: definitions(), ..Asked::default() };
    detect(&Memory::new(bill(series), 2), leaves, &asked)
}

fn when(condition: bool, amount: f64) -> f64 {
    if condition { amount } else { 0.0 }
}

#[test]
fn many_definitions_that_see_one_cause_make_one_event() {
    let usage = "AmazonRDS-b";
    let events = found(&leaves(&|object, day| {
        let hit =
            object.get(&Attribute::Account) == Some("2") && object.get(&Attribute::UsageType) == Some(usage);
        when(hit && day >= ONSET, 900.0)
    }));
    assert_eq!(events.len(), 1, "{events:?}");
    let event = &events[0];
    let saw: Vec<&str> = event.definitions.iter().map(|seen| seen.definition.as_str()).collect();
    for definition in ["account-service", "account", "service", "predefined_daily"] {
        assert!(saw.contains(&definition), "{definition} in {saw:?}");
    }
    assert!(Object::account_service("2", "AmazonRDS").contains(&event.object), "{}", event.object);
    let waterfall = event.waterfall.unwrap();
    let parts = waterfall.rate + waterfall.quantity + waterfall.new + waterfall.gone;
    assert_eq!(waterfall.now - waterfall.before, parts);
    assert_eq!(
        (waterfall.rate, waterfall.new, waterfall.gone),
        (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO)
    );
    let cause = &event.causes[0];
    let names_it = event.object.get(&Attribute::UsageType).or(cause.object.get(&Attribute::UsageType));
    assert_eq!(names_it, Some(usage));
}

#[test]
fn a_team_is_named_where_a_team_is_to_blame() {
    let team = Attribute::Tag("team".into());
    let events = found(&leaves(&|object, day| when(object.get(&team) == Some("red") && day >= ONSET, 70.0)));
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].object, Object::tag("team", "red"));
}

#[test]
fn two_causes_are_two_events() {
    let events = found(&leaves(&|object, day| {
        let one = object.get(&Attribute::Account) == Some("1")
            && object.get(&Attribute::Service) == Some("AmazonS3");
        let other = object.get(&Attribute::Account) == Some("4")
            && object.get(&Attribute::UsageType) == Some("AmazonEC2-a");
        when(one && day >= ONSET, 200.0) + when(other && day > ONSET, 500.0)
    }));
    let objects: Vec<String> = events.iter().map(|event| event.object.to_string()).collect();
    assert_eq!(events.len(), 2, "{objects:?}");
    assert_eq!(events[0].object, Object::account_service("1", "AmazonS3"));
    assert!(Object::account_service("4", "AmazonEC2").contains(&events[1].object), "{objects:?}");
}

#[test]
fn a_region_is_named_where_all_of_it_moved() {
    let events = found(&leaves(&|object, day| {
        let own = object.get(&Attribute::Account) == Some("3")
            && object.get(&Attribute::Service) == Some("AmazonEC2");
        when(own && day >= ONSET && object.get(&Attribute::UsageType) != Some("AmazonEC2-b"), 400.0)
    }));
    assert_eq!(events.len(), 1);
    // All but one usage type rose, and that one is all there is in the other region.
    let blamed = Object::account_service("3", "AmazonEC2").with(Attribute::Region, "us-east-1");
    assert_eq!(events[0].object, blamed);
}

#[test]
fn a_holiday_is_one_event_of_the_organization() {
    let series = (0..40).map(|number| {
        let object = Object::account_service(
            &(number % 8).to_string(),
            ["AmazonEC2", "AmazonRDS", "AmazonS3", "AWSLambda", "AmazonES"][number / 8],
        );
        let level = 300.0 + 20.0 * number as f64;
        Series::usage(
            object,
            costs(DAYS, |day| {
                let fell = if (ONSET..ONSET + 2).contains(&day) { 0.5 } else { 1.0 };
                level * fell * (0.98 + 0.04 * noise(day, number as u64))
            }),
        )
    });
    let events = detect(&Memory::new(bill(series.collect()), 1), &Leaves::default(), &asked());
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((&events[0].object, events[0].direction), (&Object::organization(), Direction::Decrease));
    assert_eq!(events[0].definitions.len(), 40);
}

#[test]
fn a_new_series_among_many_that_rise_silences_nothing() {
    let level = |number: usize| 300.0 + 20.0 * number as f64;
    let series = (0..40).map(|number| {
        let service = ["AmazonEC2", "AmazonRDS", "AmazonS3", "AWSLambda", "AmazonES"][number / 8];
        let cost = |day: usize| {
            let rises = (ONSET - 20..ONSET - 18).contains(&day);
            // One of them, the dearest, is there for these days alone; another one rises later.
            let usual = if number == 39 { 0.0 } else { level(number) };
            let later = when(number == 7 && day >= ONSET, 3_000.0);
            later + usual * (0.98 + 0.04 * noise(day, number as u64)) + when(rises, 2.0 * level(number))
        };
        Series::usage(Object::account_service(&(number % 8).to_string(), service), costs(DAYS, cost))
    });
    let events = detect(&Memory::new(bill(series.collect()), 1), &Leaves::default(), &asked());
    let told: Vec<(&Object, Kind)> = events.iter().map(|event| (&event.object, event.kind)).collect();
    let later = Object::account_service("7", "AmazonEC2");
    assert_eq!(told, [(&Object::organization(), Kind::Spike), (&later, Kind::Spike)]);
}
