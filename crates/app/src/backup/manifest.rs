//! `backup.json`: what a backup holds.

use super::disk;
use crate::{AppError, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};

/// Its name.
pub(super) const FILE: &str = "backup.json";
/// The form that this program writes.
pub(super) const FORMAT: u32 = 1;
/// Bytes of the largest that is read: some two hundred bytes a file, and a large lake has some thousands.
const MOST_BYTES: u64 = 256 << 20;

/// What a backup holds.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Manifest {
    /// Form of this file.
    pub(super) format: u32,
    /// Version of the program that wrote it.
    pub(super) program: String,
    /// Whose data folder it is of.
    pub(super) installation: String,
    /// The moment that it is of.
    pub(super) at: String,
    /// Whether the key of kept secrets is in it, where there is one.
    pub(super) key: bool,
    /// Every file.
    pub(super) files: Vec<Entry>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Entry {
    /// Where it belongs, below the data folder.
    pub(super) path: String,
    /// Where it lies, below the backup's folder.
    pub(super) from: String,
    /// Bytes.
    pub(super) size: u64,
    /// Checksum, in hexadecimal digits.
    pub(super) sha256: String,
    /// When what lies there was last read and had that checksum.
    pub(super) compared_at: String,
}

impl Entry {
    /// Whether both are of the same bytes in the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.path, &self.from, self.size, &self.sha256)
            == (&other.path, &other.from, other.size, &other.sha256)
    }
}

impl Manifest {
    /// That of a backup's folder; `None`: there is none.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        match path.metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(&path)(error)),
            Ok(metadata) if metadata.len() > MOST_BYTES => return Err(unreadable(&path, "it is too large")),
            Ok(_) => {}
        }
        let text = std::fs::read(&path).map_err(disk(&path))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| unreadable(&path, &error.to_string()))?;
        if manifest.format > FORMAT {
            return Err(AppError::invalid(format!(
                "version {} of the program wrote this backup",
                manifest.program
            ))
            .in_file(path.display().to_string())
            .advise("Use that version, or a newer one."));
        }
        for entry in &manifest.files {
            for path in [&entry.path, &entry.from] {
                below(folder, path)?;
            }
        }
        Ok(Some(manifest))
    }
}

fn unreadable(path: &Path, why: &str) -> AppError {
    AppError::new(ErrorKind::Invalid, format!("this is no list of a backup's files: {why}"))
        .in_file(path.display().to_string())
        .advise("Use another backup; this one is damaged, or something else.")
}

/// A path below a folder. Backups come from elsewhere: none names a place outside.
pub(super) fn below(folder: &Path, path: &str) -> Result<PathBuf> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !plain {
        return Err(AppError::invalid(format!("the backup names '{path}', which is no place in it"))
            .advise("Use another backup; this one is damaged, or was tampered with."));
    }
    Ok(folder.join(path))
}
