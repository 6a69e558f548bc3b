//! A bucket that is not as it should be: what a lake makes of lost answers and of writes without conditions.

use crate::rows::rollup;
use async_trait::async_trait;
use futures::stream::BoxStream;
use lake::{ErrorKind, Lake, StagedFile, Table};
use model::{BillingPeriod, ConnectionId};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

#[derive(Debug, Default)]
struct Faulty {
    inner: InMemory,
    /// Commits that are made from now on, and whose answers are lost.
    lost: AtomicU32,
    /// Commits after those that are not made.
    refused: AtomicU32,
    /// Commits that are made from now on, and never answered.
    silent: AtomicU32,
    /// Whether conditions of writes are not heeded.
    unconditional: bool,
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a faulty store")
    }
}

fn takes(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1)).is_ok()
}

fn failed() -> Error {
    Error::Generic { store: "faulty", source: "the connection was closed".into() }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        if self.unconditional {
            options.mode = PutMode::Overwrite;
        }
        let is_commit = at.as_ref().contains("_delta_log") && options.mode == PutMode::Create;
        if is_commit && takes(&self.lost) {
            self.inner.put_opts(at, payload, options).await?;
            return Err(failed());
        }
        if is_commit && takes(&self.refused) {
            return Err(failed());
        }
        if is_commit && takes(&self.silent) {
            self.inner.put_opts(at, payload, options).await?;
            std::future::pending::<()>().await;
            return Err(failed());
        }
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, below: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(below)
    }

    async fn list_with_delimiter(&self, below: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(below).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

struct Test {
    _folder: TempDir,
    store: Arc<Faulty>,
    lake: Lake,
    connection: ConnectionId,
    period: BillingPeriod,
}

impl Test {
    async fn new() -> Self {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::new(Faulty::default()));
        let lake = Lake::open_in(folder.path(), store.clone(), "s3://bills", "lake").await.unwrap();
        let connection = ConnectionId::try_new("bills").unwrap();
        Self { _folder: folder, store, lake, connection, period: "2026-10".parse().unwrap() }
    }

    fn staged(&self, seed: i64) -> [StagedFile; 1] {
        let mut writer =
            self.lake.stage(Table::Rollup, &self.connection, self.period).unwrap().writer().unwrap();
        writer.write(&rollup(10, seed)).unwrap();
        [writer.finish().unwrap()]
    }

    async fn commit(&self, files: &[StagedFile]) -> std::result::Result<i64, lake::LakeError> {
        self.lake.commit(Table::Rollup, &self.connection, self.period, files).await
    }

    /// Whether the newest version holds the file, and whether it is there a while after nobody holds it.
    async fn stands(&self, files: [StagedFile; 1]) -> (bool, bool) {
        let path = files[0].path.clone();
        drop(files);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let active = self.lake.active_files(Table::Rollup).await.unwrap();
        let there = self.lake.present(Table::Rollup).await.unwrap();
        (active.iter().any(|file| file.path == path), there.contains_key(&path))
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_found() {
    let test = Test::new().await;
    test.store.lost.store(1, Ordering::SeqCst);
    let files = test.staged(1);
    assert_eq!(test.commit(&files).await.unwrap(), 1);
    assert_eq!(test.stands(files).await, (true, true));
}

#[tokio::test]
async fn a_commit_that_fails_once_is_made_again_and_one_that_goes_on_failing_is_not() {
    let test = Test::new().await;
    test.store.refused.store(2, Ordering::SeqCst);
    let files = test.staged(1);
    assert_eq!(test.commit(&files).await.unwrap(), 1);
    assert_eq!(test.stands(files).await, (true, true));
    test.store.refused.store(3, Ordering::SeqCst);
    let files = test.staged(2);
    assert_eq!(test.commit(&files).await.unwrap_err().kind(), ErrorKind::Unreachable);
    // Nothing says that the last one was not made: what is not in the log is a vacuum's.
    assert_eq!(test.stands(files).await, (false, true));
    assert_eq!(test.lake.vacuum(Table::Rollup, &HashSet::new()).await.unwrap().files, 1);
}

#[tokio::test]
async fn files_of_a_commit_that_nobody_waits_for_any_more_stay() {
    let test = Test::new().await;
    test.store.silent.store(1, Ordering::SeqCst);
    let files = test.staged(1);
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(200), test.commit(&files)).await;
    assert!(given_up.is_err());
    assert_eq!(test.stands(files).await, (true, true));
}

#[tokio::test]
async fn a_server_without_conditional_writes_is_refused_each_time() {
    let store = Arc::new(Faulty { unconditional: true, ..Faulty::default() });
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let opened = Lake::open_in(folder.path(), store.clone(), "s3://bills", "lake").await;
        let error = opened.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Elsewhere);
        assert!(error.to_string().contains("If-None-Match"), "{error}");
        assert!(store.list_with_delimiter(None).await.unwrap().common_prefixes.is_empty());
    }
}
