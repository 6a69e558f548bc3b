//! One writing process per data folder, with the readers that it starts. The lock is an advisory lock of the
//! operating system on `writer.lock`: it disappears with the process, however that ends, so that no stale lock needs
//! clearing by hand.
//!
//! What it protects: ingests that are noted as running and are not may be given up only by whoever knows that nobody
//! else is at work. What is written to the tables needs no lock: each commit is one step, and whoever loses a race
//! for it begins that step anew. So the jobs of one process share the lock, each with a connection of its own.

use crate::{App, AppError, ErrorKind, Result};
use model::ConnectionId;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;

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
                return Err(held(holder.trim(), data_dir));
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

/// Said where what this process started itself still holds the lock.
const ENDING: &str = "a reading that was stopped is still coming to its end";

/// What whoever finds the lock taken is told. A reading process holds its server's.
fn held(holder: &str, data_dir: &Path) -> AppError {
    let folder = data_dir.display();
    if holder == std::process::id().to_string() {
        return AppError::new(ErrorKind::Conflict, ENDING).advise("Try again in some seconds.");
    }
    let who = if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
    AppError::new(ErrorKind::Conflict, format!("another process{who} is writing to the data folder {folder}"))
        .advise("Wait until it has finished: a server that reads, or a command like this one.")
}

/// Who writes in this process.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    lock: tokio::sync::Mutex<Weak<WriterLock>>,
    /// Those who are at work, and how to tell them to stop.
    at_work: Mutex<HashMap<ConnectionId, watch::Sender<bool>>>,
}

impl Writers {
    fn at_work(&self) -> MutexGuard<'_, HashMap<ConnectionId, watch::Sender<bool>>> {
        // A map of names is whole whatever a panicking thread left.
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
    stop: watch::Receiver<bool>,
}

impl AtWork {
    /// Comes back once somebody wants this work to stop.
    pub(crate) async fn told_to_stop(&self) {
        let mut stop = self.stop.clone();
        // The sender lives as long as this value.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// What work that somebody stopped ends with.
pub(crate) fn stopped() -> AppError {
    AppError::new(ErrorKind::Stopped, "reading was stopped")
        .advise("What was published before stands. Ask for it to be read again whenever you like.")
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.app.writers().at_work().remove(&self.connection);
    }
}

/// A lock that is just being given back is waited for so often, for ten milliseconds each.
const SOON: u32 = 3;
/// The same where what this process started itself, and ended, still holds it.
const OWN: u32 = 500;
/// Between looks of a command that waits for its turn.
const TURN: Duration = Duration::from_millis(250);
/// Time for work to stop that was told to: the batch at hand, or the end of a process.
const STOPPING: Duration = Duration::from_secs(20);

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
        let (mut tries, began) = (1, Instant::now());
        let lock = loop {
            let error = match WriterLock::acquire(self.data_dir()) {
                Err(error) if error.kind == ErrorKind::Conflict => error,
                acquired => break Arc::new(acquired?),
            };
            let own = error.message.starts_with(ENDING);
            match self.patience().filter(|_| !own) {
                _ if tries < if own { OWN } else { SOON } => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Some(patience) if began.elapsed() < patience.most => {
                    if tries == SOON {
                        (patience.say)(&format!("{}: waiting for it to finish", error.message));
                    }
                    tokio::time::sleep(TURN).await;
                }
                _ => return Err(error),
            }
            tries += 1;
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
        let mut at_work = self.writers().at_work();
        if !at_work.contains_key(connection) {
            let (tell, stop) = watch::channel(false);
            at_work.insert(connection.clone(), tell);
            return Ok(AtWork { app: self.clone(), connection: connection.clone(), stop });
        }
        Err(AppError::new(ErrorKind::Conflict, "the connection is being read at the moment")
            .advise("Wait until that is done."))
    }

    /// Begins to work at a connection as soon as whoever does has ended.
    ///
    /// # Errors
    /// `Conflict` when it does not end soon.
    pub(crate) async fn at_work_after(&self, connection: &ConnectionId) -> Result<AtWork> {
        let until = Instant::now() + STOPPING;
        loop {
            match self.at_work(connection) {
                Err(_) if Instant::now() < until => tokio::time::sleep(TURN).await,
                begun => return begun,
            }
        }
    }

    /// Tells whoever of this process is at work at a connection to stop.
    pub(crate) fn stop_work(&self, connection: &ConnectionId) {
        if let Some(tell) = self.writers().at_work().get(connection) {
            tell.send_replace(true);
        }
    }

    /// Begins to work at a connection in place of whoever does: that work is stopped first.
    ///
    /// # Errors
    /// `Conflict` when it does not stop.
    pub(crate) async fn at_work_alone(&self, connection: &ConnectionId) -> Result<AtWork> {
        let until = Instant::now() + STOPPING;
        loop {
            match self.at_work(connection) {
                Err(_) if Instant::now() < until => self.stop_work(connection),
                begun => return begun,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
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
        // Held by this process itself: what was stopped is about to leave it.
        assert_eq!(error.message, ENDING);
        let other = held("4711", folder.path());
        assert!(other.message.contains("process 4711"), "{other}");
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
