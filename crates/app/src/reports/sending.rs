//! Sends reports: the page's figures as a picture, the largest groups in words, the whole table as a file.
//!
//! Each sending counts against the limits of its organization and of who causes it, and is written down before the
//! first mail leaves. A schedule that meets a limit is put off, not dropped.

use super::recipients::{self, Parted};
use super::{address, changeable, picture};
use crate::identity::{count_mails, entry, sender};
use crate::jobs::At;
use crate::policy::{Caller, Sees};
use crate::read::{self, ComparedCosts, Known, Published, export};
use crate::telling::{grouped, money};
use crate::{App, AppError, ErrorKind, MailSettings, Result, notifications};
use meta::{NewAudit, ReportSchedule, SavedReport};
use model::{Change, ChangeKind, CostQuery, DaySpan, shown};
use notify::{Attached, Mail, ReportLine};
use serde::{Deserialize, Serialize};

/// Groups in the text of a mail.
const LINES: usize = 10;
/// Characters of a connection's name within a sentence.
const NAME: usize = 80;

/// How far a scheduled sending is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sent {
    /// Who has it.
    to: Vec<String>,
}

/// Sends as the schedule says, to those who may still get it and do not have it yet: a run before may have been cut off.
///
/// # Errors
/// A defect, or that it could not be found out who gets it. Why else it was not sent, or not to all, is noted with the
/// report.
pub(crate) async fn send_scheduled(at: &At, saved: &SavedReport, schedule: &ReportSchedule) -> Result<()> {
    let app = &at.app;
    let to = recipients::parted(app, saved, schedule).await?;
    let owner = saved.owner_id.as_ref().map_or("schedule".to_owned(), |owner| format!("user {owner}"));
    let written = |action: &str, detail: &[(&str, &str)]| NewAudit {
        organization_id: Some(saved.organization_id.clone()),
        actor_kind: "schedule".to_owned(),
        actor_id: Some(saved.id.to_string()),
        actor_name: "the schedule".to_owned(),
        ..entry(app, &Caller::nobody(), action, saved.name.as_str(), detail)
    };
    let sent = send_and_note(app, saved, &to, owner, &written, Some(at)).await;
    if let Err(AppError { kind: ErrorKind::TooMany, retry_after_s: Some(seconds), .. }) = &sent {
        let until_ms = app.now().timestamp_millis() + i64::from(*seconds) * 1000;
        app.meta().put_report_off(&saved.id, schedule.next_run_ms, until_ms).await?;
    }
    match sent {
        // Noted with the report: it is sent at its next time.
        Err(error) if error.kind != ErrorKind::Internal => {
            tracing::warn!(report = %saved.id, %error, "a report could not be sent");
            Ok(())
        }
        sent => sent,
    }
}

/// Sends a report now: to its recipients that may get it, else to whoever asks. Gives whom it went to.
pub async fn send_now(app: &App, caller: &Caller, id: &str) -> Result<Vec<String>> {
    let saved = changeable(app, caller, id).await?;
    let to = match &saved.schedule {
        Some(schedule) => recipients::parted(app, &saved, schedule).await?,
        None => {
            let own = caller.user().map(|user| user.email.to_string());
            Parted { allowed: own.into_iter().collect(), refused: vec![] }
        }
    };
    if to.allowed.is_empty() && to.refused.is_empty() {
        return Err(AppError::invalid("nobody is named who should get the report")
            .advise("Give it a schedule with recipients first."));
    }
    let written =
        |action: &str, detail: &[(&str, &str)]| entry(app, caller, action, saved.name.as_str(), detail);
    send_and_note(app, &saved, &to, sender(caller), &written, None).await?;
    Ok(to.allowed)
}

/// How an entry about the sending is made.
type Written<'a> = &'a (dyn Fn(&str, &[(&str, &str)]) -> NewAudit + Send + Sync);

