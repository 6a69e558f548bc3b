//! Connections without data: looked at by the hour, beside the bills. Where deliveries stopped, or a connection fails, its
//! administrators were told of that: the event is recorded, and told by channels only where deliveries come that hold
//! nothing new.

use super::looking::write;
use super::memory::{asked, recorded};
use super::telling::Telling;
use super::{Event, Kind};
use crate::read::Published;
use crate::{App, Result};
use analyses::trends::{Feed, reconcile, silent};
use chrono::{DateTime, NaiveDate, TimeDelta};
use model::OrganizationId;
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// Deliveries come, if one came within so many hours.
const DELIVERS_HOURS: i64 = 36;

/// Looks whether the connections of an organization that are looked at for deliveries have data of the last 36 hours.
///
/// # Errors
/// The metadata cannot be read or written; another look came between.
pub(crate) async fn look_for_silence(app: &App, organization: &OrganizationId) -> Result<()> {
    let published = Published::of_id(app, organization).await?;
    let polled = app.meta().polled_connections().await?;
    let now = app.now();
    // End of each connection's data, and the currency that they are in by then: that of former months has no more to come.
    let mut through: BTreeMap<String, (i64, &str)> = BTreeMap::new();
    for one in &published.publications {
        let is_polled = polled.iter().any(|(_, id)| *id == one.connection_id);
        if let Some(to) = one.data_to.filter(|_| is_polled) {
            let newest = through.entry(one.connection_id.to_string()).or_default();
            *newest = (to, one.currency.as_str()).max(*newest);
        }
    }
    for mut look in app.meta().trend_looks(organization).await? {
        let feeds: Vec<Feed> = through
            .iter()
            .filter(|(_, (_, currency))| *currency == look.currency)
            .map(|(connection, (to, _))| Feed {
                connection: connection.clone(),
                through: DateTime::from_timestamp_millis(*to),
            })
            .collect();
        let recorded = recorded(app, organization, &look.currency).await?;
        let asked = asked(app, organization, &recorded).await?;
        let found = silent(&feeds, now, &look.currency, &asked);
        let before: Vec<Event> = recorded
            .iter()
            .filter(|one| one.event.kind == Kind::NoData)
            .map(|one| one.event.clone())
            .collect();
        if before.is_empty() && found.is_empty() {
            continue;
        }
        let changed = reconcile(before, found, NaiveDate::MIN);
        let telling =
            Telling { app, organization, published: &published, looked: None, words: OnceCell::new() };
        let after = look.version;
        look.looked_at_ms = now.timestamp_millis();
        write(&telling, &look, after, recorded, changed).await?;
    }
    Ok(())
}

/// Whether nobody else tells that a connection's data end: deliveries come, and nothing fails.
///
/// # Errors
/// The metadata cannot be read.
pub(super) async fn is_news(app: &App, connection: &str) -> Result<bool> {
    let Ok(id) = model::ConnectionId::try_new(connection) else { return Ok(false) };
    let fails = app.meta().failures_of(&id, 20).await?.iter().any(|row| row.ended_at_ms.is_none());
    let since = (app.now() - TimeDelta::hours(DELIVERS_HOURS)).timestamp_millis();
    let last = app.meta().arrivals(&id, 1).await?.first().copied();
    Ok(!fails && last.is_some_and(|at| at >= since))
}
