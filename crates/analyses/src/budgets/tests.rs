use super::*;
use model::BudgetPeriod;
use proptest::prelude::*;

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn actual(percent: u16) -> Threshold {
    Threshold { basis: Basis::Actual, percent }
}

fn forecast(percent: u16) -> Threshold {
    Threshold { basis: Basis::Forecast, percent }
}

/// Looks in turn: data day, amount, actual, forecast; gives what each tells.
fn told(thresholds: &[Threshold], looks: &[(u32, i64, Option<&str>, Option<f64>)]) -> Vec<Vec<Telling>> {
    let mut memory = Memory::default();
    let one = |(number, amount, actual, forecast): &(u32, i64, Option<&str>, Option<f64>)| {
        let now = Look {
            amount: Decimal::from(*amount),
            actual: actual.map(decimal),
            forecast: *forecast,
            data_day: Some(day(*number)),
        };
        let (next, tellings) = look(thresholds, &now, &memory);
        let kept = serde_json::to_string(&next).unwrap();
        memory = serde_json::from_str(&kept).unwrap();
        assert_eq!(memory, next);
        tellings
    };
    looks.iter().map(one).collect()
}

fn passes(threshold: Threshold) -> Vec<Telling> {
    vec![Telling { threshold, round: 0, step: Step::Passed }]
}

fn below(threshold: Threshold) -> Vec<Telling> {
    vec![Telling { threshold, round: 0, step: Step::Below }]
}

#[test]
fn a_threshold_tells_once_and_a_restatement_once() {
    let found = told(
        &[actual(80), actual(100)],
        &[
            (2, 100, Some("79.999999999999999999"), None),
            (3, 100, Some("80"), None),
            (3, 100, Some("81"), None),
            (4, 100, Some("70"), None),
            (5, 100, Some("60"), None),
            (6, 100, Some("99"), None),
            (7, 100, Some("70"), None),
            (8, 100, Some("100"), None),
        ],
    );
    assert_eq!(found[1], passes(actual(80)));
    assert_eq!(found[3], below(actual(80)));
    assert_eq!(found[7], passes(actual(100)));
    for silent in [0, 2, 4, 5, 6] {
        assert!(found[silent].is_empty(), "{silent}");
    }
}

#[test]
fn a_forecast_needs_two_data_days_in_a_row() {
    let found = told(
        &[forecast(100)],
        &[
            (2, 100, None, Some(120.0)),
            (2, 100, None, Some(130.0)),
            (3, 100, None, Some(90.0)),
            (4, 100, None, Some(120.0)),
            (5, 100, None, Some(120.0)),
            (6, 100, None, Some(90.0)),
            (6, 100, None, Some(80.0)),
            (7, 100, None, Some(90.0)),
            (8, 100, None, Some(120.0)),
            (9, 100, None, Some(120.0)),
        ],
    );
    assert_eq!(found[4], passes(forecast(100)));
    assert_eq!(found[7], below(forecast(100)));
    assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 2);
}

