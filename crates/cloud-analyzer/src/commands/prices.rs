//! `prices`: price files of AWS that the price book of an organization holds.

use super::Folder;
use crate::cli::{Prices, ReportFormat};
use crate::output::{Align, Table, complain, print, print_json};
use app::optimize::prices::{self, PriceList};
use app::policy::Caller;

pub(crate) async fn run(folder: &Folder, command: Prices) -> anyhow::Result<()> {
    match command {
        Prices::Import { file, format } => {
            let app = folder.open().await?;
            let caller = Caller::command_line(folder.organization_of(&app).await?);
            let (made, zero) = prices::import(&app, &caller, file).await?;
            if zero > 0 {
                complain(&format!("{zero} prices are 0, which says nothing: they are unknown"), None);
            }
            shown(&[made], format)
        }
        Prices::List { format } => {
            let app = folder.open_existing().await?;
            let found = match app.organization(folder.organization.as_deref()).await? {
                Some(found) => prices::imported(&app, &Caller::command_line(found)).await?,
                None => vec![],
            };
            shown(&found, format)
        }
        Prices::Remove { id } => {
            let app = folder.open_existing().await?;
            let caller = Caller::command_line(folder.organization_of(&app).await?);
            prices::remove(&app, &caller, id).await?;
            Ok(print(&format!("price file {id} is removed\n"))?)
        }
    }
}

fn shown(files: &[PriceList], format: ReportFormat) -> anyhow::Result<()> {
    if format == ReportFormat::Json {
        return print_json(&files);
    }
    let mut table = Table::new(&[
        ("id", Align::Left),
        ("file", Align::Left),
        ("offer", Align::Left),
        ("region", Align::Left),
        ("published", Align::Left),
        ("prices", Align::Right),
        ("imported", Align::Left),
        ("by", Align::Left),
    ]);
    for file in files {
        table.row(vec![
            file.id.to_string(),
            file.name.clone(),
            file.offer.clone(),
            file.region.clone(),
            file.published.clone().unwrap_or_else(|| "-".to_owned()),
            file.prices.to_string(),
            file.imported_at.clone(),
            file.imported_by.clone(),
        ]);
    }
    Ok(print(&table.text())?)
}
