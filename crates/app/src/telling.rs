//! What administrators are told: dashboards are ready, a connection fails (once for each cause), it works again.

use crate::jobs::{Notice, to_administrators};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result, notifications};
use meta::{ConnectionRecord, NewJob};
use model::{BillingPeriod, Decimal};
use notify::MonthLine;

const READY: &str = "ready";
const FAILING: &str = "failing:";
const CHECK: &str = "check:";
const STOPPED: &str = "stopped:";
/// Between looks whether a connection that fails does so no more, before its months are told (s).
const LATER_S: u32 = 60;

/// After a run that read everything.
pub(crate) async fn went_well(app: &App, record: &ConnectionRecord) -> Result<()> {
    recovered(app, record, FAILING).await?;
    let open = app.meta().failures_of(&record.connection.id, 20).await?;
    if !open.iter().any(|row| row.ended_at_ms.is_none() && row.kind == meta::FailureKind::Stopped) {
        recovered(app, record, STOPPED).await?;
    }
    Ok(())
}

/// The months of a connection are there: told once, and only when none of them failed.
///
/// # Errors
/// `TooMany`: something fails; it is told once nothing does.
pub(crate) async fn ready(app: &App, record: &ConnectionRecord) -> Result<()> {
    let id = &record.connection.id;
    if app.meta().notices(id).await?.iter().any(|known| known == READY) {
        return Ok(());
    }
    let open = app.meta().failures_of(id, 20).await?;
    if open.iter().any(|row| row.ended_at_ms.is_none()) {
        let mut error = AppError::new(ErrorKind::TooMany, "something of the connection fails");
        error.retry_after_s = Some(LATER_S);
        return Err(error);
    }
    let published = Published::of_id(app, &record.connection.organization_id).await?;
    let own = published.publications.iter().zip(&published.proofs);
    let months: Vec<MonthLine> = own
        .filter(|(publication, _)| publication.connection_id == *id)
        .map(|(publication, proof)| MonthLine {
            month: month_name(&publication.period.to_string()),
            total: format!("{} {}", money(publication.stored_total), publication.currency),
            rows: grouped(&publication.rows.to_string()),
            proven: proof.holds(),
            proof: proof.to_string(),
        })
        .collect();
    if months.is_empty() {
        return Ok(());
    }
    let proof = published.proof_of(id).lines();
    begin(app, record, READY, &Notice::Ready { months, proof }, vec![], app.now().timestamp_millis()).await
}

/// After a run that failed.
pub(crate) async fn went_wrong(app: &App, record: &ConnectionRecord, error: &AppError) -> Result<()> {
    let cause = format!("{FAILING}{:?}:{}", error.kind, error.message);
    attention(app, record, &cause, error.to_string(), error.advice.clone().unwrap_or_default()).await
}

/// After deliveries stopped.
pub(crate) async fn deliveries_stopped(
    app: &App,
    record: &ConnectionRecord,
    failure: &meta::Failure,
) -> Result<()> {
    let advice = failure.advice.clone().unwrap_or_default();
    attention(app, record, STOPPED, failure.message.clone(), advice).await
}

/// A check that failed, in words.
pub(crate) struct Finding {
    /// Names the check.
    pub(crate) check: String,
    /// What was found.
    pub(crate) message: String,
    /// What to do.
    pub(crate) advice: String,
}

/// After checks: those that failed. Causes that are over end; of new ones the administrators are told if nobody looks at them
/// (`announced`).
pub(crate) async fn checked(
    app: &App,
    record: &ConnectionRecord,
    failed: &[Finding],
    announced: bool,
) -> Result<()> {
    let id = &record.connection.id;
    // Ends with a colon, so that no cause begins with another one.
    let cause = |found: &Finding| format!("{CHECK}{}:", found.check);
    for known in app.meta().notices(id).await?.iter().filter(|known| known.starts_with(CHECK)) {
        if !failed.iter().any(|found| cause(found) == *known) {
            recovered(app, record, known).await?;
        }
    }
    if !announced {
        return Ok(());
    }
    for found in failed {
        attention(app, record, &cause(found), found.message.clone(), found.advice.clone()).await?;
    }
    Ok(())
}

