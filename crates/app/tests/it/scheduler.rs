//! The scheduler with a defect in it: a clock that panics, wherever it is asked.

use crate::delivery::deliver;
use app::ingest_job::{self, IngestRequest};
use app::processing::{self, JobState};
use app::{App, AppOptions, Clock};
use chrono::{DateTime, Utc};
use meta::Reason;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// Panics once, when it was asked so often.
struct Defect(AtomicI64);

impl Clock for Defect {
    fn now(&self) -> DateTime<Utc> {
        assert_ne!(self.0.fetch_sub(1, Ordering::SeqCst), 0, "a defect");
        Utc::now()
    }
}

/// Whether a job that meets the defect at that question of the clock, and the one after it, come to their ends.
async fn survives(questions: i64) {
    let folder = tempfile::tempdir().unwrap();
    let (reports, data) = (folder.path().join("reports"), folder.path().join("data"));
    deliver(&reports, "1.25");
    let app = App::open(&data, AppOptions::default()).await.unwrap();
    let request = IngestRequest {
        location: reports.display().to_string(),
        organization: None,
        connection: None,
        force: false,
    };
    ingest_job::run(&app, request, &|_| {}).await.unwrap();
    let organization = app.meta().organizations().await.unwrap().remove(0).id;
    let connection = app.meta().connections(&organization).await.unwrap().remove(0).id;
    // Each is asked for once, and read.
    for (cost, defect_in) in [("2.5", questions), ("5", i64::MAX)] {
        deliver(&reports, cost);
        app.meta().queue_job(&connection, Reason::Asked, Utc::now().timestamp_millis()).await.unwrap();
        let clock = Arc::new(Defect(AtomicI64::new(defect_in)));
        let server = App::open(&data, AppOptions { clock, ..AppOptions::default() }).await.unwrap();
        let behind = tokio::spawn(processing::run(server.clone()));
        let end = Instant::now() + Duration::from_secs(90);
        loop {
            let job = app.meta().last_job(&connection).await.unwrap().unwrap();
            assert!(Instant::now() < end && !behind.is_finished(), "{questions}, {cost}: {job:?}");
            if job.state == JobState::Done {
                break;
            }
            assert_ne!(job.state, JobState::Parked, "{questions}: {job:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.stop();
        behind.await.unwrap();
        let published = app.meta().publications(&organization).await.unwrap();
        let totals: Vec<String> =
            published.iter().map(|publication| publication.stored_total.to_string()).collect();
        assert_eq!(totals, [cost]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_one_run_and_nothing_else() {
    // The scheduler, the ingest, the verdict: whoever asks for the time first, second, …
    let all: Vec<_> = (0..20).map(|questions| tokio::spawn(survives(questions))).collect();
    for one in all {
        one.await.unwrap();
    }
}
