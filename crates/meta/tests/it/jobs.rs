//! Jobs: turns of organizations, and what happens to a job that takes its process down.

use meta::{
    Connection, ConnectionKind, ConnectionRecord, ConnectionState, Failure, JobState, Lease, Meta,
    Organization, Reason,
};
use model::{ConnectionId, OrganizationId};
use tempfile::TempDir;

struct House {
    _folder: TempDir,
    meta: Meta,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
        Self { _folder: folder, meta }
    }

    async fn connection(&self, organization: &str, id: &str, parent: Option<&ConnectionId>) -> ConnectionId {
        let organization_id = OrganizationId::try_new(organization).unwrap();
        let owner = Organization { id: organization_id.clone(), name: organization.to_owned(), demo: false };
        self.meta.ensure_organization(&owner).await.unwrap();
        let id = ConnectionId::try_new(id).unwrap();
        let kind = if parent.is_some() { ConnectionKind::Shared } else { ConnectionKind::Local };
        let connection = Connection {
            id: id.clone(),
            organization_id,
            kind,
            location: if parent.is_some() { String::new() } else { format!("/{id}") },
            name: id.to_string(),
        };
        let record = ConnectionRecord {
            connection,
            state: ConnectionState::Ready,
            settings: serde_json::json!({}),
            external_id: None,
            sealed_secret: None,
            poll_minutes: 60,
            verification: None,
            verified_at_ms: None,
            created_at_ms: 1,
            parent: parent.cloned(),
            by_operator: true,
            paused: false,
            bill_diff_mails: None,
        };
        self.meta.create_connection(&record, &[]).await.unwrap();
        id
    }

    async fn take(&self, now: i64) -> Option<String> {
        self.meta.take_job(now, &lease()).await.unwrap().map(|job| job.connection_id.to_string())
    }
}

fn lease() -> Lease {
    Lease { holder: "somebody".to_owned(), until_ms: i64::MAX }
}

fn failure(message: &str) -> Failure {
    Failure { message: message.to_owned(), ..Failure::default() }
}

#[tokio::test]
async fn organizations_take_turns() {
    let house = House::new().await;
    for id in ["a-1", "a-2", "a-3"] {
        let id = house.connection("alpha", id, None).await;
        house.meta.queue_job(&id, Reason::Asked, 10).await.unwrap();
    }
    let b = house.connection("beta", "b-1", None).await;
    house.meta.queue_job(&b, Reason::Asked, 20).await.unwrap();
    // One job of an organization holds a lane, however many of it wait.
    assert_eq!(house.take(30).await.as_deref(), Some("a-1"));
    assert_eq!(house.take(30).await.as_deref(), Some("b-1"));
    assert_eq!(house.take(30).await, None);
    // Whoever was served longest ago comes first, not whoever queued first.
    for job in house.meta.running_jobs().await.unwrap() {
        house.meta.end_job(&job, 40, None).await.unwrap();
    }
    house.meta.queue_job(&b, Reason::Asked, 45).await.unwrap();
    let second = house.meta.take_job(50, &lease()).await.unwrap().unwrap();
    assert_eq!(second.connection_id.as_str(), "a-2");
    house.meta.end_job(&second, 55, None).await.unwrap();
    assert_eq!(house.take(60).await.as_deref(), Some("b-1"), "a-3 waits longer, but beta had no turn since");
}

#[tokio::test]
async fn a_customer_takes_its_providers_turn() {
    let house = House::new().await;
    let provider = house.connection("provider", "whole", None).await;
    let first = house.connection("first", "part-1", Some(&provider)).await;
    let second = house.connection("second", "part-2", Some(&provider)).await;
    let other = house.connection("other", "theirs", None).await;
    for id in [&first, &second, &other] {
        house.meta.queue_job(id, Reason::Asked, 10).await.unwrap();
    }
    assert_eq!(house.take(20).await.as_deref(), Some("part-1"));
    assert_eq!(house.take(20).await.as_deref(), Some("theirs"));
    assert_eq!(house.take(20).await, None, "the slow source behind both is one");
}

#[tokio::test]
async fn what_is_asked_for_comes_first_and_polls_come_at_last() {
    let house = House::new().await;
    let polled = house.connection("alpha", "polled", None).await;
    let asked = house.connection("beta", "asked", None).await;
    house.meta.queue_job(&polled, Reason::Poll, 10).await.unwrap();
    house.meta.queue_job(&asked, Reason::Asked, 20).await.unwrap();
    assert_eq!(house.take(30).await.as_deref(), Some("asked"));
    for job in house.meta.running_jobs().await.unwrap() {
        house.meta.release_job(&job).await.unwrap();
    }
    // After ten minutes a poll has waited long enough: then the turns decide.
    assert_eq!(house.take(11 * 60_000).await.as_deref(), Some("polled"));
}

