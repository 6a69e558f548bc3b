//! `sessions`: for when a cookie may have been taken: everybody signs in anew.

use super::Folder;
use crate::output::print;
use ::app::identity;
use ::app::policy::Caller;

pub(crate) async fn end_all(folder: &Folder) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let ended = match &folder.organization {
        None => identity::end_all_sessions(&app).await?,
        Some(_) => {
            let caller = Caller::command_line(folder.organization_of(&app).await?);
            identity::end_sessions(&app, &caller).await?
        }
    };
    print(&format!("ended {ended} sessions\n"))?;
    Ok(())
}
