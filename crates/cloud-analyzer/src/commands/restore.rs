//! `restore`: a data folder out of a backup.

use super::Folder;
use crate::cli::Restore;
use crate::output::{bytes, grouped, print, print_json};
use ::app::backup;

pub(crate) async fn run(folder: &Folder, args: Restore) -> anyhow::Result<()> {
    let data = folder.path();
    let made = backup::restore(&args.from, &data, &folder.lake).await?;
    if args.json {
        return print_json(&made);
    }
    let key = if made.key {
        ""
    } else {
        "Put secret.key into it before the server starts: the backup was made without it.\n"
    };
    print(&format!(
        "{} is as it was at {}: {} files, {}, each compared with its checksum\n{key}",
        data.display(),
        made.at,
        grouped(made.files),
        bytes(made.bytes),
    ))?;
    Ok(())
}
