//! Properties over random bills and random questions.

use crate::fixture::{self, World, engine, item, run};
use crate::naive::{Cells, Keys, SPELLING, cells, day};
use chrono::NaiveDate;
use model::{
    Comparison, Condition, CostAnswer, CostQuery, DIMENSIONS, Decimal, Dimension, Filter, METRICS,
    MappingRule, Operator, TimeView,
};
use proptest::prelude::*;
use query::{Engine, EngineOptions, ExplainOrder};
use std::sync::Arc;

/// Dimensions without a column of their own.
const KEYED: [&str; 10] = [
    "tag:Team",
    "tag:team",
    "tag:Stage",
    "cost_category:Unit",
    "merged_tag:Team",
    "carried_tag:Team",
    "carried_merged_tag:Team",
    "subset",
    "virtual_tag:Owner",
    "virtual_tag:Machines",
];

/// Every dimension, so that a new one is asked for as soon as there is one.
pub(crate) fn names() -> Vec<&'static str> {
    DIMENSIONS.iter().map(|info| info.name).chain(KEYED).collect()
}

fn dimensions() -> impl Strategy<Value = &'static str> {
    prop::sample::select(names())
}

const FILTERS: [&str; 28] = [
    "connection=second",
    "connection!=second",
    "provider=AWS,Unknown",
    "provider!=Microsoft",
    "currency=USD",
    "region=us-east-1",
    "region=Global",
    "region!=",
    "region!=us-east-1,Global",
    "service=O'Neil\\, \"Ltd\" \\\\",
    "service!=EC2,nothing",
    "lifecycle=Spot,Other",
    "lifecycle!=Spot",
    "account=prod,333",
    "account!=",
    "tag:user:Team=b,",
    "tag:Team!=Untagged",
    "tag:Stage=it's",
    "billing_period=2026-10",
    "billing_period!=2026-10",
    "cost_category:Unit=Uncategorized",
    "merged_tag:Team=a,untagged",
    "carried_tag:Team=",
    "carried_tag:Team!=Cannot carry tags,b",
    "carried_merged_tag:Team=a,Cannot carry tags",
    "subset!=Unassigned",
    "virtual_tag:Owner=cloud,No match",
    "virtual_tag:Machines!=first",
];

/// What a condition of a rule looks at.
fn looked_at(name: &str) -> Dimension {
    dimension(name)
}

/// A dimension of that name, with rules where it needs some.
pub(crate) fn dimension(name: &str) -> Dimension {
    let mut dimension = name.parse().unwrap();
    let inner = match &mut dimension {
        Dimension::CarriedTag(tag) => &mut **tag,
        plain => plain,
    };
    if let Dimension::MergedTag(tag) = inner {
        let (spelling, value) = SPELLING;
        tag.spellings = Some(Arc::new([(spelling.to_owned(), value.to_owned())].into()));
    }
    if let Dimension::Mapped(mapping) = &mut dimension {
        let rules: &[(&str, &[(&str, Operator, &[&str])])] = match name {
            "subset" => &[
                ("one", &[("account_id", Operator::Is, &["111", "333"])]),
                ("Unassigned", &[("account_id", Operator::Is, &["222"])]),
            ],
            "virtual_tag:Owner" => &[
                (
                    "cloud",
                    &[("tag:Team", Operator::Is, &["a", ""]), ("service", Operator::Contains, &["C2", "'"])],
                ),
                ("it's", &[("region", Operator::StartsWith, &["us-", "%"])]),
                (
                    "cloud",
                    &[
                        ("cost_category:Unit", Operator::IsNot, &["u"]),
                        ("account_id", Operator::IsNot, &[""]),
                    ],
                ),
                ("No match", &[("lifecycle", Operator::Is, &["Spot"])]),
                (
                    "late",
                    &[
                        ("lifecycle", Operator::IsNot, &["On-demand"]),
                        ("merged_tag:team", Operator::Is, &["it's"]),
                    ],
                ),
            ],
            _ => &[
                ("first", &[("resource_id", Operator::StartsWith, &["i-1"])]),
                ("other", &[("resource_id", Operator::Contains, &["-"]), ("service", Operator::Is, &["S3"])]),
            ],
        };
        let condition = |it: &(&str, Operator, &[&str])| Condition {
            dimension: looked_at(it.0),
            operator: it.1,
            values: it.2.iter().map(|value| (*value).to_owned()).collect(),
        };
        let rule = |it: &(&str, &[(&str, Operator, &[&str])])| MappingRule {
            value: it.0.to_owned(),
            conditions: it.1.iter().map(condition).collect(),
        };
        mapping.rules = Some(rules.iter().map(rule).collect());
    }
    dimension
}

