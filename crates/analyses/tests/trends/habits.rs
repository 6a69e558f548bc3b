//! Habits of bills that must stay silent.

use crate::{asked, bill, costs, date, ec2, found_in, noise, start, weekday};
use analyses::trends::{
    Asked, Attribute, Definition, Leaf, Leaves, Measure, Memory, Method, Object, Quiet, Series, detect,
};
use chrono::{Datelike, NaiveDate};

const DAYS: usize = 395;

fn silent(name: &str, of: impl Fn(usize) -> f64) {
    // What comes for the first time is irregular: the first two months are not asked.
    let found = found_in(DAYS, of).into_iter().filter(|event| event.first_day >= date(62));
    let found: Vec<_> = found.collect();
    let found: Vec<_> =
        found.iter().map(|event| (event.kind, event.first_day, event.last_day, event.excess)).collect();
    assert!(found.is_empty(), "{name}: {found:?}");
}

fn about(day: usize, cost: f64) -> f64 {
    cost * (0.97 + 0.06 * noise(day, 1))
}

fn of_month(day: usize) -> u32 {
    date(day).day()
}

fn ends_month(day: usize) -> bool {
    of_month(day + 1) == 1
}

#[test]
fn the_first_and_the_last_of_the_month() {
    silent("zones on the first", |day| about(day, 20.0) + if of_month(day) == 1 { 600.0 } else { 0.0 });
    silent("a run at the month's end", |day| about(day, 20.0) + if ends_month(day) { 800.0 } else { 0.0 });
    silent("user fees booked as usage", |day| {
        about(day, 5.0) + if of_month(day) == 2 { 2_000.0 } else { 0.0 }
    });
    silent("the fifteenth and the first", |day| {
        about(day, 50.0) + if [1, 15].contains(&of_month(day)) { 900.0 } else { 0.0 }
    });
}

#[test]
fn february() {
    // A monthly amount spread over the days of its month, and one that is charged on the last days.
    let length = |day: usize| {
        (0..31)
            .filter(|at| date(day - (of_month(day) as usize - 1) + at).month() == date(day).month())
            .count()
    };
    silent("a month's price by day", |day| 28_000.0 / length(day) as f64);
    silent("the last three days", |day| {
        about(day, 100.0) + if of_month(day) as usize + 2 >= length(day) { 1_500.0 } else { 0.0 }
    });
}

#[test]
fn free_tiers_and_brackets() {
    let used = |day: usize, each: f64| (1..=of_month(day)).map(|_| each).sum::<f64>();
    silent("a free tier used up", |day| {
        let (before, now) = (used(day, 60.0) - 60.0, used(day, 60.0));
        (now - 400.0).max(0.0) - (before - 400.0).max(0.0)
    });
    silent("a bracket from the twentieth on", |day| {
        if of_month(day) > 20 { about(day, 180.0) } else { about(day, 300.0) }
    });
}

#[test]
fn jobs_that_come_back() {
    for every in [2, 3, 5, 7, 10, 14, 28] {
        silent(&format!("every {every} days"), |day| {
            about(day, 15.0) + if day % every == 0 { 700.0 } else { 0.0 }
        });
    }
    // What came once is irregular; a quarter later, on that day of the month, it is known.
    let quarterly = found_in(DAYS, |day| {
        about(day, 15.0) + if of_month(day) == 10 && date(day).month() % 3 == 2 { 3_000.0 } else { 0.0 }
    });
    assert!(quarterly.iter().all(|event| event.first_day < date(30)), "{quarterly:?}");
}

#[test]
fn what_comes_each_month_is_no_news_of_ranges_either() {
    // A plan that is booked as usage of one day a month. Ranges look four weeks back, and are told here.
    let plan = |day: usize| if of_month(day) == 1 { 500.0 + 30.0 * noise(day, 4) } else { 0.0 };
    for (method, on) in [(Method::Daily, 1), (Method::Weekly, 7)] {
        let definition = Definition { method, notifies: true, ..Definition::predefined().remove(0) };
        let series = Series::usage(ec2(), costs(DAYS, plan));
        let memory = |days: usize| {
            let costs = series.costs[..days].to_vec();
            Memory::new(bill(vec![Series { costs, whole: days, ..series.clone() }]), 1)
        };
        let asked = Asked { definitions: vec![definition], ..asked() };
        // The last of each month that was found on its day.
        let mut quiet = vec![];
        for days in (32..DAYS).filter(|days| of_month(days - 1) == on) {
            let found = detect(&memory(days), &Leaves::default(), &asked);
            quiet.extend(found.last().filter(|last| last.last_day == date(days - 1)).map(|last| last.quiet));
        }
        assert!(quiet.len() > 4, "{method:?}: {quiet:?}");
        assert!(quiet[1..].iter().all(|one| *one == Some(Quiet::Habit)), "{method:?}: {quiet:?}");
    }
}

