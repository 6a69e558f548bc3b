//! Jobs of every kind: one of a key at a time, leases that run out, organizations beside each other; and the outbox, from
//! which jobs follow.

use crate::support;
use meta::{
    Beat, Connection, ConnectionKind, Failure, JobState, KnownJob, Lease, Meta, NewJob, NewPublication,
    Organization, TakenJob,
};
use model::{ConnectionId, OrganizationId};
use serde_json::json;
use tempfile::TempDir;

struct House {
    _folder: TempDir,
    meta: Meta,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
        for id in ["alpha", "beta"] {
            let organization = Organization { id: organization(id), name: id.to_owned(), demo: false };
            meta.ensure_organization(&organization).await.unwrap();
        }
        Self { _folder: folder, meta }
    }

    async fn ended(&self) -> Vec<KnownJob> {
        let mut all = self.meta.jobs_of(None, 10).await.unwrap();
        all.retain(|job| job.finished_at_ms.is_some());
        all
    }

    async fn claim(&self, now: i64) -> Option<TakenJob> {
        self.meta.claim("mails", &["tell"], 1, now, &lease("one", now)).await.unwrap()
    }
}

fn organization(id: &str) -> OrganizationId {
    OrganizationId::try_new(id).unwrap()
}

fn lease(holder: &str, now: i64) -> Lease {
    Lease { holder: holder.to_owned(), until_ms: now + 100 }
}

fn job(organization_id: Option<&str>, key: Option<&str>, at: i64) -> NewJob {
    NewJob {
        name: "tell".to_owned(),
        lane: "mails".to_owned(),
        organization_id: organization_id.map(organization),
        connection_id: None,
        dedupe: key.map(ToOwned::to_owned),
        payload: json!({ "of": organization_id }),
        priority: 0,
        run_after_ms: at,
        created_at_ms: at,
    }
}

fn failure() -> Failure {
    Failure { message: "no answer".to_owned(), ..Failure::default() }
}

#[tokio::test]
async fn one_of_a_key_waits_or_runs_and_what_is_asked_for_meanwhile_runs_once_more() {
    let house = House::new().await;
    house.meta.queue(&job(None, Some("k"), 50)).await.unwrap();
    house.meta.queue(&job(None, Some("k"), 10)).await.unwrap();
    // Brought forward, and one.
    let taken = house.claim(20).await.unwrap();
    assert_eq!(house.claim(60).await, None);
    house.meta.queue(&job(None, Some("k"), 30)).await.unwrap();
    house.meta.queue(&job(None, Some("k"), 30)).await.unwrap();
    house.meta.finish(&taken, 40, None).await.unwrap();
    let again = house.claim(60).await.unwrap();
    assert_eq!((again.id, again.attempts), (taken.id, 1));
    house.meta.finish(&again, 70, None).await.unwrap();
    assert_eq!(house.claim(80).await, None);
    let ended = house.ended().await;
    assert_eq!((ended.len(), ended[0].finished_at_ms, &ended[0].failure), (1, Some(70), &None));
    let counts = house.meta.job_counts().await.unwrap();
    assert_eq!(
        (counts.len(), counts[0].name.as_str(), counts[0].state, counts[0].jobs),
        (1, "tell", JobState::Done, 1)
    );
    assert_eq!(house.meta.forget_jobs(71).await.unwrap(), 1);
}

#[tokio::test]
async fn a_lease_without_a_sign_of_life_is_somebody_else_s() {
    let house = House::new().await;
    house.meta.queue(&job(None, None, 0)).await.unwrap();
    let taken = house.claim(0).await.unwrap();
    assert_eq!(house.meta.beat(taken.id, &lease("one", 50)).await.unwrap(), Beat::Held);
    // It lives until 150.
    assert_eq!(house.meta.take_over(140, &[], &lease("two", 140)).await.unwrap(), None);
    // Whoever is at it is late, and there.
    assert_eq!(house.meta.take_over(151, &[taken.id], &lease("two", 151)).await.unwrap(), None);
    let left = house.meta.take_over(151, &[], &lease("two", 151)).await.unwrap().unwrap();
    assert_eq!((left.id, left.attempts), (taken.id, 1));
    assert_eq!(house.meta.beat(taken.id, &lease("one", 160)).await.unwrap(), Beat::Lost);
    // Whoever lost it writes no end of it any more.
    house.meta.finish(&taken, 170, None).await.unwrap();
    assert_eq!(house.ended().await, []);
    house.meta.put_back(&left, 180, Some(&failure())).await.unwrap();
    // It waits, by another's hand: who lost it does not go on.
    assert_eq!(house.meta.beat(taken.id, &lease("one", 179)).await.unwrap(), Beat::Lost);
    let again = house.claim(180).await.unwrap();
    assert_eq!(again.attempts, 2);
    house.meta.finish(&again, 190, Some(&failure())).await.unwrap();
    assert_eq!(house.ended().await[0].failure, Some(failure()));
    // Ended is not lost: its holder may have written that a moment ago.
    assert_eq!(house.meta.beat(again.id, &lease("one", 200)).await.unwrap(), Beat::Held);
}

#[tokio::test]
async fn a_run_that_was_none_does_not_count_and_organizations_have_one_at_a_time() {
    let house = House::new().await;
    for of in ["alpha", "alpha", "beta"] {
        house.meta.queue(&job(Some(of), None, 0)).await.unwrap();
    }
    let first = house.claim(1).await.unwrap();
    let second = house.claim(1).await.unwrap();
    assert_eq!((&first.payload["of"], &second.payload["of"]), (&json!("alpha"), &json!("beta")));
    assert_eq!(house.claim(1).await, None);
    house.meta.put_back(&first, 5, None).await.unwrap();
    let other = house.claim(2).await.unwrap();
    assert_ne!(other.id, first.id);
    house.meta.finish(&other, 3, None).await.unwrap();
    assert_eq!(house.claim(9).await.unwrap().attempts, 1);
}

#[tokio::test]
async fn what_follows_a_publication_is_queued_once() {
    let house = House::new().await;
    let id = ConnectionId::try_new("bills").unwrap();
    let connection = Connection {
        id: id.clone(),
        organization_id: organization("alpha"),
        kind: ConnectionKind::Local,
        location: "/bills".to_owned(),
        name: "bills".to_owned(),
    };
    house.meta.ensure_connection(&connection, &[]).await.unwrap();
    for period in ["2026-09", "2026-10"] {
        let new = NewPublication {
            period: period.parse().unwrap(),
            ..support::publication(id.as_str(), period, 1000)
        };
        house.meta.publish(&new).await.unwrap();
    }
    assert_eq!(house.meta.unrelayed(1000).await.unwrap(), []);
    let left = vec![(organization("alpha"), id.clone())];
    assert_eq!(house.meta.unrelayed(1001).await.unwrap(), left);
    let follows = [job(Some("alpha"), None, 1001)];
    assert!(house.meta.relay(&id, 1001, &follows).await.unwrap());
    assert!(!house.meta.relay(&id, 1002, &follows).await.unwrap());
    assert_eq!(house.meta.unrelayed(2000).await.unwrap(), []);
    assert!(house.claim(1002).await.is_some());
    assert_eq!(house.claim(1002).await, None);
    // It goes with its connection.
    house.meta.delete_connection(&connection.organization_id, &id, &[], &[]).await.unwrap();
}