async fn send_and_note(
    app: &App,
    saved: &SavedReport,
    to: &Parted,
    sender: String,
    written: Written<'_>,
    at: Option<&At>,
) -> Result<()> {
    let sent = send(app, saved, to, sender, written, at).await;
    // Nothing was tried: what was noted last stands.
    if sent.as_ref().is_err_and(|error| error.kind == ErrorKind::TooMany) {
        return sent;
    }
    // Who may see a part of the bills reads it with their own reports.
    let failed = sent.as_ref().err().map(|error| error.clone().of_part().to_string());
    let failed_entry = failed.as_ref().map(|reason| written("report.not_sent", &[("reason", reason)]));
    let now_ms = app.now().timestamp_millis();
    let jobs = match (&failed, at, &saved.schedule) {
        // Whoever sends by hand sees it.
        (Some(reason), Some(_), Some(schedule)) => {
            notifications::report_failed(app, saved, schedule.next_run_ms, reason).await?
        }
        _ => vec![],
    };
    let told = failed.or_else(|| to.refusal().map(|refusal| refusal.to_string()));
    app.meta().report_sent(&saved.id, now_ms, told.as_deref(), failed_entry.as_ref(), &jobs).await?;
    if !jobs.is_empty() {
        app.queued().wake();
    }
    sent
}

async fn send(
    app: &App,
    saved: &SavedReport,
    to: &Parted,
    sender: String,
    entry_of: Written<'_>,
    at: Option<&At>,
) -> Result<()> {
    let Some(settings) = app.mail().cloned() else {
        return Err(AppError::new(ErrorKind::Conflict, "mail is not set up").advise(
            "Start the server with a mail server (see 'cloud-analyzer serve --help') to send reports.",
        ));
    };
    if let (true, Some(refusal)) = (to.allowed.is_empty(), to.refusal()) {
        return Err(refusal);
    }
    let (allowed, refused) = (to.allowed.join(", "), to.refused.join(", "));
    let mut detail = vec![("id", saved.id.as_str()), ("recipients", allowed.as_str())];
    if !to.refused.is_empty() {
        detail.push(("left_out", refused.as_str()));
    }
    // A run before this one counted them, and wrote that they go out.
    let begun: Option<Sent> = at.and_then(At::progress);
    if begun.is_none() {
        let entry = entry_of("report.sent", &detail);
        let none = at.map(|at| Ok((&*at.job, serde_json::to_value(Sent::default())?)));
        let none =
            none.transpose().map_err(|error: serde_json::Error| AppError::internal(error.to_string()))?;
        let begun = none.as_ref().map(|(job, progress)| (*job, progress));
        count_mails(app, &saved.organization_id, sender, to.allowed.len(), Some(&entry), begun).await?;
    }
    let mut sent = begun.unwrap_or_default();
    let left = to.allowed.iter().filter(|address| !sent.to.contains(address));
    let left: Vec<String> = left.cloned().collect();
    let (mut refused, mut written_any, mut failed) = (0, !sent.to.is_empty(), None);
    // Why those have none who may see everything: that is never for want of something that they may see.
    let mut failed_whole = None;
    if !left.is_empty() {
        for (sees, addresses) in recipients::by_part(app, saved, &left).await? {
            let mail = match written(app, &settings, saved, &sees).await {
                Ok(mail) => mail,
                // Who may see other parts gets theirs all the same.
                Err(error) => {
                    tracing::info!(report.id = %saved.id, recipients = addresses.len(), %error, "a report has nothing for some of its recipients");
                    let kept = if sees == Sees::Everything { &mut failed_whole } else { &mut failed };
                    kept.get_or_insert(error);
                    continue;
                }
            };
            written_any = true;
            for address in &addresses {
                if settings.mailer.send(std::slice::from_ref(address), &mail).await == 0 {
                    refused += 1;
                    continue;
                }
                sent.to.push(address.clone());
                note(at, &sent).await?;
            }
        }
    }
    // What is nothing to some, or of no subset that they may see, was told to the others.
    if let Some(error) = failed_whole.take_if(|_| written_any) {
        // It is noted, whatever kind it is: something was sent.
        let kind = if error.kind == ErrorKind::TooMany { ErrorKind::Unavailable } else { error.kind };
        let message = format!("only those who may see a part of the bills got it: {}", error.message);
        return Err(AppError { kind, message, ..error });
    }
    if let Some(error) = failed_whole.or(failed).filter(|_| !written_any) {
        return Err(error);
    }
    if refused > 0 {
        let all = to.allowed.len();
        return Err(AppError::new(
            ErrorKind::Unavailable,
            format!("the mail server took {} of {all} mails", all - refused),
        )
        .advise("Check the addresses and the mail server; its answers are in the log."));
    }
    Ok(())
}

