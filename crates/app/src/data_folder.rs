//! The data folder on disk: for the user that the server runs as, and nobody else.
//!
//! Files are made closed to others by the process's umask, which the binary sets first. What an older version, another
//! umask or a restored backup left open is closed here at each start.

use crate::backup::{self, hold};
use crate::{AppError, ErrorKind, Result};
use crate::{served, spill};
use std::fs::{DirBuilder, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The database.
pub(crate) const DATABASE: &str = "meta.sqlite";
/// What is closed by itself, for the case that the folder is not ours; the key is looked at elsewhere, for whoever
/// could read it may have it.
const CLOSED: [&str; 10] = [
    DATABASE,
    "meta.sqlite-wal",
    "meta.sqlite-shm",
    "writer.lock",
    "secret.lock",
    hold::LOCK,
    served::LOCK,
    spill::FOLDER,
    "lake",
    "demo",
];
/// What others may do with a file.
const OTHERS: u32 = 0o077;

/// Makes the folder, or says that there is none.
pub(crate) fn prepare(data_dir: &Path, create: bool) -> Result<()> {
    let folder = data_dir.display().to_string();
    backup::refuse_unfinished(data_dir)?;
    if !create && !data_dir.join(DATABASE).is_file() {
        return Err(AppError::new(ErrorKind::NotFound, format!("there is no data in {folder}")).advise(
            "Load report files with 'cloud-analyzer --data DIR ingest SOURCE', or point --data at the right folder.",
        ));
    }
    let parents = data_dir.parent().map_or(Ok(()), std::fs::create_dir_all);
    parents.and_then(|()| made(data_dir)).map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("cannot make the data folder {folder}: {error}"))
            .advise("Choose a folder that this user may write to, with --data.")
    })
}

fn made(data_dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(data_dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && data_dir.is_dir() => Ok(()),
        made => made,
    }
}

/// Takes from others what they may do with the folder and its files. What cannot be closed is logged, and shown by
/// `doctor`: some disks know no permissions.
pub(crate) fn close_to_others(data_dir: &Path) {
    for (path, metadata) in open_to_others(data_dir) {
        let closed = Permissions::from_mode(metadata.mode() & 0o7777 & !OTHERS);
        if let Err(error) = std::fs::set_permissions(&path, closed) {
            tracing::warn!(path = %path.display(), %error, "others may read a part of the data folder, and it cannot be closed to them");
        } else {
            tracing::info!(path = %path.display(), "closed to other users");
        }
    }
    if !is_ours(data_dir) && data_dir.metadata().is_ok_and(|metadata| metadata.mode() & OTHERS != 0) {
        tracing::warn!(path = %data_dir.display(), "the data folder holds other things, too, and others may look into it: use a folder of its own");
    }
}

/// The folder and files that others may do something with. A folder that holds other things, too, is not ours to close.
pub(crate) fn open_to_others(data_dir: &Path) -> Vec<(PathBuf, Metadata)> {
    let files = CLOSED.iter().map(|name| data_dir.join(name));
    let files = files.filter_map(|path| path.symlink_metadata().ok().map(|metadata| (path, metadata)));
    // The folder may be reached by a link; what lies in it is no link of ours.
    let folder = data_dir.metadata().ok().filter(|_| is_ours(data_dir));
    let all = folder.map(|metadata| (data_dir.to_owned(), metadata)).into_iter().chain(files);
    all.filter(|(_, metadata)| !metadata.is_symlink() && metadata.mode() & OTHERS != 0).collect()
}

/// Whether the folder holds nothing but what the product puts there.
pub(crate) fn is_ours(data_dir: &Path) -> bool {
    let Ok(entries) = data_dir.read_dir() else { return false };
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.all(|name| {
        CLOSED.contains(&name.as_str())
            || ["secret.key", "meta.sqlite", ".", "lost+found"].iter().any(|start| name.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn a_folder_is_made_closed_and_what_is_open_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new/data");
        prepare(&data, true).unwrap();
        assert_eq!(mode(&data), 0o700);
        std::fs::write(data.join(DATABASE), "").unwrap();
        std::fs::set_permissions(data.join(DATABASE), Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        prepare(&data, true).unwrap();
        close_to_others(&data);
        assert_eq!((mode(&data), mode(&data.join(DATABASE))), (0o700, 0o600));
        assert!(open_to_others(&data).is_empty());
    }

    #[test]
    fn a_folder_of_other_things_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.path().join("holiday.jpg"), "").unwrap();
        std::fs::write(folder.path().join(DATABASE), "").unwrap();
        std::fs::set_permissions(folder.path().join(DATABASE), Permissions::from_mode(0o666)).unwrap();
        close_to_others(folder.path());
        assert_eq!((mode(folder.path()), mode(&folder.path().join(DATABASE))), (0o755, 0o600));
    }
}
