use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> BillingPeriod {
    text.parse().unwrap()
}

/// A weekly pattern that grows a little, from a first of a month.
fn workload(days: usize, start: NaiveDate) -> Vec<f64> {
    let costs = (0..days).map(|at| {
        let weekday = (start + Days::new(at as u64)).weekday().num_days_from_monday();
        let factor = if weekday >= 5 { 0.6 } else { 1.16 };
        (100.0 + 0.05 * at as f64) * factor
    });
    costs.collect()
}

/// A charge on one day of each month.
fn on_one_day(days: usize, start: NaiveDate, on: u32, cost: f64) -> Vec<f64> {
    (0..days).map(|at| if (start + Days::new(at as u64)).day() == on { cost } else { 0.0 }).collect()
}

fn history(end: &str) -> (History, History) {
    let start = day("2026-01-01");
    let all = usize::try_from((day("2026-11-01") - start).num_days()).unwrap();
    let whole = History {
        start,
        series: vec![
            workload(all, start),
            on_one_day(all, start, 1, 900.0),
            on_one_day(all, start, 28, 450.0),
        ],
    };
    let days = whole.at(day(end)).unwrap();
    let series = whole.series.iter().map(|series| series[..days].to_vec()).collect();
    (History { start, series }, whole)
}

fn actual(whole: &History, of: &str) -> f64 {
    let span = whole.span(month(of));
    whole.series.iter().map(|series| series[span.clone()].iter().sum::<f64>()).sum()
}

#[test]
fn a_month_with_charges_on_single_days_is_told_early() {
    let (known, whole) = history("2026-10-15");
    let found = project(&known, month("2026-10")).unwrap();
    let actual = actual(&whole, "2026-10");
    assert!((found.total / actual - 1.0).abs() < 0.01, "{} for {actual}", found.total);
    let (low, high) = found.interval.unwrap();
    assert!(low < actual && actual < high, "{low} to {high}, {actual}");
    let backtest = found.backtest.unwrap();
    assert_eq!(backtest.months, 7);
    assert!(backtest.error_percent < 1.0 && backtest.run_rate_error_percent > 10.0, "{backtest:?}");
}

#[test]
fn a_month_that_is_over_is_what_it_was() {
    let (known, whole) = history("2026-11-01");
    let found = project(&known, month("2026-10")).unwrap();
    let actual = actual(&whole, "2026-10");
    assert!((found.total - actual).abs() < 1e-6);
    let (low, high) = found.interval.unwrap();
    assert!((high - low).abs() < 1e-6);
}

#[test]
fn a_month_that_has_not_begun_is_forecast_as_a_whole() {
    let (known, whole) = history("2026-10-01");
    let found = project(&known, month("2026-10")).unwrap();
    assert!((found.total / actual(&whole, "2026-10") - 1.0).abs() < 0.02);
}

#[test]
fn little_history_gives_no_interval_and_no_history_nothing() {
    let start = day("2026-10-01");
    let short = History { start, series: vec![workload(10, start)] };
    let found = project(&short, month("2026-10")).unwrap();
    assert!(found.interval.is_none() && found.backtest.is_none());
    assert!((found.total / (31.0 * 100.0) - 1.0).abs() < 0.1, "{}", found.total);
    assert!(project(&History { start, series: vec![] }, month("2026-10")).is_none());
    assert!(project(&History { start, series: vec![vec![]] }, month("2026-10")).is_none());
}

#[test]
fn nothing_and_credits_are_forecast_too() {
    let start = day("2026-01-01");
    let empty = History { start, series: vec![vec![0.0; 200]] };
    let found = project(&empty, month("2026-07")).unwrap();
    assert!(found.total.abs() < 1e-9 && found.interval.is_none());
    let credits = History { start, series: vec![vec![-5.0; 200]] };
    let found = project(&credits, month("2026-07")).unwrap();
    assert!((found.total + 155.0).abs() < 1.0, "{}", found.total);
}

#[test]
fn the_next_months_are_told_with_what_comes_once_in_each() {
    let (known, whole) = history("2026-07-15");
    let found = outlook(&known, month("2026-07"), 3);
    let names: Vec<String> = found.iter().map(|it| it.month.to_string()).collect();
    assert_eq!(names, ["2026-08", "2026-09", "2026-10"]);
    for (place, ahead) in found.iter().enumerate() {
        let actual = actual(&whole, &names[place]);
        assert!((ahead.total / actual - 1.0).abs() < 0.03, "{ahead:?} for {actual}");
        let (low, high) = ahead.interval.unwrap();
        assert!(low < ahead.total && ahead.total < high, "{ahead:?}");
        // January to June are over: a forecast needs two of them, and its month has to be among them.
        assert_eq!(ahead.tried, 4 - place - 1);
        assert!(ahead.error_percent.unwrap() < 3.0, "{ahead:?}");
    }
}

#[test]
fn the_next_months_of_a_short_history_have_no_interval() {
    let start = day("2026-10-01");
    let short = History { start, series: vec![workload(20, start), on_one_day(20, start, 1, 900.0)] };
    let found = outlook(&short, month("2026-10"), 3);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|it| it.interval.is_none() && it.error_percent.is_none() && it.tried == 0));
    assert!((found[0].total / (30.0 * 100.0 + 900.0) - 1.0).abs() < 0.1, "{found:?}");
    assert!(outlook(&History { start, series: vec![vec![]] }, month("2026-10"), 3).is_empty());
}

#[test]
fn few_days_are_no_month_that_charges_come_once_in() {
    let start = day("2026-10-01");
    for days in 1..=4 {
        let few = History { start, series: vec![vec![100.0; days]] };
        for ahead in outlook(&few, month("2026-10"), 3) {
            let expected = 100.0 * days_in(ahead.month);
            assert!((ahead.total / expected - 1.0).abs() < 1e-9, "{days} days: {ahead:?}");
        }
        // Costs begin with the last days of a month: these are no measure of the next.
        let begun = 31 - days;
        let mut costs = vec![0.0; begun];
        costs.extend(vec![100.0; days + 3]);
        let late = History { start, series: vec![costs] };
        for ahead in outlook(&late, month("2026-11"), 3) {
            let expected = 100.0 * days_in(ahead.month);
            assert!((ahead.total / expected - 1.0).abs() < 1e-9, "from day {begun}: {ahead:?}");
        }
        let found = project(&late, month("2026-11")).unwrap();
        assert!((found.total / 3_000.0 - 1.0).abs() < 1e-9, "from day {begun}: {found:?}");
    }
}

#[test]
fn a_day_that_costs_more_each_month_is_no_trend() {
    // Every day costs something, so that it does not come once a month; the first costs forty times as much.
    let start = day("2026-01-01");
    let cost = |at: usize| if (start + Days::new(at as u64)).day() == 1 { 4_000.0 } else { 100.0 };
    for days in [270, 280, 290, 300, 303] {
        let known = History { start, series: vec![(0..days).map(cost).collect()] };
        for ahead in outlook(&known, month("2026-10"), 3) {
            let actual = 4_000.0 + 100.0 * (days_in(ahead.month) - 1.0);
            assert!((ahead.total / actual - 1.0).abs() < 0.3, "{days}: {ahead:?} for {actual}");
        }
    }
}

fn days_in(month: BillingPeriod) -> f64 {
    (month.end_day() - month.first_day()).num_days() as f64
}