/// Notes how far a scheduled sending is.
async fn note(at: Option<&At>, sent: &Sent) -> Result<()> {
    match at {
        Some(at) => at.note_progress(sent).await,
        None => Ok(()),
    }
}

/// The mail as somebody gets it who may see so much.
async fn written(app: &App, settings: &MailSettings, saved: &SavedReport, sees: &Sees) -> Result<Mail> {
    let organization = app.organization_by_id(&saved.organization_id).await?;
    let organization = organization.ok_or_else(|| AppError::internal("the report's organization is gone"))?;
    let published = Published::seen(app, organization, sees, None).await?;
    let names = read::names(app, &published).await?;
    let asked = address::read(&saved.address)?;
    if *sees == Sees::Everything {
        // A report from before references by identifier may hold a name that nothing bears.
        address::check_old_names(&asked, &published.definitions)?;
    }
    let Some(data_to) = read::data_to(app, &published).await? else {
        return Err(AppError::new(ErrorKind::Conflict, "there are no costs to report yet")
            .advise("Connect a bill first; the report is sent at its next time."));
    };
    let mut question = address::question(&asked, data_to, &names.tag_keys, &names.cost_category_names)?;
    question.filters = published.here(question.filters);
    let outside = published.accounts_outside(&question.filters);
    let removed = published.connections_outside(&question.filters);
    let filtered = question.filters.iter().any(|filter| !filter.exclude);
    let (query, split) = read::asked(app, &published, question).await?;
    let shown = read::costs(app, &published, query.clone(), split).await?;
    let all = read::by_currency(&published, CostQuery { top: None, ..query })?;
    let table = read::costs(app, &published, all, split).await?;
    let answer = &shown.answer;
    let currency = &answer.currency;
    let figure = |amount| format!("{} {currency}", money(amount));
    let changes = shown.compared.as_ref().map(|found| found.groups.as_slice()).unwrap_or_default();
    let lines =
        answer.groups.iter().zip(&shown.labels).enumerate().take(LINES).map(|(at, (group, labels))| {
            let place = if group.other { picture::COLORS.len() } else { at };
            let [red, green, blue] = picture::color(place);
            ReportLine {
                name: labels.join(" / "),
                color: format!("#{red:02x}{green:02x}{blue:02x}"),
                figure: figure(group.total),
                change: changes.get(at).map(|found| change(&found.change, currency)).unwrap_or_default(),
            }
        });
    let mut csv = vec![];
    export::csv(&table, &mut csv).map_err(|error| AppError::internal(error.to_string()))?;
    let last = answer.to.pred_opt().unwrap_or(answer.to);
    let title = format!("{}, {} to {last} (UTC)", shown.query.metric.info().label, answer.from);
    let proof = if let Some(part) = published.part() {
        let names: Vec<String> =
            part.subsets.iter().map(|(_, name)| shown::short(name, NAME).into_owned()).collect();
        format!(
            "These figures are the part of the bills that you may see ({}); only the whole can be compared with the bills.",
            names.join(", ")
        )
    } else if shown.proof.holds() {
        "Every total behind these figures equals its bill. Copied, complete and amortized.".to_owned()
    } else {
        let months = shown.unproven_periods.join(", ");
        format!("Not proven to the bill ({months}). {}.", shown.proof.lines().join(". "))
    };
    let proof = [vec![proof], shown.unavailable.clone()].concat().join(" ");
    let missing = match (published.part(), outside) {
        (Some(_), 1..) => format!("{outside} of the accounts that it is filtered by are not among these. "),
        (Some(_), 0) if filtered && answer.groups.is_empty() => {
            "Nothing among these has what it is filtered by. ".to_owned()
        }
        (None, _) if removed > 0 => {
            format!("{removed} of the connections that it is filtered by are not there any more. ")
        }
        _ => String::new(),
    };
    // Amounts of several currencies stand side by side.
    let others = shown.other_currencies.iter();
    let totals: Vec<String> = std::iter::once(figure(answer.total))
        .chain(others.map(|(currency, total)| format!("{} {currency}", money(*total))))
        .collect();
    let in_one = if totals.len() > 1 {
        format!("The groups and the chart are in {currency} alone; the file has every currency. ")
    } else {
        String::new()
    };
    let organization = published.organization.as_ref().map(|found| found.name.clone());
    let left_out = read::left_out(app, &published, shown.compared.as_ref()).await?;
    // Filters of a shared report may speak of what somebody does not see; they could not open it either.
    let whole = !saved.shared || *sees == Sees::Everything;
    let link = format!(
        "{}/{}",
        settings.public_url,
        if whole { format!("?{}", saved.address) } else { String::new() }
    );
    Ok(Mail::Report {
        organization: organization.unwrap_or_default(),
        report: saved.name.clone(),
        title,
        total: totals.join(" and "),
        lines: lines.collect(),
        note: format!(
            "{} rows in all. {}{in_one}{missing}{proof}",
            grouped(&table.answer.groups.len().to_string()),
            compared(shown.compared.as_ref(), &left_out, currency)
        ),
        link,
        files: vec![
            Attached {
                name: "chart.png".to_owned(),
                kind: "image/png",
                bytes: picture::draw(answer)?,
                inline: true,
            },
            Attached {
                name: format!("costs-{}-to-{last}.csv", answer.from),
                kind: "text/csv",
                bytes: csv,
                inline: false,
            },
        ],
    })
}

