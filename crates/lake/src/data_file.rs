//! A data file where it lies, for whoever reads it.

use crate::LakeError;
use crate::door::{Chunks, Door};
use chrono::{DateTime, Utc};
use object_store::{ObjectMeta, ObjectStore};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;
use url::Url;

/// A data file of a table, of any place. Its content never changes. Cheap to clone; two are the same when they lie at
/// the same place.
#[derive(Clone, Debug)]
pub struct DataFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    door: Door,
    /// Below the door's root.
    path: String,
    /// In full.
    name: String,
    bytes: Option<u64>,
}

impl DataFile {
    pub(crate) fn new(door: &Door, path: String, bytes: Option<u64>) -> Self {
        Self(Arc::new(Inner { door: door.clone(), name: door.name(&path), path, bytes }))
    }

    /// A file of this machine that belongs to no lake.
    ///
    /// # Errors
    /// The path names no file.
    pub fn local(path: &Path) -> Result<Self, LakeError> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(LakeError::Internal("a path that names no file"));
        };
        Ok(Self::new(&Door::at(folder)?, name.to_owned(), None))
    }

    /// Where it lies, in full.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its bytes, as it was noted when it was written, or as they are where that is not known.
    ///
    /// # Errors
    /// The file is not there.
    pub fn size(&self) -> Result<u64, LakeError> {
        match self.0.bytes {
            Some(bytes) => Ok(bytes),
            None => Ok(self.open()?.len()),
        }
    }

    /// What it is in its object store, for readers that ask one.
    ///
    /// # Errors
    /// The file is not there.
    pub fn object(&self) -> Result<ObjectMeta, LakeError> {
        let location = self.0.door.location(&self.0.path)?;
        // It never changes: when it was written tells nothing.
        let last_modified = DateTime::<Utc>::UNIX_EPOCH;
        Ok(ObjectMeta { location, last_modified, size: self.size()?, e_tag: None, version: None })
    }

    /// Opens it. Blocks.
    ///
    /// # Errors
    /// The file is not there, or cannot be read.
    pub fn open(&self) -> Result<Chunks, LakeError> {
        self.0.door.open(&self.0.path, self.0.bytes)
    }

    /// Its footer. Blocks.
    ///
    /// # Errors
    /// The file is not there, or is no Parquet file.
    pub fn footer(&self) -> Result<Arc<ParquetMetaData>, LakeError> {
        self.0.door.footer(&self.0.path, self.0.bytes)
    }

    /// The object store that has it, by the URL of its bucket; `None`: it is a file of this machine.
    pub fn store(&self) -> Option<(&Url, &Arc<dyn ObjectStore>)> {
        self.0.door.store()
    }
}

impl PartialEq for DataFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.name == other.0.name
    }
}

impl Eq for DataFile {}

impl Hash for DataFile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}
