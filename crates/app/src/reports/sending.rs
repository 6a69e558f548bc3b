//! Sends reports: the page's figures as a picture, the largest groups in words, the whole table as a file.

use super::{address, changeable, picture};
use crate::policy::Caller;
use crate::processing::{grouped, money};
use crate::read::{self, Published, export, percent_change};
use crate::{App, AppError, ErrorKind, MailSettings, Result};
use meta::SavedReport;
use model::{CostQuery, Decimal};
use notify::{Attached, Mail, ReportLine};

/// Groups in the text of a mail.
const LINES: usize = 10;

/// Sends every report whose time has come. One that fails is noted and tried again at its next time.
pub(crate) async fn send_due(app: &App) -> Result<()> {
    let now = app.now();
    for saved in app.meta().due_reports(now.timestamp_millis()).await? {
        let Some(schedule) = &saved.schedule else { continue };
        let next = schedule.frequency.next(now).timestamp_millis();
        if !app.meta().take_report(&saved.id, schedule.next_run_ms, next).await? {
            continue;
        }
        let (app, recipients) = (app.clone(), schedule.recipients.clone());
        // Behind: a slow mail server holds nobody else up.
        tokio::spawn(async move {
            if let Err(error) = send_and_note(&app, &saved, &recipients).await {
                tracing::warn!(report = %saved.id, %error, "a report could not be sent");
            }
        });
    }
    Ok(())
}

async fn send_and_note(app: &App, saved: &SavedReport, recipients: &[String]) -> Result<()> {
    let sent = send(app, saved, recipients).await;
    let error = sent.as_ref().err().map(ToString::to_string);
    app.meta().report_sent(&saved.id, app.now().timestamp_millis(), error.as_deref()).await?;
    sent
}

/// Sends a report now: to its recipients, else to whoever asks. Gives whom it went to.
pub async fn send_now(app: &App, caller: &Caller, id: &str) -> Result<Vec<String>> {
    let saved = changeable(app, caller, id).await?;
    let own = || caller.user().map(|user| user.email.to_string());
    let recipients = match &saved.schedule {
        Some(schedule) => schedule.recipients.clone(),
        None => own().into_iter().collect(),
    };
    if recipients.is_empty() {
        return Err(AppError::invalid("nobody is named who should get the report")
            .advise("Give it a schedule with recipients first."));
    }
    send_and_note(app, &saved, &recipients).await?;
    Ok(recipients)
}

async fn send(app: &App, saved: &SavedReport, recipients: &[String]) -> Result<()> {
    let Some(settings) = app.mail().cloned() else {
        return Err(AppError::new(ErrorKind::Conflict, "mail is not set up").advise(
            "Start the server with a mail server (see 'cloud-analyzer serve --help') to send reports.",
        ));
    };
    let mail = written(app, &settings, saved).await?;
    let sent = settings.mailer.send(recipients, &mail).await;
    if sent < recipients.len() {
        return Err(AppError::new(
            ErrorKind::Unavailable,
            format!("the mail server took {sent} of {} mails", recipients.len()),
        )
        .advise("Check the addresses and the mail server; its answers are in the log."));
    }
    Ok(())
}

async fn written(app: &App, settings: &MailSettings, saved: &SavedReport) -> Result<Mail> {
    let published = Published::of_id(app, &saved.organization_id).await?;
    let names = read::names(app, &published).await?;
    let asked = address::read(&saved.address)?;
    let Some(data_to) = read::data_to(app, &published).await? else {
        return Err(AppError::new(ErrorKind::Conflict, "there are no costs to report yet")
            .advise("Connect a bill first; the report is sent at its next time."));
    };
    let query = asked.query(data_to, &names.tag_keys, &names.cost_category_names)?;
    let shown = read::costs(app, &published, query.clone(), asked.shared).await?;
    let all = CostQuery { top: None, compare: None, ..query };
    let table = read::costs(app, &published, all, asked.shared).await?;
    let answer = &shown.answer;
    let currency = &answer.currency;
    let figure = |amount| format!("{} {currency}", money(amount));
    let lines =
        answer.groups.iter().zip(&shown.labels).enumerate().take(LINES).map(|(at, (group, labels))| {
            let place = if group.other { picture::COLORS.len() } else { at };
            let [red, green, blue] = picture::color(place);
            ReportLine {
                name: labels.join(" / "),
                color: format!("#{red:02x}{green:02x}{blue:02x}"),
                figure: figure(group.total),
                change: group.previous_total.map(|before| change(before, group.total)).unwrap_or_default(),
            }
        });
    let mut csv = vec![];
    export::csv(&table, &mut csv).map_err(|error| AppError::internal(error.to_string()))?;
    let last = answer.to.pred_opt().unwrap_or(answer.to);
    let title = format!("{}, {} to {last} (UTC)", shown.query.metric.info().label, answer.from);
    let proof = if shown.unproven_periods.is_empty() {
        "Every total behind these figures equals its bill.".to_owned()
    } else {
        format!("Not proven to the bill: {}.", shown.unproven_periods.join(", "))
    };
    let proof = [vec![proof], shown.unavailable.clone()].concat().join(" ");
    let organization = published.organization.as_ref().map(|found| found.name.clone());
    Ok(Mail::Report {
        organization: organization.unwrap_or_default(),
        report: saved.name.clone(),
        title,
        total: figure(answer.total),
        lines: lines.collect(),
        note: format!("{} rows in all. {proof}", grouped(&table.answer.groups.len().to_string())),
        link: format!("{}/?{}", settings.public_url, saved.address),
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

fn change(before: Decimal, now: Decimal) -> String {
    let percent = percent_change(Some(before), |before| (now - before).to_f64());
    percent.map(|percent| format!("{percent:+.1} %")).unwrap_or_default()
}
