//! The same data, the same events: whatever came first, and whatever else there is.

use crate::{asked, bill, costs, decimal, noise};
use analyses::trends::{Bill, Leaves, Memory, Object, Series, detect};
use model::Decimal;
use proptest::prelude::*;

const DAYS: usize = 260;

/// Four series, some with an incident.
fn series(salt: u64) -> Vec<Series> {
    let of = |number: usize| {
        let level = 50.0 + 400.0 * noise(number, salt);
        let begins = 120.0 + (noise(number, salt + 1) * 100.0).floor();
        let height = 1.0 + 3.0 * noise(number, salt + 2);
        let length = if noise(number, salt + 3) < 0.5 { 3.0 } else { 40.0 };
        let cost = move |day: usize| {
            let at = day as f64;
            let raised = if (begins..begins + length).contains(&at) { height } else { 1.0 };
            level * raised * (0.9 + 0.2 * noise(day, salt + 10 + number as u64))
        };
        Series::usage(Object::account_service(&number.to_string(), "AmazonEC2"), costs(DAYS, cost))
    };
    (0..4).map(of).collect()
}

fn until(series: &[Series], days: usize) -> Bill {
    let cut = |one: &Series| Series { costs: one.costs[..days].to_vec(), whole: days, ..one.clone() };
    bill(series.iter().map(cut).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Days come, parts of days come, days are restated: in the end it is what it had been, had all come at once.
    #[test]
    fn any_order_of_deliveries_finds_the_same(
        salt in 0_u64..10_000,
        steps in proptest::collection::vec((1_usize..DAYS, 0_usize..4, 0.0_f64..3.0, any::<bool>()), 1..8),
        threads in 1_usize..4,
    ) {
        let final_series = series(salt);
        let mut memory = Memory::new(until(&final_series, 100), threads);
        for (day, which, factor, partly) in steps {
            let days = day.max(60);
            let mut now = until(&final_series, days);
            // Something else stood there for a while.
            let wrong = &mut now.series[which];
            wrong.costs[days - 1 - day % 40] = decimal(factor * 300.0);
            wrong.whole = if partly { days - 1 } else { days };
            if factor > 2.0 {
                now.series.reverse();
            }
            memory = memory.renewed(now, threads);
        }
        let memory = memory.renewed(bill(final_series.clone()), threads);
        let at_once = Memory::new(bill(final_series), 1);
        prop_assert_eq!(&memory, &at_once);
        let leaves = Leaves::default();
        prop_assert_eq!(detect(&memory, &leaves, &asked()), detect(&at_once, &leaves, &asked()));
    }

    /// A steady series that has nothing to do with it changes no event.
    #[test]
    fn an_unrelated_series_changes_nothing(salt in 0_u64..10_000, level in 1.0_f64..1_000.0, first in any::<bool>()) {
        let alone = series(salt);
        let steady = Series::usage(Object::account_service("9", "AmazonS3"), vec![decimal(level); DAYS]);
        let mut with = alone.clone();
        with.insert(if first { 0 } else { with.len() }, steady);
        let events = |series: Vec<Series>| detect(&Memory::new(bill(series), 1), &Leaves::default(), &asked());
        prop_assert_eq!(events(alone), events(with));
    }

    /// Small restatements neither make nor unmake events that are clear.
    #[test]
    fn a_restatement_of_one_percent_changes_figures_alone(salt in 0_u64..500, sign in any::<bool>()) {
        let level = |day: usize| if (200..210).contains(&day) { 900.0 } else { 300.0 + 10.0 * noise(day, salt) };
        let restated = |day: usize| level(day) * if day >= 180 { if sign { 1.01 } else { 0.99 } } else { 1.0 };
        let events = |of: &dyn Fn(usize) -> f64| {
            let series = Series::usage(Object::account_service("1", "AmazonEC2"), costs(DAYS, of));
            detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &asked())
        };
        let (before, after) = (events(&level), events(&restated));
        prop_assert_eq!(before.len(), 1);
        prop_assert_eq!(after.len(), 1);
        prop_assert_eq!(&before[0].id, &after[0].id);
        prop_assert_ne!(before[0].cost, after[0].cost);
        prop_assert_eq!(before[0].cost - before[0].excess, expected(&before[0]));
    }
}

/// What was expected is told to a hundredth.
fn expected(event: &analyses::trends::Event) -> Decimal {
    let expected = event.cost - event.excess;
    assert_eq!(decimal((expected.to_f64() * 100.0).round() / 100.0), expected);
    expected
}
