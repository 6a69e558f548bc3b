//! Who may see some accounts alone gets the answers of a bill that holds the rows of these and no others: nothing that is
//! out of scope can be told from any answer.

use crate::fixture::{Item, SqlRows, World, engine, item, run, sql};
use crate::properties::{dimension, names, question};
use model::{CostAnswer, CostQuery, Decimal, Filter, Metric, TimeView};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use query::{Engine, ExplainOrder, ExplainedRow, QueryError, Scope, Span, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that an engine says about some questions.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    answers: Vec<CostAnswer>,
    values: Vec<(Vec<(Option<String>, Decimal)>, usize)>,
    tag_keys: Vec<String>,
    cost_categories: Vec<String>,
    names: BTreeMap<String, String>,
    currencies: Vec<(Vec<Filter>, Vec<String>)>,
    explained: Vec<(Decimal, u64, Vec<String>)>,
    statements: Vec<SqlRows>,
    /// The SQL of answers: with rules it is told to those who see everything alone.
    sql: Vec<String>,
}

/// In an order of its own: rows of equal figures stand as their files do.
fn listed(rows: &[ExplainedRow]) -> Vec<String> {
    let mut rows: Vec<String> = rows
        .iter()
        .map(|row| format!("{:?}", ExplainedRow { source_file: None, source_row: 0, ..row.clone() }))
        .collect();
    rows.sort();
    rows
}

const STATEMENTS: [&str; 4] = [
    r#"SELECT COUNT(*), SUM("BilledCost"), COUNT(DISTINCT "Tags"), MIN("ChargePeriodStart") FROM line_items"#,
    r#"SELECT "SubAccountId", COUNT(*) FROM line_items WHERE "ServiceName" = 'S3' OR 1 = 1 GROUP BY 1 ORDER BY 1"#,
    r#"SELECT SUM("BilledCost"), MAX("SubAccountId") FROM rollup"#,
    r#"SELECT COUNT(*) FROM line_items AS a JOIN rollup AS b ON a."SubAccountId" = b."SubAccountId""#,
];

async fn said(engine: &Engine, view: &View, questions: &[CostQuery]) -> Result<Said, QueryError> {
    let mut said = Said {
        answers: vec![],
        values: vec![],
        tag_keys: engine.tag_keys(view).await?,
        cost_categories: engine.cost_category_names(view).await?,
        names: engine.account_names(view).await?,
        currencies: vec![],
        explained: vec![],
        statements: vec![],
        sql: vec![],
    };
    for query in questions {
        let answer = engine.answer(view, query).await?;
        let total = CostQuery { view: TimeView::Total, top: None, ..query.clone() };
        for group in engine.answer(view, &total).await?.groups.iter().take(2) {
            let keys = &group.keys;
            let found = engine.explain(view, &total, keys, ExplainOrder::default(), 1, 500).await?;
            let rows = listed(&found.rows);
            said.explained.push((found.figure, found.rows_total, rows.clone()));
            said.sql.push(found.sql);
            let pieces = engine.explained_rows(view, &total, keys, ExplainOrder::default()).await?;
            let all: Vec<Vec<ExplainedRow>> = futures::TryStreamExt::try_collect(pieces).await?;
            assert_eq!(listed(&all.concat()), rows);
            if !view.scope.is_everything() {
                let told = |row: &ExplainedRow| row.source_file.is_none() && row.source_row == 0;
                assert!(found.rows.iter().chain(all.iter().flatten()).all(told));
            }
        }
        let (alone, others) = engine.in_one_currency(view, query).await?;
        said.currencies.push((alone.filters, others));
        said.sql.push(answer.sql.clone());
        said.answers.push(CostAnswer { sql: String::new(), ..Arc::unwrap_or_clone(answer) });
    }
    for name in names() {
        let found = engine.values(view, &dimension(name), Span::default(), Metric::List, "", 500).await?;
        said.values.push(found);
    }
    for statement in STATEMENTS {
        said.statements.push(sql(engine, view, statement).await?);
    }
    Ok(said)
}

fn scope_of(chosen: &[bool]) -> Scope {
    let ids = ["111", "222", "333", "never seen"].into_iter().zip(chosen);
    Scope::of_accounts(ids.filter(|(_, chosen)| **chosen).map(|(id, _)| id.to_owned()))
}

fn sees(scope: &Scope, item: &Item) -> bool {
    item.text("SubAccountId").is_some_and(|id| scope.sees(&id))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_tells_of_rows_out_of_scope(
        items in prop::collection::vec(item(), 0..60),
        others in prop::collection::vec(item(), 0..40),
        questions in prop::collection::vec(question(), 2),
        tops in prop::collection::vec(prop::option::of(0_usize..3), 2),
        chosen in prop::collection::vec(any::<bool>(), 4),
        euro in prop::collection::vec(any::<bool>(), 3),
    ) {
        let scope = scope_of(&chosen);
        let questions: Vec<CostQuery> =
            questions.into_iter().zip(tops).map(|(query, top)| CostQuery { top, ..query }).collect();
        let inside: Vec<Item> = items.iter().filter(|item| sees(&scope, item)).cloned().collect();
        // The same rows in scope among quite other ones.
        let outside = others.into_iter().filter(|item| !sees(&scope, item));
        let elsewhere: Vec<Item> = outside.chain(inside.iter().cloned()).collect();
        // Worlds have publications of the same numbers: what is remembered tells them apart by whose they are.
        let of = |whose: &str, items: Vec<Item>, scope: Scope| {
            let world = World::new(items);
            let mut view = View { whose: Arc::from(whose), scope, ..world.view.clone() };
            for (period, euro) in view.periods.iter_mut().zip(&euro) {
                period.currency = if *euro { "EUR" } else { "USD" }.to_owned();
            }
            (world, view)
        };
        let ((_alone, alone), (_whole, whole), (_other, other)) =
            (
                of("alone", inside, Scope::Everything),
                of("whole", items, scope.clone()),
                of("other", elsewhere, scope),
            );
        // One engine for all: what it remembers of one view must not reach another.
        let engine = engine();
        run(async {
            let everything = View { scope: Scope::Everything, ..whole.clone() };
            said(&engine, &everything, &questions).await.unwrap();
            let expected = said(&engine, &alone, &questions).await.unwrap();
            let told = said(&engine, &whole, &questions).await.unwrap().sql;
            for view in [&whole, &other, &whole] {
                let found = said(&engine, view, &questions).await.unwrap();
                assert_eq!(found.sql, told);
                assert_eq!(Said { sql: vec![], ..found }, Said { sql: vec![], ..expected.clone() });
            }
        });
    }
}

#[test]
fn who_may_see_nothing_is_told_nothing() {
    let strategy = prop::collection::vec(item(), 30);
    let items = strategy.new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap().current();
    let world = World::new(items);
    // What nobody allowed is not seen.
    let view = View { scope: Scope::default(), ..world.view.clone() };
    let query = CostQuery { group_by: vec![dimension("service")], ..CostQuery::total(Metric::Amortized) };
    let said = run(said(&engine(), &view, &[query])).unwrap();
    assert!(said.answers[0].groups.is_empty() && said.answers[0].total.is_zero());
    assert!(said.answers[0].snapshot.periods.is_empty(), "not even which months there are");
    assert!(said.tag_keys.is_empty() && said.names.is_empty());
    assert_eq!(said.statements[0].rows[0][0].as_deref(), Some("0"));
}
