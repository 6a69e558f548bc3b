//! Removes data files that nothing refers to: superseded generations and what killed processes left.

use crate::staging::{generation_of, lock_path};
use crate::{LakeError, Table};
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a vacuum removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct VacuumReport {
    /// Number of data files removed.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// A data file of no living generation.
pub(crate) struct Candidate {
    pub(crate) path: String,
    full_path: PathBuf,
    size: u64,
}

/// Data files of a table whose generation no process is working on.
pub(crate) fn unlocked_files(root: &Path, locks: &Path) -> Result<Vec<Candidate>, LakeError> {
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    let mut alive = HashMap::new();
    found.retain(|file: &Candidate| {
        let Some(generation) = generation_of(&file.path) else { return false };
        let generation = generation.to_owned();
        !*alive.entry(generation).or_insert_with_key(|generation| is_locked(&lock_path(locks, generation)))
    });
    Ok(found)
}

fn walk(folder: &Path, relative: &str, found: &mut Vec<Candidate>) -> Result<(), LakeError> {
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
            found.push(Candidate { path, full_path: entry.path(), size: metadata.len() });
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
pub(crate) fn remove(table: Table, dead: Vec<Candidate>, locks: &Path) -> Result<VacuumReport, LakeError> {
    let mut report = VacuumReport::default();
    for file in dead {
        match fs::remove_file(&file.full_path) {
            Ok(()) => {
                tracing::info!(
                    table = table.name(),
                    file.path,
                    file.bytes = file.size,
                    "an unused data file was removed"
                );
                report.files += 1;
                report.bytes += file.size;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(LakeError::io(file.full_path)(error)),
        }
        if let Some(generation) = generation_of(&file.path) {
            // Missing after an orderly end; left over by a killed process.
            let _ = fs::remove_file(lock_path(locks, generation));
        }
    }
    Ok(report)
}
