//! What an event says.

use crate::{asked, bill, costs, date, decimal, ec2, found_in, noise, start, weekday};
use analyses::trends::{
    Answer, Asked, Attribute, Completeness, Definition, Delivered, Direction, Event, Expectation, Feed, Hint,
    Judged, Kind, Leaves, Measure, Memory, Method, Object, Priced, Quiet, Rule, Series, Snooze, Status,
    Transition, Verdict, detect, reconcile, silent, unit_prices,
};
use chrono::{Datelike, Days, TimeDelta};
use model::Decimal;

fn about(day: usize, cost: f64) -> f64 {
    cost * (0.98 + 0.04 * noise(day, 7))
}

fn only(found: Vec<Event>) -> Event {
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn kinds_of_rises_and_falls() {
    let kind = |days: usize, of: &dyn Fn(usize) -> f64| {
        let event = only(found_in(days, of));
        (event.kind, event.direction, event.first_day, event.status)
    };
    use Direction::{Decrease, Increase};
    let spike = |day| about(day, if (200..203).contains(&day) { 900.0 } else { 300.0 });
    assert_eq!(kind(300, &spike), (Kind::Spike, Increase, date(200), Status::Ended));
    assert_eq!(kind(203, &spike), (Kind::Spike, Increase, date(200), Status::Open));
    let shift = |day| about(day, if day >= 200 { 900.0 } else { 300.0 });
    assert_eq!(kind(211, &shift), (Kind::Shift, Increase, date(200), Status::Open));
    assert_eq!(kind(300, &shift), (Kind::Shift, Increase, date(200), Status::Ended));
    let leak = |day: usize| about(day, 300.0 + if day > 200 { 6.0 * (day - 200) as f64 } else { 0.0 });
    let (kind_of_leak, direction, first, _) = kind(260, &leak);
    assert_eq!((kind_of_leak, direction), (Kind::Leak, Increase));
    assert!(first > date(205) && first < date(250), "{first}");
    let new = |day| if day >= 200 { about(day, 90.0) } else { 0.0 };
    assert_eq!(kind(260, &new), (Kind::New, Increase, date(200), Status::Ended));
    let drop = |day| about(day, if day >= 200 { 100.0 } else { 300.0 });
    assert_eq!(kind(260, &drop), (Kind::Drop, Decrease, date(200), Status::Ended));
    // A fall is as deep as its cheapest day.
    assert!(only(found_in(260, drop)).peak < Decimal::from(103));
    let gone = |day| if day >= 200 { 0.0 } else { about(day, 300.0) };
    assert_eq!(kind(260, &gone), (Kind::Gone, Decrease, date(200), Status::Ended));
}

#[test]
fn figures_are_the_bills_own() {
    let of = |day: usize| if (200..202).contains(&day) { 1_234.567_891 } else { 300.0 };
    let event = only(found_in(210, of));
    assert_eq!(event.cost, decimal(2_469.135_782));
    assert_eq!(event.excess, event.cost - Decimal::from(600));
    assert!(event.expected_low < Decimal::from(600) && event.expected_high > Decimal::from(600));
    assert_eq!(event.change_percent, Some("311.5".parse().unwrap()));
    assert_eq!((event.raised_on, event.last_day, event.data_through), (date(200), date(201), date(209)));
    assert_eq!(event.peak, decimal(1_234.57));
    let text = serde_json::to_string(&event).unwrap();
    assert!(text.contains(r#""object":{"account":"111111111111","service":"AmazonEC2"}"#), "{text}");
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
}

#[test]
fn a_run_counts_in_all() {
    // Sixty for a day are not enough; sixty a day for two are.
    let of = |days: usize| move |day: usize| if (200..200 + days).contains(&day) { 160.0 } else { 100.0 };
    assert!(found_in(230, of(1)).is_empty());
    let event = only(found_in(230, of(4)));
    assert_eq!((event.first_day, event.raised_on, event.excess), (date(200), date(201), Decimal::from(240)));
}

#[test]
fn back_to_the_former_level_is_no_event() {
    let event = only(found_in(395, |day| about(day, if (150..230).contains(&day) { 900.0 } else { 300.0 })));
    assert_eq!((event.kind, event.first_day), (Kind::Shift, date(150)));
    let ranges = Asked { definitions: Definition::predefined(), ..Asked::default() };
    let series = Series::usage(
        ec2(),
        costs(395, |day| about(day, if (150..160).contains(&day) { 900.0 } else { 300.0 })),
    );
    let found = detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &ranges);
    let event = only(found);
    let saw: Vec<&str> = event.definitions.iter().map(|seen| seen.definition.as_str()).collect();
    assert_eq!(saw, ["predefined_daily", "predefined_monthly", "predefined_robust", "predefined_weekly"]);
}

#[test]
fn ranges_are_recorded_alone() {
    let ranges = Asked {
        definitions: Definition::predefined()
            .into_iter()
            .filter(|one| one.method != Method::Robust)
            .collect(),
        ..Asked::default()
    };
    let series = Series::usage(ec2(), costs(205, |day| if day == 200 { 500.0 } else { 300.0 }));
    let event = only(detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &ranges));
    assert_eq!(event.quiet, Some(Quiet::Recorded));
    assert_eq!((event.expected_low, event.expected_high), (Decimal::from(300), Decimal::from(300)));
    assert_eq!((event.excess, event.change_percent), (Decimal::from(200), Some("66.7".parse().unwrap())));
}

fn spike_at(day: usize, height: f64, days: usize) -> Memory {
    let of = move |at: usize| if (day..day + 2).contains(&at) { height } else { 300.0 };
    Memory::new(bill(vec![Series::usage(ec2(), costs(days, of))]), 1)
}

#[test]
fn bounds_of_ranges_are_exact() {
    let ranges = Asked { definitions: vec![Definition::predefined().remove(1)], ..Asked::default() };
    assert_eq!(ranges.definitions[0].method, Method::Daily);
    let usual = decimal(-300.123_456);
    let of = |day: usize| if day == 200 { decimal(500.0) } else { usual };
    let series = Series::usage(ec2(), (0..205).map(of).collect());
    let event = only(detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &ranges));
    assert_eq!((event.expected_low, event.expected_high), (usual, usual));
    assert_eq!(event.excess, Decimal::from(500) - usual);
}

