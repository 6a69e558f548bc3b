//! Tells of what a reading published: administrators that the first months are there, and whoever asked for it of settled
//! bills that changed.

use super::{At, Job, Lane, Retry};
use crate::{Result, processing, telling};
use model::{ConnectionId, OrganizationId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Announce {
    #[serde(deserialize_with = "super::parsed")]
    pub(super) organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    pub(super) connection: ConnectionId,
    /// Whether somebody read by hand: they see that the months are there.
    pub(super) by_hand: bool,
}

impl Job for Announce {
    const NAME: &'static str = "announce";
    const LANE: Lane = Lane::House;
    const RETRY: Retry = Retry { most: 5, first_ms: 5_000, longest_ms: 300_000 };

    fn key(&self) -> Option<String> {
        Some(format!("{}:{}", self.connection, self.by_hand))
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    fn connection(&self) -> Option<&ConnectionId> {
        Some(&self.connection)
    }

    async fn run(&self, at: &At) -> Result<()> {
        match at.app.meta().connection_record(&self.organization, &self.connection).await? {
            Some(record) => {
                // Each whatever becomes of the other.
                let ready = if self.by_hand { Ok(()) } else { telling::ready(&at.app, &record).await };
                let told = processing::bill_diffs::tell(&at.app, &record).await;
                told.and(ready)
            }
            None => Ok(()),
        }
    }
}
