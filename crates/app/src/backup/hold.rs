//! Keeps files of the lake from being removed while somebody copies them: a lock of the operating system on
//! `files.lock`, shared by whoever copies, alone for whoever removes. It ends with its process, however that ends.

use super::disk;
use crate::{AppError, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The lock's file, in the data folder.
pub(crate) const LOCK: &str = "files.lock";

/// Until it is dropped, files stay; or nobody copies them.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "the lock is held by the open file")] File);

/// The file, made where it is missing. Locking it takes no right to write it.
pub(crate) fn open(data_dir: &Path) -> Result<File> {
    opened(data_dir, LOCK)
}

/// A file of the data folder to be locked, made where it is missing: the owner's, whoever makes it. A command that root
/// calls must not shut out the server.
pub(crate) fn opened(data_dir: &Path, name: &str) -> Result<File> {
    let path = data_dir.join(name);
    match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        opened => return opened.map_err(disk(&path)),
    }
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = made.map_err(disk(&path))?;
    if let Ok(folder) = data_dir.metadata() {
        // Nobody but root may; everybody else owns it already.
        let _ = std::os::unix::fs::fchown(&file, Some(folder.uid()), Some(folder.gid()));
    }
    Ok(file)
}

/// Keeps files where they are; waits for whoever is removing some.
pub(crate) async fn keep(data_dir: &Path) -> Result<Held> {
    let (file, path) = (open(data_dir)?, data_dir.join(LOCK));
    super::blocking(move || file.lock_shared().map(|()| Held(file)).map_err(disk(&path))).await
}

/// The right to remove files; `None` while somebody copies them.
pub(crate) fn may_remove(data_dir: &Path) -> Result<Option<Held>> {
    let file = open(data_dir)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err::<_, AppError>(disk(&data_dir.join(LOCK))(error)),
    }
}
