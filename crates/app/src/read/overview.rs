//! What there is: months with their state and proof, the running ingest, and what failed.

use super::Published;
use super::compared::complete_to;
use crate::proof::Proof;
use crate::{App, Failure, Progress, Result, Stage};
use chrono::{DateTime, Days, DurationRound, NaiveDate, TimeDelta, Utc};
use model::{BillingPeriod, ConnectionId, CostQuery, Decimal, Metric, OrganizationId};
use std::collections::BTreeSet;

/// An ingest without a sign of life for longer is not shown (ms).
const ALIVE_MS: i64 = 30_000;

/// One published month.
#[derive(Clone, Debug)]
pub struct PeriodState {
    /// The connection.
    pub connection: String,
    /// `YYYY-MM`.
    pub period: String,
    /// Whether line items are there as well as the roll-up.
    pub complete: bool,
    /// What is proven of it.
    pub proof: Proof,
    /// Currency of its bill.
    pub currency: String,
    /// Rows.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Unblended total while reading.
    pub raw_total: Decimal,
    /// Unblended total as stored.
    pub stored_total: Decimal,
    /// What its columns do not allow, by the names that ingest keeps.
    pub without: Vec<String>,
    /// Whether the month may still change.
    pub open: bool,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// What is proven of all that a connection has.
#[derive(Clone, Debug)]
pub struct ConnectionProof {
    /// The connection.
    pub connection: String,
    /// Its name.
    pub name: String,
    /// Whether it reads through another organization's, whose files are not shown.
    pub shared: bool,
    /// Of its months together, and of its source.
    pub proof: Proof,
    /// Files that were read, where that is known: of a past state it is not.
    pub files_read: Option<usize>,
    /// Files that could be the bill's and were not read, likewise.
    pub files_left_out: Option<usize>,
}

/// The state of an organization's data.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The organization's id, name, and whether it is the demo company.
    pub organization: (String, String, bool),
    /// Currencies of the published months, the one with the most cost lately first.
    pub currencies: Vec<String>,
    /// First day with charges.
    pub data_from: Option<NaiveDate>,
    /// Day after the last day with charges.
    pub data_to: Option<NaiveDate>,
    /// End of the newest hour of usage.
    pub data_through: Option<DateTime<Utc>>,
    /// Day from which on the data are not complete.
    pub complete_to: Option<NaiveDate>,
    /// What is proven of all months together, and of the sources.
    pub proof: Proof,
    /// Connections with months.
    pub connections: Vec<ConnectionProof>,
    /// Newest first.
    pub periods: Vec<PeriodState>,
    /// The running ingest.
    pub ingest: Option<Progress>,
    /// What fails now.
    pub failures: Vec<Failure>,
}

/// The state of the data.
pub async fn overview(app: &App, published: &Published) -> Result<Overview> {
    let through = data_through(app, published);
    let days = days(app, published).await?;
    let mut periods = vec![];
    let shown = published.view.periods.iter().zip(&published.proofs);
    for (publication, (shown, proof)) in published.publications.iter().zip(shown) {
        periods.push(PeriodState {
            connection: publication.connection_id.to_string(),
            period: publication.period.to_string(),
            complete: publication.stage == meta::Stage::Complete,
            proof: proof.clone(),
            currency: publication.currency.clone(),
            rows: publication.rows,
            bytes: publication.bytes,
            raw_total: publication.raw_total,
            stored_total: publication.stored_total,
            without: without(&publication.features),
            open: shown.open,
            published_at: instant(publication.published_at_ms),
        });
    }
    // Connections, their failures and what is read are of the organization: who may see a part of its bills is not told.
    let whole_seen = published.part().is_none();
    let failures = match &published.organization {
        Some(organization) if whole_seen => crate::health::failures(app, &organization.id).await?,
        _ => vec![],
    };
    let mut connections = if whole_seen { connections(published) } else { vec![] };
    let names = published.connection_names(app).await?;
    for one in &mut connections {
        one.name = names.get(&one.connection).unwrap_or(&one.connection).clone();
    }
    let organization = published.organization.as_ref().map_or_else(
        || ("none".to_owned(), crate::DEFAULT_ORGANIZATION.to_owned(), false),
        |found| (found.id.to_string(), found.name.clone(), found.demo),
    );
    Ok(Overview {
        organization,
        currencies: published.currencies().to_vec(),
        data_from: days.map(|(from, _)| from),
        data_to: days.map(|(_, to)| to),
        data_through: through,
        complete_to: complete_to(app, published, &[]),
        proof: if whole_seen { whole(&connections) } else { Proof::of_part() },
        connections,
        periods,
        ingest: if whole_seen { running(app, published).await? } else { None },
        failures,
    })
}

/// Features that the columns of a report turn off. Of commitments its rows decide: that is told by the proof.
fn without(features: &serde_json::Value) -> Vec<String> {
    ["resource_ids", "list_price", "net_cost", "tags"]
        .into_iter()
        .filter(|name| features.get(name).and_then(serde_json::Value::as_bool) == Some(false))
        .map(ToOwned::to_owned)
        .collect()
}

