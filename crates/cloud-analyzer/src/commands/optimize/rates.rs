//! `optimize rates`: coverage and effective savings rates of a month.

use super::{asked, print_rows};
use crate::cli::{Format, OfMonth};
use crate::commands::Folder;
use crate::output::{Align, print_json};
use app::optimize::{self, MonthRates, ScopeRates};
use serde_json::{Value, json};

const COLUMNS: [(&str, Align); 7] = [
    ("currency", Align::Left),
    ("scope", Align::Left),
    ("coverage", Align::Right),
    ("effective_savings_rate", Align::Right),
    ("effective_savings_rate_with_spot", Align::Right),
    ("net_savings", Align::Right),
    ("on_demand", Align::Right),
];

pub(super) async fn run(folder: &Folder, args: &OfMonth) -> anyhow::Result<()> {
    let (app, published, month) = asked(folder, args).await?;
    let found = optimize::rates(&app, &published, month).await?;
    if args.format == Format::Json {
        // The main currency's stand alone; where there are several, each has an answer of its own.
        let mut answer = match found.first() {
            Some(main) => serde_json::to_value(main)?,
            None => {
                json!({ "month": month.to_string(), "compute": ScopeRates::default(), "non_compute": ScopeRates::default() })
            }
        };
        if found.len() > 1 {
            answer["by_currency"] = serde_json::to_value(&found)?;
        }
        return print_json(&answer);
    }
    let rows = found
        .iter()
        .flat_map(|one| [row(one, "compute", &one.compute), row(one, "non_compute", &one.non_compute)]);
    print_rows(args.format, &rows.collect::<Vec<_>>(), &COLUMNS, "")
}

fn row(one: &MonthRates, scope: &str, rates: &ScopeRates) -> Value {
    let mut row = serde_json::to_value(rates).unwrap_or_default();
    row["currency"] = json!(one.currency);
    row["scope"] = json!(scope);
    row
}
