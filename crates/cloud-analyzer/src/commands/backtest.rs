//! `backtest`: what a definition would have found in the last twelve months.

use super::Folder;
use crate::cli::{self, Format};
use crate::output::{Align, Table, print, print_json};
use ::app::AppError;
use ::app::read::export::{Cell, Reader, line};
use ::app::trends::{self, Attribute, Backtest, Definition, Direction, Method};
use serde_json::json;
use std::io::Write;

pub(crate) async fn run(folder: &Folder, args: cli::Backtest) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let organization = app.organization(folder.organization.as_deref()).await?;
    let organization = organization.ok_or_else(|| AppError::invalid("there is no organization yet"))?;
    let definition = Definition {
        id: "backtest".to_owned(),
        watches: vec![Attribute::Account, Attribute::Service],
        only: None,
        method: match args.method {
            cli::Method::Robust => Method::Robust,
            cli::Method::Daily => Method::Daily,
            cli::Method::Weekly => Method::Weekly,
            cli::Method::Monthly => Method::Monthly,
        },
        threshold_percent: args.threshold,
        minimum: args.minimum,
        ignore_decreases: false,
        notifies: false,
    };
    let nothing = || AppError::invalid("nothing is published yet");
    let looked = trends::trial(&app, &organization.id, None, &definition).await?.ok_or_else(nothing)?;
    let found = looked.memory.backtest(&definition).ok_or_else(nothing)?;
    let currency = &looked.memory.bill().currency;
    match args.format {
        Format::Json => print_json(&view(&found, currency)),
        Format::Csv => {
            let mut out = std::io::stdout().lock();
            let header = ["object", "direction", "first_day", "last_day", "excess"];
            line(&mut out, Reader::Script, header.into_iter().map(Cell::Text))?;
            for one in &found.found {
                let cells = cells(one);
                line(&mut out, Reader::Script, cells.iter().map(|cell| Cell::Text(cell)))?;
            }
            Ok(out.flush()?)
        }
        Format::Table => {
            let mut table = Table::new(&[("month", Align::Left), ("events", Align::Right)]);
            for (month, events) in &found.months {
                table.row(vec![month.to_string(), events.to_string()]);
            }
            let all = found.found.len();
            let text = format!(
                "{}\n{all} events in {} series, through {}, amounts in {currency}\n",
                table.text(),
                found.series,
                found.through
            );
            Ok(print(&text)?)
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    trends::direction_name(direction)
}

fn cells(one: &trends::Tried) -> Vec<String> {
    vec![
        one.object.to_string(),
        direction(one.direction).to_owned(),
        one.first_day.to_string(),
        one.last_day.to_string(),
        one.excess.to_string(),
    ]
}

fn view(found: &Backtest, currency: &str) -> serde_json::Value {
    let events: Vec<_> = found
        .found
        .iter()
        .map(|one| {
            json!({
                "object": one.object, "direction": direction(one.direction), "first_day": one.first_day.to_string(),
                "last_day": one.last_day.to_string(), "excess": one.excess,
            })
        })
        .collect();
    let months: Vec<_> = found
        .months
        .iter()
        .map(|(month, events)| json!({ "month": month.to_string(), "events": events }))
        .collect();
    json!({
        "currency": currency, "from": found.from.to_string(), "through": found.through.to_string(),
        "series": found.series, "total": found.found.len(), "found": events, "months": months,
    })
}
