//! Deliveries that stop: noticed, told once, and over with the next delivery.

use super::cadence::{NEWEST, allowed_ms};
use super::{FailureKind, why};
use crate::{App, Result, telling};
use chrono::{DateTime, Utc};
use meta::{ConnectionKind, ConnectionRecord, Failure, FailureRow};
use model::{ConnectionId, OrganizationId};

/// Arrivals that say how fast deliveries come.
const ARRIVALS: u32 = NEWEST + 1;
/// Open and past failures among which the open ones are looked for.
const ROWS: u32 = 20;

/// How the deliveries of a connection come.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deliveries {
    /// When the last new one was seen.
    pub last_at: Option<DateTime<Utc>>,
    /// By when the next one is expected; `None`: nothing is waited for.
    pub expected_by: Option<DateTime<Utc>>,
    /// Whether it is late.
    pub stopped: bool,
    /// End of the newest hour of usage that was read.
    pub data_through: Option<DateTime<Utc>>,
}

/// How the deliveries of a connection come.
///
/// # Errors
/// The metadata cannot be read.
pub async fn deliveries(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
    waits: bool,
) -> Result<Deliveries> {
    let arrivals = app.meta().arrivals(id, ARRIVALS).await?;
    let instant = |ms: i64| DateTime::from_timestamp_millis(ms);
    let rows = app.meta().failures_of(id, ROWS).await?;
    let published = app.meta().publications(organization).await?;
    let own = published.iter().filter(|publication| publication.connection_id == *id);
    let through = own.filter_map(|publication| publication.data_to).max().and_then(instant);
    Ok(Deliveries {
        last_at: arrivals.first().copied().and_then(instant),
        expected_by: arrivals
            .first()
            .filter(|_| waits)
            .and_then(|last| instant(last + allowed_ms(&arrivals))),
        stopped: rows.iter().any(|row| is_open(row, FailureKind::Stopped)),
        // Some charges of the open month are dated to its end.
        data_through: through.map(|through| through.min(app.now())),
    })
}

fn is_open(row: &FailureRow, kind: FailureKind) -> bool {
    row.kind == kind && row.ended_at_ms.is_none()
}

/// Connections whose deliveries stopped, as far as nobody noted it yet.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn late_connections(app: &App) -> Result<Vec<(OrganizationId, ConnectionId)>> {
    let mut found = vec![];
    for (organization, id) in app.meta().polled_connections().await? {
        if late(app, &id).await?.is_some() {
            found.push((organization, id));
        }
    }
    Ok(found)
}

/// Notes that the deliveries of a connection stopped, with why, and tells of it.
///
/// # Errors
/// The metadata cannot be read or written.
pub(crate) async fn note_stopped(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<()> {
    let Some(late) = late(app, id).await? else { return Ok(()) };
    let Some(record) = app.meta().connection_record(organization, id).await? else { return Ok(()) };
    let why = why(app, &record).await;
    let failure = words(&record, &late, why);
    // First the word: once it is noted, nobody looks for it again.
    telling::deliveries_stopped(app, &record, &failure).await?;
    let now = app.now().timestamp_millis();
    if app.meta().fails(id, FailureKind::Stopped, "", &failure, now).await? {
        tracing::warn!(connection.id = %id, message = failure.message, "deliveries stopped");
    }
    Ok(())
}

/// A delivery that is waited for in vain.
struct Late {
    /// Since when (ms).
    since: i64,
    /// How long it was to be waited for (ms).
    allowed: i64,
    /// Whether there was none at all.
    first: bool,
    /// Whether the wait is that of the deliveries so far.
    known: bool,
    now: i64,
}

async fn late(app: &App, id: &ConnectionId) -> Result<Option<Late>> {
    let arrivals = app.meta().arrivals(id, ARRIVALS).await?;
    let now = app.now().timestamp_millis();
    let allowed = allowed_ms(&arrivals);
    // Most are on time: that is known without asking for more.
    if arrivals.first().is_some_and(|last| now - last < allowed) {
        return Ok(None);
    }
    let rows = app.meta().failures_of(id, ROWS).await?;
    // Whoever cannot look does not know; and what is known is told already.
    let known = [FailureKind::Look, FailureKind::Gone, FailureKind::Stopped];
    if rows.iter().any(|row| known.iter().any(|kind| is_open(row, *kind))) {
        return Ok(None);
    }
    let empty = rows.iter().find(|row| is_open(row, FailureKind::Empty));
    let (since, looked_at) = match (arrivals.first(), empty) {
        (Some(last), _) => (*last, app.meta().source_files_at(id).await?),
        (None, Some(empty)) => (empty.first_at_ms, Some(empty.last_at_ms)),
        (None, None) => return Ok(None),
    };
    // Nothing is late that was not looked for: this process may have stood still for a week.
    let looked = looked_at.is_some_and(|at| at >= since + allowed);
    let late = Late { since, allowed, first: arrivals.is_empty(), known: arrivals.len() > 3, now };
    Ok((looked && now - since >= allowed).then_some(late))
}

/// What is said of it. The cause stays the same however long it lasts.
fn words(record: &ConnectionRecord, late: &Late, why: Option<String>) -> Failure {
    let since = DateTime::from_timestamp_millis(late.since).unwrap_or_default();
    let since = since.format("%-d %B %Y, %H:%M UTC");
    let message = if late.first {
        format!("no report was delivered since this was set up ({since})")
    } else if late.known {
        format!(
            "no new delivery since {since}; until then the next one came within {}",
            span(late.allowed / 3 * 2)
        )
    } else {
        format!("no new delivery since {since}, for more than {}", span(late.allowed))
    };
    let age = span(late.now - late.since);
    let advice = why.unwrap_or_else(|| match record.connection.kind {
        ConnectionKind::Local => format!(
            "Copy the newer files to {}, or look at what copies them there.",
            record.connection.location
        ),
        ConnectionKind::S3Compatible => format!(
            "Look at what copies the reports to {}: its log, its credentials, and whether it still runs.",
            record.connection.location
        ),
        ConnectionKind::AwsRole | ConnectionKind::AwsOwn | ConnectionKind::Shared => {
            "AWS delivers at least once a day. Look at the report under Data Exports in the billing console: whether it is there and healthy, and whether the bucket's policy still lets it deliver.".to_owned()
        }
    });
    let advice = format!(
        "{advice} What is shown was {age} old when this was noticed. If no more will come, pause the connection."
    );
    Failure { message, advice: Some(advice), ..Failure::default() }
}

fn span(ms: i64) -> String {
    match ms / 3_600_000 {
        hours if hours < 2 => "an hour".to_owned(),
        hours if hours < 72 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}
