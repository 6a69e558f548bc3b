//! `ingest`: report files become published periods.

use super::Folder;
use crate::cli::Ingest;
use crate::output::{Align, Table, bytes, complain, grouped, print, print_json};
use crate::progress::Display;
use ::app::ingest_job::{self, Fate, IngestRequest, IngestSummary, PeriodOutcome, SourceFiles};
use ::app::{App, AppError, ErrorKind, OrganizationSpec, connections, processing};
use chrono::Utc;
use model::shown::line;
use model::{ConnectionId, OrganizationId};
use serde_json::json;
use std::process::ExitCode;
// Writing to a String cannot fail: the results of `write!` below say nothing.
use std::fmt::Write as _;

pub(crate) async fn run(folder: &Folder, args: Ingest) -> anyhow::Result<ExitCode> {
    let app = folder.open().await?;
    let organization = folder.organization.clone().map(|name| OrganizationSpec { name, demo: false });
    let (mut summaries, mut failed): (Vec<IngestSummary>, Vec<(String, AppError)>) = (vec![], vec![]);
    for source in args.sources {
        let display = Display::new();
        let show = |progress| display.show(&progress);
        let result = match named(&app, folder, &source).await? {
            Some((organization, id)) => {
                processing::read_now(&app, &organization, &id, args.force, &show).await
            }
            None => {
                let request = IngestRequest {
                    location: source.clone(),
                    organization: organization.clone(),
                    connection: args.connection.clone(),
                    force: args.force,
                };
                ingest_job::run(&app, request, &show).await
            }
        };
        display.finish();
        match result {
            Ok(summary) => summaries.push(summary),
            Err(error) => failed.push((source, error)),
        }
    }
    for (source, error) in &failed {
        let text = error.to_string();
        let text = if text.contains(source) { text } else { format!("{source}: {text}") };
        complain(&text, error.advice.as_deref());
    }
    for period in summaries.iter().flat_map(|summary| &summary.periods) {
        if period.outcome == PeriodOutcome::Failed {
            let message = period.message.as_deref().unwrap_or("could not be read");
            let known = !period.period.is_empty();
            let text =
                if known { format!("period {}: {message}", period.period) } else { message.to_owned() };
            complain(&text, period.advice.as_deref());
        }
    }
    if args.json {
        print_json(&view(&summaries))?;
    } else {
        print(&table(&summaries))?;
    }
    let good = failed.is_empty() && summaries.iter().all(IngestSummary::succeeded);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The connection that a source names. What is there on disk, or looks like an address, is meant as that.
async fn named(
    app: &App,
    folder: &Folder,
    source: &str,
) -> anyhow::Result<Option<(OrganizationId, ConnectionId)>> {
    if source.contains("://") || std::path::Path::new(source).exists() {
        return Ok(None);
    }
    let found = async {
        let Some(organization) = app.organization(folder.organization.as_deref()).await? else {
            return Ok(None);
        };
        let found = connections::find(app, &organization.id, source).await?;
        Ok(Some((organization.id, found.id)))
    };
    match found.await {
        // Then it is a folder that is not there, of an organization that may be made.
        Err(AppError { kind: ErrorKind::NotFound, .. }) => Ok(None),
        found => Ok(found?),
    }
}

/// One object over all sources.
fn view(summaries: &[IngestSummary]) -> serde_json::Value {
    let periods: Vec<_> = summaries
        .iter()
        .flat_map(|summary| {
            summary.periods.iter().map(|period| {
                let mut value = json!(period);
                value["connection"] = json!(summary.connection);
                value
            })
        })
        .collect();
    json!({
        "organization": summaries.first().map(|summary| summary.organization.clone()),
        "connections": summaries.iter().map(|summary| summary.connection.clone()).collect::<Vec<_>>(),
        "dashboards_ready_s": summaries.iter().map(|summary| summary.dashboards_ready_s).sum::<f64>(),
        "line_items_ready_s": summaries.iter().map(|summary| summary.line_items_ready_s).sum::<f64>(),
        "peak_memory_bytes": summaries.iter().map(|summary| summary.peak_memory_bytes).max().unwrap_or(0),
        "periods": periods,
        "deliveries": summaries.iter().map(|summary| &summary.deliveries).collect::<Vec<_>>(),
        "files": summaries.iter().map(|summary| &summary.files).collect::<Vec<_>>(),
    })
}

fn table(summaries: &[IngestSummary]) -> String {
    let mut out = String::new();
    for summary in summaries {
        let mut periods = Table::new(&[
            ("period", Align::Left),
            ("outcome", Align::Left),
            ("rows", Align::Right),
            ("read", Align::Right),
            ("raw total", Align::Right),
            ("stored total", Align::Right),
            ("difference", Align::Right),
            ("proof", Align::Left),
        ]);
        for period in &summary.periods {
            let outcome = match period.outcome {
                PeriodOutcome::Published => "published",
                PeriodOutcome::Unchanged => "unchanged",
                PeriodOutcome::NotCounted => "not counted",
                PeriodOutcome::Failed => "failed",
            };
            periods.row(vec![
                period.period.clone(),
                outcome.to_owned(),
                grouped(period.rows),
                bytes(period.bytes),
                period.raw_total.to_string(),
                period.stored_total.to_string(),
                period.difference.to_string(),
                period.proof.to_string(),
            ]);
        }
        let _ = writeln!(out, "connection {} of {}", line(&summary.connection), line(&summary.organization));
        out.push_str(&periods.text());
        let age = super::status::age(&summary.deliveries, Utc::now());
        let _ = writeln!(out, "{age}");
        let _ = writeln!(
            out,
            "dashboards ready after {:.1} s, line items after {:.1} s",
            summary.dashboards_ready_s, summary.line_items_ready_s
        );
        for period in &summary.periods {
            match (period.outcome, &period.message) {
                (PeriodOutcome::Failed, _) => continue,
                (PeriodOutcome::NotCounted, message) => {
                    let words = message.as_deref().unwrap_or("not counted");
                    let _ = writeln!(out, "{}: {}", period.period, line(words));
                    continue;
                }
                _ => {}
            }
            let missing = period.proof.parts().into_iter().filter(|(_, part)| !part.holds());
            for (name, part) in missing {
                let _ = writeln!(out, "{}: {name}: {}", period.period, line(&part.told()));
            }
        }
        out.push_str(&files(&summary.files));
    }
    out
}

/// Files spelt out on a terminal; `--json` has more.
const SHOWN: usize = 20;

/// What became of the source's files.
fn files(files: &SourceFiles) -> String {
    let mut out = format!("files: {} read", files.read);
    for (number, what) in [
        (files.superseded, "superseded"),
        (files.incomplete, "of incomplete deliveries"),
        (files.other_data_set, "of other data sets"),
        (files.left_out, "left out by choice"),
        (files.foreign, "foreign"),
        (files.refused, "refused"),
    ] {
        if number > 0 {
            let _ = write!(out, ", {number} {what}");
        }
    }
    out.push('\n');
    let worth = files.unread.iter().filter(|one| one.fate != Fate::Foreign);
    for one in worth.clone().take(SHOWN) {
        let _ = writeln!(out, "  not read: {}: {}", one.path, one.why);
    }
    let more = worth.count().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(out, "  and {more} more; --json names them");
    }
    out
}