#[test]
fn people_are_heard() {
    let found = |memory: &Memory, asked: &Asked| only(detect(memory, &Leaves::default(), asked));
    let now = spike_at(200, 900.0, 203);
    let event = found(&now, &asked());
    assert_eq!(event.quiet, None);
    assert_eq!(found(&now, &Asked { first_load: true, ..asked() }).quiet, Some(Quiet::FirstLoad));
    assert_eq!(found(&spike_at(200, 900.0, 209), &asked()).quiet, None);
    assert_eq!(found(&spike_at(200, 900.0, 210), &asked()).quiet, Some(Quiet::Old));
    let expected = |until, up_to: Option<i64>| Asked {
        expected: vec![Expectation {
            object: Object::account("111111111111"),
            until,
            up_to: up_to.map(Decimal::from),
        }],
        ..asked()
    };
    assert_eq!(found(&now, &expected(date(205), Some(2_000))).quiet, Some(Quiet::Expected));
    assert_eq!(found(&now, &expected(date(205), Some(1_000))).quiet, None);
    assert_eq!(found(&now, &expected(date(199), None)).quiet, None);
    let snoozed = |until| Asked { snoozed: vec![Snooze { object: ec2(), until }], ..asked() };
    assert_eq!(found(&now, &snoozed(date(202))).quiet, Some(Quiet::Snoozed));
    assert_eq!(found(&now, &snoozed(date(201))).quiet, None);
    let judged = |verdict| Asked { judged: vec![Judged { event: event.clone(), verdict }], ..asked() };
    assert_eq!(found(&now, &judged(Verdict::False)).quiet, Some(Quiet::Judged));
    assert_eq!(found(&now, &judged(Verdict::Real)).quiet, None);
}

