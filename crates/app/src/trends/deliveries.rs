//! What publications held of their newest days: kept, so that it is learned when a day of a service is whole.

use crate::{App, Result};
use analyses::trends::Delivered;
use chrono::{DateTime, Days, NaiveDate, Utc};
use model::{ConnectionId, OrganizationId};
use serde_json::Value;
use std::collections::BTreeMap;

/// Days for which they are kept.
const KEPT: u64 = 45;

/// What a connection's newest publication holds of days that may still grow.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) connection: String,
    pub(super) published: DateTime<Utc>,
    /// Cost of each service, by day.
    pub(super) days: BTreeMap<NaiveDate, BTreeMap<String, f64>>,
}

impl Held {
    pub(super) fn delivered(&self) -> impl Iterator<Item = Delivered> {
        self.days.iter().flat_map(move |(day, services)| {
            services.iter().map(move |(service, cost)| Delivered {
                connection: self.connection.clone(),
                service: service.clone(),
                published: self.published,
                day: *day,
                cost: *cost,
            })
        })
    }
}

/// All that are kept of an organization.
///
/// # Errors
/// The metadata cannot be read.
pub(super) async fn kept(app: &App, organization: &OrganizationId) -> Result<Vec<Delivered>> {
    let mut all = vec![];
    for (connection, published_ms, held) in app.meta().trend_deliveries(organization).await? {
        // Written by another version, it teaches nothing.
        let Ok(days) = serde_json::from_value(held) else { continue };
        let published = DateTime::from_timestamp_millis(published_ms).unwrap_or_default();
        all.extend(Held { connection: connection.to_string(), published, days }.delivered());
    }
    Ok(all)
}

/// Keeps what was held. Done twice it is kept once.
///
/// # Errors
/// The metadata cannot be written.
pub(super) async fn keep(app: &App, held: &[Held]) -> Result<()> {
    let mut rows: Vec<(ConnectionId, i64, Value)> = vec![];
    for one in held {
        let Ok(connection) = ConnectionId::try_new(&one.connection) else { continue };
        let Ok(days) = serde_json::to_value(&one.days) else { continue };
        rows.push((connection, one.published.timestamp_millis(), days));
    }
    let before = (app.now() - Days::new(KEPT)).timestamp_millis();
    Ok(app.meta().keep_trend_deliveries(&rows, before).await?)
}