#[test]
fn weekends_and_holidays() {
    silent("half on weekends", |day| about(day, if weekday(day) >= 5 { 120.0 } else { 400.0 }));
    silent("nothing on weekends", |day| if weekday(day) >= 5 { 0.0 } else { about(day, 400.0) });
    silent("a holiday that is like a weekend", |day| {
        let holiday = (NaiveDate::from_ymd_opt(2026, 4, 3).unwrap()
            ..=NaiveDate::from_ymd_opt(2026, 4, 6).unwrap())
            .contains(&date(day));
        about(day, if weekday(day) >= 5 || holiday { 120.0 } else { 400.0 })
    });
}

#[test]
fn small_change_and_small_money() {
    silent("ten cents", |day| if day == 200 { 3.0 } else { 0.1 });
    silent("a tenth more", |day| about(day, if day >= 200 { 1_100.0 } else { 1_000.0 }));
    silent("growth", |day| about(day, 200.0 * (0.003 * day as f64).exp()));
}

fn of_measure(measure: Measure, of: impl Fn(usize) -> f64) -> usize {
    let fees = Series { measure, ..Series::usage(ec2(), costs(DAYS, of)) };
    detect(&Memory::new(bill(vec![fees]), 1), &Leaves::default(), &asked()).len()
}

#[test]
fn credits_refunds_and_reservations() {
    let once = |amount: f64| move |day: usize| if day == 200 { amount } else { 0.0 };
    assert_eq!(of_measure(Measure::Credit, once(-5_000.0)), 0);
    assert_eq!(of_measure(Measure::Refund, once(-5_000.0)), 0);
    assert_eq!(of_measure(Measure::Credit, |day| if day < 200 { -300.0 } else { 0.0 }), 0);
    assert_eq!(of_measure(Measure::Commitment, once(50_000.0)), 0);
    assert_eq!(of_measure(Measure::Support, |day| if of_month(day) == 1 { 900.0 } else { 0.0 }), 0);
    assert_eq!(of_measure(Measure::Fee, once(-400.0)), 0);
    // A plan of a marketplace, billed each month about equally: told as it begins, and not again.
    let plan = |day: usize| if day >= 120 && of_month(day) == 3 { 480.0 + 40.0 * noise(day, 2) } else { 0.0 };
    assert_eq!(of_measure(Measure::Fee, plan), 1);
    // A reservation makes the same usage cheaper: its list price stays.
    let list = costs(DAYS, |day| about(day, 500.0));
    let cheaper = costs(DAYS, |day| about(day, if day >= 200 { 300.0 } else { 500.0 }));
    let series = |list| Series { list, ..Series::usage(ec2(), cheaper.clone()) };
    let found = |series| detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &asked());
    assert!(found(series(list)).is_empty());
    // Without it, or where less is used, it is a drop.
    assert_eq!(found(series(vec![])).len(), 1);
    let used_less = costs(DAYS, |day| about(day, if day >= 200 { 310.0 } else { 500.0 }));
    assert_eq!(found(series(used_less)).len(), 1);
}

#[test]
fn what_is_new_grows_up() {
    let found = found_in(DAYS, |day| match day {
        0..150 => 0.0,
        150..160 => 40.0 * (day - 149) as f64,
        160..170 => about(day, 900.0),
        _ => about(day, 500.0),
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].first_day, date(150));
}

#[test]
fn a_tag_that_begins() {
    let tagged = Object::tag("team", "search");
    let leaf = |tag: Option<&str>, of: &dyn Fn(usize) -> f64| {
        let object = ec2().with(Attribute::UsageType, "BoxUsage");
        let object = match tag {
            Some(value) => object.with(Attribute::Tag("team".into()), value),
            None => object,
        };
        Leaf { object, filters: vec![], costs: costs(DAYS, of), quantities: vec![] }
    };
    let definition =
        Definition { watches: vec![Attribute::Tag("team".into())], ..Definition::predefined().remove(0) };
    let asked = analyses::trends::Asked { definitions: vec![definition], ..asked() };
    let with = |before: f64| {
        let leaves = vec![
            leaf(None, &|day| about(day, if day >= 200 { 0.0 } else { before })),
            leaf(Some("search"), &|day| about(day, if day >= 200 { 400.0 } else { 0.0 })),
        ];
        let series = Series::usage(tagged.clone(), leaves[1].costs.clone());
        let memory = Memory::new(bill(vec![series]), 1);
        detect(&memory, &Leaves { first_day: Some(start()), leaves }, &asked)
    };
    assert!(with(400.0).is_empty(), "the same costs under a tag: {:?}", with(400.0));
    assert_eq!(with(0.0).len(), 1, "costs that were not there before");
}

#[test]
fn late_data_are_no_fall() {
    let mut series = Series::usage(ec2(), costs(200, |day| if day >= 198 { 3.0 } else { about(day, 500.0) }));
    series.whole = 198;
    let found =
        |series: &Series| detect(&Memory::new(bill(vec![series.clone()]), 1), &Leaves::default(), &asked());
    assert!(found(&series).is_empty());
    // A part of a day that is beyond the whole day's bound is an increase already.
    series.costs[198] = crate::decimal(1_500.0);
    assert_eq!(found(&series).len(), 1);
    series.costs[198] = crate::decimal(3.0);
    series.whole = 200;
    assert_eq!(found(&series).len(), 1);
}
