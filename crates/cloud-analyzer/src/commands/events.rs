//! `events`: irregular spend that was found.

use super::Folder;
use crate::cli::{Events, Format, Standing, Way};
use crate::output::{Align, Table, print, print_json};
use ::app::AppError;
use ::app::policy::Caller;
use ::app::read::Published;
use ::app::read::export::{Cell, Reader, line};
use ::app::trends::{self, Attribute, Direction, Event, Recorded, TrendFilter, Words};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::IsTerminal;

/// Columns, in order; those of figures stand at the right.
const COLUMNS: [(&str, Align); 20] = [
    ("id", Align::Left),
    ("definitions", Align::Left),
    ("account_id", Align::Left),
    ("product_code", Align::Left),
    ("service", Align::Left),
    ("object", Align::Left),
    ("kind", Align::Left),
    ("direction", Align::Left),
    ("first_day", Align::Left),
    ("last_day", Align::Left),
    ("raised_on", Align::Left),
    ("data_through", Align::Left),
    ("expected_low", Align::Right),
    ("expected_high", Align::Right),
    ("cost", Align::Right),
    ("excess", Align::Right),
    ("change_percent", Align::Right),
    ("severity", Align::Left),
    ("status", Align::Left),
    ("causes", Align::Left),
];

pub(crate) async fn run(folder: &Folder, args: Events) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let organization = app.organization(folder.organization.as_deref()).await?;
    let organization = organization.ok_or_else(|| AppError::invalid("there is no organization yet"))?;
    let names: BTreeMap<String, String> = trends::definitions(&app, &organization.id)
        .await?
        .into_iter()
        .filter(|one| !one.predefined)
        .map(|one| (one.definition.id, one.name))
        .collect();
    let caller = Caller::command_line(organization);
    let direction = args.direction.map(|way| match way {
        Way::Increase => Direction::Increase,
        Way::Decrease => Direction::Decrease,
    });
    let standing = match args.status {
        Standing::Active => trends::Standing::Active,
        Standing::Archived => trends::Standing::Archived,
        Standing::Withdrawn => trends::Standing::Withdrawn,
        Standing::All => trends::Standing::All,
    };
    let filter = TrendFilter {
        direction: direction.map(|direction| trends::direction_name(direction).to_owned()),
        from: args.from.map(|day| day.date().to_string()),
        to: args.to.map(|day| day.date().to_string()),
        ..standing.filter()
    };
    let mut events = trends::events(&app, &caller, &filter).await?;
    events.reverse();
    let published = Published::seen_by(&app, &caller, None).await?;
    let words = Words::of(&app, &published).await?;
    let rows = events.iter().map(|one| row(one, &words, &names)).collect::<anyhow::Result<Vec<_>>>()?;
    match args.format {
        Format::Json => print_json(&rows),
        Format::Csv => csv(&rows),
        Format::Table => Ok(print(&table(&rows))?),
    }
}

/// Values, as the columns stand.
struct Row(Vec<Value>);

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(COLUMNS.iter().map(|(name, _)| name).zip(&self.0))
    }
}

fn row(recorded: &Recorded, words: &Words, names: &BTreeMap<String, String>) -> anyhow::Result<Row> {
    let event = &recorded.event;
    let definitions: std::collections::BTreeSet<&str> = event
        .definitions
        .iter()
        .map(|seen| names.get(&seen.definition).map_or(seen.definition.as_str(), String::as_str))
        .collect();
    let code = event.object.get(&Attribute::Service);
    let causes: Vec<Value> = event
        .causes
        .iter()
        .map(|cause| {
            json!({
                "object": cause.object, "before": cause.before, "now": cause.now,
                "coverage_percent": cause.coverage_percent, "purity_percent": cause.purity_percent,
            })
        })
        .collect();
    Ok(Row(vec![
        json!(event.id),
        json!(definitions),
        json!(event.object.get(&Attribute::Account)),
        json!(code),
        json!(code.map(|code| words.service(code))),
        serde_json::to_value(&event.object)?,
        serde_json::to_value(event.kind)?,
        serde_json::to_value(event.direction)?,
        json!(event.first_day.to_string()),
        json!(event.last_day.to_string()),
        json!(event.raised_on.to_string()),
        json!(event.data_through.to_string()),
        json!(event.expected_low),
        json!(event.expected_high),
        json!(event.cost),
        json!(event.excess),
        json!(event.change_percent),
        serde_json::to_value(event.severity)?,
        json!(status(recorded, event)),
        json!(causes),
    ]))
}

fn status(recorded: &Recorded, event: &Event) -> &'static str {
    if recorded.archived { "archived" } else { trends::status_name(event.status) }
}

/// A value in one line.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join("; "),
        // A cause, or an object: `account=1 service=AmazonEC2`.
        Value::Object(parts) => match parts.get("object") {
            Some(object) => text(object),
            None => parts
                .iter()
                .map(|(name, value)| format!("{name}={}", text(value)))
                .collect::<Vec<_>>()
                .join(" "),
        },
        other => other.to_string(),
    }
}

fn csv(rows: &[Row]) -> anyhow::Result<()> {
    let mut bytes = vec![];
    line(&mut bytes, Reader::Script, COLUMNS.iter().map(|(name, _)| Cell::Text(name)))?;
    for row in rows {
        let cells: Vec<String> = row.0.iter().map(text).collect();
        line(&mut bytes, Reader::Script, cells.iter().map(|cell| Cell::Text(cell)))?;
    }
    let stdout = std::io::stdout();
    // A file gets every byte as it is.
    if stdout.is_terminal() {
        return Ok(print(&String::from_utf8_lossy(&bytes))?);
    }
    Ok(std::io::Write::write_all(&mut stdout.lock(), &bytes)?)
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new(&COLUMNS);
    for row in rows {
        table.row(row.0.iter().map(text).collect());
    }
    table.text()
}
