//! Cases with known answers.

use crate::fixture::{self, FIRST_DAY, Item, World, engine, run, without_line_items};
use model::{
    Comparison, Condition, CostQuery, Decimal, Dimension, Filter, Mapping, MappingName, MappingRule, Metric,
    Operator, TimeView,
};
use query::{Engine, EngineOptions, ErrorKind, ExplainOrder, Span, View};
use std::sync::Arc;

const DOLLAR: i128 = 1_000_000_000_000_000_000;

fn item(period: usize, day: i32, dollars: i128) -> Item {
    Item {
        period,
        hour: day * 24 + 5,
        account: 0,
        name: 0,
        service: 0,
        region: 0,
        lifecycle: 0,
        tags: 0,
        resource: 0,
        kind: 0,
        split: false,
        units: [dollars * DOLLAR; 6],
    }
}

fn month_by(dimension: &str) -> CostQuery {
    CostQuery { group_by: vec![dimension.parse().unwrap()], ..CostQuery::total(Metric::Amortized) }
}

fn totals(world: &World, query: &CostQuery) -> Vec<(String, String)> {
    let answer = run(engine().answer(&world.view, query)).unwrap();
    let text = |keys: &[Option<String>]| {
        keys.iter().map(|key| key.clone().unwrap_or_else(|| "-".into())).collect::<Vec<_>>().join("|")
    };
    answer.groups.iter().map(|group| (text(&group.keys), group.total.to_string())).collect()
}

#[test]
fn an_account_is_shown_under_its_latest_name_and_never_twice() {
    // Account 111 was "dev" and is "prod" now; 222 is "prod" too; 333 has no name.
    let world = World::new(vec![
        Item { name: 1, ..item(0, 3, 1) },
        Item { name: 0, ..item(1, 40, 2) },
        Item { name: 2, ..item(2, 70, 4) },
        Item { account: 1, name: 0, ..item(0, 1, 8) },
        Item { account: 2, name: 2, ..item(0, 1, 16) },
    ]);
    let text = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(key, total)| ((*key).to_owned(), (*total).to_owned())).collect()
    };
    assert_eq!(totals(&world, &month_by("account")), text(&[("333", "16"), ("prod", "15")]));
    assert_eq!(totals(&world, &month_by("account_id")), text(&[("333", "16"), ("222", "8"), ("111", "7")]));
    // The name of a month that the span leaves out is still the latest.
    let query = CostQuery { to: "2026-09-15".parse().ok(), ..month_by("account") };
    assert_eq!(totals(&world, &query), text(&[("333", "16"), ("prod", "9")]));
    let names = run(engine().account_names(&world.view)).unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), text(&[("111", "prod"), ("222", "prod")]));
}

#[test]
fn rows_outside_their_month_belong_to_the_bill_but_to_their_own_day() {
    let world = World::new(vec![item(1, 29, 1), item(1, 31, 2), item(0, 29, 4)]);
    let periods = totals(&world, &month_by("billing_period"));
    assert_eq!(periods, [("2026-09".to_owned(), "4".to_owned()), ("2026-10".to_owned(), "3".to_owned())]);
    let query = CostQuery { view: TimeView::Month, ..CostQuery::total(Metric::Amortized) };
    let answer = run(engine().answer(&world.view, &query)).unwrap();
    assert_eq!(answer.buckets, ["2026-09-01", "2026-10-01"]);
    assert_eq!(answer.totals.iter().map(ToString::to_string).collect::<Vec<_>>(), ["5", "2"]);
}

#[test]
fn a_month_without_line_items_answers_days_and_says_what_is_missing() {
    let world = World::new(vec![item(0, 3, 1), item(1, 40, 2)]);
    let view = without_line_items(&world.view, 1);
    let engine = engine();
    let by_day = CostQuery { view: TimeView::Day, ..month_by("service") };
    assert_eq!(run(engine.answer(&view, &by_day)).unwrap().total.to_string(), "3");
    let by_resource = month_by("resource_id");
    let error = run(engine.answer(&view, &by_resource)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotReady);
    assert!(error.to_string().contains("2026-10"), "{error}");
    // Months that are complete answer alone.
    let september = CostQuery { to: "2026-10-01".parse().ok(), ..by_resource };
    assert_eq!(run(engine.answer(&view, &september)).unwrap().total.to_string(), "1");
    let explained = run(engine.explain(
        &view,
        &month_by("service"),
        &[Some("EC2".into())],
        ExplainOrder::default(),
        1,
        10,
    ))
    .unwrap();
    assert!(!explained.ready && explained.rows.is_empty() && explained.message.is_some());
    assert_eq!(explained.figure.to_string(), "3");
}

