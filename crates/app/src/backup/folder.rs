//! A backup's folder: `states` holds a folder with the metadata store and the tables' logs for each backup that was
//! begun, `files` the data files of all of them.
//!
//! Data files are taken over from one backup to the next, for months. Disks forget: so each backup compares a part of
//! what it takes over with its checksum ([`SHARE`]), what was not compared for longest first, and copies anew what is
//! not what was written.

use super::copying::{self, Copied};
use super::disk;
use super::manifest::{self, Entry, Manifest};
use crate::identity::random_id;
use crate::{AppError, ErrorKind, Result};
use lake::{LOG, Lake, Table};
use std::collections::{HashMap, HashSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Held by whoever writes to the backup.
pub(super) const LOCK: &str = "backup.lock";
const STATES: &str = "states";
const FILES: &str = "files";
/// Of the bytes that an earlier backup has, one of so many is compared each time: all of them within three weeks of daily
/// backups, at a twentieth of what reading all of it takes.
const SHARE: u64 = 20;

/// A backup's folder, while one is made. Clones share it.
#[derive(Clone)]
pub(super) struct BackupFolder(Arc<Inner>);

struct Inner {
    root: PathBuf,
    /// Below the root: the folder of the backup that is made.
    state: String,
    /// What the earlier backup has, by where it lies.
    earlier: HashMap<String, Entry>,
    /// Of these, the places whose turn it is to be compared.
    turn: HashSet<String>,
    /// The moment of the backup that is made.
    at: String,
    _lock: File,
}

impl BackupFolder {
    /// Makes the folder, or goes on with that of an earlier backup of the same data folder.
    pub(super) fn open(root: &Path, data_dir: &Path, installation: &str, at: &str) -> Result<Self> {
        let root = std::path::absolute(root).map_err(disk(root))?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&root);
        made.map_err(disk(&root))?;
        let (real, data) =
            (root.canonicalize().map_err(disk(&root))?, data_dir.canonicalize().map_err(disk(data_dir))?);
        if real.starts_with(&data) || data.starts_with(&real) {
            return Err(AppError::invalid("a backup cannot lie in the data folder, nor around it")
                .advise("Name a folder elsewhere, best on another disk."));
        }
        let earlier = Manifest::read(&root)?;
        if earlier.as_ref().is_some_and(|earlier| earlier.installation != installation) {
            return Err(AppError::new(
                ErrorKind::Conflict,
                "the folder holds the backup of another data folder",
            )
            .in_file(root.display().to_string())
            .advise("Name a folder of its own for each data folder."));
        }
        for entry in root.read_dir().map_err(disk(&root))? {
            let name = entry.map_err(disk(&root))?.file_name();
            let ours = [STATES, FILES, LOCK, manifest::FILE, "backup.json.part", "lost+found"];
            if !ours.iter().any(|own| name == **own) {
                return Err(AppError::new(
                    ErrorKind::Conflict,
                    format!("the folder holds other things, too: {}", name.display()),
                )
                .in_file(root.display().to_string())
                .advise("Name a new folder, or that of an earlier backup."));
            }
        }
        // What a killed backup left has its lock, which is made first: anything else is somebody's, whatever it is called.
        if earlier.is_none() && !root.join(LOCK).exists() && !is_empty(&root)? {
            return Err(AppError::new(
                ErrorKind::Conflict,
                "the folder holds something, and no backup of this program",
            )
            .in_file(root.display().to_string())
            .advise("Name a new folder, or that of an earlier backup."));
        }
        let lock = locked(&root)?;
        // As it is now that nobody else makes one: another may have ended meanwhile.
        let earlier = Manifest::read(&root)?;
        let state = format!("{STATES}/{}", random_id()?);
        let earlier = earlier.map(|manifest| manifest.files).unwrap_or_default();
        let turn = turn(&earlier);
        let earlier = earlier.into_iter().map(|entry| (entry.from.clone(), entry)).collect();
        let folder = Self(Arc::new(Inner { root, state, earlier, turn, at: at.to_owned(), _lock: lock }));
        // What a killed backup left; were it removed later, it would take the place that this one needs.
        folder.remove_all_but(&folder.0.earlier.keys().map(String::as_str).collect())?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder.state());
        made.map_err(disk(&folder.state()))?;
        Ok(folder)
    }

    /// Where the metadata store's copy lies.
    pub(super) fn state(&self) -> PathBuf {
        self.0.root.join(&self.0.state)
    }

    /// Whether the earlier backup has this very file already.
    pub(super) fn had(&self, entry: &Entry) -> bool {
        self.0.earlier.get(&entry.from).is_some_and(|had| had.is_same(entry))
    }

    /// Copies a file of the moment.
    pub(super) fn add_state(&self, path: &str, from: &Path) -> Result<Entry> {
        let place = format!("{}/{path}", self.0.state);
        let copied = copying::copy(from, &self.0.root.join(&place))?;
        Ok(self.entry(path.to_owned(), place, copied))
    }

    /// Copies a file of a table's log.
    pub(super) fn add_log(&self, lake: &Lake, table: Table, name: &str) -> Result<Entry> {
        let path = format!("lake/{}/{LOG}/{name}", table.name());
        let place = format!("{}/{path}", self.0.state);
        let mut from = lake.read(table, &format!("{LOG}/{name}"))?;
        let copied = copying::written(&mut from, name, &self.0.root.join(&place))?;
        Ok(self.entry(path, place, copied))
    }

    /// A file of the moment that lies there already.
    pub(super) fn state_entry(&self, path: &str) -> Result<Entry> {
        let place = format!("{}/{path}", self.0.state);
        let found = copying::looked_at(&self.0.root.join(&place))?;
        Ok(self.entry(path.to_owned(), place, found))
    }

    /// Copies a data file of a table, which has so many bytes if it is there, unless the earlier backup has it: none
    /// ever changes.
    pub(super) fn add_file(
        &self,
        lake: &Lake,
        table: Table,
        path: &str,
        bytes: Option<u64>,
    ) -> Result<Entry> {
        let place = format!("{FILES}/{}/{path}", table.name());
        manifest::below(&self.0.root, &place)?;
        let target = self.0.root.join(&place);
        let earlier = self.0.earlier.get(&place);
        if let Some(had) = earlier
            && target.metadata().is_ok_and(|file| file.len() == had.size)
            && bytes == Some(had.size)
        {
            if !self.0.turn.contains(&place) {
                return Ok(had.clone());
            }
            let found = copying::looked_at(&target).ok().filter(|found| found.sha256 == had.sha256);
            if found.is_some() {
                return Ok(Entry { compared_at: self.0.at.clone(), ..had.clone() });
            }
            tracing::warn!(file = %target.display(), "a file of the backup is not what was written: its disk may be failing; it is copied anew");
        }
        let from = lake.file(table, path, bytes);
        if bytes.is_none() {
            return Err(AppError::invalid("a file that a published month needs is not there")
                .in_file(from.name())
                .advise("Read that month again (ingest --force), then make the backup; look for what removed the file."));
        }
        let mut read = lake.read(table, path)?;
        let copied = copying::copied((&mut read, from.name()), &target, |copied| match earlier {
            // None ever changes: the earlier backup says what it was.
            Some(had) if (had.size, &had.sha256) != (copied.size, &copied.sha256) => {
                Err(changed(from.name()))
            }
            _ => Ok(()),
        })?;
        Ok(self.entry(format!("lake/{}/{path}", table.name()), place, copied))
    }

    fn entry(&self, path: String, from: String, copied: Copied) -> Entry {
        Entry { path, from, size: copied.size, sha256: copied.sha256, compared_at: self.0.at.clone() }
    }

    /// Writes down what the backup holds, in one step, and removes what it does not.
    pub(super) fn finish(&self, manifest: &Manifest) -> Result<()> {
        let root = &self.0.root;
        copying::sync_all(root)?;
        let (part, place) = (root.join(format!("{}.part", manifest::FILE)), root.join(manifest::FILE));
        let text =
            serde_json::to_vec_pretty(manifest).map_err(|error| AppError::internal(error.to_string()))?;
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
        let mut file = file.map_err(disk(&part))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(disk(&part))?;
        std::fs::rename(&part, &place).map_err(disk(&place))?;
        copying::sync(root)?;
        self.remove_all_but(&manifest.files.iter().map(|entry| entry.from.as_str()).collect())
    }

    fn remove_all_but(&self, kept: &HashSet<&str>) -> Result<()> {
        for folder in [STATES, FILES] {
            if self.0.root.join(folder).is_dir() {
                self.remove_in(folder, kept)?;
            }
        }
        Ok(())
    }

    /// Removes what is not kept; gives whether nothing is left.
    fn remove_in(&self, folder: &str, kept: &HashSet<&str>) -> Result<bool> {
        let (full, mut empty) = (self.0.root.join(folder), true);
        for entry in full.read_dir().map_err(disk(&full))? {
            let entry = entry.map_err(disk(&full))?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(disk(&full))?.is_dir() {
                if self.remove_in(&path, kept)? {
                    std::fs::remove_dir(entry.path()).map_err(disk(&entry.path()))?;
                } else {
                    empty = false;
                }
            } else if kept.contains(path.as_str()) {
                empty = false;
            } else {
                std::fs::remove_file(entry.path()).map_err(disk(&entry.path()))?;
            }
        }
        Ok(empty)
    }
}

