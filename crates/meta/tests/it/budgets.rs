//! Budgets: what was told of a period is kept with what tells of it, and not of a budget that was changed meanwhile.

use meta::{Budget, BudgetAmount, Meta, NewAudit, NewJob, Organization};
use model::{
    Basis, BudgetId, BudgetPeriod, Day, Decimal, Filter, Metric, OrganizationId, Question, Threshold,
};
use serde_json::json;
use std::collections::BTreeMap;

fn organization() -> OrganizationId {
    OrganizationId::try_new("alpha").unwrap()
}

fn entry() -> NewAudit {
    NewAudit {
        organization_id: Some(organization()),
        at_ms: 1,
        actor_kind: "user".to_owned(),
        actor_id: None,
        actor_name: "Ada".to_owned(),
        action: "budget.changed".to_owned(),
        target: "Shop".to_owned(),
        detail: BTreeMap::new(),
        address: None,
    }
}

fn job(name: &str) -> NewJob {
    NewJob {
        name: name.to_owned(),
        lane: "house".to_owned(),
        organization_id: Some(organization()),
        connection_id: None,
        dedupe: None,
        payload: json!({}),
        priority: 0,
        run_after_ms: 0,
        created_at_ms: 0,
    }
}

fn budget() -> Budget {
    let filters: Vec<Filter> =
        ["tag:Team=a\\,b,", "subset_id!=s1"].iter().map(|text| text.parse().unwrap()).collect();
    Budget {
        id: BudgetId::try_new("b1").unwrap(),
        organization_id: organization(),
        name: "Shop".to_owned(),
        question: Question { filters, ..Question::total(Metric::Amortized) },
        currency: "USD".to_owned(),
        period: BudgetPeriod::Quarter,
        start_month: 2,
        amounts: vec![BudgetAmount {
            from: "2026-11-01".parse().unwrap(),
            amount: "0.000000000000000001".parse().unwrap(),
        }],
        thresholds: vec![Threshold { basis: Basis::Forecast, percent: 100 }],
        revision: 0,
        created_at_ms: 7,
    }
}

#[tokio::test]
async fn what_was_told_is_kept_with_what_tells_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    meta.ensure_organization(&Organization { id: organization(), name: "Alpha".to_owned(), demo: false })
        .await
        .unwrap();
    let first: Day = "2026-11-01".parse().unwrap();
    meta.add_budget(&budget(), &entry(), &[job("budgets")]).await.unwrap();
    let known = meta.budgets(&organization()).await.unwrap().remove(0);
    assert_eq!(known, Budget { revision: known.revision, ..budget() });

    assert!(meta.keep_budget_memory(&known, first, &json!({"a": 1}), &[job("notify")]).await.unwrap());
    assert!(meta.keep_budget_memory(&known, first, &json!({"a": 2}), &[]).await.unwrap());
    assert_eq!(meta.budget_memories(&known.id).await.unwrap(), [(first, json!({"a": 2}))]);

    let raised =
        Budget { amounts: vec![BudgetAmount { from: first, amount: Decimal::from(5) }], ..known.clone() };
    meta.change_budget(&raised, false, &entry(), &[]).await.unwrap();
    assert_eq!(meta.budget_memories(&known.id).await.unwrap().len(), 1);
    // What was found out of the budget as it was is not kept, and nothing is told.
    assert!(!meta.keep_budget_memory(&known, first, &json!({"a": 3}), &[job("notify")]).await.unwrap());
    assert_eq!(meta.budget_memories(&known.id).await.unwrap(), [(first, json!({"a": 2}))]);
    meta.change_budget(&raised, true, &entry(), &[]).await.unwrap();
    assert!(meta.budget_memories(&known.id).await.unwrap().is_empty());

    let jobs: u64 = meta.open_job_counts().await.unwrap().iter().map(|one| one.jobs).sum();
    assert_eq!(jobs, 2);
    meta.remove_budget(&known.id, &entry()).await.unwrap();
    assert!(meta.budgets(&organization()).await.unwrap().is_empty());
    assert!(meta.remove_budget(&known.id, &entry()).await.is_err());
}