#[test]
fn currencies_are_never_added() {
    let world = World::new(vec![item(0, 3, 1), item(1, 40, 2)]);
    let mut view = world.view.clone();
    view.periods[1].currency = "EUR".into();
    let engine = engine();
    view.currencies = vec!["EUR".into(), "USD".into()];
    // Each question is answered in the main currency, and says in its SQL which.
    let main = run(engine.answer(&view, &month_by("service"))).unwrap();
    assert_eq!((main.currency.as_str(), main.total.to_string().as_str()), ("EUR", "2"));
    assert!(main.sql.contains("IN ('EUR')"), "{}", main.sql);
    let (_, others) = run(engine.in_one_currency(&view, &month_by("service"))).unwrap();
    assert_eq!(others, ["USD"]);
    let each = run(engine.answer(&view, &month_by("currency"))).unwrap();
    let groups: Vec<String> =
        each.groups.iter().map(|group| format!("{:?} {}", group.keys[0], group.total)).collect();
    assert_eq!(groups, [r#"Some("EUR") 2"#, r#"Some("USD") 1"#]);
    assert_eq!(each.total.to_string(), "2");
    // What was cut off is cut off in each.
    let cut = CostQuery {
        group_by: vec!["service".parse().unwrap(), "currency".parse().unwrap()],
        top: Some(0),
        ..month_by("currency")
    };
    let cut = run(engine.answer(&view, &cut)).unwrap();
    assert!(cut.groups.iter().all(|group| group.other && group.keys[1].is_some()) && cut.groups.len() == 2);
    // Also between a span and what it is compared with.
    let november = CostQuery { compare: Some(Comparison::Previous), ..month_by("service") };
    assert_eq!(run(engine.answer(&view, &november)).unwrap().currency, "EUR");
    let one = CostQuery { filters: vec!["billing_period=2026-10".parse().unwrap()], ..month_by("service") };
    assert_eq!(run(engine.answer(&view, &one)).unwrap().currency, "EUR");
    let usage = CostQuery { metric: Metric::UsageAmount, ..month_by("service") };
    assert_eq!(run(engine.answer(&view, &usage)).unwrap().total.to_string(), "3");
}

#[test]
fn nothing_in_view_is_an_empty_answer() {
    let query = CostQuery {
        view: TimeView::Day,
        from: "2026-10-01".parse().ok(),
        to: "2026-10-03".parse().ok(),
        compare: Some(Comparison::Previous),
        ..month_by("service")
    };
    for world in [World::new(vec![]), World::new(vec![item(2, 80, 1)])] {
        let answer = run(engine().answer(&world.view, &query)).unwrap();
        assert_eq!((answer.groups.len(), answer.buckets.len(), answer.total), (0, 2, Decimal::ZERO));
        assert_eq!(
            (answer.from.to_string(), answer.to.to_string()),
            ("2026-10-01".into(), "2026-10-03".into())
        );
        assert!(answer.snapshot.periods.is_empty() && answer.currency.is_empty());
    }
    assert_eq!(run(engine().answer(&View::default(), &month_by("service"))).unwrap().groups, []);
    let backwards = CostQuery { from: query.to, to: query.from, ..query };
    assert_eq!(run(engine().answer(&View::default(), &backwards)).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn values_are_found_by_part_of_their_text() {
    let world = World::new(vec![
        item(0, 3, 1),
        Item { region: 1, ..item(0, 3, 5) },
        Item { region: 2, ..item(0, 3, 3) },
    ]);
    let engine = engine();
    let values = |search: &str, limit: usize| {
        let dimension = "region".parse().unwrap();
        run(engine.values(&world.view, &dimension, Span::default(), Metric::List, search, limit)).unwrap()
    };
    let (all, count) = values("", 2);
    assert_eq!((all[0].0.as_deref(), all[1].0.as_deref(), count), (Some("eu-west-1"), None, 3));
    assert_eq!(values("US-", 9).0, [(Some("us-east-1".to_owned()), Decimal::from_units(DOLLAR))]);
    assert_eq!(values("glob", 9).0[0].0, None);
}

#[test]
fn keys_of_tags_and_cost_categories_are_those_in_view() {
    let world =
        World::new(vec![Item { tags: 3, ..item(0, 3, 1) }, Item { tags: 4, kind: 1, ..item(2, 70, 1) }]);
    let engine = engine();
    assert_eq!(run(engine.tag_keys(&world.view)).unwrap(), ["Stage", "team", "user:Team"]);
    assert_eq!(run(engine.cost_category_names(&world.view)).unwrap(), ["Unit"]);
    let last = View { periods: world.view.periods[2..].to_vec(), ..world.view.clone() };
    assert_eq!(run(engine.tag_keys(&last)).unwrap(), ["team"]);
    assert!(run(engine.cost_category_names(&last)).unwrap().is_empty());
}

#[test]
fn sql_is_for_queries_alone() {
    let world = World::new(vec![item(0, 3, 1), Item { split: true, ..item(0, 3, 100) }]);
    let engine = engine();
    let sum = r#"SELECT billing_period, connection_id, SUM("BilledCost") AS cost FROM rollup GROUP BY 1, 2"#;
    let found = run(fixture::sql(&engine, &world.view, sum)).unwrap();
    assert_eq!(found.columns, ["billing_period", "connection_id", "cost"]);
    assert_eq!(found.rows, [[Some("2026-09".to_owned()), Some("demo".to_owned()), Some("1".to_owned())]]);
    for sql in [
        "DROP TABLE rollup",
        "CREATE TABLE x AS SELECT 1",
        "COPY rollup TO '/tmp/x.parquet'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT nothing FROM rollup",
        "",
    ] {
        assert_eq!(
            run(fixture::sql(&engine, &world.view, sql)).unwrap_err().kind(),
            ErrorKind::Invalid,
            "{sql}"
        );
    }
}

#[test]
fn a_missing_or_damaged_file_is_an_error_that_names_it() {
    let world = World::new(vec![item(0, 3, 1)]);
    let mut view = world.view.clone();
    std::fs::write(&view.periods[0].rollup_files[0], b"PAR1 no").unwrap();
    let error = run(engine().answer(&view, &month_by("service"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("2026-09-r0.parquet"), "{error}");
    view.periods[0].rollup_files = vec!["/nowhere/x.parquet".into()];
    assert_eq!(run(engine().answer(&view, &month_by("service"))).unwrap_err().kind(), ErrorKind::Unavailable);
}

#[test]
fn a_new_publication_is_seen_at_once_and_memory_stays_bounded() {
    let engine = Engine::new(EngineOptions { memory_limit: 100, threads: 2 });
    for dollars in 1..5 {
        let world = World::new((0..200).map(|day| item(0, day % 20, dollars)).collect());
        let mut view = world.view.clone();
        view.periods[0].publication = i64::try_from(dollars).unwrap();
        let answer = run(engine.answer(&view, &month_by("service"))).unwrap();
        assert_eq!(answer.total, Decimal::from_units(200 * dollars * DOLLAR));
        assert_eq!(answer.from.to_string(), crate::naive::day(FIRST_DAY).to_string());
    }
    assert!(engine.memory_used() < 10_000, "{}", engine.memory_used());
}

#[test]
fn many_who_ask_the_same_share_one_answer() {
    let world = World::new(vec![item(0, 3, 1)]);
    let engine = engine();
    let answers = run(async {
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let (engine, view) = (engine.clone(), world.view.clone());
            tasks
                .push(tokio::spawn(async move { engine.answer(&view, &month_by("account")).await.unwrap() }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    });
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.total.to_string() == "1"));
}

#[test]
fn questions_asked_again_read_less_and_say_the_same() {
    // Enough rows for a second-level roll-up; amounts below, at and beyond 64 bits; groups that sum to zero.
    let world = World::new(
        (0..6_000_i128)
            .map(|at| {
                let place = usize::try_from(at).unwrap();
                let units =
                    [at * 7 - 3, (at % 2 * 2 - 1) * DOLLAR, at * 100_000 * DOLLAR / 3, -at, at * at, 0];
                Item {
                    service: place % 3,
                    region: place % 5,
                    account: place % 4,
                    tags: place % 9,
                    split: place % 50 == 0,
                    units,
                    ..item(place % 3, i32::try_from(place % 7).unwrap(), 0)
                }
            })
            .collect(),
    );
    let engine = engine();
    for metric in [Metric::Amortized, Metric::Unblended, Metric::NetUnblended, Metric::UsageAmount] {
        for (round, filters) in
            [vec![], vec![], vec!["region!=Global"], vec!["service=S3"], vec!["account_id="]]
                .into_iter()
                .enumerate()
        {
            for names in
                [vec![], vec!["service"], vec!["region", "tag:Team"], vec!["account", "service", "region"]]
            {
                let query = CostQuery {
                    group_by: names.iter().map(|name| name.parse().unwrap()).collect(),
                    view: if round % 2 == 0 { TimeView::Day } else { TimeView::Week },
                    from: "2026-09-03".parse().ok(),
                    filters: filters.iter().map(|filter| filter.parse().unwrap()).collect(),
                    ..CostQuery::total(metric)
                };
                let answer = run(engine.answer(&world.view, &query)).unwrap();
                let expected = crate::naive::cells(&world, &query);
                assert_eq!(answer.groups.len(), expected.len(), "{query:?}");
                for group in &answer.groups {
                    let total: Decimal = expected[&group.keys].values().copied().sum();
                    assert_eq!(group.total, total, "{query:?} {:?}", group.keys);
                }
            }
        }
    }
}

#[test]
fn spans_and_filters_prune_the_parquet_files_of_line_items() {
    let world = World::new(vec![item(0, 3, 1), item(1, 40, 2)]);
    let query = CostQuery {
        from: "2026-10-01".parse().ok(),
        filters: vec!["account_id=111".parse().unwrap()],
        view: TimeView::Hour,
        ..month_by("resource_id")
    };
    let engine = engine();
    let answer = run(engine.answer(&world.view, &query)).unwrap();
    let plan = run(fixture::sql(&engine, &world.view, &format!("EXPLAIN {}", answer.sql))).unwrap();
    let plan: String = plan.rows.into_iter().flatten().flatten().collect::<Vec<_>>().join("\n");
    let pruning = plan.split("pruning_predicate=").nth(1).unwrap_or_else(|| panic!("{plan}"));
    assert!(pruning.contains("ChargePeriodStart_max") && pruning.contains("SubAccountId_min"), "{plan}");
}

#[test]
fn two_spellings_of_one_tag_key_are_two_columns() {
    // Found by a property: the statement over line items named both columns alike.
    let tagged = |tags| Item { tags, ..item(0, 0, 1) };
    let world = World::new(vec![tagged(2), tagged(3)]);
    let query = CostQuery {
        group_by: vec!["tag:Stage".parse().unwrap(), "tag:stage".parse().unwrap()],
        view: TimeView::Hour,
        ..CostQuery::total(Metric::Unblended)
    };
    let answer = run(engine().answer(&world.view, &query)).unwrap();
    let keys: Vec<_> = answer.groups.iter().map(|group| group.keys.clone()).collect();
    assert_eq!(keys, [vec![None, None], vec![Some("x".to_owned()), Some("x".to_owned())]]);
}

#[test]
fn sums_that_cannot_be_stored_are_refused_by_both_engines() {
    // 9e19 and 9e19 wrap 128 bits; 6e19 and 6e19 do not, but have one digit more than the stored type.
    for dollars in [90_000_000_000_000_000_000, 60_000_000_000_000_000_000] {
        let world =
            World::new(vec![item(0, 3, dollars), Item { service: 1, resource: 1, ..item(0, 3, dollars) }]);
        let question = |view: TimeView, group_by: &[&str]| CostQuery {
            view,
            group_by: group_by.iter().map(|name| name.parse().unwrap()).collect(),
            ..CostQuery::total(Metric::Unblended)
        };
        let engine = engine();
        for query in [
            question(TimeView::Total, &[]),
            question(TimeView::Day, &["region"]),
            question(TimeView::Day, &["service"]),
            question(TimeView::Hour, &[]),
            question(TimeView::Hour, &["region"]),
            question(TimeView::Hour, &["resource_id"]),
        ] {
            let error = run(engine.answer(&world.view, &query)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{query:?}");
            assert!(error.to_string().contains("too large to be summed"), "{error}");
        }
        let whole = CostQuery::total(Metric::Unblended);
        let error =
            run(engine.explain(&world.view, &whole, &[], ExplainOrder::default(), 1, 10)).unwrap_err();
        assert!(error.to_string().contains("too large to be summed"), "{error}");
        // Each alone is what it is (the roll-up bounds sums by all that it reads).
        let one = CostQuery { view: TimeView::Hour, filters: vec!["service=EC2".parse().unwrap()], ..whole };
        assert_eq!(run(engine.answer(&world.view, &one)).unwrap().total.to_string(), dollars.to_string());
        let rows =
            run(fixture::sql(&engine, &world.view, "SELECT SUM(\"x_SourceRow\") FROM line_items")).unwrap();
        assert_eq!(rows.rows[0][0].as_deref(), Some("0"));
    }
}

#[test]
fn a_question_may_list_thousands_of_values() {
    let world = World::new(vec![item(0, 3, 1), Item { resource: 1, service: 1, ..item(1, 40, 2) }]);
    let engine = engine();
    let many =
        |last: &str| (0..20_000).map(|at| format!("v{at}")).chain([last.to_owned()]).collect::<Vec<_>>();
    let filter = |dimension: &str, exclude: bool, last: &str| Filter {
        dimension: dimension.parse().unwrap(),
        exclude,
        values: many(last),
    };
    let total = |view: TimeView, filters: Vec<Filter>| {
        let query = CostQuery { view, filters, ..CostQuery::total(Metric::Amortized) };
        run(engine.answer(&world.view, &query)).unwrap().total.to_string()
    };
    for view in [TimeView::Day, TimeView::Hour] {
        assert_eq!(total(view, vec![filter("service", false, "EC2")]), "1");
        assert_eq!(total(view, vec![filter("service", true, "EC2")]), "2");
        assert_eq!(total(view, vec![filter("tag:Team", true, "")]), "0");
        assert_eq!(total(view, vec![filter("account", false, "prod")]), "3");
        let apart: Vec<Filter> = (0..1_000)
            .map(|at| format!("service!=v{at}").parse().unwrap())
            .chain(["service=S3,EC2".parse().unwrap(), "service=S3,v5".parse().unwrap()])
            .collect();
        assert_eq!(total(view, apart), "2");
    }
    // Rules over a column of the line items alone, each of its own.
    let rules = |operator: Operator| -> Arc<[MappingRule]> {
        let values = (0..2_000).map(|at| format!("x{at}")).chain(["i-1".to_owned()]);
        values
            .map(|value| MappingRule {
                value: value.clone(),
                conditions: vec![Condition {
                    dimension: "resource_id".parse().unwrap(),
                    operator,
                    values: vec![value],
                }],
            })
            .collect()
    };
    for operator in [Operator::Is, Operator::StartsWith, Operator::Contains] {
        let name = MappingName::VirtualTag("x".into());
        let dimension = Dimension::Mapped(Mapping { name, rules: Some(rules(operator)) });
        let query = CostQuery { group_by: vec![dimension], ..CostQuery::total(Metric::Amortized) };
        assert_eq!(
            totals(&world, &query),
            [("-".to_owned(), "2".to_owned()), ("i-1".to_owned(), "1".to_owned())]
        );
    }
}

#[test]
fn pages_beyond_all_rows_are_refused() {
    let world = World::new(vec![item(0, 3, 1)]);
    let whole = CostQuery::total(Metric::Amortized);
    for page in [usize::MAX, 1_000_001] {
        let engine = engine();
        let asked = engine.explain(&world.view, &whole, &[], ExplainOrder::default(), page, 1);
        assert_eq!(run(asked).unwrap_err().kind(), ErrorKind::Invalid);
    }
}
