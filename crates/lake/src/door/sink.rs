//! A data file while it is written.

use super::bucket::Bucket;
use super::folder;
use super::upload::Upload;
use crate::LakeError;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Takes the bytes of a new file, in order.
pub(crate) enum Sink {
    /// On the disk.
    File(File, PathBuf),
    /// In a bucket.
    Object(Box<Upload>),
}

impl Sink {
    pub(super) fn file(path: &Path) -> Result<Self, LakeError> {
        Ok(Self::File(folder::create(path)?, path.to_owned()))
    }

    pub(crate) fn object(bucket: &Arc<Bucket>, path: &str) -> Self {
        Self::Object(Box::new(Upload::new(bucket, path)))
    }

    /// Makes the file last; gives its bytes.
    pub(crate) fn finish(self) -> Result<u64, LakeError> {
        match self {
            Self::File(file, path) => folder::finish(&file, &path),
            Self::Object(upload) => upload.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file, _) => file.write(bytes),
            Self::Object(upload) => upload.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file, _) => file.flush(),
            Self::Object(upload) => upload.flush(),
        }
    }
}
