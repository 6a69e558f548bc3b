//! `budgets`: how budgets stand, a line each; with `--past` their periods before as well.

use super::Folder;
use crate::cli::{Budgets, Format};
use crate::output::{Align, Table, print, print_json};
use app::budgets::{self, BudgetState, PeriodState};
use app::policy::Caller;
use app::read::export::{Cell, Reader, line};
use chrono::SecondsFormat;
use serde_json::{Map, Value};

/// The columns, in order; those that hold figures stand at the right.
const COLUMNS: [(&str, Align); 14] = [
    ("id", Align::Left),
    ("name", Align::Left),
    ("period", Align::Left),
    ("from", Align::Left),
    ("to", Align::Left),
    ("amount", Align::Right),
    ("actual", Align::Right),
    ("forecast", Align::Right),
    ("forecast_low", Align::Right),
    ("forecast_high", Align::Right),
    ("percent", Align::Right),
    ("state", Align::Left),
    ("currency", Align::Left),
    ("data_through", Align::Left),
];

pub(crate) async fn run(folder: &Folder, args: &Budgets) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let all = match app.organization(folder.organization.as_deref()).await? {
        Some(found) => budgets::budgets(&app, &Caller::command_line(found)).await?,
        None => vec![],
    };
    let rows: Vec<[Option<String>; 14]> = all
        .iter()
        .flat_map(|state| {
            let past = state.past.iter().filter(|_| args.past);
            std::iter::once(&state.now).chain(past).map(|period| cells(state, period))
        })
        .collect();
    match args.format {
        Format::Json => {
            let object = |row: &[Option<String>; 14]| -> Map<String, Value> {
                let named = COLUMNS.iter().zip(row);
                named.map(|((name, _), cell)| ((*name).to_owned(), Value::from(cell.clone()))).collect()
            };
            print_json(&rows.iter().map(object).collect::<Vec<_>>())
        }
        Format::Csv => {
            let mut out = std::io::stdout().lock();
            line(&mut out, Reader::Script, COLUMNS.iter().map(|(name, _)| Cell::Text(name)))?;
            for row in &rows {
                let cells = row.iter().map(|cell| Cell::Text(cell.as_deref().unwrap_or_default()));
                line(&mut out, Reader::Script, cells)?;
            }
            Ok(())
        }
        Format::Table => {
            let mut table = Table::new(&COLUMNS);
            for row in rows {
                table.row(row.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned())).collect());
            }
            let problem = |state: &BudgetState| {
                let problem = state.problem.as_ref()?;
                Some(format!("{}: {}\n", state.budget.name, model::shown::line(problem)))
            };
            let problems: String = all.iter().filter_map(problem).collect();
            Ok(print(&format!("{}{problems}", table.text()))?)
        }
    }
}

/// A line; what is not known is empty, and never zero.
fn cells(state: &BudgetState, period: &PeriodState) -> [Option<String>; 14] {
    let estimate = |figure: f64| format!("{figure:.2}");
    let interval = period.forecast.and_then(|forecast| forecast.interval);
    [
        Some(state.budget.id.to_string()),
        Some(state.budget.name.clone()),
        Some(state.budget.period.name().to_owned()),
        Some(period.from.to_string()),
        Some(period.to.to_string()),
        period.amount.map(|amount| amount.to_string()),
        period.actual.map(|actual| actual.to_string()),
        period.forecast.map(|forecast| estimate(forecast.total)),
        interval.map(|(low, _)| estimate(low)),
        interval.map(|(_, high)| estimate(high)),
        period.percent().map(estimate),
        Some(period.state.name().to_owned()),
        Some(state.budget.currency.clone()),
        state.data_through.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    ]
}
