//! What lies at a table's place, and removing what nothing refers to: files of former versions and what killed
//! processes left.

use crate::door::Door;
use crate::staging::{generation_of, lock_path};
use crate::{LakeError, Table};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

/// What a vacuum removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct VacuumReport {
    /// Number of data files removed.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// What a table does not need, beside what there is. Paths are relative to the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unused {
    /// Files that are neither in the newest version nor being staged.
    pub files: Vec<String>,
    /// Files of the newest version.
    pub active: HashSet<String>,
    /// Every data file that was there, with its size in bytes.
    pub present: HashMap<String, u64>,
}

/// Those of a table's files whose generation no process is working on.
pub(crate) fn unlocked(present: &HashMap<String, u64>, locks: &Path) -> Vec<String> {
    let mut alive = HashMap::new();
    let unlocked = present.keys().filter(|path| {
        let Some(generation) = generation_of(path) else { return false };
        let generation = generation.to_owned();
        !*alive.entry(generation).or_insert_with_key(|generation| is_locked(&lock_path(locks, generation)))
    });
    unlocked.cloned().collect()
}

/// Whether a process holds the lock; in doubt it does.
fn is_locked(path: &Path) -> bool {
    match File::open(path) {
        Err(error) => error.kind() != ErrorKind::NotFound,
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
    }
}

/// Deletes the files of a table, and the locks of their generations; `present`: bytes of files that a list told.
pub(crate) async fn remove(
    table: Table,
    door: &Door,
    paths: &[String],
    present: &HashMap<String, u64>,
    locks: &Path,
) -> Result<VacuumReport, LakeError> {
    let mut report = VacuumReport::default();
    let full = |path: &String| (format!("{}/{path}", table.name()), present.get(path).copied());
    let full = paths.iter().map(full).collect();
    for (path, removed) in paths.iter().zip(door.remove(full).await?) {
        if let Some(bytes) = removed {
            tracing::info!(
                table = table.name(),
                file.path = path,
                file.bytes = bytes,
                "an unused data file was removed"
            );
            report.files += 1;
            report.bytes += bytes;
        }
        if let Some(generation) = generation_of(path) {
            // Missing after an orderly end; left over by a killed process.
            let _ = fs::remove_file(lock_path(locks, generation));
        }
    }
    Ok(report)
}
