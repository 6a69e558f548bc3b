//! `backup`: the data folder as it is at one moment, beside a running server.

use super::Folder;
use crate::cli::Backup;
use crate::output::{bytes, grouped, print, print_json};
use ::app::backup;

pub(crate) async fn run(folder: &Folder, args: Backup) -> anyhow::Result<()> {
    let app = folder.open_as_it_is().await?;
    let made = backup::make(&app, &args.to, !args.without_key).await?;
    if args.json {
        return print_json(&made);
    }
    let key = if made.key {
        "With the key of kept secrets, where there are any: guard it like the data folder."
    } else {
        "The key of kept secrets is not in it."
    };
    print(&format!(
        "{} files, {}, are kept in {}; {} of them, {}, are new\n{key}\n",
        grouped(made.files),
        bytes(made.bytes),
        args.to.display(),
        grouped(made.new_files),
        bytes(made.new_bytes),
    ))?;
    Ok(())
}
