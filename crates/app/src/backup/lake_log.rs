//! The log of a table as it was at one version: what it names is copied with it.

use super::disk;
use super::folder::BackupFolder;
use super::manifest::Entry;
use crate::{App, AppError, ErrorKind, Result};
use lake::Table;
use std::collections::BTreeSet;
use std::path::Path;

/// Tries to see a table or its log without a change in between; commits are seconds apart at least.
const TRIES: u32 = 20;

/// The newest version of a table and its data files.
pub(super) async fn active(app: &App, table: Table) -> Result<(i64, BTreeSet<String>)> {
    for _ in 0..TRIES {
        let version = app.lake().version(table).await?;
        let files = app.lake().active_files(table).await?;
        if app.lake().version(table).await? == version {
            return Ok((version, files.into_iter().map(|file| file.path).collect()));
        }
    }
    Err(AppError::new(ErrorKind::Conflict, "the lake changes too fast to be copied")
        .advise("Try again in a moment; if it goes on, stop the readings meanwhile."))
}

/// Copies the log up to a version. Old parts of it are removed now and then, once newer ones hold what they say.
pub(super) fn copied(folder: &BackupFolder, table: Table, root: &Path, version: i64) -> Result<Vec<Entry>> {
    let log = root.join("_delta_log");
    for attempt in 1.. {
        match copied_once(folder, table, &log, version) {
            Err(_) if attempt < TRIES => {}
            ended => return ended,
        }
    }
    Ok(vec![])
}

fn copied_once(folder: &BackupFolder, table: Table, log: &Path, version: i64) -> Result<Vec<Entry>> {
    let mut entries = vec![];
    for file in log.read_dir().map_err(disk(log))? {
        let name = file.map_err(disk(log))?.file_name().to_string_lossy().into_owned();
        // The pointer to the newest checkpoint is a hint, and may point beyond this version.
        if of_version(&name).is_some_and(|of| of <= version) {
            entries.push(
                folder.add_state(&format!("lake/{}/_delta_log/{name}", table.name()), &log.join(&name))?,
            );
        }
    }
    Ok(entries)
}

/// The version that a file of the log is of: 20 digits, then what it is.
fn of_version(name: &str) -> Option<i64> {
    let (digits, kind) = name.split_once('.')?;
    let known = kind == "json" || (kind.starts_with("checkpoint") && kind.ends_with("parquet"));
    (known && digits.len() == 20).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::of_version;

    #[test]
    fn knows_the_log_s_files() {
        assert_eq!(of_version("00000000000000000012.json"), Some(12));
        assert_eq!(of_version("00000000000000000012.checkpoint.parquet"), Some(12));
        for other in ["_last_checkpoint", "_commit_1f.json.tmp", "12.json", "00000000000000000012.crc", ""] {
            assert_eq!(of_version(other), None, "{other}");
        }
    }
}