#[test]
fn restated_days_update_or_withdraw() {
    let found = |memory: &Memory| detect(memory, &Leaves::default(), &asked());
    let first = found(&spike_at(200, 900.0, 202));
    let opened = reconcile(vec![], first.clone(), start());
    assert_eq!(opened[0].transition, Transition::Opened);
    // One more day, another figure: the same event.
    let next = reconcile(first.clone(), found(&spike_at(200, 950.0, 203)), start());
    assert_eq!((next.len(), next[0].transition, &next[0].event.id), (1, Transition::Updated, &first[0].id));
    // It began a day earlier.
    let earlier = reconcile(first.clone(), found(&spike_at(199, 900.0, 203)), start());
    assert_eq!((earlier.len(), &earlier[0].event.id), (1, &first[0].id));
    assert_eq!(earlier[0].event.first_day, date(199));
    let ended = reconcile(first.clone(), found(&spike_at(200, 900.0, 206)), start());
    assert_eq!(ended[0].transition, Transition::Ended);
    let withdrawn = reconcile(first.clone(), vec![], start());
    assert_eq!(
        (withdrawn[0].transition, withdrawn[0].event.status),
        (Transition::Withdrawn, Status::Withdrawn)
    );
    assert!(Transition::Withdrawn.is_told() && !Transition::Updated.is_told());
    let again = reconcile(vec![withdrawn[0].event.clone()], vec![], start());
    assert_eq!(again[0].transition, Transition::Same);
    let back = reconcile(vec![withdrawn[0].event.clone()], first.clone(), start());
    assert_eq!((back.len(), back[0].transition), (1, Transition::Opened));
    assert_eq!((first[0].opening, back[0].event.opening), (1, 2));
    let once_more = reconcile(vec![ended[0].event.clone()], first.clone(), start());
    assert_eq!((once_more[0].transition, once_more[0].event.opening), (Transition::Opened, 2));
    let stays = reconcile(vec![once_more[0].event.clone()], first.clone(), start());
    assert_eq!((stays[0].transition, stays[0].event.opening), (Transition::Same, 2));
    let settled = reconcile(first, vec![], date(300));
    assert_eq!(settled[0].transition, Transition::Same);
}

#[test]
fn fees_are_judged_by_the_month() {
    let fees = |of: &dyn Fn(usize) -> f64| {
        let series = Series { measure: Measure::Fee, ..Series::usage(ec2(), costs(300, of)) };
        detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &asked())
    };
    let on_first = |day: usize| date(day).day() == 1;
    let rises = |day: usize| if on_first(day) { if day >= 200 { 900.0 } else { 500.0 } } else { 0.0 };
    let event = only(fees(&rises));
    assert_eq!(
        (event.kind, event.first_day, event.excess),
        (Kind::Fee, "2026-06-01".parse().unwrap(), Decimal::from(400))
    );
    let once = only(fees(&|day| if day == 200 { 5_000.0 } else { 0.0 }));
    assert_eq!((once.kind, once.first_day, once.change_percent), (Kind::OneTime, date(200), None));
    // A second charge within a month is more than any month before.
    let twice = only(fees(&|day| if on_first(day) || day == 220 { 500.0 } else { 0.0 }));
    assert_eq!((twice.first_day, twice.cost), (date(220), Decimal::from(1_000)));
}

#[test]
fn a_price_that_rises_is_told_by_the_price() {
    let used = |day: usize| 1_000.0 + 300.0 * noise(day, 3) - if weekday(day) >= 5 { 400.0 } else { 0.0 };
    let price = |day: usize| if day >= 180 { 0.58 } else { 0.5 };
    let priced = |price: &dyn Fn(usize) -> f64| Priced {
        object: ec2().with(Attribute::UsageType, "BoxUsage:m5.large"),
        costs: costs(200, |day| used(day).round() * price(day)),
        quantities: costs(200, |day| used(day).round()),
    };
    let memory = Memory::new(bill(vec![Series::usage(ec2(), costs(200, |_| 1.0))]), 1);
    let event = only(unit_prices(&memory, &[priced(&price)], &asked()));
    assert_eq!(
        (event.kind, event.first_day, event.change_percent),
        (Kind::UnitPrice, date(180), Some(Decimal::from(16)))
    );
    let waterfall = event.waterfall.unwrap();
    assert_eq!(waterfall.rate, event.excess);
    // Brackets within a month are no price.
    let bracket = |day: usize| if date(day).day() > 15 { 0.5 } else { 0.6 };
    assert!(
        unit_prices(&memory, &[priced(&bracket)], &asked()).iter().all(|event| event.first_day < date(31))
    );
}

#[test]
fn a_region_never_used_before_is_a_hint() {
    let object = Object::of([(Attribute::Account, "111111111111"), (Attribute::Region, "ap-south-2")]);
    let definition = Definition {
        id: "regions".into(),
        watches: vec![Attribute::Account, Attribute::Region],
        ..Definition::predefined().remove(0)
    };
    let series = Series::usage(object, costs(203, |day| if day >= 200 { 80.0 } else { 0.0 }));
    let asked = Asked { definitions: vec![definition], ..Asked::default() };
    let event = only(detect(&Memory::new(bill(vec![series]), 1), &Leaves::default(), &asked));
    assert_eq!((event.kind, event.hint), (Kind::New, Some(Hint::Security)));
}

