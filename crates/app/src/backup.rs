//! Copies of a data folder: made beside a running server, and turned into a data folder again.
//!
//! A copy is of one moment. The metadata store is copied first, by SQLite; what it names had been committed to the lake
//! before, so the lake is copied as it is after that. Until all is copied no vacuum removes a file ([`hold`]). Data
//! files never change and have names of their own, so a backup that is continued takes over what it has and copies what
//! is new. `backup.json` is written last, in one step, with the checksum of every file: a folder without it is no backup
//! yet, and one that was being continued is the earlier backup still.
//!
//! A data folder that is being made is marked until it is whole; nobody opens it meanwhile, and whoever restores again
//! begins anew ([ADR 20](../../../docs/adr/0020-operation.md)).

mod copying;
mod folder;
pub(crate) mod hold;
mod lake_log;
mod manifest;
mod restoring;

pub(crate) use restoring::refuse_unfinished;
pub use restoring::{Restored, restore};

use crate::connections::keys;
use crate::data_folder::DATABASE;
use crate::{App, AppError, ErrorKind, Result};
use chrono::SecondsFormat;
use folder::BackupFolder;
use lake::Table;
use manifest::{Entry, FORMAT, Manifest};
use meta::{FileState, Meta};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What was kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Backup {
    /// The moment that it is of.
    pub at: String,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that it did not have yet.
    pub new_files: u64,
    /// Their bytes.
    pub new_bytes: u64,
    /// Whether everything is in it: the key of kept secrets, too, where there is one.
    pub key: bool,
}

/// Copies the data folder into a backup's folder, which is made, or continued.
///
/// # Errors
/// `Conflict`: the folder holds other things, another data folder's backup, or is written to. `Unavailable`: the disk.
/// `Invalid`: it lies in the data folder, or a file that a published month names is gone.
pub async fn make(app: &App, to: &Path, with_key: bool) -> Result<Backup> {
    let installation = app.meta().installation().await?;
    let _kept = hold::keep(app.data_dir()).await?;
    let at = app.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let (to, data_dir, owner) = (to.to_owned(), app.data_dir().to_owned(), installation.clone());
    let moment = at.clone();
    let folder = blocking(move || BackupFolder::open(&to, &data_dir, &owner, &moment)).await?;
    let mut entries = vec![];
    let (key, named) = state(app, &folder, with_key, &mut entries).await?;
    for table in Table::ALL {
        let (version, mut files) = lake_log::active(app, table).await?;
        files.extend(named.get(&table).into_iter().flatten().cloned());
        let present = app.lake().present(table).await?;
        entries.extend(lake_log::copied(app, &folder, table, version).await?);
        let (lake, copy) = (app.lake().clone(), folder.clone());
        let copied = move || {
            let each = |file: &String| copy.add_file(&lake, table, file, present.get(file).copied());
            files.iter().map(each).collect::<Result<Vec<_>>>()
        };
        entries.extend(blocking(copied).await?);
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        installation,
        at,
        key,
        files: entries,
    };
    blocking(move || {
        let new = manifest.files.iter().filter(|entry| !folder.had(entry));
        let (new_files, new_bytes) = sums(new);
        let (files, bytes) = sums(manifest.files.iter());
        folder.finish(&manifest)?;
        Ok(Backup { at: manifest.at, files, bytes, new_files, new_bytes, key })
    })
    .await
}

fn sums<'a>(entries: impl Iterator<Item = &'a Entry>) -> (u64, u64) {
    entries.fold((0, 0), |(files, bytes), entry| (files + 1, bytes + entry.size))
}

/// Copies the metadata store and, if wanted, the key that opens its secrets; gives whether there is one, and the files
/// of the lake that the store names.
async fn state(
    app: &App,
    folder: &BackupFolder,
    with_key: bool,
    entries: &mut Vec<Entry>,
) -> Result<(bool, Named)> {
    // Until both are copied nobody changes the key.
    let keys = keys::files(app).await?;
    app.meta().copy_to(&folder.state().join(DATABASE)).await?;
    let (copy, data_dir) = (folder.clone(), app.data_dir().to_owned());
    let names: Vec<&'static str> = keys.names.iter().copied().filter(|_| with_key).collect();
    let key = with_key || keys.names.is_empty();
    entries.extend(
        blocking(move || {
            names.iter().map(|name| copy.add_state(name, &data_dir.join(name))).collect::<Result<Vec<_>>>()
        })
        .await?,
    );
    drop(keys);
    let copy = folder.clone();
    let store = Meta::open(&folder.state().join(DATABASE)).await?;
    let (whole, named) = (store.is_whole().await, named(app, &store).await);
    store.close().await;
    if !whole? {
        return Err(AppError::new(ErrorKind::Unavailable, "the copy of the metadata store is damaged")
            .advise("Try again. If it happens again, the metadata store or one of the disks is damaged: 'cloud-analyzer doctor' looks at it."));
    }
    entries.push(blocking(move || copy.state_entry(DATABASE)).await?);
    Ok((key, named?))
}

/// Files of the lake, by table.
type Named = BTreeMap<Table, BTreeSet<String>>;

/// Files that the copied store names: those of what is published, and those that past days are answered from. One of the
/// latter that is not there any more cannot be asked for in the original either.
async fn named(app: &App, store: &Meta) -> Result<Named> {
    let mut named = Named::new();
    for table in Table::ALL {
        let present = app.lake().present(table).await?;
        let kept = store.lake_files(table).await?.into_iter().filter(|file| match file.state {
            FileState::Published => true,
            FileState::Superseded => present.contains_key(&file.path),
            FileState::Staged | FileState::Deletable => false,
        });
        named.insert(table, kept.map(|file| file.path).collect());
    }
    Ok(named)
}

/// Runs work on files where it keeps nobody waiting.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(AppError::internal(format!("work on files ended early: {error}"))))
}

/// What the disk says.
pub(crate) fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> AppError + use<> {
    let path = path.display().to_string();
    move |error| {
        AppError::new(ErrorKind::Unavailable, error.to_string())
            .in_file(path)
            .advise("Check that the folder is there, that this user may read and write it, and that the disk has space left.")
    }
}

#[cfg(test)]
mod tests;
