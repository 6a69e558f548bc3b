//! What the house tells by channels besides events of cost: connections that fail and work again, bills that changed,
//! reports that could not be sent. Administrators get their mails about these whether there are channels or not.

use super::queued;
use crate::processing::bill_diffs::{days, diff_page};
use crate::telling::{grouped, money, month_name};
use crate::{App, Result, stable};
use meta::{BillChange, ConnectionRecord, NewJob, SavedReport};
use notify::{About, Amount, Fact, Notice, Severity, Transition};

fn page_of(app: &App, record: &ConnectionRecord) -> String {
    app.page(&format!("/connections/{}", record.connection.id))
}

/// Names one time that a connection failed of one cause.
fn failing(record: &ConnectionRecord, cause: &str, since_ms: i64) -> String {
    format!("connection-{}-{}-{since_ms}", record.connection.id, stable::name_of(&cause))
}

/// A connection does not work.
pub(crate) async fn attention(
    app: &App,
    record: &ConnectionRecord,
    cause: &str,
    message: &str,
    advice: &str,
    since_ms: i64,
) -> Result<Vec<NewJob>> {
    let notice = Notice {
        event: failing(record, cause, since_ms),
        kind: "connection".to_owned(),
        transition: Transition::Opened,
        severity: Severity::High,
        title: format!("The connection {} needs attention", record.connection.name),
        text: message.to_owned(),
        facts: vec![Fact { label: "What to do".to_owned(), value: advice.to_owned() }],
        amounts: vec![],
        link: page_of(app, record),
        chart: vec![],
        about: About::default(),
    };
    queued(app, &record.connection.organization_id, &notice).await
}

/// Causes of a connection are over: each is told to those who heard of it. `others` are not: then it still fails.
pub(crate) async fn recovered(
    app: &App,
    record: &ConnectionRecord,
    causes: &[(String, i64)],
    others: bool,
) -> Result<Vec<NewJob>> {
    let text = if others {
        "This cause is over, but the connection still fails for another one: its page says which."
    } else {
        "It works again."
    };
    over(app, record, causes, text, &page_of(app, record)).await
}

/// A connection is removed: what was told of it and is open is over.
pub(crate) async fn removed(
    app: &App,
    record: &ConnectionRecord,
    causes: &[(String, i64)],
) -> Result<Vec<NewJob>> {
    over(app, record, causes, "The connection was removed.", &app.page("/connections")).await
}

async fn over(
    app: &App,
    record: &ConnectionRecord,
    causes: &[(String, i64)],
    text: &str,
    link: &str,
) -> Result<Vec<NewJob>> {
    let mut jobs = vec![];
    for (cause, since_ms) in causes {
        let notice = Notice {
            event: failing(record, cause, *since_ms),
            kind: "connection".to_owned(),
            transition: Transition::Ended,
            severity: Severity::High,
            title: format!("The connection {} needs attention", record.connection.name),
            text: text.to_owned(),
            facts: vec![],
            amounts: vec![],
            link: link.to_owned(),
            chart: vec![],
            about: About::default(),
        };
        jobs.extend(queued(app, &record.connection.organization_id, &notice).await?);
    }
    Ok(jobs)
}

/// Bills changed that were settled.
pub(crate) async fn bills_changed(
    app: &App,
    record: &ConnectionRecord,
    changes: &[(i64, &BillChange)],
) -> Result<Vec<NewJob>> {
    let mut jobs = vec![];
    for (number, change) in changes {
        let Some(found) = &change.settled else { continue };
        let month = month_name(&change.period.to_string());
        let (period, text) = match found.through.as_deref().map(days) {
            Some(days) if !days.is_empty() => (
                format!("{days} {month}"),
                "Days that were settled before have other costs in a newer delivery.",
            ),
            _ => (month, "The month was final, and has other costs in a newer delivery."),
        };
        let amount = |label: &str, amount: model::Decimal| Amount {
            label: label.to_owned(),
            amount: amount.to_string(),
            shown: money(amount),
            currency: change.currency.clone(),
            period: period.clone(),
        };
        let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
        let mut facts = vec![fact("Cost", "unblended".to_owned())];
        facts.extend(change.lines_total.map(|total| fact("Lines that changed", grouped(&total.to_string()))));
        let notice = Notice {
            event: format!("bill-{}-{number}", record.connection.id),
            kind: "bill".to_owned(),
            transition: Transition::Happened,
            severity: Severity::Medium,
            title: format!("{}: the bill of {period} changed", record.connection.name),
            text: text.to_owned(),
            facts,
            amounts: vec![
                amount("Change", found.after - found.before),
                amount("Before", found.before),
                amount("Now", found.after),
            ],
            link: diff_page(&page_of(app, record), change),
            chart: vec![],
            about: About::default(),
        };
        jobs.extend(queued(app, &record.connection.organization_id, &notice).await?);
    }
    Ok(jobs)
}

/// A report could not be sent at its time.
pub(crate) async fn report_failed(
    app: &App,
    saved: &SavedReport,
    due_ms: i64,
    reason: &str,
) -> Result<Vec<NewJob>> {
    let notice = Notice {
        event: format!("report-{}-{due_ms}", saved.id),
        kind: "report".to_owned(),
        transition: Transition::Happened,
        severity: Severity::Medium,
        title: format!("The report {} could not be sent", saved.name),
        text: reason.to_owned(),
        facts: vec![],
        amounts: vec![],
        link: app.page(&format!("/?{}", saved.address)),
        chart: vec![],
        about: About::default(),
    };
    queued(app, &saved.organization_id, &notice).await
}
