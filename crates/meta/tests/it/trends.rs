//! Irregular spend: a look and what it found are one step, people's words outlive it, and nothing crosses organizations.

use crate::support::{organization, store};
use meta::{
    FoundTrend, Meta, NewAudit, NewJob, Organization, TrendComment, TrendDefinition, TrendFilter,
    TrendHistory, TrendLook, TrendSaid,
};
use model::{Decimal, OrganizationId};
use serde_json::json;
use std::collections::BTreeMap;

fn entry(action: &str) -> NewAudit {
    NewAudit {
        organization_id: Some(organization()),
        at_ms: 0,
        actor_kind: "user".to_owned(),
        actor_id: None,
        actor_name: "Ada".to_owned(),
        action: action.to_owned(),
        target: String::new(),
        detail: BTreeMap::new(),
        address: None,
    }
}

fn look(state: &str, at_ms: i64) -> TrendLook {
    TrendLook {
        currency: "USD".to_owned(),
        version: 0,
        looked_at_ms: at_ms,
        state: state.to_owned(),
        first_day: "2025-07-01".to_owned(),
        through: "2026-11-24".to_owned(),
        series: 12,
        message: None,
    }
}

fn found(id: &str, status: &str, told: bool) -> FoundTrend {
    FoundTrend {
        id: id.to_owned(),
        status: status.to_owned(),
        account_id: Some("111111111111".to_owned()),
        service: Some("AmazonEC2".to_owned()),
        direction: "increase".to_owned(),
        kind: "spike".to_owned(),
        first_day: "2026-11-20".to_owned(),
        last_day: "2026-11-22".to_owned(),
        severity: 2,
        opening: 1,
        event: json!({ "id": id }),
        told,
        history: Some(line("opened", 5)),
    }
}

fn line(transition: &str, at_ms: i64) -> TrendHistory {
    let (transition, words) = (transition.to_owned(), transition.to_owned());
    TrendHistory { at_ms, transition, words, publication: Some("7".to_owned()) }
}

fn job(key: &str) -> NewJob {
    NewJob {
        name: "notify".to_owned(),
        lane: "house".to_owned(),
        organization_id: Some(organization()),
        connection_id: None,
        dedupe: Some(key.to_owned()),
        payload: json!({}),
        priority: 0,
        run_after_ms: 0,
        created_at_ms: 0,
    }
}

async fn jobs(meta: &Meta) -> usize {
    meta.jobs_of(None, 100).await.unwrap().len()
}