fn filter(text: &str) -> Filter {
    let mut filter: Filter = text.parse().unwrap();
    filter.dimension = dimension(&filter.dimension.to_string());
    filter
}

pub(crate) fn question() -> impl Strategy<Value = CostQuery> {
    let date =
        || prop::option::of((crate::fixture::FIRST_DAY - 5..crate::fixture::FIRST_DAY + 100).prop_map(day));
    (
        0..METRICS.len(),
        prop::collection::vec(dimensions(), 0..3),
        prop::sample::select(vec![
            TimeView::Total,
            TimeView::Hour,
            TimeView::Day,
            TimeView::Week,
            TimeView::Month,
        ]),
        date(),
        date(),
        prop::collection::vec(prop::sample::select(&FILTERS[..]), 0..3),
    )
        .prop_map(|(metric, mut dimensions, view, from, to, filters)| {
            dimensions.dedup();
            let (from, to) = match (from, to) {
                (Some(from), Some(to)) if from > to => (Some(to), Some(from)),
                other => other,
            };
            CostQuery {
                group_by: dimensions.iter().map(|name| dimension(name)).collect(),
                view,
                from,
                to,
                filters: filters.iter().map(|text| filter(text)).collect(),
                ..CostQuery::total(METRICS[metric].metric)
            }
        })
}

/// The figures of an answer by keys and bucket; zeros left out where `drop_zeros`.
fn figures(answer: &CostAnswer, drop_zeros: bool) -> Cells {
    let mut cells = Cells::new();
    for group in &answer.groups {
        assert_eq!(group.figures.iter().copied().sum::<Decimal>(), group.total);
        let row = cells.entry(group.keys.clone()).or_default();
        for (at, figure) in group.figures.iter().enumerate() {
            let bucket = answer.buckets.get(at).cloned().unwrap_or_default();
            if !(drop_zeros && figure.is_zero()) {
                assert!(row.insert(bucket, *figure).is_none(), "a bucket twice");
            }
        }
    }
    cells
}

fn without_zeros(mut cells: Cells) -> Cells {
    for row in cells.values_mut() {
        row.retain(|_, figure| !figure.is_zero());
    }
    cells
}

