//! One writing process per data folder, with the readers that it starts. The lock is an advisory lock of the
//! operating system on `writer.lock`: it disappears with the process, however that ends, so that no stale lock needs
//! clearing by hand.
//!
//! What it protects: ingests that are noted as running and are not may be given up only by whoever knows that nobody
//! else is at work. What is written to the tables needs no lock: each commit is one step, and whoever loses a race
//! for it begins that step anew. So the jobs of one process share the lock, each with a connection of its own.

use crate::{App, AppError, ErrorKind, Result};
use model::ConnectionId;
use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Held by the process that writes to a data folder; released when dropped.
#[derive(Debug)]
struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock, or says who holds it.
    fn acquire(data_dir: &Path) -> Result<Self> {
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

/// Who writes in this process.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    lock: tokio::sync::Mutex<Weak<WriterLock>>,
    at_work: Mutex<HashSet<ConnectionId>>,
}

impl Writers {
    fn at_work(&self) -> MutexGuard<'_, HashSet<ConnectionId>> {
        // A set of names is whole whatever a panicking thread left.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write, shared with everybody of this process who has it; `None`: lent by the process that started
/// this one.
#[derive(Clone, Debug)]
pub(crate) struct Writing(Option<Arc<WriterLock>>);

impl Writing {
    /// The lock as the standard input of a process, which holds it for as long as it lives: were this one killed, it
    /// would still be held while the other one writes.
    pub(crate) fn lend(&self) -> std::io::Result<Stdio> {
        match &self.0 {
            Some(lock) => lock.file.try_clone().map(Stdio::from),
            None => Ok(Stdio::null()),
        }
    }
}

/// A connection at which somebody of this process is at work; nobody else is until it is dropped.
pub(crate) struct AtWork {
    app: App,
    connection: ConnectionId,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.app.writers().at_work().remove(&self.connection);
    }
}

/// A lock that is just being given back is waited for so often, for ten milliseconds each.
const SOON: u32 = 3;

impl App {
    /// The right to write to the data folder.
    ///
    /// # Errors
    /// `Conflict` when another process has it.
    pub(crate) async fn writing(&self) -> Result<Writing> {
        if self.reading().lent {
            return Ok(Writing(None));
        }
        let mut shared = self.writers().lock.lock().await;
        if let Some(lock) = shared.upgrade() {
            return Ok(Writing(Some(lock)));
        }
        let mut tries = 1;
        let lock = loop {
            match WriterLock::acquire(self.data_dir()) {
                Err(error) if error.kind == ErrorKind::Conflict && tries < SOON => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                acquired => break Arc::new(acquired?),
            }
        };
        // Whoever is still noted as running was killed: the lock is ours, and nobody else of this process had it.
        self.meta().abandon_stale_ingests(self.now().timestamp_millis(), i64::MIN).await?;
        *shared = Arc::downgrade(&lock);
        Ok(Writing(Some(lock)))
    }

    /// Begins to work at a connection.
    ///
    /// # Errors
    /// `Conflict` while somebody of this process does.
    pub(crate) fn at_work(&self, connection: &ConnectionId) -> Result<AtWork> {
        if self.writers().at_work().insert(connection.clone()) {
            return Ok(AtWork { app: self.clone(), connection: connection.clone() });
        }
        Err(AppError::new(ErrorKind::Conflict, "the connection is being read at the moment")
            .advise("Wait until that is done."))
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

    #[tokio::test]
    async fn jobs_share_the_lock_and_not_a_connection() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), crate::AppOptions::default()).await.unwrap();
        let (one, other) = (app.writing().await.unwrap(), app.writing().await.unwrap());
        let (bills, more) = (ConnectionId::try_new("bills").unwrap(), ConnectionId::try_new("more").unwrap());
        let at_bills = app.at_work(&bills).unwrap();
        let at_more = app.at_work(&more).unwrap();
        assert_eq!(app.at_work(&bills).err().map(|error| error.kind), Some(ErrorKind::Conflict));
        drop((at_bills, at_more, one));
        app.at_work(&bills).unwrap();
        assert_eq!(WriterLock::acquire(folder.path()).unwrap_err().kind, ErrorKind::Conflict);
        drop(other);
        WriterLock::acquire(folder.path()).unwrap();
    }
}
