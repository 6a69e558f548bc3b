//! `optimize`: what commitments do, and what could be saved. One file a verb.

mod buy;
mod owned;
mod rates;
mod replay;
mod waste;
mod workloads;

use super::Folder;
use crate::cli::{Format, OfMonth, Optimize};
use crate::output::{Align, Table, print, print_json};
use ::app::optimize::month_of;
use ::app::read::Published;
use ::app::read::export::{Cell, Reader, line};
use ::app::{App, AppError};
use model::BillingPeriod;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

pub(crate) async fn run(folder: &Folder, command: Optimize) -> anyhow::Result<()> {
    match command {
        Optimize::Owned(args) => owned::run(folder, &args).await,
        Optimize::Rates(args) => rates::run(folder, &args).await,
        Optimize::Replay(args) => replay::run(folder, &args).await,
        Optimize::Waste(args) => waste::run(folder, &args).await,
        Optimize::Workloads(args) => workloads::run(folder, &args).await,
        Optimize::Buy(args) => buy::run(folder, &args).await,
    }
}

/// The bills and the month that are meant.
async fn asked(folder: &Folder, of: &OfMonth) -> anyhow::Result<(App, Arc<Published>, BillingPeriod)> {
    // A file that is not there is a mistake, also where nothing is read of it.
    if let Some(missing) = of.prices.iter().find(|file| !file.is_file()) {
        return Err(AppError::invalid(format!("there is no file {}", missing.display())).into());
    }
    let app = folder.open_existing().await?;
    let published = folder.published(&app, of.as_of).await?;
    let month = month_of(&app, &published, of.month)?;
    Ok((app, published, month))
}

/// Prints rows: as they are as JSON, some columns of them as a table, the same as CSV. What is not known is empty.
fn print_rows(
    format: Format,
    rows: &[impl Serialize],
    columns: &[(&'static str, Align)],
    end: &str,
) -> anyhow::Result<()> {
    if format == Format::Json {
        return print_json(&rows);
    }
    let objects: Vec<Value> = rows.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let cells = |object: &Value| columns.iter().map(|(name, _)| text(&object[*name])).collect::<Vec<_>>();
    if format == Format::Csv {
        let mut out = std::io::stdout().lock();
        line(&mut out, Reader::Script, columns.iter().map(|(name, _)| Cell::Text(name)))?;
        for object in &objects {
            let cells = cells(object);
            line(&mut out, Reader::Script, cells.iter().map(|cell| Cell::Text(cell)))?;
        }
        return Ok(());
    }
    let mut table = Table::new(columns);
    for object in &objects {
        table.row(cells(object));
    }
    Ok(print(&format!("{}{end}", table.text()))?)
}
