//! A local folder, or a single file.
//!
//! A folder is opened once; everything below is reached from its descriptor, never by its path again, so that what
//! is swapped meanwhile leads nowhere else. Only regular files are read: a pipe would wait forever, a device is
//! none of ours.

mod opening;
mod walk;

use super::changed;
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use bytes::Bytes;
use opening::{Id, Links, open_at};
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// How far the reading of a folder may go: never out of `root`, whatever links say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beneath {
    /// The folder that may be read, by its real path.
    pub root: PathBuf,
    /// What is read of it: a folder or a file, without `..`; empty for the whole.
    pub below: PathBuf,
    /// A folder that is not read, nor what is in it, nor what holds it: where the server keeps its own.
    pub never: PathBuf,
}

#[derive(Debug)]
pub(super) struct Folder {
    /// The folder itself.
    opened: OwnedFd,
    links: Links,
    /// For messages and for periods in its own path.
    name: String,
    /// The one file, if the location is a file.
    only: Option<String>,
    never: Option<Id>,
}

impl Folder {
    /// Opens what the operator names; links are followed wherever they lead.
    pub(super) fn open(path: &Path) -> Result<Self, ConnectError> {
        let shown = path.display().to_string();
        let failed = |error: io::Error| ConnectError::of_io(&shown, &error);
        let full = path.canonicalize().map_err(failed)?;
        let metadata = full.metadata().map_err(failed)?;
        let (folder, only) = if metadata.is_dir() {
            (full.as_path(), None)
        } else {
            let parts = full.parent().zip(full.file_name()).filter(|_| metadata.is_file());
            let (parent, name) = parts.ok_or_else(|| neither(&shown))?;
            (parent, Some(name.to_string_lossy().into_owned()))
        };
        let opened = openat(CWD, folder, FOLDER, Mode::empty()).map_err(|error| failed(error.into()))?;
        Ok(Self { opened, links: Links::Followed, name: folder.display().to_string(), only, never: None })
    }

    /// Opens what was named by somebody who may see nothing of this machine but what is beneath a root. What is
    /// outside and what does not exist get one answer.
    pub(super) fn open_beneath(within: &Beneath) -> Result<Self, ConnectError> {
        let full = within.root.join(&within.below);
        let shown = full.display().to_string();
        let failed = |error: io::Error| inside(&shown, &error);
        let root = openat(CWD, &within.root, FOLDER | OFlags::NOFOLLOW, Mode::empty());
        let root = root.map_err(|error| failed(error.into()))?;
        let links = Links::Inside;
        let open = |path: &Path, flags| {
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            let path = path.to_str().ok_or(io::ErrorKind::InvalidInput)?;
            open_at(root.as_fd(), path, flags, links)
        };
        let found = open(&within.below, OFlags::PATH).map_err(failed)?;
        let metadata = found.metadata().map_err(failed)?;
        let (opened, name, only) = if metadata.is_dir() {
            (found, full.clone(), None)
        } else {
            let parts = within.below.parent().zip(within.below.file_name());
            let (parent, name) = parts.filter(|_| metadata.is_file()).ok_or_else(|| neither(&shown))?;
            let folder = open(parent, OFlags::PATH | OFlags::DIRECTORY).map_err(failed)?;
            (folder, within.root.join(parent), Some(name.to_string_lossy().into_owned()))
        };
        if opening::together(opened.as_fd(), &within.never).map_err(failed)? {
            return Err(ConnectError {
                kind: ErrorKind::Denied,
                message: format!("{shown}: the server's own data lie there"),
                advice: "Put the reports into a folder of their own, outside the data folder".to_owned(),
            });
        }
        let never = within.never.metadata().ok().map(|metadata| Id::of(&metadata));
        Ok(Self { opened: opened.into(), links, name: name.display().to_string(), only, never })
    }

    /// The folder, for messages and for periods in its own path.
    pub(super) fn base(&self) -> String {
        self.name.clone()
    }

    /// Everything that can be read, in no order.
    pub(super) async fn list(&self) -> Result<Vec<FileRef>, ConnectError> {
        if let Some(only) = &self.only {
            return Ok(vec![self.head(only)?]);
        }
        let again = Self {
            opened: self.opened.try_clone().map_err(|error| self.failed("", &error))?,
            links: self.links,
            name: self.name.clone(),
            only: None,
            never: self.never,
        };
        match tokio::task::spawn_blocking(move || walk::files(&again)).await {
            Ok(found) => found,
            Err(error) => Err(ConnectError::new(ErrorKind::Unavailable, format!("{}: {error}", self.name))),
        }
    }

    pub(super) fn head(&self, path: &str) -> Result<FileRef, ConnectError> {
        let failed = |error: io::Error| self.failed(path, &error);
        let metadata = self.at(path, OFlags::PATH).and_then(|file| file.metadata()).map_err(failed)?;
        if !metadata.is_file() {
            return Err(no_file(path));
        }
        Ok(file_ref(path, &metadata))
    }

    fn at(&self, path: &str, flags: OFlags) -> io::Result<File> {
        open_at(self.opened.as_fd(), path, flags, self.links)
    }

    fn failed(&self, path: &str, error: &io::Error) -> ConnectError {
        let shown = if path.is_empty() { &self.name } else { path };
        match self.links {
            Links::Followed => ConnectError::of_io(shown, error),
            Links::Inside => inside(shown, error),
        }
    }

    fn open_file(&self, file: &FileRef) -> Result<File, ConnectError> {
        let failed = |error: io::Error| self.failed(&file.path, &error);
        let opened = self.at(&file.path, READ).map_err(failed)?;
        let metadata = opened.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(no_file(&file.path));
        }
        let now = file_ref(&file.path, &metadata);
        if now.size != file.size || now.etag != file.etag {
            return Err(changed(&file.path, "the file was replaced since it was found"));
        }
        Ok(opened)
    }

    pub(super) fn read_range(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        let mut opened = self.open_file(file)?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(&file.path, "the file became shorter while it was read"),
            _ => self.failed(&file.path, &error),
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

/// A place to start from, which need not be listed.
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Never waits, for a pipe's other end or anything else; makes no terminal ours.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

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

fn neither(shown: &str) -> ConnectError {
    ConnectError::new(ErrorKind::BadLocation, format!("{shown} is neither folder nor file"))
}

fn no_file(path: &str) -> ConnectError {
    ConnectError::new(ErrorKind::NotFound, format!("{path}: it is no file any more"))
}

/// Why something beneath a root cannot be read. A link that leads out and a name that leads nowhere sound alike.
fn inside(shown: &str, error: &io::Error) -> ConnectError {
    if error.kind() == io::ErrorKind::PermissionDenied {
        return ConnectError::of_io(shown, error);
    }
    let message = format!("{shown}: there is nothing here that may be read");
    ConnectError {
        advice:
            "Check the path; links that lead out of the folder that the operator allowed are not followed"
                .to_owned(),
        ..ConnectError::new(ErrorKind::NotFound, message)
    }
}

fn file_ref(path: &str, metadata: &Metadata) -> FileRef {
    let modified = metadata.modified().unwrap_or(std::time::UNIX_EPOCH);
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let etag = format!("{:x}-{:x}", since.as_nanos(), metadata.len());
    FileRef { path: path.to_owned(), size: metadata.len(), etag, modified: modified.into() }
}

#[cfg(test)]
mod tests;
