//! The lake on a real folder: commits, versions, proof, vacuum, and what other readers see.

use crate::rows::{self, line_items, read_back, rollup};
use deltalake_core::{DeltaTable, DeltaTableBuilder};
use lake::{ErrorKind, Lake, StagedFile, SumKey, Table};
use model::{BillingPeriod, ConnectionId, Decimal};
use std::collections::HashSet;
use std::path::Path;
use tempfile::TempDir;

struct TestLake {
    folder: TempDir,
    lake: Lake,
    connection: ConnectionId,
}

impl TestLake {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path()).await.unwrap();
        Self { folder, lake, connection: ConnectionId::try_new("bills").unwrap() }
    }

    fn stage(&self, table: Table, period: &str, rows: usize, seed: i64) -> StagedFile {
        let staging = self.lake.stage(table, &self.connection, parsed(period)).unwrap();
        let mut writer = staging.writer().unwrap();
        writer
            .write(&match table {
                Table::Rollup => rollup(rows, seed),
                Table::LineItems => line_items(rows, seed),
            })
            .unwrap();
        writer.finish().unwrap()
    }

    async fn commit(&self, table: Table, period: &str, files: &[StagedFile]) -> i64 {
        self.lake.commit(table, &self.connection, parsed(period), files).await.unwrap()
    }

    async fn active(&self, table: Table) -> Vec<String> {
        let files = self.lake.active_files(table).await.unwrap();
        files.into_iter().map(|file| file.path).collect()
    }

    fn on_disk(&self, table: Table) -> Vec<String> {
        let mut found = vec![];
        walk(&self.lake.table_path(table), &mut found);
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("_delta_log") {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
}

fn parsed(period: &str) -> BillingPeriod {
    period.parse().unwrap()
}

async fn delta(lake: &Lake, table: Table, version: Option<i64>) -> DeltaTable {
    let url = url::Url::from_directory_path(lake.table_path(table)).unwrap();
    let mut delta = DeltaTableBuilder::from_url(url).unwrap().build().unwrap();
    match version {
        None => delta.load().await.unwrap(),
        Some(version) => delta.load_version(u64::try_from(version).unwrap()).await.unwrap(),
    }
    delta
}

fn records(delta: &DeltaTable) -> usize {
    delta.snapshot().unwrap().log_data().iter().map(|file| file.num_records().unwrap()).sum()
}

#[tokio::test]
async fn a_period_is_replaced_and_old_versions_load() {
    let test = TestLake::new().await;
    let first = test.stage(Table::LineItems, "2026-10", 100, 1);
    let one = test.commit(Table::LineItems, "2026-10", std::slice::from_ref(&first)).await;
    let other = test.stage(Table::LineItems, "2026-09", 7, 2);
    test.commit(Table::LineItems, "2026-09", &[other]).await;
    let (a, b) =
        (test.stage(Table::LineItems, "2026-10", 50, 3), test.stage(Table::LineItems, "2026-10", 60, 4));
    let three = test.commit(Table::LineItems, "2026-10", &[a.clone(), b.clone()]).await;

    assert_eq!(test.lake.version(Table::LineItems).await.unwrap(), three);
    let active: HashSet<_> = test.active(Table::LineItems).await.into_iter().collect();
    assert_eq!(active.len(), 3);
    assert!(active.contains(&a.path) && active.contains(&b.path) && !active.contains(&first.path));
    assert_eq!(records(&delta(&test.lake, Table::LineItems, None).await), 117);
    assert_eq!(records(&delta(&test.lake, Table::LineItems, Some(one)).await), 100);

    test.lake.remove_partition(Table::LineItems, &test.connection, parsed("2026-10")).await.unwrap();
    assert_eq!(records(&delta(&test.lake, Table::LineItems, None).await), 7);
}

#[tokio::test]
async fn the_same_files_are_committed_once() {
    let test = TestLake::new().await;
    let file = [test.stage(Table::Rollup, "2026-10", 10, 1)];
    let version = test.commit(Table::Rollup, "2026-10", &file).await;
    assert_eq!(test.commit(Table::Rollup, "2026-10", &file).await, version);
    assert_eq!(records(&delta(&test.lake, Table::Rollup, None).await), 10);
}

#[tokio::test]
async fn a_file_of_another_period_is_refused() {
    let test = TestLake::new().await;
    let file = test.stage(Table::Rollup, "2026-10", 10, 1);
    assert!(test.lake.commit(Table::Rollup, &test.connection, parsed("2026-09"), &[file]).await.is_err());
    assert_eq!(test.active(Table::Rollup).await, [""; 0]);
}

#[tokio::test]
async fn staged_files_are_invisible_and_vanish_with_their_staging() {
    let test = TestLake::new().await;
    let old = test.stage(Table::LineItems, "2026-10", 100, 1);
    test.commit(Table::LineItems, "2026-10", std::slice::from_ref(&old)).await;
    let new = test.stage(Table::LineItems, "2026-10", 50, 2);
    let unfinished = test.lake.stage(Table::LineItems, &test.connection, parsed("2026-10")).unwrap();
    let mut writer = unfinished.writer().unwrap();
    writer.write(&line_items(10, 3)).unwrap();
    assert_eq!(test.active(Table::LineItems).await, std::slice::from_ref(&old.path));
    assert_eq!(test.on_disk(Table::LineItems).len(), 3);
    // Being written: no leftovers.
    let report = test.lake.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
    assert_eq!(report.files, 0);
    assert_eq!(test.on_disk(Table::LineItems).len(), 3);

    drop((new, writer, unfinished));
    assert_eq!(test.on_disk(Table::LineItems).len(), 1);
    let locks = test.folder.path().join("lake/.staging");
    drop(old);
    assert_eq!(std::fs::read_dir(locks).unwrap().count(), 0);
    assert_eq!(test.on_disk(Table::LineItems).len(), 1, "committed files outlive their staging");
}

/// Run by the next test in a process of its own, which it kills.
#[tokio::test]
async fn child_that_stages_and_waits() {
    let Ok(folder) = std::env::var("LAKE_TEST_FOLDER") else { return };
    let lake = Lake::open(Path::new(&folder)).await.unwrap();
    let staging =
        lake.stage(Table::LineItems, &ConnectionId::try_new("bills").unwrap(), parsed("2026-10")).unwrap();
    let mut finished = staging.writer().unwrap();
    finished.write(&line_items(1000, 9)).unwrap();
    let staged = finished.finish().unwrap();
    let mut unfinished = staging.writer().unwrap();
    unfinished.write(&line_items(1000, 9)).unwrap();
    unfinished.flush_row_group().unwrap();
    std::fs::write(Path::new(&folder).join("ready"), staged.path).unwrap();
    std::thread::sleep(std::time::Duration::from_mins(1));
}

#[tokio::test]
async fn a_killed_process_leaves_the_old_version_and_leftovers_that_vacuum_removes() {
    let test = TestLake::new().await;
    let old = test.stage(Table::LineItems, "2026-10", 100, 1);
    test.commit(Table::LineItems, "2026-10", std::slice::from_ref(&old)).await;

    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["commits::child_that_stages_and_waits", "--exact"])
        .env("LAKE_TEST_FOLDER", test.folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !test.folder.path().join("ready").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the child ended before it staged");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(test.on_disk(Table::LineItems).len(), 3);
    let alive = test.lake.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
    assert_eq!(alive.files, 0, "another process is working on them");

    child.kill().unwrap();
    child.wait().unwrap();
    let reopened = Lake::open(test.folder.path()).await.unwrap();
    assert_eq!(reopened.active_files(Table::LineItems).await.unwrap()[0].path, old.path);
    let report = reopened.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
    assert_eq!(report.files, 2);
    assert_eq!(test.on_disk(Table::LineItems).len(), 1);
}

#[tokio::test]
async fn vacuum_removes_superseded_files_unless_kept() {
    let test = TestLake::new().await;
    let files: Vec<_> = (1..=3).map(|seed| test.stage(Table::Rollup, "2026-10", 10, seed)).collect();
    for file in &files {
        test.commit(Table::Rollup, "2026-10", std::slice::from_ref(file)).await;
    }
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    drop(files);
    let report = test.lake.vacuum(Table::Rollup, &HashSet::from([paths[1].clone()])).await.unwrap();
    assert_eq!(report.files, 1);
    let exists = |path: &String| test.lake.file_path(Table::Rollup, path).exists();
    assert_eq!(paths.iter().map(exists).collect::<Vec<_>>(), [false, true, true]);
    test.lake.vacuum(Table::Rollup, &HashSet::new()).await.unwrap();
    assert_eq!(paths.iter().map(exists).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(records(&delta(&test.lake, Table::Rollup, None).await), 10);
}

#[tokio::test]
async fn two_processes_replacing_one_period_leave_one_of_the_two() {
    let test = TestLake::new().await;
    let other = Lake::open(test.folder.path()).await.unwrap();
    let connection = test.connection.clone();
    let theirs = tokio::spawn(async move {
        for seed in 0..10 {
            let staging = other.stage(Table::Rollup, &connection, parsed("2026-10")).unwrap();
            let mut writer = staging.writer().unwrap();
            writer.write(&rollup(10, seed)).unwrap();
            let file = writer.finish().unwrap();
            other.commit(Table::Rollup, &connection, parsed("2026-10"), &[file]).await.unwrap();
        }
    });
    for seed in 0..10 {
        let file = test.stage(Table::Rollup, "2026-10", 10, seed);
        test.commit(Table::Rollup, "2026-10", &[file]).await;
    }
    theirs.await.unwrap();
    assert_eq!(test.active(Table::Rollup).await.len(), 1);
    assert_eq!(test.lake.version(Table::Rollup).await.unwrap(), 20);
}

#[tokio::test]
async fn the_log_is_checkpointed_and_still_loads() {
    let test = TestLake::new().await;
    for seed in 0..52 {
        let file = test.stage(Table::Rollup, "2026-10", 2, seed);
        test.commit(Table::Rollup, "2026-10", &[file]).await;
    }
    let log = test.lake.table_path(Table::Rollup).join("_delta_log");
    assert!(log.join("_last_checkpoint").exists());
    let reopened = Lake::open(test.folder.path()).await.unwrap();
    assert_eq!(reopened.active_files(Table::Rollup).await.unwrap().len(), 1);
    assert_eq!(records(&delta(&reopened, Table::Rollup, Some(51)).await), 2);
}

#[tokio::test]
async fn proof_sums_what_is_stored() {
    let test = TestLake::new().await;
    let files =
        [test.stage(Table::LineItems, "2026-10", 100_000, 1), test.stage(Table::LineItems, "2026-10", 5, 2)];
    let sums = test.lake.proof(Table::LineItems, &files).unwrap();
    let expected = rows::expected_sums(&[(100_000, 1), (5, 2)]);
    assert_eq!(sums, expected);
    let total = sums.total().unwrap();
    assert_eq!(total.rows, 100_005);
    assert!(total.split_rows > 0);
    assert_eq!(sums.amount("BilledCost"), Some(total.amounts[0]));

    let files = [test.stage(Table::Rollup, "2026-10", 1000, 1)];
    let sums = test.lake.proof(Table::Rollup, &files).unwrap();
    let usage = SumKey { line_item_type: "Usage".to_owned(), ..SumKey::default() };
    let none = SumKey::default();
    assert_eq!(sums.by_key.keys().collect::<Vec<_>>(), [&none, &usage]);
    assert_eq!(sums.total().unwrap().rows, 3000);
    let billed = (0..1000).map(|row| rows::amount(row, 1, 0)).sum::<i128>();
    assert_eq!(sums.total().unwrap().amounts[0], Decimal::from_units(billed));
}

#[tokio::test]
async fn proof_notices_a_tampered_file() {
    let test = TestLake::new().await;
    let file = [test.stage(Table::LineItems, "2026-10", 20_000, 1)];
    let path = test.lake.file_path(Table::LineItems, &file[0].path);
    let original = std::fs::read(&path).unwrap();
    let honest = test.lake.proof(Table::LineItems, &file).unwrap();

    std::fs::write(&path, &original[..original.len() - 1]).unwrap();
    assert_eq!(test.lake.proof(Table::LineItems, &file).unwrap_err().kind(), ErrorKind::Corrupt);

    // Other rows under the same name: same shape, other amounts.
    let other = test.stage(Table::LineItems, "2026-10", 20_000, 2);
    std::fs::copy(test.lake.file_path(Table::LineItems, &other.path), &path).unwrap();
    assert!(test.lake.proof(Table::LineItems, &file).ok().is_none_or(|sums| sums != honest));

    // A flipped bit in the middle of any cost column.
    let metadata = read_back::column_span(&original, "BilledCost");
    for at in [metadata.start + metadata.len() / 3, metadata.start + metadata.len() / 2] {
        let mut flipped = original.clone();
        flipped[at] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        assert!(test.lake.proof(Table::LineItems, &file).ok().is_none_or(|sums| sums != honest), "byte {at}");
    }
}

#[tokio::test]
async fn files_hold_the_canonical_schema_and_the_log_its_statistics() {
    let test = TestLake::new().await;
    for (table, period) in [(Table::Rollup, "2026-10"), (Table::LineItems, "2026-10")] {
        let file = test.stage(table, period, 1000, 1);
        let bytes = std::fs::read(test.lake.file_path(table, &file.path)).unwrap();
        assert_eq!(read_back::schema(&bytes).fields(), table.schema().fields());
        test.commit(table, period, std::slice::from_ref(&file)).await;
        let delta = delta(&test.lake, table, None).await;
        let names: Vec<String> =
            delta.snapshot().unwrap().schema().fields().map(|f| f.name().clone()).collect();
        let mut expected: Vec<String> = table.schema().fields().iter().map(|f| f.name().clone()).collect();
        expected.extend(model::schema::PARTITIONS.map(str::to_owned));
        assert_eq!(names, expected);
        let stats: serde_json::Value = serde_json::from_str(&file.stats).unwrap();
        assert_eq!(stats["numRecords"], 1000);
        let (column, least, greatest) = match table {
            Table::Rollup => ("x_Day", "2026-10-01", "2026-10-31"),
            Table::LineItems => ("ChargePeriodStart", "2026-10-01T00:00:00.000Z", "2026-10-31T23:00:00.000Z"),
        };
        assert_eq!(
            (&stats["minValues"][column], &stats["maxValues"][column]),
            (&least.into(), &greatest.into())
        );
    }
}

#[tokio::test]
async fn a_table_of_another_version_is_refused() {
    let test = TestLake::new().await;
    let log = test.lake.table_path(Table::Rollup).join("_delta_log/00000000000000000000.json");
    let entry = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, entry.replace("x_UsageType", "x_UsageKind")).unwrap();
    let error = Lake::open(test.folder.path()).await.err().unwrap();
    assert!(error.to_string().contains("x_UsageKind"), "{error}");
}
