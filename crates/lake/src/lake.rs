//! The lake's door: staging, proof, commits, and what is active.

use crate::data_file::DataFile;
use crate::delta::{Delta, Partition};
use crate::door::{Bucket, Door, LOG, Probe, blocking};
use crate::staging::{StagedFile, Staging};
use crate::table::partition_path;
use crate::vacuum::{self, Unused, VacuumReport};
use crate::{LakeError, LakeOptions, StoredSums, Table, address, owner, proof};
use deltalake_core::kernel::Add;
use model::{BillingPeriod, ConnectionId, schema::PARTITIONS};
use object_store::ObjectStore;
use std::collections::{HashMap, HashSet};
use std::io::Read;
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
    door: Door,
    /// Of generations: files of this machine.
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
        Self::open_at(data_dir, &LakeOptions::default(), "").await
    }

    /// Opens the lake where the options say, else where the data folder remembers it, else under `<data_dir>/lake`;
    /// creates its tables when missing. In a bucket it is the lake of one data folder, which has a name.
    ///
    /// # Errors
    /// The bucket does not answer or refuses, is another data folder's, or the tables are elsewhere than is said.
    pub async fn open_at(
        data_dir: &Path,
        options: &LakeOptions,
        data_folder: &str,
    ) -> Result<Self, LakeError> {
        let folder = data_dir.join("lake");
        let Some(address) = address::resolve(&folder, options)? else {
            return Self::behind(data_dir, Door::folder(&folder)?).await;
        };
        let bucket = Bucket::s3(&address, options)?;
        if address::is_remembered(&folder)? {
            // However it is reached this time: what is remembered is where it was made.
            owner::recognize(&bucket, data_folder).await?;
        } else {
            owner::claim(&bucket, data_folder).await?;
            std::fs::create_dir_all(&folder).map_err(LakeError::io(&folder))?;
            address::remember(&folder, &address)?;
        }
        Self::behind(data_dir, Door::bucket(bucket)).await
    }

    /// Opens the lake of a data folder in an object store that somebody made, below a prefix; the URL names its bucket.
    ///
    /// # Errors
    /// The store does not answer or refuses.
    pub async fn open_in(
        data_dir: &Path,
        store: Arc<dyn ObjectStore>,
        url: &str,
        prefix: &str,
    ) -> Result<Self, LakeError> {
        let bucket = Bucket::over(store, url, prefix)?;
        owner::claim(&bucket, "").await?;
        Self::behind(data_dir, Door::bucket(bucket)).await
    }

    async fn behind(data_dir: &Path, door: Door) -> Result<Self, LakeError> {
        let locks = std::path::absolute(data_dir).map_err(LakeError::io(data_dir))?.join("lake/.staging");
        std::fs::create_dir_all(&locks).map_err(LakeError::io(&locks))?;
        let mut tables = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            tables.push((table, Mutex::new(Delta::open(&door, table).await?)));
        }
        let shared = Shared { door, locks, tables };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Folder of a table, of a lake in a data folder; of one in a bucket there is none, and nothing is found there.
    pub fn table_path(&self, table: Table) -> PathBuf {
        self.shared.door.root().unwrap_or(Path::new("")).join(table.name())
    }

    /// Full path of a data file, from its path relative to the table.
    pub fn file_path(&self, table: Table, path: &str) -> PathBuf {
        self.table_path(table).join(path)
    }

    /// A data file for whoever reads it, from its path relative to the table and its bytes where they are known.
    pub fn file(&self, table: Table, path: &str, bytes: Option<u64>) -> DataFile {
        DataFile::new(&self.shared.door, format!("{}/{path}", table.name()), bytes)
    }

    /// Every data file of a table that is there, by its path relative to the table, with its bytes.
    ///
    /// # Errors
    /// The files cannot be listed.
    pub async fn present(&self, table: Table) -> Result<HashMap<String, u64>, LakeError> {
        let mut present = self.shared.door.list(table.name()).await?;
        present.retain(|path, _| !path.starts_with(LOG));
        Ok(present)
    }

    /// Bytes that a table takes: its data files and its log.
    ///
    /// # Errors
    /// The files cannot be listed.
    pub async fn bytes(&self, table: Table) -> Result<u64, LakeError> {
        Ok(self.shared.door.list(table.name()).await?.values().sum())
    }

    /// Where the tables lie, for people.
    pub fn place(&self) -> String {
        self.shared.door.name("")
    }

    /// Whether they lie in a bucket.
    pub fn is_in_bucket(&self) -> bool {
        self.shared.door.root().is_none()
    }

    /// Tries whether the place does for a lake: an object is written, read, listed and removed. Of a folder this is
    /// found out otherwise.
    ///
    /// # Errors
    /// It does not, and why.
    pub async fn probe(&self) -> Result<Probe, LakeError> {
        self.shared.door.probe().await
    }

    /// The files of a table's log, by their names, with their bytes.
    ///
    /// # Errors
    /// The files cannot be listed.
    pub async fn log(&self, table: Table) -> Result<HashMap<String, u64>, LakeError> {
        self.shared.door.list(&format!("{}/{LOG}", table.name())).await
    }

    /// A file of a table, its log's too, to be read from its first byte to its last; its path is relative to the
    /// table. Blocks.
    ///
    /// # Errors
    /// The file is not there, or cannot be read.
    pub fn read(&self, table: Table, path: &str) -> Result<Box<dyn Read + Send>, LakeError> {
        self.shared.door.read(&format!("{}/{path}", table.name()))
    }

    /// Looks whether the tables can be read, without waiting for whoever commits.
    ///
    /// # Errors
    /// A table's log cannot be listed.
    pub async fn look(&self) -> Result<(), LakeError> {
        for table in Table::ALL {
            self.shared.door.look(table.name()).await?;
        }
        Ok(())
    }

    /// Starts a generation of data files for a (connection, billing period), seen by no reader before its
    /// commit.
    pub fn stage(
        &self,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
    ) -> Result<Staging, LakeError> {
        Staging::start(&self.shared.door, &self.shared.locks, table, connection, period)
    }

    /// Reads staged files back and sums their amounts exactly, by line item type and, for line items, by
    /// source file. Blocks; uses two threads.
    pub fn proof(&self, table: Table, files: &[StagedFile]) -> Result<StoredSums, LakeError> {
        proof::sum(table, files)
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
        let (partition, adds) = adding(connection, period, adds)?;
        let mut delta = self.delta(table)?.lock().await;
        // Beforehand: a commit may have been made although its answer is an error, or nobody waits for it any more.
        let fresh: Vec<_> = files
            .iter()
            .map(|file| &file.generation)
            .filter(|generation| !generation.is_committed())
            .collect();
        for generation in &fresh {
            generation.set_committed(true);
        }
        let replaced = delta.replace(&partition, &adds).await;
        if matches!(replaced, Err(LakeError::Conflict { .. })) {
            for generation in &fresh {
                generation.set_committed(false);
            }
        }
        replaced
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
            let full = format!("{}/{path}", table.name());
            let Some(bytes) = self.shared.door.size(&full).await? else {
                return Err(LakeError::Corrupt {
                    path: path.clone(),
                    what: "it is not there any more".into(),
                });
            };
            adds.push((path.clone(), bytes, None));
        }
        let (partition, adds) = adding(connection, period, adds.into_iter())?;
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

    /// What lies at a table's place, and what of it the table itself does not need: files that are neither in its
    /// newest version nor being staged by any process. Former versions and leftovers of killed processes are among
    /// them, and look alike.
    ///
    /// # Errors
    /// The place or the log cannot be read.
    pub async fn unused(&self, table: Table) -> Result<Unused, LakeError> {
        // The order matters. A file without a living generation is looked up in the log afterwards: had
        // its generation just ended by a commit, that commit is seen.
        let present = self.present(table).await?;
        let locks = self.shared.locks.clone();
        let (present, unlocked) = blocking(move || {
            let unlocked = vacuum::unlocked(&present, &locks);
            Ok((present, unlocked))
        })
        .await?;
        let active: HashSet<String> =
            self.active_files(table).await?.into_iter().map(|file| file.path).collect();
        let files = unlocked.into_iter().filter(|path| !active.contains(path)).collect();
        Ok(Unused { files, active, present })
    }

    /// Deletes data files, by their paths relative to the table. What is gone already is no error. `present` holds the
    /// bytes of those that a list told, as [`Unused::present`]: the others are asked for.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub async fn remove(
        &self,
        table: Table,
        paths: &[String],
        present: &HashMap<String, u64>,
    ) -> Result<VacuumReport, LakeError> {
        vacuum::remove(table, &self.shared.door, paths, present, &self.shared.locks).await
    }

    /// Deletes every unused data file but those in `keep` (paths relative to the table).
    ///
    /// # Errors
    /// As [`Self::unused`] and [`Self::remove`].
    pub async fn vacuum(&self, table: Table, keep: &HashSet<String>) -> Result<VacuumReport, LakeError> {
        let Unused { files, present, .. } = self.unused(table).await?;
        let dead: Vec<String> = files.into_iter().filter(|path| !keep.contains(path)).collect();
        self.remove(table, &dead, &present).await
    }

    fn delta(&self, table: Table) -> Result<&Mutex<Delta>, LakeError> {
        let found = self.shared.tables.iter().find(|(known, _)| *known == table);
        found.map(|(_, delta)| delta).ok_or(LakeError::Internal("a table that the lake does not have"))
    }
}

/// Files as a commit adds them to a (connection, billing period): path, size and statistics of each.
fn adding(
    connection: &ConnectionId,
    period: BillingPeriod,
    files: impl Iterator<Item = (String, u64, Option<String>)>,
) -> Result<(Partition, Vec<Add>), LakeError> {
    let partition = [connection.to_string(), period.to_string()];
    let folder = partition_path(connection, period);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let add = |(path, size, stats): (String, u64, Option<String>)| {
        if !path.starts_with(&format!("{folder}/")) {
            return Err(LakeError::Internal("a file belongs to another partition"));
        }
        Ok(Add {
            path,
            partition_values: partition_values(&partition),
            size: i64::try_from(size).map_err(|_| LakeError::Internal("file size"))?,
            modification_time: i64::try_from(now).unwrap_or(i64::MAX),
            data_change: true,
            stats,
            ..Add::default()
        })
    };
    let adds = files.map(add).collect::<Result<_, _>>()?;
    Ok((partition, adds))
}

fn partition_values(partition: &Partition) -> HashMap<String, Option<String>> {
    PARTITIONS
        .iter()
        .zip(partition)
        .map(|(column, value)| ((*column).to_owned(), Some(value.clone())))
        .collect()
}
