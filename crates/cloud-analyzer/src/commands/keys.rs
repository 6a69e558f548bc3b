//! `keys`: the key of kept secrets.

use super::Folder;
use crate::cli::Keys;
use crate::output::print;
use ::app::AppError;
use ::app::connections::keys;

pub(crate) async fn run(folder: &Folder, command: Keys) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    match command {
        Keys::Rotate => {
            let count = keys::rotate(&app).await?;
            print(&format!("{count} secrets are sealed with a new key; keep it with your backups\n"))?;
        }
        Keys::Forget { yes: false } => {
            return Err(AppError::invalid("this removes the secret of every connection")
                .advise("Where the key is lost for good: cloud-analyzer keys forget --yes")
                .into());
        }
        Keys::Forget { yes: true } => {
            let count = keys::forget(&app).await?;
            print(&format!("{count} secrets were removed; enter them again where they are needed\n"))?;
        }
    }
    Ok(())
}