#[test]
fn silence_of_a_connection_is_an_event() {
    let through = date(100).and_time(chrono::NaiveTime::MIN).and_utc();
    let feeds = |through| vec![Feed { connection: "main".into(), through }];
    let at = |hours: i64| silent(&feeds(Some(through)), through + TimeDelta::hours(hours), "USD", &asked());
    assert!(at(35).is_empty());
    let open = only(at(36));
    assert_eq!((open.kind, open.status), (Kind::NoData, Status::Open));
    assert_eq!(open.id, only(at(80)).id);
    assert!(silent(&feeds(None), through, "USD", &asked()).is_empty());
    let ended = reconcile(vec![open], vec![], start());
    assert_eq!((ended[0].transition, ended[0].event.status), (Transition::Ended, Status::Ended));
    let later = through + TimeDelta::days(3);
    let again = silent(&feeds(Some(later)), later + TimeDelta::hours(40), "USD", &asked());
    let told = reconcile(vec![ended[0].event.clone()], again, start());
    assert_eq!((told.len(), told[0].transition, told[0].event.opening), (1, Transition::Opened, 2));
}

#[test]
fn completeness_is_learned_by_service() {
    // EC2 is there after 30 hours, CloudFront after 60.
    let mut rows = vec![];
    for day in 0..40 {
        for (service, hours) in [("AmazonEC2", 30), ("AmazonCloudFront", 60)] {
            for published in (6..=72).step_by(6) {
                let part = if published >= hours { 1.0 } else { published as f64 / hours as f64 * 0.9 };
                let published =
                    date(day).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(published);
                let (connection, service) = ("main".to_owned(), service.to_owned());
                rows.push(Delivered { connection, service, published, day: date(day), cost: 100.0 * part });
            }
        }
    }
    let now = date(40).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(8);
    let learned = Completeness::learn(rows.clone());
    let whole = |service: &str| learned.whole_days("main", service, start(), 41, now, now);
    assert_eq!((whole("AmazonEC2"), whole("AmazonCloudFront")), (40, 38));
    rows.reverse();
    assert_eq!(Completeness::learn(rows), learned);
    // Of what is not known, a day is whole twelve hours after its end.
    assert_eq!(learned.part("main", "AmazonS3", date(39), now), None);
    assert_eq!(learned.whole_days("main", "AmazonS3", start(), 41, now, now), 39);
    // Days that the data do not reach are not whole, however old.
    let reach = |hour: i64| date(30).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(hour);
    for (hour, whole) in [(10, 30), (23, 31)] {
        for service in ["AmazonEC2", "AmazonS3"] {
            assert_eq!(learned.whole_days("main", service, start(), 41, now, reach(hour)), whole);
        }
    }
}

#[test]
fn why_there_is_no_event() {
    let of = |day: usize| match day {
        100 | 130 => 900.0,
        200 => 850.0,
        210 => 330.0,
        220 => 375.0,
        _ => 300.0 + 6.0 * noise(day, 5),
    };
    let memory = Memory::new(bill(vec![Series::usage(ec2(), costs(240, of))]), 1);
    let events = detect(&memory, &Leaves::default(), &asked());
    let why = |day: usize| memory.why(&asked(), &events, &ec2(), date(day)).unwrap();
    assert!(matches!(why(100).answer, Answer::Event { .. }));
    let seen = why(200);
    assert_eq!(
        (seen.answer, seen.rule, seen.seen_on),
        (Answer::Within, Some(Rule::SeenBefore), vec![date(130), date(100)])
    );
    assert_eq!(why(210).answer, Answer::Within);
    assert_eq!(why(10).answer, Answer::Learning);
    assert!(memory.why(&asked(), &events, &Object::account("2"), date(10)).is_none());
    let nobody = Asked::default();
    let fresh = spike_at(60, 340.0 * 2.0, 70);
    assert_eq!(fresh.why(&nobody, &[], &ec2(), date(60)).unwrap().answer, Answer::NotWatched);
    let bands = memory.bands(&ec2()).unwrap();
    assert_eq!(bands.first().unwrap().0, date(21));
    assert!(bands.iter().all(|(_, band)| band.low <= band.expected && band.expected <= band.high));
}

#[test]
fn a_threshold_is_tried_before_it_is_saved() {
    let memory = spike_at(300, 500.0, 395);
    let tried = |percent: i64| {
        let definition =
            Definition { threshold_percent: Decimal::from(percent), ..Definition::predefined().remove(0) };
        memory.backtest(&definition).unwrap()
    };
    let found = tried(25);
    assert_eq!((found.series, found.found.len(), found.through), (1, 1, date(394)));
    assert_eq!((found.months.len(), found.months.iter().map(|(_, count)| count).sum::<usize>()), (12, 1));
    assert!(tried(80).found.is_empty());
    assert!(date(394) - Days::new(365) < found.found[0].first_day);
}
