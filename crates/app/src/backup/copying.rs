//! Copying files: all that is copied is on the disk, and its checksum known, before it counts.

use super::disk;
use crate::hex::hex;
use crate::{AppError, Result};
use lake::{LakeError, NewFile};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Bytes copied at once.
const PIECE: usize = 1 << 20;

/// Size and checksum.
pub(super) struct Copied {
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// Copies a file to a new place, or over what lies there.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Copied> {
    let mut source = File::open(from).map_err(disk(from))?;
    written(&mut source, &from.display().to_string(), to)
}

/// The same of what is read from somewhere that has a name.
pub(super) fn written(from: &mut impl Read, name: &str, to: &Path) -> Result<Copied> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(disk(folder))?;
    }
    let target = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
    let mut target = target.map_err(disk(to))?;
    let copied = read(from, Path::new(name), |piece| target.write_all(piece).map_err(disk(to)))?;
    target.sync_all().map_err(disk(to))?;
    Ok(copied)
}

/// Copies a file to a bucket.
pub(super) fn uploaded(from: &Path, mut to: NewFile) -> Result<Copied> {
    let mut source = File::open(from).map_err(disk(from))?;
    let failed = |error: std::io::Error| AppError::from(LakeError::Write(error));
    let copied = read(&mut source, from, |piece| to.write_all(piece).map_err(failed))?;
    to.finish()?;
    Ok(copied)
}

/// The same, seen at its place in one step, if it is what it should be.
pub(super) fn copied(
    (from, name): (&mut impl Read, &str),
    to: &Path,
    as_it_should: impl FnOnce(&Copied) -> Result<()>,
) -> Result<Copied> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let copied = written(from, name, Path::new(&part))?;
    as_it_should(&copied)?;
    std::fs::rename(&part, to).map_err(disk(to))?;
    Ok(copied)
}

/// Size and checksum of a file.
pub(super) fn looked_at(path: &Path) -> Result<Copied> {
    let mut file = File::open(path).map_err(disk(path))?;
    let found = read(&mut file, path, |_| Ok(()))?;
    file.sync_all().map_err(disk(path))?;
    Ok(found)
}

fn read(file: &mut impl Read, path: &Path, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<Copied> {
    let (mut sum, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let count = file.read(&mut piece).map_err(disk(path))?;
        if count == 0 {
            break;
        }
        sum.update(&piece[..count]);
        each(&piece[..count])?;
        size += count as u64;
    }
    let sha256 = hex(sum.finalize());
    Ok(Copied { size, sha256 })
}

/// What was made in a folder is on the disk.
pub(super) fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk(folder))
}

/// The same for each folder below it, too.
pub(super) fn sync_all(folder: &Path) -> Result<()> {
    for entry in folder.read_dir().map_err(disk(folder))? {
        let entry = entry.map_err(disk(folder))?;
        if entry.file_type().map_err(disk(folder))?.is_dir() {
            sync_all(&entry.path())?;
        }
    }
    sync(folder)
}
