//! `optimize owned`: each commitment in a month, or one in each hour of it.

use super::{asked, print_rows};
use crate::cli::Owned;
use crate::commands::Folder;
use crate::output::Align;
use app::optimize;

/// Columns of the table.
const COLUMNS: [(&str, Align); 9] = [
    ("commitment_id", Align::Left),
    ("kind", Align::Left),
    ("cost", Align::Right),
    ("used", Align::Right),
    ("unused", Align::Right),
    ("utilization", Align::Right),
    ("on_demand_equivalent", Align::Right),
    ("net_savings", Align::Right),
    ("ends", Align::Left),
];
/// Columns of the table of hours.
const HOURS: [(&str, Align); 8] = [
    ("hour", Align::Left),
    ("commitment_id", Align::Left),
    ("cost", Align::Right),
    ("used", Align::Right),
    ("unused", Align::Right),
    ("utilization", Align::Right),
    ("on_demand_equivalent", Align::Right),
    ("net_savings", Align::Right),
];

pub(super) async fn run(folder: &Folder, args: &Owned) -> anyhow::Result<()> {
    let (app, published, month) = asked(folder, &args.of).await?;
    if let Some(id) = &args.hourly {
        let hours = optimize::owned_by_hour(&app, &published, month, id).await?;
        return print_rows(args.of.format, &hours, &HOURS, "");
    }
    let rows = optimize::owned(&app, &published, month).await?;
    let estimated = rows.iter().any(|row| row.estimated);
    let end = if estimated { "the month is open: what is unused is an estimate\n" } else { "" };
    print_rows(args.of.format, &rows, &COLUMNS, end)
}
