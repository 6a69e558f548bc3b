//! Staging: data files that no reader sees yet.
//!
//! A generation is alive while a [`Staging`] or any of its [`StagedFile`]s is; it then holds an exclusive
//! lock on a file of its own, so that no vacuum, of this process or another, takes its files for leftovers.
//! When the last of them is dropped without a commit, its files are deleted; where it is in doubt whether there was one,
//! they are left to a vacuum, which looks at the log.

use crate::door::Door;
use crate::file_writer::FileWriter;
use crate::table::partition_path;
use crate::{LakeError, Table};
use model::{BillingPeriod, ConnectionId};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A generation of data files of one (connection, billing period), being written.
#[derive(Clone, Debug)]
pub struct Staging {
    table: Table,
    connection: ConnectionId,
    period: BillingPeriod,
    partition: String,
    generation: Arc<Generation>,
}

/// A finished data file, waiting for its commit.
#[derive(Clone, Debug)]
pub struct StagedFile {
    /// Path relative to the table's folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Number of rows.
    pub rows: u64,
    /// Statistics as the Delta log holds them (JSON).
    pub stats: String,
    pub(crate) generation: Arc<Generation>,
}

#[derive(Debug)]
pub(crate) struct Generation {
    id: String,
    door: Door,
    /// The table's folder at the door.
    folder: &'static str,
    lock_path: PathBuf,
    lock: File,
    next: AtomicU32,
    committed: AtomicBool,
    /// Below the door's root.
    files: Mutex<Vec<String>>,
}

impl Staging {
    /// `locks` is the folder of the generations' locks, on this machine wherever the files go.
    pub(crate) fn start(
        door: &Door,
        locks: &Path,
        table: Table,
        connection: &ConnectionId,
        period: BillingPeriod,
    ) -> Result<Self, LakeError> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let lock_path = lock_path(locks, &id);
        let lock = File::create_new(&lock_path).map_err(LakeError::io(&lock_path))?;
        lock.try_lock().map_err(|error| LakeError::io(&lock_path)(error.into()))?;
        let partition = partition_path(connection, period);
        let generation = Generation {
            id,
            door: door.clone(),
            folder: table.name(),
            lock_path,
            lock,
            next: AtomicU32::new(0),
            committed: AtomicBool::new(false),
            files: Mutex::default(),
        };
        Ok(Self {
            table,
            connection: connection.clone(),
            period,
            partition,
            generation: Arc::new(generation),
        })
    }

    /// The table written to.
    pub fn table(&self) -> Table {
        self.table
    }

    /// The connection written for.
    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// The billing period written for.
    pub fn period(&self) -> BillingPeriod {
        self.period
    }

    /// Starts the next data file. Several may be written at once, each on a thread of its own.
    pub fn writer(&self) -> Result<FileWriter, LakeError> {
        let number = self.generation.next.fetch_add(1, Ordering::Relaxed);
        let path = format!("{}/{}-{number:05}.parquet", self.partition, self.generation.id);
        let mut files = self.generation.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(self.generation.below(&path));
        drop(files);
        FileWriter::create(self.table, path, Arc::clone(&self.generation))
    }
}

impl Generation {
    /// Where its files go.
    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// A path of the table, as the door knows it.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}/{path}", self.folder)
    }

    /// Whether the files belong to the table, or may, and outlive this value.
    pub(crate) fn is_committed(&self) -> bool {
        self.committed.load(Ordering::Acquire)
    }

    /// Says whether the files belong to the table, or may.
    pub(crate) fn set_committed(&self, committed: bool) {
        self.committed.store(committed, Ordering::Release);
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if !self.is_committed() {
            let files = self.files.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.door.forget(files);
        }
        // Removed while still locked: a vacuum never meets an unlocked file of a living generation.
        if let Err(error) = fs::remove_file(&self.lock_path) {
            tracing::warn!(file.path = %self.lock_path.display(), %error, "a lock could not be removed");
        }
        let _ = self.lock.unlock();
    }
}

/// Where a generation's lock lives.
pub(crate) fn lock_path(locks: &Path, generation: &str) -> PathBuf {
    locks.join(format!("{generation}.lock"))
}

/// The generation that a data file's name names.
pub(crate) fn generation_of(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.strip_suffix(".parquet")?.rsplit_once('-').map(|(generation, _)| generation)
}
