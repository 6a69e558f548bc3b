//! `explain`: the line items behind a figure.

use super::{Folder, question};
use crate::cli::{Explain, ReportFormat};
use crate::output::{Align, Table, grouped, print, print_json_as_of};
use app::read::{self, Cell, ExplainOrder, ExplainedRow, Explanation};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
// Writing to a String cannot fail: the results of `write!` below say nothing.
use std::fmt::Write as _;

pub(crate) async fn run(folder: &Folder, args: Explain) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let asked = question(args.question);
    let published = folder.published(&app, asked.as_of).await?;
    let keys: Vec<Option<String>> =
        args.keys.into_iter().map(|key| Some(key).filter(|key| !key.is_empty())).collect();
    let (query, split) = read::asked(&app, &published, asked).await?;
    let cell = Cell { query, keys, but: vec![], split, part: None };
    let page = (args.page.max(1), args.page_size);
    let found = read::explain(&app, &published, cell, ExplainOrder::default(), page).await?;
    match args.format {
        ReportFormat::Json => {
            let mut json = view(&found.rows);
            json["other_currencies"] = json!(found.other_currencies);
            print_json_as_of(&json, published.as_of)
        }
        ReportFormat::Table => {
            let mut out = table(&found.rows);
            if let Some(as_of) = published.as_of {
                let _ = writeln!(out, "{}", as_of.words());
            }
            if !found.other_currencies.is_empty() {
                let _ = writeln!(
                    out,
                    "also in {}: add --filter currency=… to see those rows",
                    found.other_currencies.join(", ")
                );
            }
            Ok(print(&out)?)
        }
    }
}

fn table(found: &Explanation) -> String {
    let mut out = format!(
        "{} {} {}, {} to {} (exclusive), UTC\n{}\n",
        found.metric.label, found.figure, found.currency, found.from, found.to, found.metric.formula
    );
    if let Some(message) = &found.message {
        out.push_str(message);
        out.push('\n');
    }
    let _ = write!(
        out,
        "{} line items; page {} of {}\n\n",
        grouped(found.rows_total),
        found.page,
        found.rows_total.div_ceil(found.page_size.max(1) as u64).max(1)
    );
    let mut rows = Table::new(&[
        ("start", Align::Left),
        ("account", Align::Left),
        ("service", Align::Left),
        ("usage type", Align::Left),
        ("line item type", Align::Left),
        ("resource", Align::Left),
        (found.metric.name, Align::Right),
        ("file", Align::Left),
        ("row", Align::Right),
    ]);
    for row in &found.rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        rows.row(vec![
            at(row.charge_period_start),
            text(&row.account_id),
            text(&row.service),
            text(&row.usage_type),
            text(&row.line_item_type),
            text(&row.resource_id),
            row.figure.to_string(),
            text(&row.source_file),
            row.source_row.to_string(),
        ]);
    }
    out.push_str(&rows.text());
    out
}

fn at(instant: Option<DateTime<Utc>>) -> String {
    instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

fn view(found: &Explanation) -> Value {
    json!({
        "metric": found.metric,
        "figure": found.figure,
        "currency": found.currency,
        "from": found.from.to_string(),
        "to": found.to.to_string(),
        "sql": found.sql,
        "rows": found.rows.iter().map(row_view).collect::<Vec<_>>(),
        "rows_total": found.rows_total,
        "page": found.page,
        "page_size": found.page_size,
        "ready": found.ready,
        "message": found.message,
        "proven": found.proven,
    })
}

fn row_view(row: &ExplainedRow) -> Value {
    json!({
        "charge_period_start": at(row.charge_period_start),
        "charge_period_end": at(row.charge_period_end),
        "account_id": row.account_id,
        "account": row.account,
        "service": row.service,
        "usage_type": row.usage_type,
        "operation": row.operation,
        "line_item_type": row.line_item_type,
        "resource_id": row.resource_id,
        "description": row.description,
        "usage_amount": row.usage_amount,
        "figure": row.figure,
        "source_file": row.source_file,
        "source_row": row.source_row,
    })
}
