//! Backups of a small data folder.

use super::{Restored, hold, make};
use crate::clock::Hand;
use crate::ingest_job::{self, IngestRequest};
use crate::{App, AppOptions, ErrorKind, Spare};
use chrono::{DateTime, Utc};
use model::{CostQuery, Metric};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const HEAD: &str = "identity/LineItemId,bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/ProductCode,lineItem/CurrencyCode,lineItem/UnblendedCost\n";

/// Into a data folder that holds its lake itself.
async fn restore(from: &Path, data_dir: &Path) -> crate::Result<Restored> {
    super::restore(from, data_dir, &lake::LakeOptions::default()).await
}

struct World {
    folder: TempDir,
    clock: Arc<Hand>,
    app: App,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand::new(day(10)));
        let app = open_at(&folder.path().join("data"), &clock).await;
        let world = Self { folder, clock, app };
        world.read("1.25").await;
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a bill of one row; another amount replaces it.
    async fn read(&self, amount: &str) {
        let month = self.path("bill/cost/cur/20261001-20261101");
        std::fs::create_dir_all(&month).unwrap();
        let row = format!(
            "l,2026-10-01T00:00:00Z,111111111111,111111111111,Usage,2026-10-05T01:00:00Z,AmazonEC2,USD,{amount}\n"
        );
        std::fs::write(month.join("cur-1.csv"), format!("{HEAD}{row}")).unwrap();
        let request = IngestRequest {
            location: self.path("bill").display().to_string(),
            organization: None,
            connection: Some("bill".into()),
            force: false,
        };
        let summary = ingest_job::run(&self.app, request, &|_| {}).await.unwrap();
        assert_eq!(summary.periods.len(), 1);
    }
}

async fn open(data: &Path) -> App {
    App::open(data, AppOptions::default()).await.unwrap()
}

async fn open_at(data: &Path, clock: &Arc<Hand>) -> App {
    App::open(data, AppOptions { clock: Arc::clone(clock) as _, ..AppOptions::default() }).await.unwrap()
}

/// Noon of a day of November.
fn day(number: u32) -> DateTime<Utc> {
    format!("2026-11-{number:02}T12:00:00Z").parse().unwrap()
}

async fn total(app: &App) -> String {
    total_as_of(app, None).await
}

async fn total_as_of(app: &App, as_of: Option<&str>) -> String {
    let as_of = as_of.map(|text| text.parse().unwrap());
    let organization = app.organization(None).await.unwrap();
    let published = crate::read::Published::at(app, organization, as_of).await.unwrap();
    let answer = app.engine().answer(&published.view, &CostQuery::total(Metric::Unblended)).await.unwrap();
    answer.total.to_string()
}

#[tokio::test]
async fn a_backup_becomes_a_data_folder_with_the_same_figures() {
    let world = World::new().await;
    let made = make(&world.app, &world.path("backup"), true).await.unwrap();
    assert_eq!((made.files, made.new_files), (made.new_files, made.files));
    // What comes later is not in it.
    world.read("2.50").await;
    world.app.vacuum(Spare::Nothing).await.unwrap();
    let restored = restore(&world.path("backup"), &world.path("again")).await.unwrap();
    assert_eq!((restored.files, restored.bytes, &restored.at), (made.files, made.bytes, &made.at));
    let again = open(&world.path("again")).await;
    assert_eq!((total(&again).await.as_str(), total(&world.app).await.as_str()), ("1.25", "2.5"));
    // It goes on from there.
    assert_eq!(again.vacuum(Spare::Nothing).await.unwrap().files, 0);
    assert_eq!(again.lake().active_files(lake::Table::LineItems).await.unwrap().len(), 1);

    // Continued, the backup takes what is new, and forgets what is not there any more.
    let more = make(&world.app, &world.path("backup"), true).await.unwrap();
    // A commit more in each log; the files of the first one went.
    assert_eq!((more.files, more.new_files), (made.files + 2, made.files + 2), "{more:?}");
    let same = make(&world.app, &world.path("backup"), true).await.unwrap();
    assert_eq!(
        (same.files, same.new_files),
        (more.files, more.files - 2),
        "the two data files are taken over"
    );
    restore(&world.path("backup"), &world.path("third")).await.unwrap();
    assert_eq!(total(&open(&world.path("third")).await).await, "2.5");
}

#[tokio::test]
async fn what_past_days_are_answered_from_is_kept_as_well() {
    let world = World::new().await;
    let one = make(&world.app, &world.path("backup"), true).await.unwrap();
    world.clock.set(day(12));
    world.read("2.50").await;
    let both = make(&world.app, &world.path("backup"), true).await.unwrap();
    // The former roll-up and line items, those of now, and a commit more in each log.
    assert_eq!(both.files, one.files + 4, "{both:?}");
    restore(&world.path("backup"), &world.path("again")).await.unwrap();
    let again = open_at(&world.path("again"), &world.clock).await;
    again.vacuum(Spare::Usual).await.unwrap();
    for table in lake::Table::ALL {
        for file in again.meta().lake_files(table).await.unwrap() {
            assert!(again.lake().file_path(table, &file.path).exists(), "{file:?}");
        }
    }
    // As the bill stood on the day before it was restated.
    for app in [&world.app, &again] {
        assert_eq!(total_as_of(app, Some("2026-11-11")).await, "1.25");
        assert_eq!(total_as_of(app, None).await, "2.5");
    }
}

