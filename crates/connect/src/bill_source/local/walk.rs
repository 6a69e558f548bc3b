//! Everything below a folder.
//!
//! What really lies there comes first, links come last, and what was found already is not found again by a link:
//! loops end, and no file counts twice.

use super::opening::Id;
use super::{Folder, READ, file_ref};
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use rustix::fs::{Dir, Mode, OFlags, openat};
use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// Folders within folders. Reports lie about eight deep; each level keeps a descriptor open while it is listed.
const DEPTH: usize = 24;
/// Names that are looked at. Three years of a large company's report in all its versions have about 100,000 files; a
/// whole disk that is named by mistake has millions.
const ENTRIES: usize = 250_000;

/// The files below the folder.
///
/// # Errors
/// `BadLocation`: more than a report can have; else as reading.
pub(super) fn files(folder: &Folder) -> Result<Vec<FileRef>, ConnectError> {
    let mut walk = Walk {
        folder,
        found: vec![],
        folders: HashSet::new(),
        files: HashSet::new(),
        looked_at: 0,
        links: vec![],
    };
    let opened = folder.at(".", LIST).map_err(|error| folder.failed("", &error))?;
    walk.list(&opened, "", 0, false)?;
    while let Some(link) = walk.links.pop() {
        walk.follow(&link)?;
    }
    Ok(walk.found)
}

const LIST: OFlags = READ.union(OFlags::DIRECTORY);

struct Walk<'a> {
    folder: &'a Folder,
    found: Vec<FileRef>,
    folders: HashSet<Id>,
    files: HashSet<Id>,
    looked_at: usize,
    links: Vec<String>,
}

impl Walk<'_> {
    /// Lists an open folder; `linked`: it was reached by a link.
    fn list(&mut self, opened: &File, below: &str, depth: usize, linked: bool) -> Result<(), ConnectError> {
        let folder = self.folder;
        let failed = |error: io::Error| folder.failed(below, &error);
        let id = Id::of(&opened.metadata().map_err(failed)?);
        if folder.never == Some(id) {
            return Err(failed(io::ErrorKind::NotFound.into()));
        }
        // What really lies here cannot come twice, and some network disks give all folders one number.
        if !self.folders.insert(id) && linked {
            return Ok(());
        }
        if depth > DEPTH {
            return Err(self.too_much(&format!("folders lie more than {DEPTH} deep")));
        }
        let names = Dir::read_from(opened).map_err(|error| failed(error.into()))?;
        for entry in names {
            let entry = entry.map_err(|error| failed(error.into()))?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if matches!(name, "." | "..") {
                continue;
            }
            self.looked_at = self.looked_at.saturating_add(1);
            if self.looked_at > ENTRIES {
                return Err(self.too_much(&format!("there are more than {ENTRIES} files and folders")));
            }
            let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            // Looked at without opening it: that could wait, or do something to a device.
            let Ok(metadata) = look(opened.as_fd(), name) else { continue };
            if metadata.is_symlink() {
                self.links.push(path);
            } else if metadata.is_file() {
                self.file(&path, &metadata, linked);
            } else if metadata.is_dir() && !name.starts_with('.') {
                let inner = openat(opened, name, LIST | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
                let inner: File = inner.map_err(|error| folder.failed(&path, &error.into()))?.into();
                self.list(&inner, &path, depth.saturating_add(1), linked)?;
            }
        }
        Ok(())
    }

    /// What a link leads to. A link that leads nowhere, or out of where it may, is no file.
    fn follow(&mut self, path: &str) -> Result<(), ConnectError> {
        let Ok(metadata) = self.folder.at(path, OFlags::PATH).and_then(|found| found.metadata()) else {
            return Ok(());
        };
        let hidden = path.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
        if metadata.is_file() {
            self.file(path, &metadata, true);
        } else if metadata.is_dir() && !hidden {
            let opened = self.folder.at(path, LIST);
            let opened = opened.map_err(|error| self.folder.failed(path, &error))?;
            let depth = path.split('/').count();
            self.list(&opened, path, depth, true)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &str, metadata: &Metadata, linked: bool) {
        if self.files.insert(Id::of(metadata)) || !linked {
            self.found.push(file_ref(path, metadata));
        }
    }

    fn too_much(&self, what: &str) -> ConnectError {
        ConnectError {
            kind: ErrorKind::BadLocation,
            message: format!("{}: {what}", self.folder.name),
            advice: "Name the folder that holds the reports and nothing else".to_owned(),
        }
    }
}

/// What a name is, itself.
fn look(folder: BorrowedFd<'_>, name: &str) -> io::Result<Metadata> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    File::from(openat(folder, name, flags, Mode::empty())?).metadata()
}
