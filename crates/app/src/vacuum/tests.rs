//! Who reads while something is removed, and the bills as they stood.

#[path = "../../tests/it/delivery.rs"]
mod delivery;

use super::Spare;
use crate::clock::Hand;
use crate::ingest_job::{self, IngestRequest};
use crate::read::Published;
use crate::{App, AppOptions, ErrorKind};
use chrono::{DateTime, TimeDelta, Utc};
use delivery::deliver;
use futures::TryStreamExt;
use lake::Table;
use model::limits::LAKE_GRACE;
use model::{AsOf, CostQuery, Metric};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

struct House {
    folder: TempDir,
    clock: Arc<Hand>,
    app: App,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand::new(at("2026-11-10T12:00:00Z")));
        let options = AppOptions { clock: clock.clone(), ..AppOptions::default() };
        let app = App::open(&folder.path().join("data"), options).await.unwrap();
        Self { folder, clock, app }
    }

    fn set(&self, now: DateTime<Utc>) {
        self.clock.set(now);
    }

    /// A bill of one row is delivered and read.
    async fn read(&self, cost: &str) {
        let reports = self.folder.path().join("reports");
        deliver(&reports, cost);
        let location = reports.display().to_string();
        let request = IngestRequest { location, organization: None, connection: None, force: true };
        ingest_job::run(&self.app, request, &|_| {}).await.unwrap();
        self.app.vacuum(Spare::Usual).await.unwrap();
    }

    async fn state(&self, as_of: Option<&str>) -> crate::Result<Arc<Published>> {
        let as_of: Option<AsOf> = as_of.map(|text| text.parse().unwrap());
        Published::at(&self.app, self.app.organization(None).await?, as_of).await
    }

    /// What a state says, out of its roll-up and out of its line items.
    async fn costs(&self, state: &Published) -> [String; 2] {
        let rollup =
            self.app.engine().answer(&state.view, &CostQuery::total(Metric::Unblended)).await.unwrap();
        let rows = self.app.engine().sql(&state.view, r#"SELECT sum("BilledCost") FROM line_items"#).await;
        let rows: Vec<_> = rows.unwrap().texts().try_collect().await.unwrap();
        [rollup.total.to_string(), rows[0][0][0].clone().unwrap()]
    }

    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with("_delta_log") {
                    walk(&path, found);
                } else if path.extension().is_some_and(|extension| extension == "parquet") {
                    found.push(path);
                }
            }
        }
        let mut found = vec![];
        walk(&self.folder.path().join("data/lake"), &mut found);
        found
    }
}

#[tokio::test]
async fn who_found_files_before_they_were_replaced_still_reads_them() {
    let house = House::new().await;
    house.app.meta().keep_superseded_for(0).await.unwrap();
    house.read("1.25").await;
    let found = house.state(None).await.unwrap();
    house.read("2.5").await;
    // Nothing of it was read before: it is on the disk, or the answer fails.
    assert_eq!(house.costs(&found).await, ["1.25", "1.25"]);
    assert_eq!(house.costs(&house.state(None).await.unwrap()).await, ["2.5", "2.5"]);
    let grace = TimeDelta::from_std(LAKE_GRACE).unwrap();
    house.set(house.app.now() + grace - TimeDelta::milliseconds(1));
    house.app.vacuum(Spare::Usual).await.unwrap();
    assert_eq!(house.files().len(), 4);
    house.set(house.app.now() + TimeDelta::milliseconds(1));
    let removed = house.app.vacuum(Spare::Usual).await.unwrap();
    assert_eq!((removed.files, house.files().len()), (2, 2));
    assert_eq!(house.costs(&house.state(None).await.unwrap()).await, ["2.5", "2.5"]);
}