#[tokio::test]
async fn a_job_that_takes_its_process_down_is_parked_until_it_is_asked_for() {
    let house = House::new().await;
    let id = house.connection("alpha", "bills", None).await;
    house.meta.queue_job(&id, Reason::Poll, 10).await.unwrap();
    let job = house.meta.take_job(20, &lease()).await.unwrap().unwrap();
    // It went down before it knew what there is.
    assert_eq!(house.meta.job_crashed(&job).await.unwrap(), 1);
    house.meta.retry_job(&job, 30, &failure("it went down")).await.unwrap();
    house.take(30).await.unwrap();
    assert!(!house.meta.job_found(&job, "first delivery").await.unwrap());
    assert_eq!(house.meta.job_crashed(&job).await.unwrap(), 2);
    house.meta.park_job(&job, 40, Some(&failure("twice"))).await.unwrap();
    let parked = house.meta.last_job(&id).await.unwrap().unwrap();
    assert_eq!((parked.state, parked.crashes), (JobState::Parked, 2));
    // Neither a poll nor the queue brings it back before it is looked at again.
    assert_eq!(house.meta.queue_polls(60_000).await.unwrap(), 0);
    assert_eq!(house.take(3_000_000).await, None);
    assert_eq!(house.take(3_700_000).await.as_deref(), Some("bills"));
    house.meta.park_job(&job, 3_700_000, None).await.unwrap();
    assert_eq!(house.meta.last_job(&id).await.unwrap().unwrap().failure, Some(failure("twice")));
    // Somebody asks: a clean record.
    house.meta.queue_job(&id, Reason::Asked, 3_700_001).await.unwrap();
    let again = house.meta.take_job(3_700_002, &lease()).await.unwrap().unwrap();
    assert_eq!((again.id, again.crashes, again.attempts), (job.id, 0, 1));
}

#[tokio::test]
async fn a_new_delivery_and_a_step_further_clean_the_record() {
    let house = House::new().await;
    let id = house.connection("alpha", "bills", None).await;
    house.meta.queue_job(&id, Reason::Poll, 10).await.unwrap();
    let job = house.meta.take_job(20, &lease()).await.unwrap().unwrap();
    house.meta.job_found(&job, "first delivery").await.unwrap();
    for _ in 0..2 {
        house.meta.job_crashed(&job).await.unwrap();
    }
    assert!(house.meta.job_found(&job, "second delivery").await.unwrap());
    assert_eq!(house.meta.job(job.id).await.unwrap().unwrap().crashes, 0);
    house.meta.job_crashed(&job).await.unwrap();
    house.meta.job_got_further(&job).await.unwrap();
    assert_eq!(house.meta.job_crashed(&job).await.unwrap(), 1);
}

#[tokio::test]
async fn a_stopped_run_is_no_run() {
    let house = House::new().await;
    let id = house.connection("alpha", "bills", None).await;
    house.meta.queue_job(&id, Reason::Poll, 10).await.unwrap();
    let job = house.meta.take_job(20, &lease()).await.unwrap().unwrap();
    house.meta.release_job(&job).await.unwrap();
    let waiting = house.meta.last_job(&id).await.unwrap().unwrap();
    assert_eq!((waiting.state, waiting.attempts, waiting.crashes), (JobState::Queued, 0, 0));
}

#[tokio::test]
async fn what_is_asked_for_while_it_runs_runs_once_more() {
    let house = House::new().await;
    let id = house.connection("alpha", "bills", None).await;
    house.meta.ask_for_job(&id, true, 10, &[]).await.unwrap();
    let job = house.meta.take_job(20, &lease()).await.unwrap().unwrap();
    assert!(job.again);
    // A poll is none: it looks for what is looked for now.
    house.meta.queue_job(&id, Reason::Poll, 21).await.unwrap();
    for at in [22, 23] {
        house.meta.queue_job(&id, Reason::Asked, at).await.unwrap();
    }
    house.meta.end_job(&job, 30, Some(&failure("the old settings"))).await.unwrap();
    let more = house.meta.take_job(30, &lease()).await.unwrap().unwrap();
    assert_eq!((more.id, more.attempts, more.again), (job.id, 1, false));
    house.meta.end_job(&more, 40, None).await.unwrap();
    assert_eq!(house.take(50).await, None);
    // Somebody stopped it since: then nobody asks any more.
    house.meta.queue_job(&id, Reason::Asked, 60).await.unwrap();
    let job = house.meta.take_job(61, &lease()).await.unwrap().unwrap();
    house.meta.queue_job(&id, Reason::Asked, 62).await.unwrap();
    house.meta.stop_reading(&id, &[]).await.unwrap();
    house.meta.job_stopped(&job, 63).await.unwrap();
    assert_eq!(house.take(70).await, None);
    assert_eq!(house.meta.last_job(&id).await.unwrap().unwrap().state, JobState::Cancelled);
    // Asked for after the stop: that stands.
    house.meta.queue_job(&id, Reason::Asked, 80).await.unwrap();
    let job = house.meta.take_job(81, &lease()).await.unwrap().unwrap();
    house.meta.stop_reading(&id, &[]).await.unwrap();
    house.meta.queue_job(&id, Reason::Asked, 82).await.unwrap();
    house.meta.job_stopped(&job, 83).await.unwrap();
    house.meta.cancel_job(&id, 84, true).await.unwrap();
    assert_eq!(house.take(90).await.as_deref(), Some("bills"));
}
