//! A local folder, or a single file.

use super::changed;
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use bytes::Bytes;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Folders within folders that are followed; ends loops of links.
const MAX_DEPTH: usize = 24;

#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The one file, if the location is a file.
    only: Option<String>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, ConnectError> {
        let shown = path.display().to_string();
        let full = path.canonicalize().map_err(|error| ConnectError::of_io(&shown, &error))?;
        if full.is_dir() {
            return Ok(Self { root: full, only: None });
        }
        let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else {
            return Err(ConnectError::new(
                ErrorKind::BadLocation,
                format!("{shown} is neither folder nor file"),
            ));
        };
        Ok(Self { root: parent.to_owned(), only: Some(name.to_string_lossy().into_owned()) })
    }

    /// The folder, for messages and for periods in its own path.
    pub(super) fn base(&self) -> String {
        self.root.display().to_string()
    }

    pub(super) async fn list(&self) -> Result<Vec<FileRef>, ConnectError> {
        if let Some(only) = &self.only {
            return Ok(vec![self.head(only)?]);
        }
        let root = self.root.clone();
        let walk = move || {
            let mut found = Vec::new();
            walk(&root, "", 0, &mut found)?;
            Ok(found)
        };
        match tokio::task::spawn_blocking(walk).await {
            Ok(found) => found,
            Err(error) => Err(ConnectError::new(ErrorKind::Unavailable, format!("{}: {error}", self.base()))),
        }
    }

    pub(super) fn head(&self, path: &str) -> Result<FileRef, ConnectError> {
        let full = self.root.join(path);
        let metadata = std::fs::metadata(&full).map_err(|error| ConnectError::of_io(path, &error))?;
        Ok(file_ref(path, &metadata))
    }

    fn open_file(&self, file: &FileRef) -> Result<File, ConnectError> {
        let failed = |error: io::Error| ConnectError::of_io(&file.path, &error);
        let opened = File::open(self.root.join(&file.path)).map_err(failed)?;
        let now = file_ref(&file.path, &opened.metadata().map_err(failed)?);
        if now.size != file.size || now.etag != file.etag {
            return Err(changed(&file.path, "the file was replaced since it was found"));
        }
        Ok(opened)
    }

    pub(super) fn read_range(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        let mut opened = self.open_file(file)?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(&file.path, "the file became shorter while it was read"),
            _ => ConnectError::of_io(&file.path, &error),
        };
        let length = usize::try_from(range.end.saturating_sub(range.start))
            .map_err(|error| changed(&file.path, &error.to_string()))?;
        opened.seek(SeekFrom::Start(range.start)).map_err(failed)?;
        // Read into memory that was not zeroed first: ranges are megabytes, and there are many.
        let mut buffer = Vec::with_capacity(length);
        opened.take(length as u64).read_to_end(&mut buffer).map_err(failed)?;
        if buffer.len() < length {
            return Err(failed(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(buffer.into())
    }

    pub(super) fn stream(&self, file: &FileRef) -> Result<Stream, ConnectError> {
        Ok(Stream { opened: self.open_file(file)?, path: file.path.clone(), left: file.size })
    }
}

/// A file being read; ends with an error if it is not as long as it was found.
pub(super) struct Stream {
    opened: File,
    path: String,
    left: u64,
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.opened.read(out)?;
        if read == 0 && self.left > 0 && !out.is_empty() {
            return Err(changed(&self.path, "the file became shorter while it was read").into());
        }
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| changed(&self.path, "the file became longer while it was read"))?;
        Ok(read)
    }
}

fn walk(root: &Path, below: &str, depth: usize, found: &mut Vec<FileRef>) -> Result<(), ConnectError> {
    let folder = root.join(below);
    let shown = folder.display().to_string();
    let failed = |error: io::Error| ConnectError::of_io(&shown, &error);
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        // A link that leads nowhere is no file.
        let Ok(metadata) = std::fs::metadata(root.join(&path)) else { continue };
        if metadata.is_dir() {
            if depth < MAX_DEPTH && !name.starts_with('.') {
                walk(root, &path, depth.saturating_add(1), found)?;
            }
        } else if metadata.is_file() {
            found.push(file_ref(&path, &metadata));
        }
    }
    Ok(())
}

fn file_ref(path: &str, metadata: &Metadata) -> FileRef {
    let modified = metadata.modified().unwrap_or(std::time::UNIX_EPOCH);
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let etag = format!("{:x}-{:x}", since.as_nanos(), metadata.len());
    FileRef { path: path.to_owned(), size: metadata.len(), etag, modified: modified.into() }
}
