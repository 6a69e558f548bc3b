//! Deliveries of a connection that stopped: why is looked up where it is known, and administrators are told.

use super::{At, Job, Lane, Retry};
use crate::{App, Result, health};
use model::{ConnectionId, OrganizationId};
use serde::{Deserialize, Serialize};

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
    let late = health::late_connections(app).await?;
    super::queue_each(app, late, |organization, connection| Stopped { organization, connection }).await
}
