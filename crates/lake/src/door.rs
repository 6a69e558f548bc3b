//! The door to where the tables lie. Whatever is written, read back, listed or removed goes through it, by paths
//! relative to the lake's root, so that nobody else knows what kind of place that is.

mod chunks;
mod sink;

pub use chunks::Chunks;
pub(crate) use sink::Sink;

use crate::LakeError;
use deltalake_core::DeltaTableBuilder;
use deltalake_core::logstore::LogStoreRef;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Where Delta keeps a table's log, below the table.
pub const LOG: &str = "_delta_log";

/// Where the tables lie. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// A folder; absolute.
    root: Arc<Path>,
}

impl Door {
    /// A folder, made when it is missing.
    pub(crate) fn folder(root: &Path) -> Result<Self, LakeError> {
        let door = Self::at(root)?;
        fs::create_dir_all(&door.root).map_err(LakeError::io(&*door.root))?;
        Ok(door)
    }

    /// A folder as it is.
    pub(crate) fn at(root: &Path) -> Result<Self, LakeError> {
        let root = std::path::absolute(root).map_err(LakeError::io(root))?;
        Ok(Self { root: root.into() })
    }

    /// Where a path is, in full: a name for people, and of nothing else.
    pub(crate) fn name(&self, path: &str) -> String {
        self.local(path).display().to_string()
    }

    /// The place of a path on the disk.
    pub(crate) fn local(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Begins a new file, which is there once it is finished; what is there already is never written over.
    pub(crate) fn create(&self, path: &str) -> Result<Sink, LakeError> {
        Sink::create(&self.local(path))
    }

    /// Opens a file for reads anywhere in it.
    pub(crate) fn open(&self, path: &str) -> Result<Chunks, LakeError> {
        Chunks::open(&self.local(path))
    }

    /// Opens a file to be read from its first byte to its last.
    pub(crate) fn read(&self, path: &str) -> Result<fs::File, LakeError> {
        let path = self.local(path);
        fs::File::open(&path).map_err(LakeError::io(path))
    }

    /// Bytes of a file; `None`: it is not there.
    pub(crate) async fn size(&self, path: &str) -> Result<Option<u64>, LakeError> {
        let path = self.local(path);
        blocking(move || match fs::metadata(&path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::io(path)(error)),
        })
        .await
    }

    /// Every file below a folder with its bytes; paths are relative to the folder.
    pub(crate) async fn list(&self, folder: &str) -> Result<HashMap<String, u64>, LakeError> {
        let folder = self.local(folder);
        blocking(move || {
            let mut found = HashMap::new();
            walk(&folder, "", &mut found)?;
            Ok(found)
        })
        .await
    }

    /// Removes files; gives the bytes of each that was there. What is gone already is no error.
    pub(crate) async fn remove(&self, paths: Vec<String>) -> Result<Vec<Option<u64>>, LakeError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.local(path)).collect();
        blocking(move || paths.iter().map(|path| removed(path)).collect()).await
    }

    /// Removes files that nobody knows yet, as far as that can be done now: a vacuum finds what is left.
    pub(crate) fn forget(&self, paths: &[String]) {
        for path in paths {
            if let Err(error) = removed(&self.local(path)) {
                tracing::warn!(file.path = self.name(path), %error, "a staged file could not be removed");
            }
        }
    }

    /// The log of a table, as Delta reads and writes it.
    pub(crate) fn log_store(&self, table: &'static str) -> Result<LogStoreRef, LakeError> {
        let folder = self.local(table);
        fs::create_dir_all(&folder).map_err(LakeError::io(&folder))?;
        let url =
            Url::from_directory_path(folder).map_err(|()| LakeError::Internal("the data folder's path"))?;
        let log = DeltaTableBuilder::from_url(url).and_then(|builder| builder.build_storage());
        log.map_err(LakeError::delta(table))
    }

    /// Looks whether a table's log is there.
    pub(crate) async fn look(&self, table: &str) -> Result<(), LakeError> {
        let log = self.local(table).join(LOG);
        blocking(move || {
            let first = log.read_dir().and_then(|mut files| files.next().transpose());
            first.map(|_| ()).map_err(LakeError::io(log))
        })
        .await
    }

    /// A commit of a table's log outlives a power cut once it is on the disk.
    pub(crate) fn settle(&self, table: &str, version: u64) -> std::io::Result<()> {
        let log = self.local(table).join(LOG);
        fs::File::open(log.join(format!("{version:020}.json")))?.sync_all()?;
        fs::File::open(&log)?.sync_all()
    }
}

fn removed(path: &Path) -> Result<Option<u64>, LakeError> {
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    match fs::remove_file(path) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io(path)(error)),
    }
}

fn walk(folder: &Path, relative: &str, found: &mut HashMap<String, u64>) -> Result<(), LakeError> {
    for entry in fs::read_dir(folder).map_err(LakeError::io(folder))? {
        let entry = entry.map_err(LakeError::io(folder))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let path = if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") };
        // Files may vanish meanwhile: a staging that was dropped.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else {
            found.insert(path, metadata.len());
        }
    }
    Ok(())
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LakeError::Internal("a file task ended early"))?
}