#[tokio::test]
async fn past_days_are_answered_for_as_long_as_they_are_kept() {
    let house = House::new().await;
    house.read("1.25").await;
    house.set(at("2026-11-12T09:00:00Z"));
    house.read("2.5").await;
    house.set(at("2026-11-12T21:00:00Z"));
    house.read("5").await;
    house.set(at("2026-12-14T00:00:00Z"));
    house.app.vacuum(Spare::Usual).await.unwrap();
    for (as_of, cost) in [
        (Some("2026-11-10"), "1.25"),
        (Some("2026-11-11"), "1.25"),
        (Some("2026-11-12T09:00:00Z"), "2.5"),
        (Some("2026-11-12T20:59:59.999Z"), "2.5"),
        (Some("2026-11-12"), "5"),
        (Some("2026-12-14"), "5"),
        (None, "5"),
    ] {
        let state = house.state(as_of).await.unwrap();
        assert_eq!(house.costs(&state).await, [cost, cost], "{as_of:?}");
    }
    for (as_of, said) in [("2026-11-09", "nothing was published yet"), ("2026-12-15", "nobody knows yet")] {
        let refused = house.state(Some(as_of)).await.unwrap_err();
        assert!(refused.kind == ErrorKind::Invalid && refused.message.contains(said), "{refused}");
    }
    // The first version was replaced 35 days and a moment ago.
    house.set(at("2026-12-17T09:00:00.001Z"));
    house.app.vacuum(Spare::Usual).await.unwrap();
    let refused = house.state(Some("2026-11-11")).await.unwrap_err();
    assert!(refused.message.contains("not kept any more"), "{refused}");
    assert!(refused.advice.unwrap().contains("from 2026-11-12T09:00:00Z on"));
    let kept = house.state(Some("2026-11-12T09:00:00Z")).await.unwrap();
    assert_eq!(house.costs(&kept).await, ["2.5", "2.5"]);
    assert_eq!(house.files().len(), 6, "those who found it before may still read");
    house.app.vacuum(Spare::Nothing).await.unwrap();
    assert_eq!(house.files().len(), 2);
    assert!(house.state(Some("2026-11-12T09:00:00Z")).await.is_err());
    assert_eq!(house.costs(&house.state(None).await.unwrap()).await, ["5", "5"]);
}

#[tokio::test]
async fn tables_are_given_what_is_published() {
    let house = House::new().await;
    house.read("1.25").await;
    let before = house.state(None).await.unwrap();
    house.read("2.5").await;
    let lake = house.app.lake();
    let held = async |table| {
        let files = lake.active_files(table).await.unwrap().into_iter();
        files.map(|file| file.path).collect::<Vec<_>>()
    };
    let now = house.state(None).await.unwrap();
    let (of, period) = (&now.publications[0], now.publications[0].period);
    assert_eq!(house.app.differing_months().await.unwrap(), []);
    // As a process leaves them that is killed before a month is published, after one was taken back, or while one is removed.
    lake.restore(Table::Rollup, &of.connection_id, period, &before.publications[0].rollup_files)
        .await
        .unwrap();
    lake.remove_partition(Table::LineItems, &of.connection_id, period).await.unwrap();
    assert_eq!(house.app.differing_months().await.unwrap().len(), 2);
    let reading = house.app.at_work(&of.connection_id).unwrap();
    house.app.repair_tables().await.unwrap();
    assert_eq!(house.app.differing_months().await.unwrap().len(), 2, "whoever reads is not disturbed");
    drop(reading);
    house.app.repair_tables().await.unwrap();
    assert_eq!(held(Table::Rollup).await, of.rollup_files);
    assert_eq!(held(Table::LineItems).await, of.line_item_files);
    let organization = &now.organization.as_ref().unwrap().id;
    house.app.meta().delete_connection(organization, &of.connection_id, &[], &[]).await.unwrap();
    house.app.repair_tables().await.unwrap();
    assert_eq!((held(Table::Rollup).await.len(), held(Table::LineItems).await.len()), (0, 0));
}

#[tokio::test]
async fn states_of_two_times_are_two_states() {
    let house = House::new().await;
    house.read("1.25").await;
    house.set(at("2026-11-12T09:00:00Z"));
    house.read("2.5").await;
    let (now, today, before) = (
        house.state(None).await.unwrap(),
        house.state(Some("2026-11-12")).await.unwrap(),
        house.state(Some("2026-11-11")).await.unwrap(),
    );
    assert!(now.id != today.id && today.id != before.id);
    assert!(Arc::ptr_eq(&before, &house.state(Some("2026-11-11")).await.unwrap()), "remembered");
    assert!(Arc::ptr_eq(&now, &house.state(None).await.unwrap()), "as well");
    assert_eq!(before.now(&house.app), at("2026-11-11T23:59:59.999Z"));
    assert_eq!(today.now(&house.app), at("2026-11-12T09:00:00Z"));
}
