//! What lies in a table's folder, and removing what nothing refers to: files of former versions and what killed
//! processes left.

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

/// All data files of a table with their sizes, and those of them whose generation no process is working on.
pub(crate) fn files(root: &Path, locks: &Path) -> Result<(HashMap<String, u64>, Vec<String>), LakeError> {
    let mut present = HashMap::new();
    walk(root, "", &mut present)?;
    let mut alive = HashMap::new();
    let unlocked = present.keys().filter(|path| {
        let Some(generation) = generation_of(path) else { return false };
        let generation = generation.to_owned();
        !*alive.entry(generation).or_insert_with_key(|generation| is_locked(&lock_path(locks, generation)))
    });
    let unlocked = unlocked.cloned().collect();
    Ok((present, unlocked))
}

fn walk(folder: &Path, relative: &str, found: &mut HashMap<String, u64>) -> Result<(), LakeError> {
    for entry in fs::read_dir(folder).map_err(LakeError::io(folder))? {
        let entry = entry.map_err(LakeError::io(folder))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| *name != "_delta_log") else { continue };
        let path = if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") };
        // Files may vanish meanwhile: a staging that was dropped.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else {
            found.insert(path, metadata.len());
        }
    }
    Ok(())
}

/// Whether a process holds the lock; in doubt it does.
fn is_locked(path: &Path) -> bool {
    match File::open(path) {
        Err(error) => error.kind() != ErrorKind::NotFound,
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
    }
}

/// Deletes the files, and the locks of their generations.
pub(crate) fn remove(
    table: Table,
    root: &Path,
    paths: &[String],
    locks: &Path,
) -> Result<VacuumReport, LakeError> {
    let mut report = VacuumReport::default();
    for path in paths {
        let full_path = root.join(path);
        let bytes = fs::metadata(&full_path).map_or(0, |metadata| metadata.len());
        match fs::remove_file(&full_path) {
            Ok(()) => {
                tracing::info!(
                    table = table.name(),
                    file.path = path,
                    file.bytes = bytes,
                    "an unused data file was removed"
                );
                report.files += 1;
                report.bytes += bytes;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(LakeError::io(full_path)(error)),
        }
        if let Some(generation) = generation_of(path) {
            // Missing after an orderly end; left over by a killed process.
            let _ = fs::remove_file(lock_path(locks, generation));
        }
    }
    Ok(report)
}
