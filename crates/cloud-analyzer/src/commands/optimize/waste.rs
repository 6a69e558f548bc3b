//! `optimize waste`: what the rows of a month prove to be waste, in that month's real amounts.

use super::{asked, print_rows};
use crate::cli::{Format, OfMonth};
use crate::commands::Folder;
use crate::output::{Align, remark};
use app::optimize::waste::{WasteAsked, WasteLine, waste};
use std::fmt::Write;

const COLUMNS: [(&str, Align); 9] = [
    ("rule", Align::Right),
    ("title", Align::Left),
    ("resource_id", Align::Left),
    ("account_id", Align::Left),
    ("region", Align::Left),
    ("monthly", Align::Right),
    ("monthly_low", Align::Right),
    ("confidence", Align::Left),
    ("currency", Align::Left),
];

pub(super) async fn run(folder: &Folder, args: &OfMonth) -> anyhow::Result<()> {
    let (app, published, month) = asked(folder, args).await?;
    let mut lines: Vec<WasteLine> = vec![];
    let mut totals = String::new();
    for currency in published.currencies().to_vec() {
        let asked =
            WasteAsked { month: Some(month), currency: Some(currency.clone()), ..WasteAsked::default() };
        let found = waste(&app, &published, &asked).await?;
        let total = found.total();
        let _ = writeln!(
            totals,
            "{} {currency} in all, {} at least; {} without a known price",
            total.amount, total.low, total.unknown
        );
        lines.extend(found.lines());
        for note in &found.notes {
            remark(note);
        }
    }
    let end = if args.format == Format::Table { totals } else { String::new() };
    print_rows(args.format, &lines, &COLUMNS, &end)
}
