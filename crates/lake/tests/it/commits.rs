//! The lake in a folder and in an object store: commits, versions, proof, vacuum, and what other readers see.

use crate::rows::{self, line_items, read_back, rollup};
use deltalake_core::logstore::{StorageConfig, default_logstore};
use deltalake_core::{DeltaTable, DeltaTableBuilder};
use lake::{ErrorKind, Lake, StagedFile, SumKey, Table};
use model::{BillingPeriod, ConnectionId, Decimal};
use object_store::memory::InMemory;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const URL: &str = "s3://bills";
const PREFIX: &str = "lake/of/us";

struct TestLake {
    folder: TempDir,
    /// The object store that it is in, where it is in one.
    store: Option<Arc<dyn ObjectStore>>,
    lake: Lake,
    connection: ConnectionId,
}

impl TestLake {
    async fn new() -> Self {
        Self::with(None).await
    }

    /// One in a folder, and one in an object store.
    async fn each() -> [Self; 2] {
        [Self::new().await, Self::with(Some(Arc::new(InMemory::new()))).await]
    }

    async fn with(store: Option<Arc<dyn ObjectStore>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = opened(folder.path(), store.as_ref()).await;
        Self { folder, store, lake, connection: ConnectionId::try_new("bills").unwrap() }
    }

    /// Opens it once more, as another process does.
    async fn again(&self) -> Lake {
        opened(self.folder.path(), self.store.as_ref()).await
    }

    /// Bytes of a data file.
    async fn bytes(&self, table: Table, path: &str) -> Vec<u8> {
        match &self.store {
            None => std::fs::read(self.lake.file_path(table, path)).unwrap(),
            Some(store) => store.get(&key(table, path)).await.unwrap().bytes().await.unwrap().to_vec(),
        }
    }

