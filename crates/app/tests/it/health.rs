//! Deliveries that stop, by a clock that is moved on.

use crate::delivery::deliver;
use app::health::{self, FailureKind};
use app::processing::{self, JobState};
use app::{AllowanceOptions, App, AppOptions, Clock};
use chrono::{DateTime, TimeDelta, Utc};
use meta::{Connection, ConnectionKind, ConnectionRecord, ConnectionState};
use model::{ConnectionId, OrganizationId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// Stands still until it is moved on.
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct House {
    app: App,
    clock: Arc<Moved>,
    organization: OrganizationId,
    connection: ConnectionId,
}

impl House {
    async fn new(data: &Path, reports: &Path) -> Self {
        let start = "2026-10-10T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_millis();
        let clock = Arc::new(Moved(AtomicI64::new(start)));
        let allowances = AllowanceOptions { operator: true, ..AllowanceOptions::default() };
        let options = AppOptions { clock: Arc::clone(&clock) as _, allowances, ..AppOptions::default() };
        let app = App::open(data, options).await.unwrap();
        let organization = app.organization_for_ingest(None).await.unwrap().id;
        let connection = ConnectionId::try_new("bills").unwrap();
        let record = ConnectionRecord {
            connection: Connection {
                id: connection.clone(),
                organization_id: organization.clone(),
                kind: ConnectionKind::Local,
                location: reports.display().to_string(),
                name: "bills".to_owned(),
            },
            state: ConnectionState::Ready,
            settings: serde_json::json!({}),
            external_id: None,
            sealed_secret: None,
            poll_minutes: 60,
            verification: None,
            verified_at_ms: None,
            created_at_ms: start,
            parent: None,
            by_operator: true,
            paused: false,
            bill_diff_mails: None,
        };
        app.meta().create_connection(&record, &[]).await.unwrap();
        Self { app, clock, organization, connection }
    }

    fn hours_later(&self, hours: i64) {
        self.clock.0.fetch_add(TimeDelta::hours(hours).num_milliseconds(), Ordering::SeqCst);
    }

    /// Looks for new deliveries, to the end.
    async fn look(&self) {
        processing::ask(&self.app, &self.organization, &self.connection, &[]).await.unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let job = self.app.meta().last_job(&self.connection).await.unwrap().unwrap();
            if job.state == JobState::Done {
                return;
            }
            assert!(Instant::now() < end && job.state != JobState::Failed, "{job:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn failing(&self) -> Vec<(FailureKind, String)> {
        let found = health::failures(&self.app, &self.organization).await.unwrap();
        found.into_iter().map(|failure| (failure.kind, failure.message)).collect()
    }

    /// What fails once it is seen that deliveries stopped.
    async fn stopped(&self) -> String {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let [(FailureKind::Stopped, message)] = self.failing().await.as_slice() {
                return message.clone();
            }
            assert!(Instant::now() < end, "{:?}", self.failing().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_stop_are_noticed_by_their_cadence() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    deliver(&reports, 1);
    let house = House::new(&folder.path().join("data"), &reports).await;
    let behind = tokio::spawn(processing::run(house.app.clone()));
    house.look().await;

    // No cadence yet: 36 hours.
    house.hours_later(35);
    house.look().await;
    // Longer than the scheduler takes to look.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(house.failing().await, []);
    house.hours_later(2);
    house.look().await;
    assert!(house.stopped().await.contains("for more than 36 hours"));
    let shown = health::deliveries(&house.app, &house.organization, &house.connection, true).await.unwrap();
    assert!(shown.stopped && shown.expected_by.unwrap() < house.app.now());

    // The next delivery ends it, as an end of the same row.
    deliver(&reports, 2);
    house.look().await;
    assert_eq!(house.failing().await, []);
    let rows = health::history(&house.app, &house.organization, &house.connection).await.unwrap();
    assert!(matches!(rows.as_slice(), [one] if one.kind == FailureKind::Stopped && one.ended_at.is_some()));

    // Twelve of them, every eight hours: half as long again, twelve hours, is late from then on.
    for cost in 3..15 {
        house.hours_later(8);
        deliver(&reports, cost);
        house.look().await;
    }
    house.hours_later(13);
    house.look().await;
    assert!(house.stopped().await.contains("until then the next one came within 8 hours"));
    house.app.stop();
    behind.await.unwrap();
}