fn is_empty(root: &Path) -> Result<bool> {
    let mut entries = root.read_dir().map_err(disk(root))?.filter_map(std::io::Result::ok);
    Ok(entries.all(|entry| entry.file_name() == "lost+found"))
}

/// What is to be compared of an earlier backup's data files.
fn turn(earlier: &[Entry]) -> HashSet<String> {
    let mut files: Vec<&Entry> = earlier.iter().filter(|entry| entry.from.starts_with("files/")).collect();
    files.sort_by_key(|entry| (&entry.compared_at, &entry.from));
    let all: u64 = files.iter().map(|entry| entry.size).sum();
    let mut compared = 0;
    let within = files.into_iter().take_while(|entry| {
        let before = compared;
        compared += entry.size;
        // One at least.
        before == 0 || compared <= all / SHARE
    });
    within.map(|entry| entry.from.clone()).collect()
}

/// The lake's own file is not what it was when it was first copied.
fn changed(from: &str) -> AppError {
    AppError::invalid("a file of the lake is not what it was when an earlier backup copied it")
        .in_file(from)
        .advise("A disk changed it, or somebody did: look after the disks. Read that month again (ingest --force), remove what it replaces (vacuum --all), then make the backup; the earlier one stands until then.")
}

fn locked(root: &Path) -> Result<File> {
    let path = root.join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.map_err(disk(&path))?;
    file.try_lock().map_err(|_| {
        AppError::new(ErrorKind::Conflict, "another process is at work in this backup")
            .in_file(path.display().to_string())
            .advise("Wait until it has finished.")
    })?;
    Ok(file)
}
