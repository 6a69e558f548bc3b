//! Whatever is told is as large as a definition that saw it asks for: in percent and in money.

use crate::{asked, bill, costs, date, decimal, ec2, found_in, noise, start};
use analyses::trends::{
    Asked, Attribute, Definition, Event, Kind, Leaf, Leaves, Memory, Object, Series, detect,
};
use model::Decimal;
use proptest::prelude::*;

const DAYS: usize = 260;

/// Whether its figures are beyond the threshold and the least amount of one of its definitions.
fn is_large(event: &Event, definitions: &[Definition]) -> bool {
    let expected = event.cost - event.excess;
    let saw = |one: &&Definition| event.definitions.iter().any(|seen| seen.definition == one.id);
    definitions.iter().filter(saw).any(|one| {
        let least = expected.abs().checked_percent(one.threshold_percent).unwrap();
        event.excess.abs() >= one.minimum && event.excess.abs() >= least
    })
}

/// Levels with bursts, steps and slow rises, whose days are usage of two regions.
fn company(salt: u64, level: f64) -> (Vec<Series>, Leaves) {
    let mut series = vec![];
    let mut leaves = vec![];
    for number in 0..4_usize {
        let random = |what: u64| noise(number, salt + what);
        let begins = 110 + (random(1) * 90.0) as usize;
        let burst = 1 + (random(2) * 9.0) as usize;
        let (height, rise) = (1.0 + 6.0 * random(3), 0.04 * random(4));
        let kind = (random(5) * 4.0) as usize;
        let swing = 0.02 + 0.3 * random(6);
        let cost = move |day: usize| {
            let after = day.saturating_sub(begins) as f64;
            let factor = match kind {
                0 if (begins..begins + burst).contains(&day) => height,
                1 if day >= begins => 1.0 + 0.5 * height * random(7),
                2 => 1.0 + rise * after,
                _ if day % 30 == begins % 30 => height,
                _ => 1.0,
            };
            level * factor * (1.0 - swing + 2.0 * swing * noise(day, salt + 20 + number as u64))
        };
        let account = (number % 2).to_string();
        let object = Object::account_service(&account, &format!("service {number}"));
        let whole = costs(DAYS, cost);
        for (region, part) in [("one", 0.3), ("other", 0.7)] {
            let of_region: Vec<Decimal> = whole.iter().map(|cost| decimal(cost.to_f64() * part)).collect();
            leaves.push(Leaf {
                object: object.with(Attribute::Region, region),
                filters: vec![],
                costs: of_region,
                quantities: vec![],
            });
        }
        series.push(Series::usage(object, whole));
    }
    (series, Leaves { first_day: Some(start()), leaves })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_is_beyond_both_limits(
        salt in 0_u64..100_000,
        level in 1.0_f64..200.0,
        threshold in 5_i64..200,
        minimum in 1_i64..500,
        with_leaves in any::<bool>(),
    ) {
        let (series, leaves) = company(salt, level);
        let memory = Memory::new(bill(series), 1);
        let with = |one: Definition| Definition {
            threshold_percent: Decimal::from(threshold),
            minimum: Decimal::from(minimum),
            ..one
        };
        let by_account = Definition {
            id: "by_account".into(),
            watches: vec![Attribute::Account],
            ..Definition::predefined().remove(0)
        };
        let definitions: Vec<Definition> =
            Definition::predefined().into_iter().chain([by_account]).map(with).collect();
        let asked = Asked { definitions, ..asked() };
        let leaves = if with_leaves { leaves } else { Leaves::default() };
        let found = detect(&memory, &leaves, &asked);
        for event in &found {
            prop_assert!(is_large(event, &asked.definitions), "{event:?}");
            if let Some(share) = event.share_percent {
                prop_assert!(share <= Decimal::from(100), "{event:?}");
            }
        }
        let mut ids: Vec<&str> = found.iter().map(|event| event.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), found.len());
    }
}

#[test]
fn days_after_a_spike_are_no_event_of_their_own() {
    // Two dear days stay in the weeks after them; a day a little above the usual is none.
    let found = found_in(DAYS, |day| match day {
        180 | 181 => 900.0,
        182..188 => 11.5,
        _ => 10.0 + 0.4 * noise(day, 3),
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].first_day, found[0].last_day), (Kind::Spike, date(180), date(181)));
}

#[test]
fn a_share_is_of_what_is_paid_then() {
    // Three times what it was: two thirds of the bill.
    let found = found_in(212, |day| if day >= 200 { 300.0 } else { 100.0 + noise(day, 5) });
    let share = found[0].share_percent.unwrap();
    assert!(share > Decimal::from(65) && share < Decimal::from(68), "{share}");
    assert_eq!(found[0].object, ec2());
}
