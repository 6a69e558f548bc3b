//! A data file while it is written.

use crate::LakeError;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Takes the bytes of a new file, in order.
pub(crate) struct Sink {
    file: File,
    path: PathBuf,
}

impl Sink {
    pub(super) fn create(path: &Path) -> Result<Self, LakeError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
        }
        let file = File::create_new(path).map_err(LakeError::io(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Makes the file last; gives its bytes.
    pub(crate) fn finish(self) -> Result<u64, LakeError> {
        let io = || LakeError::io(&self.path);
        self.file.sync_all().map_err(io())?;
        let size = self.file.metadata().map_err(io())?.len();
        // A new file's name is durable once its folder is.
        if let Some(folder) = self.path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(LakeError::io(folder))?;
        }
        Ok(size)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
