//! `verify`: the same steps and messages as the page's.

use super::Folder;
use crate::cli::Verify;
use crate::output::{print, print_json};
use ::app::AppError;
use ::app::connections::{self, Check, CheckState, Running, Verdict};
use ::app::policy::Caller;
use ::app::proof::Proof;
use ::app::read;
use model::shown;
// Writing to a String cannot fail: the results of `writeln!` below say nothing.
use std::fmt::Write as _;
use std::process::ExitCode;

pub(crate) async fn run(folder: &Folder, args: Verify) -> anyhow::Result<ExitCode> {
    let app = folder.open_existing().await?;
    let organization = app.organization(folder.organization.as_deref()).await?;
    let organization = organization.ok_or_else(|| AppError::invalid("there is no organization yet"))?;
    let caller = Caller::command_line(organization.clone());
    let organization = organization.id;
    let found = connections::find(&app, &organization, &args.name).await?;
    let mut running = connections::start_verification(&app, &caller, &found.id).await?;
    let mut told: Vec<Check> = vec![];
    let done = loop {
        let now = running.borrow_and_update().clone();
        if !args.json {
            for (at, check) in now.checks.iter().enumerate() {
                let ended = !matches!(check.state, CheckState::Waiting | CheckState::Running);
                if ended && told.get(at) != Some(check) {
                    print(&line(check))?;
                }
            }
        }
        if now.verdict.is_some() {
            break now;
        }
        told = now.checks;
        if running.changed().await.is_err() && running.borrow().verdict.is_none() {
            anyhow::bail!("the verification stopped without an end");
        }
    };
    end(&done, read::connection_proof(&app, &organization, &found.id).await?, args.json)
}

fn end(done: &Running, proof: Option<Proof>, as_json: bool) -> anyhow::Result<ExitCode> {
    let verdict = done.verdict.unwrap_or(Verdict::Failed);
    if as_json {
        print_json(&serde_json::json!({"verdict": verdict, "checks": done.checks, "proof": proof}))?;
    } else {
        print(match verdict {
            Verdict::Passed => "verified: everything is in order\n",
            Verdict::Warning => "verified: reports can be read; see the warnings above\n",
            Verdict::NotYet => "in order, but no report is there yet\n",
            Verdict::Failed => "not verified: reports cannot be read\n",
        })?;
        if let Some(proof) = proof {
            print("what was read before:\n")?;
            for part in proof.lines() {
                print(&format!("  {}\n", shown::line(&part)))?;
            }
        }
    }
    Ok(if verdict == Verdict::Failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// A step with what was tried, what came back, and what to do.
fn line(check: &Check) -> String {
    let state = match check.state {
        CheckState::Passed => "passed",
        CheckState::Failed => "FAILED",
        CheckState::Warning => "warning",
        CheckState::NotYet => "not yet",
        CheckState::Waiting | CheckState::Running => "",
    };
    let mut out = format!("{state:<8} {}\n", shown::line(&check.title));
    let parts = [
        ("tried", (!check.tried.is_empty()).then_some(&check.tried)),
        ("answer", (!check.answer.is_empty()).then_some(&check.answer)),
        ("to do", check.fix.as_ref()),
        ("command", check.fix_command.as_ref()),
        ("at", check.fix_url.as_ref()),
    ];
    for (name, text) in parts.iter().filter_map(|(name, text)| Some((name, (*text)?))) {
        let _ = writeln!(out, "         {name:<8} {}", shown::line(text));
    }
    out
}