/// A change in words: in money and in percent, or what it is instead.
fn change(change: &Change, currency: &str) -> String {
    match (change.kind, change.amount) {
        (ChangeKind::New, _) => "new".to_owned(),
        (ChangeKind::Gone, _) => "gone".to_owned(),
        (ChangeKind::Changed, Some(amount)) => {
            let sign = if amount.units() > 0 { "+" } else { "" };
            let percent = change.percent.map(|percent| format!(", {percent:+.1} %")).unwrap_or_default();
            format!("{sign}{} {currency}{percent}", money(amount))
        }
        _ => String::new(),
    }
}

/// Which days are compared with which, of which connections not, and how the total changed; empty where nothing is
/// compared.
fn compared(found: Option<&ComparedCosts>, left_out: &[String], currency: &str) -> String {
    let Some(found) = found else { return String::new() };
    let days = |span: DaySpan| format!("{} to {}", span.from, span.to.pred_opt().unwrap_or(span.to));
    let (now, before) = (days(found.spans.now), days(found.spans.before));
    match &found.known {
        Known::Nothing => format!("No data of {before} to compare with. "),
        known => {
            let part = if *known == Known::Whole {
                String::new()
            } else {
                let names: Vec<String> =
                    left_out.iter().map(|name| shown::short(name, NAME).into_owned()).collect();
                format!(", without what lacks data of these days: {}", names.join(", "))
            };
            let whole = change(&found.change, currency);
            let whole = if whole.is_empty() { String::new() } else { format!("; in all {whole}") };
            format!("Changes: {now} (complete days) against {before}{part}{whole}. ")
        }
    }
}