/// What is proven of all that a connection has; `None` while nothing of it is published.
pub async fn connection_proof(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<Proof>> {
    let published = Published::of_id(app, organization).await?;
    let has_months = published.publications.iter().any(|publication| publication.connection_id == *id);
    Ok(has_months.then(|| published.proof_of(id)))
}

/// The connections with months.
pub(super) fn connections(published: &Published) -> Vec<ConnectionProof> {
    let with_months: BTreeSet<&ConnectionId> =
        published.publications.iter().map(|publication| &publication.connection_id).collect();
    let one = |id: &ConnectionId| {
        let files = published.files.get(id);
        ConnectionProof {
            connection: id.to_string(),
            name: id.to_string(),
            shared: published.is_shared(id),
            proof: published.proof_of(id),
            files_read: files.map(|files| files.read),
            files_left_out: files.map(|files| files.refused + files.incomplete),
        }
    };
    with_months.into_iter().map(one).collect()
}

/// All connections as one.
pub(super) fn whole(connections: &[ConnectionProof]) -> Proof {
    if let [only] = connections {
        return only.proof.clone();
    }
    Proof::together(&connections.iter().map(|one| (one.connection.clone(), &one.proof)))
}

/// End of the newest hour of usage; never after the current hour, because some charges of the open month are
/// dated to its end.
pub(super) fn data_through(app: &App, published: &Published) -> Option<DateTime<Utc>> {
    hour_end(
        published.now(app),
        published.publications.iter().filter_map(|publication| publication.data_to).max()?,
    )
}

/// End of the hour of an instant (ms since 1970), at most the current one's.
pub(super) fn hour_end(now: DateTime<Utc>, ms: i64) -> Option<DateTime<Utc>> {
    let hour = TimeDelta::hours(1);
    let newest = instant(ms);
    let newest = if newest > now { now } else { newest };
    let floor = newest.duration_trunc(hour).ok()?;
    Some(if floor < newest { floor + hour } else { floor })
}

/// The newest month with data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewestMonth {
    /// The month.
    pub(crate) period: BillingPeriod,
    /// End of its newest hour of usage.
    pub(crate) through: DateTime<Utc>,
    /// Day after its newest day of usage.
    pub(crate) to: NaiveDate,
}

/// The month that the newest hour of usage falls into.
pub(crate) fn newest_month(app: &App, published: &Published) -> Option<NewestMonth> {
    let through = data_through(app, published)?;
    let newest_day = (through - TimeDelta::milliseconds(1)).date_naive();
    Some(NewestMonth { period: BillingPeriod::of(newest_day)?, through, to: newest_day + Days::new(1) })
}

/// Day after the last day with charges.
pub(crate) async fn data_to(app: &App, published: &Published) -> Result<Option<NaiveDate>> {
    Ok(days(app, published).await?.map(|(_, to)| to))
}

/// The days that a page's "last N days" means: those with charges, the running one among them.
pub(crate) async fn page_days(
    app: &App,
    published: &Published,
    days: u64,
) -> Result<Option<(NaiveDate, NaiveDate)>> {
    Ok(data_to(app, published).await?.map(|to| (to - Days::new(days), to)))
}

/// The last complete days of data, at most as many as asked for: first day, and day after the last.
pub(crate) fn last_days(app: &App, published: &Published, days: u64) -> Option<(NaiveDate, NaiveDate)> {
    let to = data_through(app, published)?.date_naive();
    let first = published.publications.iter().map(|publication| publication.period).min()?.first_day();
    let from = (to - Days::new(days)).max(first);
    (from < to).then_some((from, to))
}

/// First day with charges of any kind, and the day after the last: credits and fees reach beyond usage.
async fn days(app: &App, published: &Published) -> Result<Option<(NaiveDate, NaiveDate)>> {
    if published.publications.is_empty() {
        return Ok(None);
    }
    // Usage is not money: several currencies are no obstacle.
    let answer = app.engine().answer(&published.view, &CostQuery::total(Metric::UsageAmount)).await?;
    Ok(Some((answer.from, answer.to)))
}

fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// The ingest of this process, else one of another process that shows signs of life.
async fn running(app: &App, published: &Published) -> Result<Option<Progress>> {
    let Some(organization) = &published.organization else { return Ok(None) };
    if let Some(progress) = app.live().progress(&organization.id) {
        return Ok(Some(progress));
    }
    let all = app.meta().running_ingests(&organization.id).await?;
    let now = app.now().timestamp_millis();
    let Some(ingest) = all.into_iter().rfind(|ingest| now - ingest.heartbeat_ms < ALIVE_MS) else {
        return Ok(None);
    };
    let elapsed_ms = u64::try_from(ingest.heartbeat_ms - ingest.started_at_ms).unwrap_or(0).max(1);
    // Too short a time says nothing about speed.
    let speed = if elapsed_ms < 500 { 0 } else { ingest.bytes_done.saturating_mul(1000) / elapsed_ms };
    let left = ingest.bytes_total.saturating_sub(ingest.bytes_done);
    Ok(Some(Progress {
        connection: ingest.connection_id.to_string(),
        period: Some(ingest.period),
        stage: Stage::from_name(&ingest.stage),
        files_done: 0,
        files_total: 0,
        bytes_done: ingest.bytes_done,
        bytes_total: ingest.bytes_total,
        rows: ingest.rows,
        bytes_per_second: speed,
        seconds_left: left.checked_div(speed),
        periods_done: 0,
        periods_total: 1,
    }))
}