/// Notes a cause, and mails of it unless another one is open: one mail says that something is wrong, the page says
/// all of it. Channels tell of each: who hears that one is over has to know of the others.
async fn attention(
    app: &App,
    record: &ConnectionRecord,
    cause: &str,
    message: String,
    advice: String,
) -> Result<()> {
    let id = &record.connection.id;
    let other_kind = if cause.starts_with(FAILING) { CHECK } else { "" };
    let open = app.meta().notices(id).await?;
    let told = open.iter().any(|known| is_bad(known) && known.starts_with(other_kind));
    let now = app.now().timestamp_millis();
    let channels = notifications::attention(app, record, cause, &message, &advice, now).await?;
    if told {
        app.meta().begin_notice(id, cause, now, &channels).await?;
        app.queued().wake();
        return Ok(());
    }
    begin(app, record, cause, &Notice::Attention { message, advice }, channels, now).await
}

/// Notes a cause and queues the mails that tell of it, in one step.
async fn begin(
    app: &App,
    record: &ConnectionRecord,
    cause: &str,
    notice: &Notice,
    channels: Vec<NewJob>,
    now: i64,
) -> Result<()> {
    let mut mails = to_administrators(app, record, notice).await?;
    mails.extend(channels);
    app.meta().begin_notice(&record.connection.id, cause, now, &mails).await?;
    app.queued().wake();
    Ok(())
}

/// Ends the causes that begin so, and tells if that were the last ones.
async fn recovered(app: &App, record: &ConnectionRecord, causes: &str) -> Result<()> {
    let id = &record.connection.id;
    let since = app.meta().notices_since(id).await?;
    let open: Vec<&String> = since.iter().map(|(cause, _)| cause).collect();
    if !open.iter().any(|known| known.starts_with(causes)) {
        return Ok(());
    }
    let others = open.iter().any(|known| is_bad(known) && !known.starts_with(causes));
    let mut mails = if others { vec![] } else { to_administrators(app, record, &Notice::Recovered).await? };
    let over: Vec<(String, i64)> =
        since.iter().filter(|(cause, _)| is_bad(cause) && cause.starts_with(causes)).cloned().collect();
    mails.extend(notifications::recovered(app, record, &over, others).await?);
    app.meta().end_notices(id, causes, &mails).await?;
    app.queued().wake();
    Ok(())
}

/// What tells that a connection is removed: nothing of it is wrong any more, and nobody could end it later.
pub(crate) async fn removed(app: &App, record: &ConnectionRecord) -> Result<Vec<NewJob>> {
    let since = app.meta().notices_since(&record.connection.id).await?;
    let open: Vec<(String, i64)> = since.into_iter().filter(|(cause, _)| is_bad(cause)).collect();
    notifications::removed(app, record, &open).await
}

fn is_bad(cause: &str) -> bool {
    [FAILING, CHECK, STOPPED].iter().any(|kind| cause.starts_with(kind))
}

pub(crate) fn month_name(period: &str) -> String {
    let day = period.parse::<BillingPeriod>().map(BillingPeriod::first_day);
    day.map_or_else(|_| period.to_owned(), |day| day.format("%B %Y").to_string())
}

/// To the cent, with separators: for reading; the page has every digit.
pub(crate) fn money(amount: Decimal) -> String {
    const CENT: u128 = 10_u128.pow(16);
    if amount == Decimal::BEYOND {
        return amount.to_string();
    }
    let units = amount.units();
    let cents = (units.unsigned_abs() + CENT / 2) / CENT;
    let sign = if units < 0 && cents > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", grouped(&(cents / 100).to_string()), cents % 100)
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        let money_of = |text: &str| money(text.parse().unwrap());
        assert_eq!(money_of("1234567.891"), "1,234,567.89");
        assert_eq!(money_of("-12.3"), "-12.30");
        assert_eq!(money_of("0"), "0.00");
        assert_eq!(money(Decimal::BEYOND), "beyond the range of amounts");
        assert_eq!(month_name("2026-10"), "October 2026");
    }
}
