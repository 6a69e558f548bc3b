//! Opening what lies below a folder, from the folder's descriptor.

use rustix::fs::{Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;
use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Tries while names on the way are being changed by others.
const TRIES: usize = 8;

/// Where links may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    /// Anywhere: the operator put them there.
    Followed,
    /// Only to what is below the folder.
    Inside,
}

/// A folder or file, by whatever name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(u64, u64);

impl Id {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// Opens a path below a folder.
pub(super) fn open_at(folder: BorrowedFd<'_>, path: &str, flags: OFlags, links: Links) -> io::Result<File> {
    let flags = flags | OFlags::CLOEXEC;
    if links == Links::Followed {
        return Ok(openat(folder, path, flags, Mode::empty())?.into());
    }
    // Links of /proc lead to what a process has open: out of any folder.
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match openat2(folder, path, flags, Mode::empty(), inside) {
            Ok(opened) => return Ok(opened.into()),
            Err(Errno::AGAIN | Errno::INTR) => {}
            // Kernels before 5.6, and containers that forbid the call.
            Err(Errno::NOSYS | Errno::PERM) => return step_by_step(folder, path, flags),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Errno::AGAIN.into())
}

/// The same without the kernel's help: name by name, and no link at all.
fn step_by_step(folder: BorrowedFd<'_>, path: &str, flags: OFlags) -> io::Result<File> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if path.starts_with('/') || parts.contains(&"..") {
        return Err(Errno::XDEV.into());
    }
    let on_the_way = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let (last, way) = parts.split_last().map_or((".", &[][..]), |(last, way)| (*last, way));
    let mut at: Option<OwnedFd> = None;
    for part in way {
        let here = at.as_ref().map_or(folder, OwnedFd::as_fd);
        let next = openat(here, *part, on_the_way | OFlags::NOFOLLOW, Mode::empty())?;
        at = Some(next);
    }
    let here = at.as_ref().map_or(folder, OwnedFd::as_fd);
    let opened: File = openat(here, last, flags | OFlags::NOFOLLOW, Mode::empty())?.into();
    // Where nothing is opened for reading, a link is opened instead of refused.
    if opened.metadata()?.is_symlink() {
        return Err(Errno::LOOP.into());
    }
    Ok(opened)
}

/// Whether a folder is another one, or in it, or around it. Nothing is together with what does not exist.
pub(super) fn together(folder: BorrowedFd<'_>, other: &Path) -> io::Result<bool> {
    let other = match File::open(other) {
        Ok(other) => other,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let (own, others) = (identity(folder)?, identity(other.as_fd())?);
    Ok(around(folder)?.contains(&others) || around(other.as_fd())?.contains(&own))
}

fn identity(folder: BorrowedFd<'_>) -> io::Result<Id> {
    Ok(Id::of(&File::from(folder.try_clone_to_owned()?).metadata()?))
}

/// A folder and those that hold it, up to the root. Asked of the kernel: a path may have other names.
fn around(folder: BorrowedFd<'_>) -> io::Result<HashSet<Id>> {
    let mut found = HashSet::new();
    let mut at = folder.try_clone_to_owned()?;
    while found.insert(identity(at.as_fd())?) {
        at = openat(&at, "..", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn without_the_kernels_help_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("a/b/file"), "x").unwrap();
        std::fs::write(outside.path().join("file"), "x").unwrap();
        symlink(outside.path(), folder.path().join("out")).unwrap();
        symlink(outside.path().join("file"), folder.path().join("link")).unwrap();
        let root = File::open(folder.path()).unwrap();
        let open = |path: &str, flags| step_by_step(root.as_fd(), path, flags);
        assert!(open("a/b/file", OFlags::RDONLY).unwrap().metadata().unwrap().is_file());
        assert!(open(".", OFlags::PATH).unwrap().metadata().unwrap().is_dir());
        for wrong in ["out/file", "out", "link", "a/../../x", "/etc/passwd", "a/b/none"] {
            assert!(open(wrong, OFlags::RDONLY).is_err(), "{wrong}");
            assert!(open(wrong, OFlags::PATH).is_err(), "{wrong}");
        }
    }
}