/// The figures that the answer's own SQL gives.
async fn by_sql(engine: &Engine, world: &World, query: &CostQuery, answer: &CostAnswer) -> Cells {
    let found = fixture::sql(engine, &world.view, &answer.sql).await.expect(&answer.sql);
    let mut cells = Cells::new();
    let keys = query.group_by.len();
    for row in found.rows {
        let Some(figure) = row.last().cloned().flatten() else { continue };
        let bucket = match query.view {
            TimeView::Total => String::new(),
            TimeView::Hour => row[keys].clone().unwrap()[..16].to_owned(),
            _ => row[keys].clone().unwrap(),
        };
        let figure: Decimal = figure.parse().unwrap();
        let group: Keys = row[..keys].to_vec();
        *cells.entry(group).or_default().entry(bucket).or_default() += figure;
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_sums_by_hand_and_equal_their_sql(
        items in prop::collection::vec(item(), 0..80),
        questions in prop::collection::vec(question(), 3),
        tiny in any::<bool>(),
    ) {
        let world = World::new(items);
        let limit = if tiny { 1 << 10 } else { 256 << 20 };
        // The tiny limit is for columns alone: SQL gets an engine of its own.
        let asked = Engine::new(EngineOptions { memory_limit: limit, threads: 2 });
        let sql = engine();
        for query in questions {
            let lines = query.view == TimeView::Hour
                || query.dimensions().any(|dimension| !dimension.in_rollup());
            let asked = if lines { &sql } else { &asked };
            let (answer, from_sql) = run(async {
                let answer = asked.answer(&world.view, &query).await.unwrap();
                let from_sql = by_sql(&sql, &world, &query, &answer).await;
                (answer, from_sql)
            });
            prop_assert_eq!(answer.from_rollup, !lines);
            let expected = cells(&world, &query);
            prop_assert_eq!(figures(&answer, true), without_zeros(expected.clone()), "{:?}", &query);
            prop_assert_eq!(without_zeros(from_sql), without_zeros(expected), "{}", &answer.sql);
            let sums: Vec<Decimal> = (0..answer.totals.len())
                .map(|at| answer.groups.iter().map(|group| group.figures[at]).sum())
                .collect();
            prop_assert_eq!(&answer.totals, &sums);
            prop_assert_eq!(answer.total, sums.into_iter().sum::<Decimal>());
            let order: Vec<_> = answer.groups.iter().map(|group| (std::cmp::Reverse(group.total), &group.keys)).collect();
            prop_assert!(order.is_sorted(), "{:?}", order);
        }
    }

    #[test]
    fn parts_make_the_whole(
        items in prop::collection::vec(item(), 1..80),
        query in question(),
        other in dimensions(),
        text in prop::sample::select(&FILTERS[..]),
        top in 0_usize..4,
    ) {
        let world = World::new(items);
        let engine = engine();
        let ask = |query: CostQuery| {
            let (engine, view) = (engine.clone(), world.view.clone());
            run(async move { engine.answer(&view, &query).await.unwrap() })
        };
        let whole = ask(query.clone());
        // Any two breakdowns have one total.
        let broken_down = ask(CostQuery { group_by: vec![dimension(other)], ..query.clone() });
        prop_assert_eq!(&whole.totals, &broken_down.totals);
        // A filter and its complement make the whole.
        let mut filter = filter(text);
        let mut part = |exclude: bool| {
            filter.exclude = exclude;
            let mut filters = query.filters.clone();
            filters.push(filter.clone());
            ask(CostQuery { filters, ..query.clone() }).total
        };
        prop_assert_eq!(part(true) + part(false), whole.total);
        // The largest groups and the rest make the whole; the rest comes last.
        let cut = ask(CostQuery { top: Some(top), ..query.clone() });
        prop_assert_eq!(cut.groups_total, whole.groups.len());
        prop_assert_eq!(&cut.totals, &whole.totals);
        prop_assert_eq!(cut.groups.iter().map(|group| group.total).sum::<Decimal>(), whole.total);
        prop_assert_eq!(cut.groups.iter().filter(|group| group.other).count(), usize::from(whole.groups.len() > top));
        prop_assert_eq!(&cut.groups[..top.min(whole.groups.len())], &whole.groups[..top.min(whole.groups.len())]);
        // Coarser buckets sum the finer ones.
        let hours = ask(CostQuery { view: TimeView::Hour, ..query.clone() });
        let days = ask(CostQuery { view: TimeView::Day, ..query.clone() });
        let daily: Vec<Decimal> = hours.totals.chunks(24).map(|hours| hours.iter().copied().sum()).collect();
        prop_assert_eq!(&daily, &days.totals);
    }

    #[test]
    fn several_currencies_are_never_added_and_nothing_is_refused(
        items in prop::collection::vec(item(), 1..80),
        query in question(),
        euro in prop::collection::vec(any::<bool>(), 3),
        other in dimensions(),
    ) {
        let world = World::new(items);
        let mut view = world.view.clone();
        for (period, euro) in view.periods.iter_mut().zip(&euro) {
            period.currency = if *euro { "EUR" } else { "USD" }.to_owned();
        }
        view.currencies = vec!["USD".to_owned(), "EUR".to_owned()];
        let engine = engine();
        let ask = |query: CostQuery| {
            let (engine, view) = (engine.clone(), view.clone());
            run(async move { engine.answer(&view, &query).await.unwrap() })
        };
        let filters: Vec<Filter> =
            query.filters.iter().filter(|it| it.dimension.to_string() != "currency").cloned().collect();
        let query = CostQuery { filters, ..query };
        let (alone, others) = run(engine.in_one_currency(&view, &query)).unwrap();
        let main = ask(query.clone());
        prop_assert_eq!(main.total, ask(alone.clone()).total);
        let mut sides = vec![(main.currency.clone(), alone.clone())];
        sides.extend(others.iter().map(|it| (it.clone(), query::only_in(&alone, it))));
        if !query.metric.is_money() {
            prop_assert!(others.is_empty());
            return Ok(());
        }
        for (currency, query) in sides {
            let answer = ask(query.clone());
            // By hand: the months of that currency.
            let months: Vec<&str> = crate::fixture::PERIODS.iter().zip(&euro)
                .filter(|(_, euro)| (currency == "EUR") == **euro).map(|(month, _)| *month).collect();
            let mut by_hand = query.clone();
            by_hand.group_by.retain(|it| it.to_string() != "currency");
            by_hand.filters.retain(|it| it.dimension.to_string() != "currency");
            by_hand.filters.push(format!("billing_period={}", months.join(",")).parse().unwrap());
            let expected: Decimal = if currency.is_empty() || months.is_empty() { Decimal::ZERO } else {
                cells(&world, &by_hand).values().flat_map(|row| row.values().copied()).sum()
            };
            prop_assert_eq!(answer.total, expected, "{} {:?}", &currency, &query);
            // Any breakdown has the same total, and every group is of that currency.
            let broken_down = ask(CostQuery { group_by: vec![dimension(other)], ..query.clone() });
            prop_assert_eq!(broken_down.total, expected);
            prop_assert_eq!(broken_down.groups.iter().map(|group| group.total).sum::<Decimal>(), expected);
            // The sums of all groups by currency hold what this side says.
            let all = ask(CostQuery { group_by: vec!["currency".parse().unwrap(), dimension(other)], ..alone.clone() });
            prop_assert!(all.groups.iter().all(|group| group.keys[0].is_some()));
        }
        let by_currency = ask(CostQuery { group_by: vec!["currency".parse().unwrap(), dimension(other)], ..query.clone() });
        prop_assert_eq!(by_currency.total, main.total);
        for group in &by_currency.groups {
            prop_assert!(group.keys[0].as_deref() == Some(main.currency.as_str()) || others.contains(group.keys[0].as_ref().unwrap()));
        }
    }

    #[test]
    fn the_compared_span_is_a_question_of_its_own(
        items in prop::collection::vec(item(), 1..80),
        query in question(),
        from in 0_u64..60,
        length in 0_u64..60,
    ) {
        let world = World::new(items);
        let engine = engine();
        let start = day(crate::fixture::FIRST_DAY) + chrono::Days::new(from);
        let end: NaiveDate = start + chrono::Days::new(length);
        let compare = Some(Comparison::Span(model::DaySpan { from: start, to: end }));
        let (both, earlier) = run(async {
            let both = engine.answer(&world.view, &CostQuery { compare, ..query.clone() }).await.unwrap();
            let alone = CostQuery { from: Some(start), to: Some(end), view: TimeView::Total, ..query.clone() };
            (both, engine.answer(&world.view, &alone).await.unwrap())
        });
        let previous = both.previous.unwrap();
        prop_assert_eq!((previous.from, previous.to, previous.total), (start, end, earlier.total));
        for group in &both.groups {
            let alone = earlier.groups.iter().find(|alone| alone.keys == group.keys);
            prop_assert_eq!(group.previous_total, Some(alone.map_or(Decimal::ZERO, |alone| alone.total)));
        }
        prop_assert_eq!(both.groups.iter().filter_map(|group| group.previous_total).sum::<Decimal>(), earlier.total);
    }

    #[test]
    fn an_explanation_lists_exactly_the_rows_of_its_cell(
        items in prop::collection::vec(item(), 1..80),
        query in question(),
    ) {
        let world = World::new(items);
        let engine = engine();
        let query = CostQuery { view: TimeView::Total, ..query };
        let answer = run(engine.answer(&world.view, &query)).unwrap();
        for group in answer.groups.iter().take(3) {
            let explained = run(engine.explain(&world.view, &query, &group.keys, ExplainOrder::default(), 1, 500)).unwrap();
            prop_assert_eq!(explained.figure, group.total, "{}", explained.sql);
            prop_assert_eq!(explained.rows.iter().map(|row| row.figure).sum::<Decimal>(), group.total);
            prop_assert_eq!(explained.rows_total, explained.rows.len() as u64);
            prop_assert!(explained.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.figure.abs())));
            let expected = world.items.iter().filter(|item| {
                crate::naive::counts(&world, &query, query.from, query.to, item)
                    && query.group_by.iter().zip(&group.keys).all(|(dimension, key)| {
                        crate::naive::value(&world, item, dimension) == *key
                    })
            });
            prop_assert_eq!(explained.rows.len(), expected.count());
        }
    }
}
