//! What administrators are told: dashboards are ready, a connection fails (once for each cause), it works again.

use crate::connections::{Check, CheckState};
use crate::ingest_job::{IngestSummary, PeriodOutcome};
use crate::read::Published;
use crate::{App, AppError, Result};
use meta::ConnectionRecord;
use model::{BillingPeriod, Decimal, Role};
use notify::{Mail, MonthLine};

const READY: &str = "ready";
const FAILING: &str = "failing:";
const CHECK: &str = "check:";
const STOPPED: &str = "stopped:";

/// After a run that read everything.
pub(super) async fn went_well(app: &App, record: &ConnectionRecord, summary: &IngestSummary) -> Result<()> {
    let id = &record.connection.id;
    recovered(app, record, FAILING).await?;
    let open = app.meta().failures_of(id, 20).await?;
    if !open.iter().any(|row| row.ended_at_ms.is_none() && row.kind == meta::FailureKind::Stopped) {
        recovered(app, record, STOPPED).await?;
    }
    let published = summary.periods.iter().any(|period| period.outcome == PeriodOutcome::Published);
    if published && app.meta().begin_notice(id, READY, app.now().timestamp_millis()).await? {
        let currencies = Published::of_id(app, &record.connection.organization_id).await?;
        let currency = |period: &str| {
            let found = currencies.publications.iter().find(|publication| {
                publication.connection_id == *id && publication.period.to_string() == period
            });
            found.map(|publication| publication.currency.clone()).unwrap_or_default()
        };
        let months = summary.periods.iter().map(|period| MonthLine {
            month: month_name(&period.period),
            total: format!("{} {}", money(period.stored_total), currency(&period.period)),
            rows: grouped(&period.rows.to_string()),
            proven: period.proof.holds(),
            proof: period.proof.to_string(),
        });
        let months: Vec<MonthLine> = months.collect();
        let proof = currencies.proof_of(id).lines();
        let mail = |organization: String, url: &str| Mail::DashboardsReady {
            organization,
            connection: record.connection.name.clone(),
            months,
            proof,
            link: format!("{url}/"),
        };
        tell(app, record, mail).await?;
    }
    Ok(())
}

/// After a run that failed.
pub(super) async fn went_wrong(app: &App, record: &ConnectionRecord, error: &AppError) -> Result<()> {
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

/// After checks. Causes that are over end; of new ones the administrators are told if nobody looks at them
/// (`announced`).
pub(crate) async fn checked(
    app: &App,
    record: &ConnectionRecord,
    checks: &[Check],
    announced: bool,
) -> Result<()> {
    let id = &record.connection.id;
    let failed: Vec<&Check> = checks.iter().filter(|check| check.state == CheckState::Failed).collect();
    // Ends with a colon, so that no cause begins with another one.
    let cause = |check: &Check| format!("{CHECK}{:?}:", check.check);
    for known in app.meta().notices(id).await?.iter().filter(|known| known.starts_with(CHECK)) {
        if !failed.iter().any(|check| cause(check) == *known) {
            recovered(app, record, known).await?;
        }
    }
    if !announced {
        return Ok(());
    }
    for check in failed {
        let message = format!("{}: {}", check.title, check.answer);
        attention(app, record, &cause(check), message, check.fix.clone().unwrap_or_default()).await?;
    }
    Ok(())
}

/// Notes a cause, and tells of it unless another one is open: one mail says that something is wrong, the page says
/// all of it.
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
    if !app.meta().begin_notice(id, cause, app.now().timestamp_millis()).await? || told {
        return Ok(());
    }
    let mail = |organization: String, url: &str| Mail::NeedsAttention {
        organization,
        connection: record.connection.name.clone(),
        message,
        advice,
        link: page(url, record),
    };
    tell(app, record, mail).await
}

/// Ends the causes that begin so, and tells if that were the last ones.
async fn recovered(app: &App, record: &ConnectionRecord, causes: &str) -> Result<()> {
    let id = &record.connection.id;
    let ended = app.meta().end_notices(id, causes).await?;
    if ended == 0 || app.meta().notices(id).await?.iter().any(|known| is_bad(known)) {
        return Ok(());
    }
    let mail = |organization: String, url: &str| Mail::Recovered {
        organization,
        connection: record.connection.name.clone(),
        link: page(url, record),
    };
    tell(app, record, mail).await
}

fn is_bad(cause: &str) -> bool {
    [FAILING, CHECK, STOPPED].iter().any(|kind| cause.starts_with(kind))
}

fn page(url: &str, record: &ConnectionRecord) -> String {
    format!("{url}/connections/{}", record.connection.id)
}

/// Sends a mail to the organization's administrators, behind whatever goes on.
async fn tell(app: &App, record: &ConnectionRecord, mail: impl FnOnce(String, &str) -> Mail) -> Result<()> {
    let Some(settings) = app.mail().cloned() else { return Ok(()) };
    let organization = &record.connection.organization_id;
    let name = app.organization_by_id(organization).await?;
    let members = app.meta().members(organization).await?;
    let to: Vec<String> = members
        .into_iter()
        .filter(|member| member.role == Role::Administrator)
        .map(|member| member.user.email.to_string())
        .collect();
    let mail = mail(name.map(|found| found.name).unwrap_or_default(), &settings.public_url);
    tokio::spawn(async move { settings.mailer.send(&to, &mail).await });
    Ok(())
}

pub(super) fn month_name(period: &str) -> String {
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