#[tokio::test]
async fn a_look_is_written_whole_or_not_at_all() {
    let (_folder, meta) = store().await;
    let org = organization();
    assert!(meta.trend_looks(&org).await.unwrap().is_empty());
    let first = [found("e1", "open", true)];
    assert!(meta.keep_trend_look(&org, &look("a", 5), 0, &first, &[job("1")]).await.unwrap());
    // Whoever looked at the same time, or was run twice, writes nothing: no second line, no second notice.
    assert!(!meta.keep_trend_look(&org, &look("a", 6), 0, &first, &[job("2")]).await.unwrap());
    assert_eq!(meta.trend_history(&org, "e1").await.unwrap(), [line("opened", 5)]);
    assert_eq!(jobs(&meta).await, 1);
    let known = meta.trend_looks(&org).await.unwrap();
    assert_eq!(known, [TrendLook { version: 1, ..look("a", 5) }]);
    let next = [FoundTrend { history: Some(line("ended", 9)), ..found("e1", "ended", false) }];
    assert!(meta.keep_trend_look(&org, &look("b", 9), 1, &next, &[]).await.unwrap());
    let event = meta.trend_event(&org, "e1").await.unwrap().unwrap();
    assert_eq!((event.told_opening, event.recorded_at_ms, event.changed_at_ms), (1, 5, 9));
    assert_eq!(meta.trend_history(&org, "e1").await.unwrap().len(), 2);
    // Another currency is looked at by itself.
    let euro = TrendLook { currency: "EUR".to_owned(), ..look("c", 9) };
    assert!(meta.keep_trend_look(&org, &euro, 0, &[found("e2", "open", false)], &[]).await.unwrap());
    assert_eq!(meta.trend_looks(&org).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_people_said_outlives_what_is_found() {
    let (_folder, meta) = store().await;
    let org = organization();
    meta.keep_trend_look(&org, &look("a", 5), 0, &[found("e1", "open", false)], &[]).await.unwrap();
    let said = TrendSaid {
        verdict: Some("planned".to_owned()),
        expected_until: Some("2026-12-24".to_owned()),
        expected_up_to: Some("12.345678901".parse::<Decimal>().unwrap()),
        expected_by: Some("Ada".to_owned()),
        ..TrendSaid::default()
    };
    let judged = line("verdict", 6);
    let entry = entry("trend.judged");
    assert!(meta.say_of_trend_event(&org, ("e1", 1), &said, &judged, &[job("look")], &entry).await.unwrap());
    // Whoever saw the event before that is refused, and so is what is not there.
    assert!(!meta.say_of_trend_event(&org, ("e1", 1), &said, &judged, &[], &entry).await.unwrap());
    assert!(!meta.say_of_trend_event(&org, ("e9", 1), &said, &judged, &[], &entry).await.unwrap());
    let comment = TrendComment {
        id: "c1".to_owned(),
        event_id: "e1".to_owned(),
        author_id: None,
        author: "Ada".to_owned(),
        text: "a\r\nb".to_owned(),
        at_ms: 7,
        edited_at_ms: None,
    };
    assert!(meta.add_trend_comment(&org, &comment, &entry).await.unwrap());
    let lost = TrendComment { id: "c2".to_owned(), event_id: "e9".to_owned(), ..comment.clone() };
    assert!(!meta.add_trend_comment(&org, &lost, &entry).await.unwrap());
    meta.keep_trend_look(&org, &look("b", 9), 1, &[found("e1", "ended", false)], &[]).await.unwrap();
    let event = meta.trend_event(&org, "e1").await.unwrap().unwrap();
    assert_eq!((event.said, event.comments, event.version), (said, 1, 3));
    assert!(meta.change_trend_comment(&org, ("e1", "c1"), "new", 10, &entry).await.unwrap());
    assert!(!meta.change_trend_comment(&org, ("e2", "c1"), "new", 10, &entry).await.unwrap());
    let comments = meta.trend_comments(&org, "e1").await.unwrap();
    assert_eq!(comments, [TrendComment { text: "new".to_owned(), edited_at_ms: Some(10), ..comment }]);
    assert!(meta.delete_trend_comment(&org, ("e1", "c1"), 11, &entry).await.unwrap());
    assert!(!meta.delete_trend_comment(&org, ("e1", "c1"), 11, &entry).await.unwrap());
}

#[tokio::test]
async fn events_are_put_away_together_or_not_at_all() {
    let (_folder, meta) = store().await;
    let org = organization();
    let two = [found("e1", "open", false), found("e2", "ended", false)];
    meta.keep_trend_look(&org, &look("a", 5), 0, &two, &[]).await.unwrap();
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let away = async |wanted: &[&str]| {
        let entry = entry("trend.archived");
        meta.archive_trend_events(&org, &ids(wanted), true, &line("archived", 8), &entry).await.unwrap()
    };
    let active = TrendFilter { archived: Some(false), ..TrendFilter::default() };
    assert!(!away(&["e1", "e9"]).await);
    assert_eq!(meta.trend_events(&org, &active).await.unwrap().len(), 2);
    assert!(away(&["e1", "e1"]).await);
    let left = meta.trend_events(&org, &active).await.unwrap();
    assert_eq!(left.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["e2"]);
    let filter = |change: fn(&mut TrendFilter)| {
        let mut filter = TrendFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, expected) in [
        (filter(|it| it.statuses = vec!["ended".to_owned()]), 1),
        (filter(|it| it.currency = Some("EUR".to_owned())), 0),
        (filter(|it| it.accounts = vec!["111111111111".to_owned()]), 2),
        (filter(|it| it.accounts = vec!["222222222222".to_owned()]), 0),
        (filter(|it| it.from = Some("2026-11-22".to_owned())), 2),
        (filter(|it| it.from = Some("2026-11-23".to_owned())), 0),
        (filter(|it| it.to = Some("2026-11-20".to_owned())), 0),
        (filter(|it| it.direction = Some("decrease".to_owned())), 0),
        (filter(|it| it.direction = Some("increase".to_owned())), 2),
    ] {
        assert_eq!(meta.trend_events(&org, &filter).await.unwrap().len(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn nothing_crosses_organizations() {
    let (_folder, meta) = store().await;
    let other = OrganizationId::try_new("other").unwrap();
    let house = Organization { id: other.clone(), name: "Other".to_owned(), demo: false };
    meta.ensure_organization(&house).await.unwrap();
    let org = organization();
    // The same bill gives the same identifiers.
    for one in [&org, &other] {
        meta.keep_trend_look(one, &look("a", 5), 0, &[found("e1", "open", false)], &[]).await.unwrap();
    }
    let entry = entry("trend.archived");
    meta.archive_trend_events(&org, &["e1".to_owned()], true, &line("archived", 8), &entry).await.unwrap();
    assert!(meta.trend_event(&org, "e1").await.unwrap().unwrap().archived);
    assert!(!meta.trend_event(&other, "e1").await.unwrap().unwrap().archived);
    assert_eq!(meta.trend_history(&other, "e1").await.unwrap().len(), 1);
}

#[tokio::test]
async fn definitions_count_their_changes() {
    let (_folder, meta) = store().await;
    let org = organization();
    let new = TrendDefinition {
        id: "d1".to_owned(),
        organization_id: org.clone(),
        name: "Teams".to_owned(),
        description: String::new(),
        definition: json!({ "watches": ["tag:team"] }),
        on: true,
        version: 0,
        created_at_ms: 3,
    };
    let entry = entry("trend.defined");
    meta.put_trend_definition(&new, &[job("look")], &entry).await.unwrap();
    let off = TrendDefinition { on: false, created_at_ms: 9, ..new.clone() };
    meta.put_trend_definition(&off, &[job("look")], &entry).await.unwrap();
    let known = meta.trend_definitions(&org).await.unwrap();
    assert_eq!(known, [TrendDefinition { version: 2, created_at_ms: 3, ..off }]);
    assert_eq!(jobs(&meta).await, 1);
    assert!(meta.delete_trend_definition(&org, "d1", &[], &entry).await.unwrap());
    assert!(!meta.delete_trend_definition(&org, "d1", &[], &entry).await.unwrap());
}
