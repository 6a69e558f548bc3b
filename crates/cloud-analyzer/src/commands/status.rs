//! `status`: how connections are: how old their data is, whether deliveries come, and what fails.

use super::Folder;
use crate::cli::Status;
use crate::output::{print, print_json};
use ::app::bill_choices::{self, QuestionState};
use ::app::health::{Deliveries, FailureKind};
use ::app::processing::{self, JobState, KnownJob};
use ::app::{Failure, connections, metrics};
use chrono::{DateTime, Utc};
use model::shown::line;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Prints it; ends with 1 where something fails.
pub(crate) async fn run(folder: &Folder, args: &Status) -> anyhow::Result<ExitCode> {
    let app = folder.open_existing().await?;
    let organization = folder.organization_of(&app).await?;
    let now = app.now();
    let (mut text, mut values, mut failing) = (String::new(), vec![], false);
    for connection in connections::list(&app, &organization.id).await? {
        let found = processing::status(&app, &organization.id, &connection.id).await?;
        failing |= !found.failures.is_empty();
        let paused = if found.paused { ", paused" } else { "" };
        let _ = writeln!(text, "{}: {}{paused}", line(&connection.name), connection.state);
        let _ = writeln!(text, "  {}", age(&found.deliveries, now));
        for failure in &found.failures {
            told(&mut text, failure);
        }
        let jobs = processing::jobs(&app, &organization.id, &connection.id).await?;
        for job in jobs.iter().filter(|job| is_stuck(job)).take(STUCK) {
            let failure = job.failure.as_ref().map(|failure| failure.message.as_str()).unwrap_or_default();
            let _ = writeln!(
                text,
                "  job {}, {}, tries {}: {}",
                job.name,
                job.state,
                job.attempts,
                line(failure)
            );
        }
        let questions = bill_choices::questions(&app, &organization.id, &connection.id).await?;
        for question in questions.iter().filter(|question| question.state != QuestionState::Open) {
            let _ = writeln!(text, "  {}: {}", question.period, line(&question.message));
        }
        values.push(json!({
            "connection": connection.name,
            "id": connection.id.as_str(),
            "metrics": metrics::label(&connection.id),
            "state": connection.state,
            "paused": found.paused,
            "deliveries": found.deliveries,
            "bill_choices": questions.iter().map(super::choose::value).collect::<Vec<_>>(),
            "failures": found.failures.iter().map(value).collect::<Vec<_>>(),
            "jobs": jobs.iter().map(job_value).collect::<Vec<_>>(),
        }));
    }
    if args.json {
        print_json(&json!({ "organization": organization.name, "connections": values }))?;
    } else if text.is_empty() {
        print("there is no connection yet\n")?;
    } else {
        print(&text)?;
    }
    Ok(if failing { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Jobs that are told of beside a connection.
const STUCK: usize = 5;

/// Whether a job waits or ended because something failed; what fails of readings is told by itself.
fn is_stuck(job: &KnownJob) -> bool {
    job.name != "read" && job.failure.is_some() && matches!(job.state, JobState::Queued | JobState::Failed)
}

fn job_value(job: &KnownJob) -> Value {
    json!({
        "id": job.id,
        "name": job.name,
        "state": job.state.to_string(),
        "attempts": job.attempts,
        "queued_at_ms": job.created_at_ms,
        "started_at_ms": job.started_at_ms,
        "finished_at_ms": job.finished_at_ms,
        "message": job.failure.as_ref().map(|failure| failure.message.clone()),
    })
}

fn told(text: &mut String, failure: &Failure) {
    let about = failure.period.clone().into_iter().chain(failure.file.clone()).collect::<Vec<_>>().join(", ");
    let about = if about.is_empty() { String::new() } else { format!("{}: ", line(&about)) };
    let _ = writeln!(text, "  {about}{}", line(&failure.message));
    if let Some(advice) = &failure.advice {
        let _ = writeln!(text, "    {}", line(advice));
    }
    if let (Some(first), Some(last)) = (failure.first_at, failure.last_at) {
        let times = if failure.times == 1 { "once".to_owned() } else { format!("{} times", failure.times) };
        let _ = writeln!(text, "    since {}, {times}, last at {}", instant(first), instant(last));
    }
}

fn value(failure: &Failure) -> Value {
    json!({
        "kind": failure.kind,
        "period": failure.period,
        "file": failure.file,
        "message": failure.message,
        "advice": failure.advice,
        "first_at": failure.first_at,
        "last_at": failure.last_at,
        "times": failure.times,
        "stopped": failure.kind == FailureKind::Stopped,
    })
}

/// How old the data is, in a line.
pub(super) fn age(deliveries: &Deliveries, now: DateTime<Utc>) -> String {
    let Some(through) = deliveries.data_through else { return "no data yet".to_owned() };
    let hours = (now - through).num_hours().max(0);
    let old = if hours < 48 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
    let last = deliveries
        .last_at
        .map_or(String::new(), |at| format!("; the last new delivery came at {}", instant(at)));
    format!("data through {}, {old} old{last}", instant(through))
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
