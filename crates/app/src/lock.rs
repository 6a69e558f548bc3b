//! One writer per data folder. The lock is an advisory lock of the operating system on `writer.lock`: it
//! disappears with the process, however that ends, so that no stale lock needs clearing by hand.

use crate::{AppError, ErrorKind, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Held by the process that writes to a data folder; released when dropped.
#[derive(Debug)]
pub struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock, or says who holds it.
    pub(crate) fn acquire(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("writer.lock");
        let unavailable = |error: std::io::Error| {
            AppError::new(ErrorKind::Unavailable, format!("cannot lock the data folder: {error}"))
                .in_file(path.display().to_string())
                .advise("Check that the folder exists and that this user may write to it.")
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Best effort: the message is right without it.
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let who = if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
                return Err(AppError::new(
                    ErrorKind::Conflict,
                    format!("another process{who} is writing to the data folder {}", data_dir.display()),
                )
                .advise("Wait until it has finished, or choose another folder with --data."));
            }
            Err(TryLockError::Error(error)) => return Err(unavailable(error)),
        }
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(unavailable)?;
        write!(file, "{}", std::process::id()).and_then(|()| file.flush()).map_err(unavailable)?;
        Ok(Self { file })
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing the file releases the lock as well; this only does it at once.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = WriterLock::acquire(folder.path()).unwrap();
        let error = WriterLock::acquire(folder.path()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(error.message.contains(&std::process::id().to_string()), "{error}");
        drop(first);
        WriterLock::acquire(folder.path()).unwrap();
    }
}
