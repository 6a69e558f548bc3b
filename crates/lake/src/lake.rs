//! The lake's door: staging, proof, commits, and what is active.

use crate::delta::Delta;
use crate::staging::{StagedFile, Staging};
use crate::table::partition_path;
use crate::vacuum::{self, Unused, VacuumReport};
use crate::{LakeError, StoredSums, Table, proof};
use deltalake_core::kernel::Add;
use model::{BillingPeriod, ConnectionId, schema::PARTITIONS};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;

/// The Delta tables of a data folder. Cheap to clone; clones share their state.
#[derive(Clone)]
pub struct Lake {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    locks: PathBuf,
    /// In the order of [`Table::ALL`].
    tables: Vec<(Table, Mutex<Delta>)>,
}

/// A data file that the newest version of a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveFile {
    /// Connection that the file belongs to.
    pub connection_id: String,
    /// Billing period, as `YYYY-MM`.
    pub billing_period: String,
    /// Path relative to the table's folder, with `/`.
    pub path: String,
}

impl Lake {
    /// Opens the lake under `<data_dir>/lake`, creating its tables when missing.
    pub async fn open(data_dir: &Path) -> Result<Self, LakeError> {
        let root = std::path::absolute(data_dir.join("lake")).map_err(LakeError::io(data_dir))?;
        let locks = root.join(".staging");
        std::fs::create_dir_all(&locks).map_err(LakeError::io(&locks))?;
        let mut tables = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let folder = root.join(table.name());
            std::fs::create_dir_all(&folder).map_err(LakeError::io(&folder))?;
            tables.push((table, Mutex::new(Delta::open(&folder, table).await?)));
        }
        let shared = Shared { root, locks, tables };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Folder of a table.
    pub fn table_path(&self, table: Table) -> PathBuf {
        self.shared.root.join(table.name())
    }

    /// Full path of a data file, from its path relative to the table.
    pub fn file_path(&self, table: Table, path: &str) -> PathBuf {
        self.table_path(table).join(path)
    }

    /// Starts a generation of data files for a (connection, billing period), seen by no reader before its
    /// commit.
    pub fn stage(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
    ) -> Result<Staging, LakeError> {
        Staging::start(&self.table_path(table), &self.shared.locks, table, connection, period)
    }

    /// Reads staged files back and sums their amounts exactly, by line item type and, for line items, by
    /// source file. Blocks; uses two threads.
    pub fn proof(&self, table: Table, files: &[StagedFile]) -> Result<StoredSums, LakeError> {
        proof::sum(table, &self.table_path(table), files)
    }

    /// Replaces a (connection, billing period) by staged files in one Delta commit; returns the version
    /// that holds them. The files are the table's from then on.
    pub async fn commit(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
        files: &[StagedFile],
    ) -> Result<i64, LakeError> {
        let adds = files.iter().map(|file| (file.path.clone(), file.size, Some(file.stats.clone())));
        let version = self.replace(table, connection, period, adds.collect()).await?;
        for file in files {
            file.generation.committed();
        }
        Ok(version)
    }

    /// Makes the files of a former commit a (connection, billing period) again, by their paths relative to the table;
    /// returns the version that holds them.
    ///
    /// # Errors
    /// A file is gone, or the commit fails.
    pub async fn restore(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
        paths: &[String],
    ) -> Result<i64, LakeError> {
        let mut adds = Vec::with_capacity(paths.len());
        for path in paths {
            let full = self.file_path(table, path);
            let found = std::fs::metadata(&full).map_err(LakeError::io(&full))?;
            adds.push((path.clone(), found.len(), None));
        }
        self.replace(table, connection, period, adds).await
    }

    /// Replaces a (connection, billing period) by files: path, size and statistics of each.
    async fn replace(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
        files: Vec<(String, u64, Option<String>)>,
    ) -> Result<i64, LakeError> {
        let partition = [connection.to_string(), period.to_string()];
        let folder = partition_path(connection, period);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let mut adds = Vec::with_capacity(files.len());
        for (path, size, stats) in files {
            if !path.starts_with(&format!("{folder}/")) {
                return Err(LakeError::Internal("a file belongs to another partition"));
            }
            adds.push(Add {
                path,
                partition_values: partition_values(&partition),
                size: i64::try_from(size).map_err(|_| LakeError::Internal("file size"))?,
                modification_time: i64::try_from(now).unwrap_or(i64::MAX),
                data_change: true,
                stats,
                ..Add::default()
            });
        }
        self.delta(table)?.lock().await.replace(&partition, &adds).await
    }

    /// Empties a (connection, billing period); returns the version without it.
    pub async fn remove_partition(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
    ) -> Result<i64, LakeError> {
        self.commit(table, connection, period, &[]).await
    }

    /// Data files of the newest version of a table.
    pub async fn active_files(&self, table: Table) -> Result<Vec<ActiveFile>, LakeError> {
        let mut delta = self.delta(table)?.lock().await;
        delta.refresh().await?;
        let files = delta.files()?.into_iter().map(|file| {
            let [connection_id, billing_period] = file.partition;
            ActiveFile { connection_id, billing_period, path: file.path }
        });
        Ok(files.collect())
    }

    /// Newest version of a table.
    pub async fn version(&self, table: Table) -> Result<i64, LakeError> {
        let mut delta = self.delta(table)?.lock().await;
        delta.refresh().await?;
        delta.version()
    }

    /// What lies in a table's folder, and what of it the table itself does not need: files that are neither in its
    /// newest version nor being staged by any process. Former versions and leftovers of killed processes are among
    /// them, and look alike.
    ///
    /// # Errors
    /// The folder or the log cannot be read.
    pub async fn unused(&self, table: Table) -> Result<Unused, LakeError> {
        let (root, locks) = (self.table_path(table), self.shared.locks.clone());
        // The order matters. A file without a living generation is looked up in the log afterwards: had
        // its generation just ended by a commit, that commit is seen.
        let (present, unlocked) = blocking(move || vacuum::files(&root, &locks)).await?;
        let active: HashSet<String> =
            self.active_files(table).await?.into_iter().map(|file| file.path).collect();
        let files = unlocked.into_iter().filter(|path| !active.contains(path)).collect();
        Ok(Unused { files, active, present })
    }

    /// Deletes data files, by their paths relative to the table. What is gone already is no error.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub async fn remove(&self, table: Table, paths: Vec<String>) -> Result<VacuumReport, LakeError> {
        let (root, locks) = (self.table_path(table), self.shared.locks.clone());
        blocking(move || vacuum::remove(table, &root, &paths, &locks)).await
    }

    /// Deletes every unused data file but those in `keep` (paths relative to the table).
    ///
    /// # Errors
    /// As [`Self::unused`] and [`Self::remove`].
    pub async fn vacuum(&self, table: Table, keep: &HashSet<String>) -> Result<VacuumReport, LakeError> {
        let dead = self.unused(table).await?.files.into_iter().filter(|path| !keep.contains(path)).collect();
        self.remove(table, dead).await
    }

    fn delta(&self, table: Table) -> Result<&Mutex<Delta>, LakeError> {
        let found = self.shared.tables.iter().find(|(known, _)| *known == table);
        found.map(|(_, delta)| delta).ok_or(LakeError::Internal("a table that the lake does not have"))
    }
}

fn partition_values(partition: &[String; 2]) -> HashMap<String, Option<String>> {
    PARTITIONS
        .iter()
        .zip(partition)
        .map(|(column, value)| ((*column).to_owned(), Some(value.clone())))
        .collect()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LakeError::Internal("a file task ended early"))?
}
