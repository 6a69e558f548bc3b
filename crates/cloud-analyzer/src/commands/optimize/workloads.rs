//! `optimize workloads`: the clusters, groups and environments that instances and tasks ran for in a month.

use super::{asked, print_rows};
use crate::cli::OfMonth;
use crate::commands::Folder;
use crate::output::{Align, remark};
use app::optimize::Accounts;
use app::optimize::workloads::{WorkloadLine, workloads};

const COLUMNS: [(&str, Align); 10] = [
    ("kind", Align::Left),
    ("name", Align::Left),
    ("account_id", Align::Left),
    ("region", Align::Left),
    ("cost", Align::Right),
    ("on_demand", Align::Right),
    ("spot", Align::Right),
    ("hours", Align::Right),
    ("instances", Align::Right),
    ("currency", Align::Left),
];

pub(super) async fn run(folder: &Folder, args: &OfMonth) -> anyhow::Result<()> {
    let (app, published, month) = asked(folder, args).await?;
    let span = (month.first_day(), month.end_day());
    let mut lines: Vec<WorkloadLine> = vec![];
    for currency in published.currencies().to_vec() {
        let found = workloads(&app, &published, Some(&currency), &Accounts::default(), span).await?;
        lines.extend(found.lines());
        for note in &found.notes {
            remark(note);
        }
    }
    print_rows(args.format, &lines, &COLUMNS, "")
}
