//! Files of this machine.

use crate::LakeError;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

pub(super) fn open(path: &Path) -> Result<File, LakeError> {
    File::open(path).map_err(LakeError::io(path))
}

/// Begins a file that is not there yet.
pub(super) fn create(path: &Path) -> Result<File, LakeError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
    }
    File::create_new(path).map_err(LakeError::io(path))
}

/// Makes a written file last; gives its bytes.
pub(super) fn finish(file: &File, path: &Path) -> Result<u64, LakeError> {
    file.sync_all().map_err(LakeError::io(path))?;
    let size = file.metadata().map_err(LakeError::io(path))?.len();
    // A new file's name is durable once its folder is.
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(LakeError::io(folder))?;
    }
    Ok(size)
}

pub(super) fn size(path: &Path) -> Result<Option<u64>, LakeError> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io(path)(error)),
    }
}

pub(super) fn list(folder: &Path) -> Result<HashMap<String, u64>, LakeError> {
    let mut found = HashMap::new();
    walk(folder, "", &mut found)?;
    Ok(found)
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

pub(super) fn remove(path: &Path) -> Result<Option<u64>, LakeError> {
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    match fs::remove_file(path) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io(path)(error)),
    }
}

pub(super) fn forget(path: &Path) {
    if let Err(error) = remove(path) {
        tracing::warn!(file.path = %path.display(), %error, "a staged file could not be removed");
    }
}

pub(super) fn look(log: &Path) -> Result<(), LakeError> {
    let first = log.read_dir().and_then(|mut files| files.next().transpose());
    first.map(drop).map_err(LakeError::io(log))
}

pub(super) fn settle(log: &Path, version: u64) -> io::Result<()> {
    File::open(log.join(format!("{version:020}.json")))?.sync_all()?;
    File::open(log)?.sync_all()
}
