//! Where statements put what memory does not hold: rows of bills, so a place closed to others, on the disk of the data folder
//! and not in the system's folder for such things (which may be memory, and is emptied by nobody).
//!
//! Each open data folder has a folder of its own below `spill`, and a lock of the operating system beside it, taken before
//! the folder is made. A folder whose lock nobody holds was left by a process that was killed, and goes when the next opens.

use crate::Result;
use crate::backup::disk;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of them all, in the data folder.
pub(crate) const FOLDER: &str = "spill";

/// A folder of this process alone, until it is dropped.
#[derive(Debug)]
pub(crate) struct Spill {
    folder: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Spill {
    /// Removes what killed processes left, and makes room for this one.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let root = data_dir.join(FOLDER);
        make(&root, data_dir)?;
        remove_left(&root);
        // The process's ID may be the same in another container.
        let began = chrono::Utc::now().timestamp_micros();
        let name = format!("{}-{began}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (folder, lock_path) = (root.join(&name), lock_path(&root, &name));
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&lock_path);
        let lock = made.map_err(disk(&lock_path))?;
        lock.try_lock().map_err(|error| disk(&lock_path)(error.into()))?;
        DirBuilder::new().mode(0o700).create(&folder).map_err(disk(&folder))?;
        Ok(Self { folder, lock_path, _lock: lock })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        remove(&self.folder, &self.lock_path);
    }
}

/// The folder belongs to whom the data folder belongs, whoever makes it: a command that root calls must not shut out the
/// server.
fn make(root: &Path, data_dir: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(root) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        made => made.map_err(disk(root))?,
    }
    if let Ok(of) = data_dir.metadata() {
        // Nobody but root may; everybody else owns it already.
        let _ = std::os::unix::fs::chown(root, Some(of.uid()), Some(of.gid()));
    }
    Ok(())
}

fn remove_left(root: &Path) {
    let Ok(entries) = root.read_dir() else { return };
    for entry in entries.filter_map(std::result::Result::ok) {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())) else {
            continue;
        };
        let lock = lock_path(root, name);
        if !is_locked(&lock) {
            tracing::info!(path = %entry.path().display(), "what a killed process left of statements is removed");
            remove(&entry.path(), &lock);
        }
    }
}

/// The folder first: one without a lock is nobody's.
fn remove(folder: &Path, lock: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(path = %folder.display(), %error, "what statements put on disk could not be removed");
        }
        _ => {
            let _ = fs::remove_file(lock);
        }
    }
}

/// Whether a process holds the lock; in doubt it does.
fn is_locked(path: &Path) -> bool {
    match File::open(path) {
        Err(error) => error.kind() != ErrorKind::NotFound,
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
    }
}

fn lock_path(root: &Path, name: &str) -> PathBuf {
    root.join(format!("{name}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_processes_left_goes_and_what_others_have_stays() {
        let data = tempfile::tempdir().unwrap();
        let living = Spill::open(data.path()).unwrap();
        fs::write(living.folder().join("rows"), "of a bill").unwrap();
        let root = data.path().join(FOLDER);
        assert_eq!(root.metadata().unwrap().mode() & 0o777, 0o700);
        for (dead, lock) in [("1-2-3", true), ("4-5-6", false)] {
            fs::create_dir(root.join(dead)).unwrap();
            fs::write(root.join(dead).join("rows"), "of a bill").unwrap();
            if lock {
                fs::write(lock_path(&root, dead), "").unwrap();
            }
        }
        let next = Spill::open(data.path()).unwrap();
        assert!(living.folder().join("rows").exists() && next.folder().exists());
        assert_eq!(root.read_dir().unwrap().count(), 4, "two folders and their locks");
        drop((living, next));
        assert_eq!(root.read_dir().unwrap().count(), 0);
    }
}
