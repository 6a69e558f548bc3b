//! The door to where the tables lie: a folder, or a prefix of a bucket. Whatever is written, read back, listed or
//! removed goes through it, by paths relative to the lake's root, so that nobody else knows which of the two it is.

mod bridge;
mod bucket;
mod chunks;
mod folder;
mod probe;
mod sink;
mod upload;

pub(crate) use bucket::{Bucket, TRIED};
pub use chunks::Chunks;
pub use probe::Probe;
pub(crate) use sink::Sink;

use crate::LakeError;
use chunks::Whole;
use deltalake_core::DeltaTableBuilder;
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use object_store::ObjectStore;
use object_store::prefix::PrefixStore;
use parquet::file::metadata::ParquetMetaData;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Where Delta keeps a table's log, below the table.
pub const LOG: &str = "_delta_log";

/// Where the tables lie. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Door(Place);

#[derive(Clone, Debug)]
enum Place {
    /// Absolute.
    Folder(Arc<Path>),
    Bucket(Arc<Bucket>),
}

impl Door {
    /// A folder, made when it is missing.
    pub(crate) fn folder(root: &Path) -> Result<Self, LakeError> {
        std::fs::create_dir_all(root).map_err(LakeError::io(root))?;
        Self::at(root)
    }

    /// A folder as it is.
    pub(crate) fn at(root: &Path) -> Result<Self, LakeError> {
        let root = std::path::absolute(root).map_err(LakeError::io(root))?;
        Ok(Self(Place::Folder(root.into())))
    }

    /// A prefix of a bucket.
    pub(crate) fn bucket(bucket: Bucket) -> Self {
        Self(Place::Bucket(Arc::new(bucket)))
    }

    /// Where a path is, in full: a name for people, and of nothing else.
    pub(crate) fn name(&self, path: &str) -> String {
        match &self.0 {
            Place::Folder(root) => root.join(path).display().to_string(),
            Place::Bucket(bucket) => bucket.name(path),
        }
    }

    /// The folder, if it is one.
    pub(crate) fn root(&self) -> Option<&Path> {
        match &self.0 {
            Place::Folder(root) => Some(root),
            Place::Bucket(_) => None,
        }
    }

    /// Begins a new file, which is there once it is finished; what is there already is never written over.
    pub(crate) fn create(&self, path: &str) -> Result<Sink, LakeError> {
        match &self.0 {
            Place::Folder(root) => Sink::file(&root.join(path)),
            Place::Bucket(bucket) => Ok(Sink::object(bucket, path)),
        }
    }

    /// Opens a file for reads anywhere in it. Blocks.
    pub(crate) fn open(&self, path: &str, size: Option<u64>) -> Result<Chunks, LakeError> {
        match &self.0 {
            Place::Folder(root) => Chunks::file(&root.join(path)),
            Place::Bucket(bucket) => Chunks::object(bucket, path, size),
        }
    }

