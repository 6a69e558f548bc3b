//! `choose`: one bill that is there twice, and which of the two counts.

use super::Folder;
use crate::cli::Choose;
use crate::output::{complain, print, print_json};
use ::app::bill_choices::{self, Candidate, Question, QuestionState};
use ::app::policy::Caller;
use ::app::{AppError, connections, processing};
use model::shown::line;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Shows the questions, or answers one; ends with 1 while one is open.
pub(crate) async fn run(folder: &Folder, args: Choose) -> anyhow::Result<ExitCode> {
    let app = folder.open_existing().await?;
    let organization = folder.organization_of(&app).await?;
    let connection = connections::find(&app, &organization.id, &args.name).await?;
    if let Some(wanted) = &args.count {
        let found = bill_choices::questions(&app, &organization.id, &connection.id).await?;
        let (question, winner) = meant(&found, args.month, wanted)?;
        let caller = Caller::command_line(organization.clone());
        let (id, from) = (question.id, args.from);
        bill_choices::choose(&app, &caller, &connection.id, id, winner, from, Some(&question.version))
            .await?;
        let mut read = vec![];
        for candidate in [winner, 1 - winner] {
            let candidate = &question.candidates[candidate];
            if candidate.gone || read.contains(&candidate.connection) {
                continue;
            }
            read.push(candidate.connection.clone());
            if connections::get(&app, &organization.id, &candidate.connection).await?.paused {
                let told = format!(
                    "{}: it is paused, and the choice takes effect when it is read next",
                    candidate.side.name
                );
                complain(
                    &told,
                    Some("Resume it on its page, or read it once: 'cloud-analyzer ingest NAME'."),
                );
                continue;
            }
            let done =
                processing::read_now(&app, &organization.id, &candidate.connection, false, &|_| {}).await;
            if let Err(error) = done {
                complain(&format!("{}: {error}", candidate.side.name), error.advice.as_deref());
            }
        }
    }
    let found = bill_choices::questions(&app, &organization.id, &connection.id).await?;
    let open = found.iter().any(|question| is_open(question.state));
    if args.json {
        print_json(&found.iter().map(value).collect::<Vec<_>>())?;
    } else if found.is_empty() {
        print("no month that was read of this connection's bills is there twice\n")?;
    } else {
        let mut text = String::new();
        for question in &found {
            told(&mut text, &connection.name, question);
        }
        print(&text)?;
    }
    Ok(if open { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn is_open(state: QuestionState) -> bool {
    matches!(state, QuestionState::Open | QuestionState::Nowhere)
}

/// The question and candidate that somebody names: the newest open month, unless they say which.
fn meant<'a>(
    all: &'a [Question],
    month: Option<model::BillingPeriod>,
    wanted: &str,
) -> Result<(&'a Question, usize), AppError> {
    let mut of_month: Vec<&Question> =
        all.iter().filter(|question| month.is_none_or(|month| question.period == month)).collect();
    of_month.sort_by_key(|question| !is_open(question.state));
    let named = |question: &'a Question| {
        let at = question.candidates.iter().position(|one| {
            one.side.name == wanted || one.connection.as_str() == wanted && !question.within
        })?;
        Some((question, at))
    };
    let numbered = |question: &'a Question| match wanted {
        "1" => Some((question, 0)),
        "2" => Some((question, 1)),
        _ => None,
    };
    let by_name = of_month.iter().find_map(|question| named(question));
    by_name.or_else(|| of_month.first().and_then(|question| numbered(question))).ok_or_else(|| {
        let mut names: Vec<&str> = of_month
            .iter()
            .flat_map(|question| &question.candidates)
            .map(|one| one.side.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        AppError::invalid(format!("'{wanted}' is none of those to choose from")).advise(if names.is_empty() {
            "There is no question about that month; leave --count out to see all.".to_owned()
        } else {
            format!("Name one of: {}.", names.join(", "))
        })
    })
}

fn told(text: &mut String, connection: &str, question: &Question) {
    let bill = if question.payers.is_empty() {
        String::new()
    } else {
        format!(", bill of {}", question.payers.join(", "))
    };
    let _ = writeln!(text, "{}{}: {}", question.period, line(&bill), line(&question.message));
    for (number, candidate) in question.candidates.iter().enumerate() {
        let _ = writeln!(text, "  {}. {}", number + 1, line(&side(candidate)));
    }
    if let Some(difference) = question.difference {
        let _ = writeln!(text, "  difference: {difference}");
    }
    if let Some(choice) = &question.choice {
        let from = choice.from.map_or_else(|| "for every month".to_owned(), |from| format!("from {from} on"));
        let _ = writeln!(text, "  chosen {from} by {}", line(&choice.by));
    }
    if is_open(question.state)
        && let Some(one) = question.candidates.iter().find(|one| !one.gone)
    {
        let command = bill_choices::command(connection, question.period, &one.side.name);
        let _ = writeln!(text, "  choose: {}", line(&command));
    }
}

fn side(candidate: &Candidate) -> String {
    let side = &candidate.side;
    let unknown = || "not known".to_owned();
    let total = side.total.map_or_else(unknown, |total| {
        format!("{total} {}", side.currency.as_deref().unwrap_or("(currency not known)"))
    });
    let delivered = side
        .delivered_at_ms
        .and_then(chrono::DateTime::from_timestamp_millis)
        .map_or_else(unknown, |at| at.format("%Y-%m-%d %H:%M UTC").to_string());
    let state = match (candidate.gone, candidate.counts) {
        (true, _) => ", not there any more",
        (false, true) => ", counts",
        (false, false) => "",
    };
    let only = if side.only_here.is_empty() {
        String::new()
    } else {
        format!(", alone has accounts {}", side.only_here.join(" "))
    };
    format!(
        "{} ({}): total {total}, files {}, delivered {delivered}{only}{state}",
        side.name,
        side.what.as_deref().unwrap_or("kind of report not known"),
        side.files.map_or_else(unknown, |files| files.to_string()),
    )
}

pub(super) fn value(question: &Question) -> Value {
    let candidate = |one: &Candidate| {
        json!({
            "connection": one.connection.as_str(), "name": one.side.name, "what": one.side.what,
            "files": one.side.files, "bytes": one.side.bytes, "delivered_at_ms": one.side.delivered_at_ms,
            "rows": one.side.rows, "total": one.side.total, "currency": one.side.currency,
            "only_here": one.side.only_here, "counts": one.counts, "gone": one.gone,
        })
    };
    json!({
        "id": question.id,
        "period": question.period.to_string(),
        "state": question.state,
        "within": question.within,
        "payers": question.payers,
        "account": question.account,
        "candidates": question.candidates.iter().map(candidate).collect::<Vec<_>>(),
        "difference": question.difference,
        "choice": question.choice.as_ref().map(|choice| json!({
            "winner": choice.winner, "from": choice.from.map(|from| from.to_string()), "by": choice.by,
            "at": choice.at,
        })),
        "message": question.message,
    })
}