    /// Writes over a data file.
    async fn write(&self, table: Table, path: &str, bytes: &[u8]) {
        match &self.store {
            None => std::fs::write(self.lake.file_path(table, path), bytes).unwrap(),
            Some(store) => {
                store.put(&key(table, path), bytes.to_vec().into()).await.unwrap();
            }
        }
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

    /// Data files that are there.
    async fn there(&self, table: Table) -> Vec<String> {
        self.lake.present(table).await.unwrap().into_keys().collect()
    }

    /// Waits until so many data files are there: a bucket's are removed behind.
    async fn until_there(&self, table: Table, count: usize) {
        for _ in 0..500 {
            if self.there(table).await.len() == count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{count} files were expected: {:?}", self.there(table).await);
    }
}

async fn opened(folder: &Path, store: Option<&Arc<dyn ObjectStore>>) -> Lake {
    match store {
        None => Lake::open(folder).await.unwrap(),
        Some(store) => Lake::open_in(folder, Arc::clone(store), URL, PREFIX).await.unwrap(),
    }
}

fn key(table: Table, path: &str) -> object_store::path::Path {
    format!("{PREFIX}/{}/{path}", table.name()).into()
}

fn parsed(period: &str) -> BillingPeriod {
    period.parse().unwrap()
}

/// The table as other programs read it.
async fn delta(test: &TestLake, table: Table, version: Option<i64>) -> DeltaTable {
    let mut delta = match &test.store {
        None => {
            let url = url::Url::from_directory_path(test.lake.table_path(table)).unwrap();
            DeltaTableBuilder::from_url(url).unwrap().build().unwrap()
        }
        Some(store) => {
            let below = Arc::new(PrefixStore::new(Arc::clone(store), key(table, "")));
            let url = format!("{URL}/{PREFIX}/{}/", table.name()).parse().unwrap();
            DeltaTable::new(default_logstore(below, Arc::clone(store), &url, &StorageConfig::default()))
        }
    };
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
    for test in TestLake::each().await {
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
        assert_eq!(records(&delta(&test, Table::LineItems, None).await), 117);
        assert_eq!(records(&delta(&test, Table::LineItems, Some(one)).await), 100);

        test.lake.remove_partition(Table::LineItems, &test.connection, parsed("2026-10")).await.unwrap();
        assert_eq!(records(&delta(&test, Table::LineItems, None).await), 7);
    }
}

#[tokio::test]
async fn the_same_files_are_committed_once() {
    for test in TestLake::each().await {
        let file = [test.stage(Table::Rollup, "2026-10", 10, 1)];
        let version = test.commit(Table::Rollup, "2026-10", &file).await;
        assert_eq!(test.commit(Table::Rollup, "2026-10", &file).await, version);
        assert_eq!(records(&delta(&test, Table::Rollup, None).await), 10);
    }
}

#[tokio::test]
async fn a_file_of_another_period_is_refused() {
    for test in TestLake::each().await {
        let file = test.stage(Table::Rollup, "2026-10", 10, 1);
        assert!(test.lake.commit(Table::Rollup, &test.connection, parsed("2026-09"), &[file]).await.is_err());
        assert_eq!(test.active(Table::Rollup).await, [""; 0]);
    }
}

#[tokio::test]
async fn staged_files_are_invisible_and_vanish_with_their_staging() {
    for test in TestLake::each().await {
        let old = test.stage(Table::LineItems, "2026-10", 100, 1);
        test.commit(Table::LineItems, "2026-10", std::slice::from_ref(&old)).await;
        let new = test.stage(Table::LineItems, "2026-10", 50, 2);
        let unfinished = test.lake.stage(Table::LineItems, &test.connection, parsed("2026-10")).unwrap();
        let mut writer = unfinished.writer().unwrap();
        writer.write(&line_items(10, 3)).unwrap();
        assert_eq!(test.active(Table::LineItems).await, std::slice::from_ref(&old.path));
        // An object is there once it is finished.
        let being_written = usize::from(test.store.is_none());
        assert_eq!(test.there(Table::LineItems).await.len(), 2 + being_written);
        // Being written: no leftovers.
        let report = test.lake.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
        assert_eq!(report.files, 0);
        assert_eq!(test.there(Table::LineItems).await.len(), 2 + being_written);

        drop((new, writer, unfinished));
        test.until_there(Table::LineItems, 1).await;
        let locks = test.folder.path().join("lake/.staging");
        drop(old);
        assert_eq!(std::fs::read_dir(locks).unwrap().count(), 0);
        assert_eq!(test.there(Table::LineItems).await.len(), 1, "committed files outlive their staging");
    }
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
    assert_eq!(test.there(Table::LineItems).await.len(), 3);
    let alive = test.lake.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
    assert_eq!(alive.files, 0, "another process is working on them");

    child.kill().unwrap();
    child.wait().unwrap();
    let reopened = Lake::open(test.folder.path()).await.unwrap();
    assert_eq!(reopened.active_files(Table::LineItems).await.unwrap()[0].path, old.path);
    let report = reopened.vacuum(Table::LineItems, &HashSet::new()).await.unwrap();
    assert_eq!(report.files, 2);
    assert_eq!(test.there(Table::LineItems).await.len(), 1);
}

#[tokio::test]
async fn vacuum_removes_superseded_files_unless_kept() {
    for test in TestLake::each().await {
        let files: Vec<_> = (1..=3).map(|seed| test.stage(Table::Rollup, "2026-10", 10, seed)).collect();
        for file in &files {
            test.commit(Table::Rollup, "2026-10", std::slice::from_ref(file)).await;
        }
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        drop(files);
        let report = test.lake.vacuum(Table::Rollup, &HashSet::from([paths[1].clone()])).await.unwrap();
        assert_eq!(report.files, 1);
        let there = test.there(Table::Rollup).await;
        assert_eq!(paths.iter().map(|path| there.contains(path)).collect::<Vec<_>>(), [false, true, true]);
        test.lake.vacuum(Table::Rollup, &HashSet::new()).await.unwrap();
        let there = test.there(Table::Rollup).await;
        assert_eq!(paths.iter().map(|path| there.contains(path)).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(records(&delta(&test, Table::Rollup, None).await), 10);
    }
}

#[tokio::test]
async fn two_processes_replacing_one_period_leave_one_of_the_two() {
    for test in TestLake::each().await {
        let other = test.again().await;
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
}

#[tokio::test]
async fn the_log_is_checkpointed_and_still_loads() {
    for test in TestLake::each().await {
        for seed in 0..52 {
            let file = test.stage(Table::Rollup, "2026-10", 2, seed);
            test.commit(Table::Rollup, "2026-10", &[file]).await;
        }
        assert!(test.lake.log(Table::Rollup).await.unwrap().contains_key("_last_checkpoint"));
        let reopened = test.again().await;
        assert_eq!(reopened.active_files(Table::Rollup).await.unwrap().len(), 1);
        assert_eq!(records(&delta(&test, Table::Rollup, Some(51)).await), 2);
    }
}

#[tokio::test]
async fn proof_sums_what_is_stored() {
    for test in TestLake::each().await {
        let files = [
            test.stage(Table::LineItems, "2026-10", 100_000, 1),
            test.stage(Table::LineItems, "2026-10", 5, 2),
        ];
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
}

#[tokio::test]
async fn proof_notices_a_tampered_file() {
    for test in TestLake::each().await {
        let file = [test.stage(Table::LineItems, "2026-10", 20_000, 1)];
        let path = &file[0].path;
        let original = test.bytes(Table::LineItems, path).await;
        let honest = test.lake.proof(Table::LineItems, &file).unwrap();

        test.write(Table::LineItems, path, &original[..original.len() - 1]).await;
        assert_eq!(test.lake.proof(Table::LineItems, &file).unwrap_err().kind(), ErrorKind::Corrupt);

        // Other rows under the same name: same shape, other amounts.
        let other = test.stage(Table::LineItems, "2026-10", 20_000, 2);
        let others = test.bytes(Table::LineItems, &other.path).await;
        test.write(Table::LineItems, path, &others).await;
        assert!(test.lake.proof(Table::LineItems, &file).ok().is_none_or(|sums| sums != honest));

        // A flipped bit in the middle of any cost column.
        let metadata = read_back::column_span(&original, "BilledCost");
        for at in [metadata.start + metadata.len() / 3, metadata.start + metadata.len() / 2] {
            let mut flipped = original.clone();
            flipped[at] ^= 1;
            test.write(Table::LineItems, path, &flipped).await;
            assert!(
                test.lake.proof(Table::LineItems, &file).ok().is_none_or(|sums| sums != honest),
                "byte {at}"
            );
        }
    }
}

#[tokio::test]
async fn files_hold_the_canonical_schema_and_the_log_its_statistics() {
    for test in TestLake::each().await {
        for (table, period) in [(Table::Rollup, "2026-10"), (Table::LineItems, "2026-10")] {
            let file = test.stage(table, period, 1000, 1);
            let bytes = test.bytes(table, &file.path).await;
            assert_eq!(read_back::schema(&bytes).fields(), table.schema().fields());
            test.commit(table, period, std::slice::from_ref(&file)).await;
            let delta = delta(&test, table, None).await;
            let names: Vec<String> =
                delta.snapshot().unwrap().schema().fields().map(|f| f.name().clone()).collect();
            let mut expected: Vec<String> =
                table.schema().fields().iter().map(|f| f.name().clone()).collect();
            expected.extend(model::schema::PARTITIONS.map(str::to_owned));
            assert_eq!(names, expected);
            let stats: serde_json::Value = serde_json::from_str(&file.stats).unwrap();
            assert_eq!(stats["numRecords"], 1000);
            let (column, least, greatest) = match table {
                Table::Rollup => ("x_Day", "2026-10-01", "2026-10-31"),
                Table::LineItems => {
                    ("ChargePeriodStart", "2026-10-01T00:00:00.000Z", "2026-10-31T23:00:00.000Z")
                }
            };
            assert_eq!(
                (&stats["minValues"][column], &stats["maxValues"][column]),
                (&least.into(), &greatest.into())
            );
        }
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
