//! The checks of a connection that is in use, run again each day: rights are taken away, reports are changed.
//! Administrators are told of what fails.

use super::{At, Job, Lane, Retry};
use crate::{App, AppError, Result, connections};
use meta::ConnectionState;
use model::{ConnectionId, OrganizationId};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Check {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    connection: ConnectionId,
}

impl Job for Check {
    const NAME: &'static str = "check";
    const LANE: Lane = Lane::Checks;
    const RETRY: Retry = Retry { most: 3, first_ms: 60_000, longest_ms: 600_000 };

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
        let (app, began) = (&at.app, at.app.now().timestamp_millis());
        let started = connections::start_daily_verification(app, &self.organization, &self.connection).await;
        let mut course = started?;
        if course.wait_for(|running| running.verdict.is_some()).await.is_err() {
            return Err(AppError::internal("a verification stopped without an end"));
        }
        // What it found is told, and kept with the connection, unless that is another one by now.
        let record = app.meta().connection_record(&self.organization, &self.connection).await?;
        let lost = record.is_some_and(|record| {
            record.state != ConnectionState::Draft && record.verified_at_ms.is_some_and(|at| at < began)
        });
        if lost { Err(AppError::internal("a verification could not be kept")) } else { Ok(()) }
    }
}

/// Queues the checks of every connection whose last were a day ago.
pub(super) async fn queue_due(app: &App) -> Result<()> {
    let before = app.now().timestamp_millis() - DAY_MS;
    let due = app.meta().connections_verified_before(before).await?;
    super::queue_each(app, due, |organization, connection| Check { organization, connection }).await
}
