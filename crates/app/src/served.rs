//! That a server has the data folder open: a lock of the operating system on `server.lock`, shared by servers, alone for
//! whoever brings the folder up to date. A newer program never changes the folder beneath a server that does not know
//! what it becomes. The lock ends with its process, however that ends.

use crate::backup::hold;
use crate::{App, AppError, ErrorKind, Result};
use meta::Meta;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// The lock's file, in the data folder.
pub(crate) const LOCK: &str = "server.lock";

/// Most folders are up to date within this time.
const SOON: Duration = Duration::from_secs(3);
/// Between tries.
const LOOK: Duration = Duration::from_millis(50);

/// Until it is dropped, the data folder keeps its form.
#[derive(Debug)]
pub struct Served(#[expect(dead_code, reason = "the lock is held by the open file")] File);

impl App {
    /// Tells other programs that a server has the data folder open.
    ///
    /// # Errors
    /// `Conflict`: a newer program is bringing it up to date.
    pub async fn served(&self) -> Result<Served> {
        let file = hold::opened(self.data_dir(), LOCK)?;
        locked(|| file.try_lock_shared()).await.map_err(|error| {
            not_locked(error, self.data_dir(), "another program is bringing the data folder up to date")
                .advise("Wait until it has finished, then start the server of that version.")
        })?;
        Ok(Served(file))
    }
}

/// Opens the metadata store, and brings it up to date where that is wanted and nobody serves what it is now.
pub(crate) async fn opened(path: &Path, data_dir: &Path, update: bool) -> Result<Meta> {
    let meta = Meta::open_as_it_is(path).await?;
    if meta.is_outdated().await? {
        if !update {
            return Err(AppError::new(
                ErrorKind::Conflict,
                "an older version of the program wrote the data folder, and this command does not change it",
            )
            .in_file(data_dir.display().to_string())
            .advise("Call it with the version that wrote the folder; or start the server of this version, which brings it up to date, and call it then."));
        }
        let file = hold::opened(data_dir, LOCK)?;
        locked(|| file.try_lock()).await.map_err(|error| {
            not_locked(error, data_dir, "a server of an older version has the data folder open")
                .advise("Stop it first, or call its version of the program: this one would change the folder beneath it.")
        })?;
        // Another one of this version may have done it meanwhile.
        meta.bring_up_to_date().await?;
        return Ok(meta);
    }
    // Of a new folder; and it refuses what a newer version wrote.
    meta.bring_up_to_date().await?;
    Ok(meta)
}

/// Whoever brings a folder up to date is waited for; servers are not.
async fn locked(
    take: impl Fn() -> std::result::Result<(), TryLockError>,
) -> std::result::Result<(), TryLockError> {
    let until = Instant::now() + SOON;
    loop {
        match take() {
            Err(TryLockError::WouldBlock) if Instant::now() < until => tokio::time::sleep(LOOK).await,
            ended => return ended,
        }
    }
}

fn not_locked(error: TryLockError, data_dir: &Path, held: &str) -> AppError {
    let (kind, message) = match error {
        TryLockError::WouldBlock => (ErrorKind::Conflict, held.to_owned()),
        TryLockError::Error(error) => (ErrorKind::Unavailable, error.to_string()),
    };
    AppError::new(kind, message).in_file(data_dir.join(LOCK).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;
    use crate::data_folder::DATABASE;

    #[tokio::test]
    async fn nothing_is_brought_up_to_date_beneath_a_server() {
        let folder = tempfile::tempdir().unwrap();
        let options = || AppOptions { create: true, ..AppOptions::default() };
        let served = App::open(folder.path(), options()).await.unwrap();
        let held = served.served().await.unwrap();
        // One of the same version opens it beside the server, a second server too.
        App::open(folder.path(), options()).await.unwrap().served().await.unwrap();
        let store = Meta::open_as_it_is(&folder.path().join(DATABASE)).await.unwrap();
        store.migrate_down(20_261_129_370_000).await.unwrap();
        assert!(store.is_outdated().await.unwrap());
        let refused = App::open(folder.path(), options()).await.err().unwrap();
        assert!(refused.message.contains("older version has the data folder open"), "{refused}");
        drop(held);
        // Who only copies it leaves it as it is.
        let as_it_is = AppOptions { update: false, ..options() };
        assert_eq!(App::open(folder.path(), as_it_is).await.err().unwrap().kind, ErrorKind::Conflict);
        assert!(store.is_outdated().await.unwrap());
        App::open(folder.path(), options()).await.unwrap();
        assert!(store.is_current().await.unwrap());
    }
}