    /// The footer of a data file. Blocks.
    pub(crate) fn footer(&self, path: &str, size: Option<u64>) -> Result<Arc<ParquetMetaData>, LakeError> {
        let known = match &self.0 {
            Place::Folder(_) => None,
            Place::Bucket(bucket) => bucket.footer(path),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let footer = Arc::new(self.open(path, size)?.footer()?);
        if let Place::Bucket(bucket) = &self.0 {
            bucket.keep_footer(path, &footer);
        }
        Ok(footer)
    }

    /// Opens a file to be read from its first byte to its last. Blocks.
    pub(crate) fn read(&self, path: &str) -> Result<Box<dyn Read + Send>, LakeError> {
        Ok(match &self.0 {
            Place::Folder(root) => Box::new(folder::open(&root.join(path))?),
            Place::Bucket(bucket) => Box::new(Whole::new(bucket, path, bucket.size_now(path)?)),
        })
    }

    /// Bytes of a file; `None`: it is not there.
    pub(crate) async fn size(&self, path: &str) -> Result<Option<u64>, LakeError> {
        match &self.0 {
            Place::Folder(root) => {
                let path = root.join(path);
                blocking(move || folder::size(&path)).await
            }
            Place::Bucket(bucket) => bucket.size(path).await,
        }
    }

    /// Every file below a folder with its bytes; paths are relative to the folder.
    pub(crate) async fn list(&self, folder: &str) -> Result<HashMap<String, u64>, LakeError> {
        match &self.0 {
            Place::Folder(root) => {
                let folder = root.join(folder);
                blocking(move || folder::list(&folder)).await
            }
            Place::Bucket(bucket) => bucket.list(folder).await,
        }
    }

    /// Removes files, with the bytes of each as far as a list told them; gives the bytes of each that was there. What is
    /// gone already is no error.
    pub(crate) async fn remove(
        &self,
        paths: Vec<(String, Option<u64>)>,
    ) -> Result<Vec<Option<u64>>, LakeError> {
        match &self.0 {
            Place::Folder(root) => {
                let paths: Vec<PathBuf> = paths.iter().map(|(path, _)| root.join(path)).collect();
                blocking(move || paths.iter().map(|path| folder::remove(path)).collect()).await
            }
            Place::Bucket(bucket) => bucket.remove_listed(paths).await,
        }
    }

    /// Removes files that nobody knows yet, as far as that can be done now: a vacuum finds what is left.
    pub(crate) fn forget(&self, paths: &[String]) {
        match &self.0 {
            Place::Folder(root) => paths.iter().for_each(|path| folder::forget(&root.join(path))),
            Place::Bucket(bucket) => bucket.forget(paths),
        }
    }

    /// The log of a table, as Delta reads and writes it.
    pub(crate) fn log_store(&self, table: &'static str) -> Result<LogStoreRef, LakeError> {
        match &self.0 {
            Place::Folder(root) => {
                let folder = root.join(table);
                std::fs::create_dir_all(&folder).map_err(LakeError::io(&folder))?;
                let url = Url::from_directory_path(folder)
                    .map_err(|()| LakeError::Internal("the data folder's path"))?;
                let log = DeltaTableBuilder::from_url(url).and_then(|builder| builder.build_storage());
                log.map_err(self.failed_log(table))
            }
            Place::Bucket(bucket) => {
                let key = bucket.key(table);
                let mut url = bucket.url.clone();
                url.set_path(&format!("{key}/"));
                let below: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(Arc::clone(&bucket.store), key));
                Ok(default_logstore(below, Arc::clone(&bucket.store), &url, &StorageConfig::default()))
            }
        }
    }

    /// What is said of a log that cannot be read or written.
    pub(crate) fn failed_log(
        &self,
        table: &'static str,
    ) -> impl Fn(deltalake_core::DeltaTableError) -> LakeError + use<> {
        let bucket = matches!(self.0, Place::Bucket(_));
        move |source| LakeError::Delta { table, bucket, source: Box::new(source) }
    }

    /// Looks whether a table's log is there.
    pub(crate) async fn look(&self, table: &str) -> Result<(), LakeError> {
        match &self.0 {
            Place::Folder(root) => {
                let log = root.join(table).join(LOG);
                blocking(move || folder::look(&log)).await
            }
            Place::Bucket(bucket) => {
                let log = format!("{table}/{LOG}");
                if bucket.has_any(&log).await? {
                    return Ok(());
                }
                Err(LakeError::Corrupt { path: bucket.name(&log), what: "it is not there any more".into() })
            }
        }
    }

    /// A commit of a table's log in a folder outlives a power cut once it is on the disk.
    pub(crate) fn settle(&self, table: &str, version: u64) -> std::io::Result<()> {
        match &self.0 {
            Place::Folder(root) => folder::settle(&root.join(table).join(LOG), version),
            Place::Bucket(_) => Ok(()),
        }
    }

    /// The object store that has a path, by the URL of its bucket, and the path's key; `None`: the machine's own files.
    pub(crate) fn store(&self) -> Option<(&Url, &Arc<dyn ObjectStore>)> {
        match &self.0 {
            Place::Folder(_) => None,
            Place::Bucket(bucket) => Some((&bucket.url, &bucket.store)),
        }
    }

    /// A path as its object store knows it.
    pub(crate) fn location(&self, path: &str) -> Result<object_store::path::Path, LakeError> {
        match &self.0 {
            Place::Folder(root) => object_store::path::Path::from_absolute_path(root.join(path))
                .map_err(|_| LakeError::Internal("a path that no object store knows")),
            Place::Bucket(bucket) => Ok(bucket.key(path)),
        }
    }

    /// Whether a file may be put there, read, listed and removed, and what else a lake needs of its place.
    pub(crate) async fn probe(&self) -> Result<Probe, LakeError> {
        match &self.0 {
            Place::Folder(root) => Ok(Probe { place: root.display().to_string(), in_bucket: false }),
            Place::Bucket(bucket) => probe::bucket(bucket).await,
        }
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LakeError::Internal("a file task ended early"))?
}
