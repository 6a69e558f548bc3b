//! A data folder out of a backup. While it is being made it is marked: nobody opens it, and what a killed restore left
//! is removed by the next one.

use super::manifest::{FILE, Manifest, below};
use super::{blocking, copying, disk, folder};
use crate::data_folder::DATABASE;
use crate::identity::random_id;
use crate::{AppError, ErrorKind, Result};
use chrono::Utc;
use lake::{LakeOptions, NewPlace};
use meta::Meta;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// In the data folder for as long as it is not whole.
pub(super) const MARKER: &str = ".restoring";
/// On disks of their own.
const NOT_OURS: &str = "lost+found";

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// The moment that the data are of.
    pub at: String,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether the key of kept secrets was in the backup, where there is one.
    pub key: bool,
}

/// Makes a data folder from a backup; every file is compared with its checksum. The lake may lie in a bucket afterwards,
/// wherever it lay before.
///
/// # Errors
/// `Conflict`: the data folder, or the place in the bucket, holds something. `NotFound`: there is no backup. `Invalid`: the backup is damaged.
pub async fn restore(from: &Path, data_dir: &Path, lake: &LakeOptions) -> Result<Restored> {
    let (from, data_dir) = (from.to_owned(), data_dir.to_owned());
    let (folder, lake) = (data_dir.clone(), lake.clone());
    let (marker, made) = blocking(move || filled(&from, &folder, &lake)).await?;
    let store = Meta::open(&data_dir.join(DATABASE)).await?;
    let settled = store.settle_copy(Utc::now().timestamp_millis()).await;
    store.close().await;
    settled?;
    blocking(move || {
        copying::sync_all(&data_dir)?;
        std::fs::remove_file(data_dir.join(MARKER)).map_err(disk(&data_dir))?;
        copying::sync(&data_dir)?;
        drop(marker);
        Ok(made)
    })
    .await
}

/// The folder with every file in it, still marked.
fn filled(from: &Path, data_dir: &Path, lake: &LakeOptions) -> Result<(File, Restored)> {
    let manifest = Manifest::read(from)?.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, format!("there is no whole backup in {}", from.display()))
            .advise("Name the folder that 'cloud-analyzer backup' wrote. One that was killed before its end has no backup.json; run it again.")
    })?;
    let _unchanged = kept(from)?;
    let (marker, copy) = begin(data_dir)?;
    let place = match NewPlace::begin(data_dir, lake, &copy) {
        Ok(place) => place,
        Err(error) => {
            // Where the bucket did not answer it may have been marked: then this folder knows by whom.
            if !error.is_retryable() {
                clear(data_dir)?;
            }
            return Err(error.into());
        }
    };
    if let Err(error) = fill(from, data_dir, place.as_ref(), &manifest) {
        // As it was found: nothing of a damaged backup is left for somebody to start a server on.
        // Where the bucket cannot be emptied now, the folder stays marked: begun again, it knows what it left there.
        place.map_or(Ok(()), |place| place.clear())?;
        clear(data_dir)?;
        return Err(error);
    }
    let bytes = manifest.files.iter().map(|entry| entry.size).sum();
    let files = manifest.files.len() as u64;
    Ok((marker, Restored { at: manifest.at, files, bytes, key: manifest.key }))
}

/// Keeps the backup from being continued meanwhile. On a disk that is only read nobody continues it.
fn kept(from: &Path) -> Result<Option<File>> {
    let Ok(lock) = File::open(from.join(folder::LOCK)) else { return Ok(None) };
    lock.try_lock_shared().map_err(|_| {
        AppError::new(ErrorKind::Conflict, "a backup is being written to this folder")
            .in_file(from.display().to_string())
            .advise("Wait until it has finished.")
    })?;
    Ok(Some(lock))
}

/// Marks the folder, which must hold nothing but what an unfinished restore left. The marker holds a random name, which
/// that restore has already where there was one.
fn begin(data_dir: &Path) -> Result<(File, String)> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.map_err(disk(data_dir))?;
    let path = data_dir.join(MARKER);
    if !path.exists() {
        let mut entries = data_dir.read_dir().map_err(disk(data_dir))?.filter_map(Result::ok);
        if entries.any(|entry| entry.file_name() != NOT_OURS) {
            return Err(AppError::new(ErrorKind::Conflict, format!("{} is not empty", data_dir.display()))
                .advise("Name a new folder with --data; nothing that is there is ever replaced."));
        }
    }
    let marker =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    let mut marker = marker.map_err(disk(&path))?;
    marker.try_lock().map_err(|_| {
        AppError::new(ErrorKind::Conflict, "another process restores into this folder")
            .in_file(data_dir.display().to_string())
            .advise("Wait until it has finished.")
    })?;
    let mut name = String::new();
    marker.read_to_string(&mut name).map_err(disk(&path))?;
    if name.is_empty() {
        name = random_id()?;
        marker.write_all(name.as_bytes()).map_err(disk(&path))?;
    }
    marker.sync_all().map_err(disk(&path))?;
    copying::sync(data_dir)?;
    remove_all_but(data_dir, &[MARKER, NOT_OURS])?;
    Ok((marker, name))
}

fn fill(from: &Path, data_dir: &Path, place: Option<&NewPlace>, manifest: &Manifest) -> Result<()> {
    if !manifest.files.iter().any(|entry| entry.path == DATABASE) {
        return Err(AppError::invalid(format!("the backup has no {DATABASE}"))
            .in_file(from.join(FILE).display().to_string()));
    }
    for entry in &manifest.files {
        let (source, target) = (below(from, &entry.from)?, below(data_dir, &entry.path)?);
        let copied = match (place, entry.path.strip_prefix("lake/")) {
            (Some(place), Some(path)) => copying::uploaded(&source, place.create(path))?,
            _ => copying::copy(&source, &target)?,
        };
        if (copied.size, &copied.sha256) != (entry.size, &entry.sha256) {
            return Err(AppError::invalid(
                "the file is not what the backup wrote: its checksum is another one",
            )
            .in_file(source.display().to_string())
            .advise(
                "The disk changed it, or somebody did. Use another backup, or another copy of this one.",
            ));
        }
    }
    if let Some(place) = place {
        place.finish(data_dir, &manifest.installation)?;
    }
    Ok(())
}

fn clear(data_dir: &Path) -> Result<()> {
    remove_all_but(data_dir, &[MARKER, NOT_OURS])?;
    std::fs::remove_file(data_dir.join(MARKER)).map_err(disk(data_dir))
}

fn remove_all_but(folder: &Path, kept: &[&str]) -> Result<()> {
    for entry in folder.read_dir().map_err(disk(folder))? {
        let entry = entry.map_err(disk(folder))?;
        if kept.iter().any(|name| entry.file_name() == **name) {
            continue;
        }
        let path = entry.path();
        let is_folder = entry.file_type().map_err(disk(&path))?.is_dir();
        let removed = if is_folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(disk(&path))?;
    }
    Ok(())
}

/// Nobody opens a folder that is not whole.
///
/// # Errors
/// `Conflict`, where a restore into it was begun and not ended.
pub(crate) fn refuse_unfinished(data_dir: &Path) -> Result<()> {
    if !data_dir.join(MARKER).exists() {
        return Ok(());
    }
    Err(AppError::new(
        ErrorKind::Conflict,
        format!("{} is being restored, or was not restored to the end", data_dir.display()),
    )
    .advise("Wait for it, or run 'cloud-analyzer restore' again: it begins anew."))
}
