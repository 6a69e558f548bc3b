//! The log of a table as it was at one version: what it names is copied with it.

use super::blocking;
use super::folder::BackupFolder;
use super::manifest::Entry;
use crate::{App, AppError, ErrorKind, Result};
use lake::Table;
use std::collections::BTreeSet;

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
pub(super) async fn copied(
    app: &App,
    folder: &BackupFolder,
    table: Table,
    version: i64,
) -> Result<Vec<Entry>> {
    for attempt in 1.. {
        match copied_once(app, folder, table, version).await {
            Err(_) if attempt < TRIES => {}
            ended => return ended,
        }
    }
    Ok(vec![])
}

async fn copied_once(app: &App, folder: &BackupFolder, table: Table, version: i64) -> Result<Vec<Entry>> {
    let mut names: Vec<String> = app.lake().log(table).await?.into_keys().collect();
    // The pointer to the newest checkpoint is a hint, and may point beyond this version.
    names.retain(|name| of_version(name).is_some_and(|of| of <= version));
    names.sort_unstable();
    let (lake, folder) = (app.lake().clone(), folder.clone());
    blocking(move || names.iter().map(|name| folder.add_log(&lake, table, name)).collect()).await
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