#[tokio::test]
async fn what_is_taken_over_is_compared_in_turns_and_mended() {
    let world = World::new().await;
    let backup = world.path("backup");
    make(&world.app, &backup, true).await.unwrap();
    // A bit of each file goes, without a word.
    let mut files = vec![];
    parquets(&backup.join("files"), &mut files);
    assert_eq!(files.len(), 2);
    let sound: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    for (file, sound) in files.iter().zip(&sound) {
        let mut bytes = sound.clone();
        bytes[40] ^= 1;
        std::fs::write(file, bytes).unwrap();
    }
    let mended =
        || files.iter().zip(&sound).filter(|(file, sound)| std::fs::read(file).unwrap() == **sound).count();
    for (number, count) in [(11, 1), (12, 2)] {
        world.clock.set(day(number));
        make(&world.app, &backup, true).await.unwrap();
        assert_eq!(mended(), count, "one is looked at each time, the others after it");
    }
    restore(&backup, &world.path("again")).await.unwrap();
    // What is not what it was anywhere is said; the earlier backup stands.
    let mut originals = vec![];
    parquets(&world.path("data/lake"), &mut originals);
    for file in originals.iter().chain(&files) {
        let mut bytes = std::fs::read(file).unwrap();
        bytes[40] ^= 1;
        std::fs::write(file, bytes).unwrap();
    }
    world.clock.set(day(13));
    let refused = make(&world.app, &backup, true).await.unwrap_err();
    assert!(refused.message.contains("not what it was"), "{refused}");
}

#[tokio::test]
async fn what_waits_to_be_told_is_not_told_again_out_of_a_copy() {
    let world = World::new().await;
    let queue = |name: &str| meta::NewJob {
        name: name.to_owned(),
        lane: "mails".to_owned(),
        organization_id: None,
        connection_id: None,
        dedupe: None,
        payload: serde_json::json!({}),
        priority: 0,
        run_after_ms: 0,
        created_at_ms: 0,
    };
    for name in ["tell", "announce", "report", "check"] {
        world.app.meta().queue(&queue(name)).await.unwrap();
    }
    make(&world.app, &world.path("backup"), true).await.unwrap();
    restore(&world.path("backup"), &world.path("again")).await.unwrap();
    let again = open(&world.path("again")).await;
    let open: Vec<String> =
        again.meta().open_job_counts().await.unwrap().into_iter().map(|count| count.name).collect();
    assert_eq!(open, ["check"]);
    assert!(again.meta().unrelayed(i64::MAX).await.unwrap().is_empty());
    assert!(world.app.meta().open_job_counts().await.unwrap().len() > 3);
}

#[tokio::test]
async fn nothing_that_is_there_is_replaced() {
    let world = World::new().await;
    let backup = world.path("backup");
    assert_eq!(restore(&backup, &world.path("x")).await.unwrap_err().kind, ErrorKind::NotFound);
    make(&world.app, &backup, true).await.unwrap();
    let refused = restore(&backup, &world.path("data")).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    // Neither in the data folder, nor among other things, nor over another one's backup.
    for place in ["data/backup", "bill", ""] {
        assert!(make(&world.app, &world.path(place), true).await.is_err(), "{place}");
    }
    let other = open(&world.path("other")).await;
    assert_eq!(make(&other, &backup, true).await.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(total(&world.app).await, "1.25");
}

#[tokio::test]
async fn a_damaged_backup_leaves_nothing_behind() {
    let world = World::new().await;
    let backup = world.path("backup");
    make(&world.app, &backup, true).await.unwrap();
    let file =
        std::fs::read_dir(backup.join("states")).unwrap().next().unwrap().unwrap().path().join("meta.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let error = restore(&backup, &world.path("again")).await.unwrap_err();
    assert!(error.message.contains("checksum"), "{error}");
    assert_eq!(world.path("again").read_dir().unwrap().count(), 0);

    // One that names a place outside is not followed.
    let list = backup.join("backup.json");
    let text = std::fs::read_to_string(&list).unwrap().replace("\"meta.sqlite\"", "\"../meta.sqlite\"");
    std::fs::write(&list, text).unwrap();
    assert!(restore(&backup, &world.path("again")).await.unwrap_err().message.contains("../meta.sqlite"));
}

#[tokio::test]
async fn what_is_not_whole_is_not_opened_and_begun_anew() {
    let world = World::new().await;
    make(&world.app, &world.path("backup"), true).await.unwrap();
    let again = world.path("again");
    std::fs::create_dir_all(again.join("lake")).unwrap();
    std::fs::write(again.join(super::restoring::MARKER), "").unwrap();
    std::fs::write(again.join("meta.sqlite"), "half").unwrap();
    let refused = App::open(&again, AppOptions::default()).await.err().unwrap();
    assert!(refused.advice.unwrap().contains("restore"));
    restore(&world.path("backup"), &again).await.unwrap();
    assert_eq!(total(&open(&again).await).await, "1.25");
}

#[tokio::test]
async fn files_stay_while_somebody_copies_them() {
    let world = World::new().await;
    let kept = hold::keep(world.app.data_dir()).await.unwrap();
    world.read("2.50").await;
    let root = world.app.lake().table_path(lake::Table::LineItems);
    let count = || {
        let mut found = vec![];
        parquets(&root, &mut found);
        found.len()
    };
    assert_eq!((world.app.vacuum(Spare::Nothing).await.unwrap().files, count()), (0, 2));
    drop(kept);
    world.app.vacuum(Spare::Nothing).await.unwrap();
    assert_eq!(count(), 1);
}

/// Data files below a folder.
fn parquets(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            parquets(&path, found);
        } else if path.extension().is_some_and(|end| end == "parquet") {
            found.push(path);
        }
    }
}