#[test]
fn days_that_nobody_saw_are_not_in_a_row() {
    let of = |days: &[u32]| {
        let looks: Vec<_> = days.iter().map(|day| (*day, 100, None, Some(120.0))).collect();
        told(&[forecast(100)], &looks).iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(of(&[2, 4, 6, 9, 10, 11]), [0, 0, 0, 0, 1, 0]);
    assert_eq!(of(&[2, 3]), [0, 1]);
}

#[test]
fn what_nobody_heard_is_told_again() {
    for threshold in [actual(80), forecast(80)] {
        let now = |number| Look {
            amount: Decimal::from(100),
            actual: Some(Decimal::from(90)),
            forecast: Some(90.0),
            data_day: Some(day(number)),
        };
        let (mut memory, _) = look(&[threshold], &now(2), &Memory::default());
        let mut heard = look(&[threshold], &now(3), &memory);
        if threshold.basis == Basis::Forecast {
            assert_eq!(heard.1, passes(threshold));
        } else {
            // It was told with the first look.
            memory.unheard(threshold, Some(day(2)));
            heard = look(&[threshold], &now(3), &memory);
            assert_eq!(heard.1, passes(threshold));
        }
        let mut unheard = heard.0.clone();
        unheard.unheard(threshold, Some(day(3)));
        assert_eq!(look(&[threshold], &now(4), &unheard).1, passes(threshold));
        assert!(look(&[threshold], &now(4), &heard.0).1.is_empty());
    }
}

#[test]
fn what_is_not_known_tells_nothing_and_takes_nothing_back() {
    let found = told(
        &[actual(80), forecast(80)],
        &[
            (2, 100, None, None),
            (3, 100, Some("90"), Some(90.0)),
            (4, 100, None, None),
            (5, 100, Some("90"), Some(90.0)),
            (6, 100, None, Some(f64::NAN)),
        ],
    );
    assert_eq!(found, [vec![], passes(actual(80)), vec![], vec![], vec![]]);
    let now =
        Look { amount: Decimal::from(1), actual: Some(Decimal::from(5)), forecast: None, data_day: None };
    assert!(look(&[actual(80)], &now, &Memory::default()).1.is_empty());
}

#[test]
fn another_amount_begins_anew_without_a_word() {
    let thresholds = [actual(80), actual(100)];
    let found = told(
        &thresholds,
        &[
            (2, 100, Some("85"), None),
            // Passed under both stays told; passed only under the new one is told.
            (2, 85, Some("85"), None),
            // Neither is passed any more: nothing is said, and both are armed.
            (3, 200, Some("90"), None),
            (4, 200, Some("170"), None),
        ],
    );
    assert_eq!(found[0], passes(actual(80)));
    assert_eq!(found[1], passes(actual(100)));
    assert!(found[2].is_empty());
    assert_eq!(found[3], [Telling { threshold: actual(80), round: 1, step: Step::Passed }]);
}

#[test]
fn a_day_is_told_on_which_it_was_passed() {
    let days = [(day(1), "50"), (day(2), "40"), (day(3), "-30"), (day(4), "60"), (day(5), "1")];
    let days = days.map(|(day, cost)| (day, decimal(cost)));
    let amount = Decimal::from(100);
    assert_eq!(passed_on(&days, amount, 50), Some(day(1)));
    // What a credit took back counts from the day on which it was there to stay.
    assert_eq!(passed_on(&days, amount, 80), Some(day(4)));
    assert_eq!(passed_on(&days, amount, 130), None);
    assert_eq!(passed_on(&[], amount, 1), None);
}

#[test]
fn an_amount_is_suggested_from_what_was() {
    let all = |texts: &[&str]| texts.iter().map(|text| decimal(text)).collect::<Vec<_>>();
    let months = all(&["10", "90", "100.01", "110"]);
    let found = suggest(BudgetPeriod::Month, &months, &months).unwrap();
    assert_eq!((found.median, found.high, found.periods), (decimal("95.005"), decimal("110"), 4));
    assert_eq!((found.amount, found.by_month), (decimal("110"), false));
    let odd = suggest(BudgetPeriod::Month, &months[..3], &months[..3]).unwrap();
    assert_eq!((odd.median, odd.amount), (decimal("90"), decimal("101")));
    // One quarter alone says little: months, times three.
    let quarter = suggest(BudgetPeriod::Quarter, &all(&["200"]), &months).unwrap();
    assert!(quarter.by_month);
    assert_eq!((quarter.high, quarter.periods), (decimal("330"), 4));
    // No more than the last twelve.
    let long: Vec<Decimal> = (1..=20).map(Decimal::from).collect();
    assert_eq!(suggest(BudgetPeriod::Month, &long, &long).unwrap().median, decimal("14.5"));
    assert_eq!(suggest(BudgetPeriod::Month, &[], &[]), None);
    assert_eq!(suggest(BudgetPeriod::Month, &all(&["-5"]), &[]), None);
    let small = suggest(BudgetPeriod::Month, &all(&["0.0001", "1234.5"]), &[]).unwrap();
    assert_eq!(small.amount, decimal("1240"));
}

/// Looks of one period: data days never go back, amounts stay.
fn looks() -> impl Strategy<Value = Vec<(u32, i64, i64)>> {
    proptest::collection::vec((0_u32..2, 0_i64..200, 0_i64..200), 0..40).prop_map(|mut all| {
        let mut at = 1;
        for one in &mut all {
            at = (at + one.0).min(28);
            one.0 = at;
        }
        all
    })
}

fn run(thresholds: &[Threshold], looks: &[(u32, i64, i64)]) -> Vec<(usize, Telling)> {
    let mut memory = Memory::default();
    let mut all = vec![];
    for (at, (number, actual, forecast)) in looks.iter().enumerate() {
        let now = Look {
            amount: Decimal::from(100),
            actual: Some(Decimal::from(*actual)),
            forecast: Some(*forecast as f64),
            data_day: Some(day(*number)),
        };
        let (next, tellings) = look(thresholds, &now, &memory);
        // Done again, it tells nothing more.
        let again = look(thresholds, &now, &next);
        assert!(again.1.is_empty() && again.0 == next);
        memory = next;
        all.extend(tellings.into_iter().map(|telling| (at, telling)));
    }
    all
}

proptest! {
    #[test]
    fn each_threshold_tells_at_most_once_and_takes_back_at_most_once(looks in looks()) {
        let thresholds = [actual(50), actual(80), actual(100), forecast(80), forecast(100)];
        let all = run(&thresholds, &looks);
        for threshold in thresholds {
            let own: Vec<_> = all.iter().filter(|(_, one)| one.threshold == threshold).collect();
            prop_assert!(own.len() <= 2);
            prop_assert!(own.first().is_none_or(|(_, one)| one.step == Step::Passed));
            prop_assert!(own.get(1).is_none_or(|(_, one)| one.step == Step::Below));
            if threshold.basis == Basis::Actual {
                let bar = i64::from(threshold.percent);
                let first = looks.iter().position(|(_, actual, _)| *actual >= bar);
                prop_assert_eq!(own.first().map(|(at, _)| *at), first);
                let after = first.and_then(|first| looks[first..].iter().position(|(_, actual, _)| *actual < bar));
                prop_assert_eq!(own.get(1).map(|(at, _)| *at), first.zip(after).map(|(first, after)| first + after));
            }
        }
    }

    #[test]
    fn a_forecast_that_is_told_was_beyond_on_two_data_days(looks in looks()) {
        for (at, telling) in run(&[forecast(80)], &looks) {
            let beyond = |forecast: i64| (forecast >= 80) == (telling.step == Step::Passed);
            prop_assert!(beyond(looks[at].2));
            // Back to another data day, it was so at every look.
            let run = looks[..=at].iter().rev().take_while(|(_, _, forecast)| beyond(*forecast));
            prop_assert!(run.map(|(day, ..)| day).collect::<std::collections::BTreeSet<_>>().len() > 1);
        }
    }

    #[test]
    fn thresholds_do_not_know_of_each_other(looks in looks()) {
        let all = [actual(50), actual(100), forecast(80)];
        let together = run(&all, &looks);
        for threshold in all {
            let own: Vec<_> = together.iter().filter(|(_, one)| one.threshold == threshold).copied().collect();
            prop_assert_eq!(own, run(&[threshold], &looks));
        }
    }
}
