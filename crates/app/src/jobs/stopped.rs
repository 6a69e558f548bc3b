//! Deliveries of a connection that stopped: why is looked up where it is known, and administrators are told.

use super::{At, Job, Lane, Retry};
use crate::{App, Result, health};
use model::{ConnectionId, OrganizationId};
use serde::{Deserialize, Serialize};

/// Before what could not be noted is tried again.
const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stopped {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    connection: ConnectionId,
}

impl Job for Stopped {
    const NAME: &'static str = "stopped";
    const LANE: Lane = Lane::Checks;
    const RETRY: Retry = Retry { most: 3, first_ms: 10_000, longest_ms: 600_000 };

    fn key(&self) -> Option<String> {
        Some(self.connection.to_string())
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    fn connection(&self) -> Option<&ConnectionId> {
        Some(&self.connection)
    }

    async fn run(&self, at: &At) -> Result<()> {
        health::note_stopped(&at.app, &self.organization, &self.connection).await
    }
}

/// Queues it for every connection whose deliveries are late and were not before.
pub(super) async fn queue_due(app: &App) -> Result<()> {
    let since = app.now().timestamp_millis() - HOUR_MS;
    for (organization, connection) in health::late_connections(app).await? {
        if app.meta().is_open_or_failed(Stopped::NAME, &connection, since).await? {
            continue;
        }
        super::queue(app, &Stopped { organization, connection }).await?;
    }
    Ok(())
}
