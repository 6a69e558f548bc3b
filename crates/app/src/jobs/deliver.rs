//! Sends what is due at a channel. Channels have a lane of their own: a receiver that does not answer is waited for, and
//! nobody's mail waits behind it, nor what other channels tell: each is a job of its own, and an organization has half of
//! the lane at most. What could not be sent stays with its row, which says when it is tried again.

use super::{At, Job, Lane, Retry, queue};
use crate::{App, Result, notifications};
use model::{ChannelId, OrganizationId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Deliver {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    #[serde(deserialize_with = "super::parsed")]
    channel: ChannelId,
}

impl Job for Deliver {
    const NAME: &'static str = "deliver";
    const LANE: Lane = Lane::Channels;
    // A defect, or a database that is busy: what receivers do not take has its own times.
    const RETRY: Retry = Retry { most: 5, first_ms: 5_000, longest_ms: 300_000 };

    fn key(&self) -> Option<String> {
        Some(self.channel.to_string())
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        notifications::deliver_due(&at.app, &self.channel).await
    }
}

/// Has what is due at a channel sent now.
pub(crate) async fn queue_delivery(
    app: &App,
    organization: &OrganizationId,
    channel: &ChannelId,
) -> Result<()> {
    queue(app, &Deliver { organization: organization.clone(), channel: channel.clone() }).await
}

/// Forgets what is kept long enough.
pub(super) async fn prune(app: &App) -> Result<()> {
    app.meta().prune_notifications(app.now().timestamp_millis()).await?;
    Ok(())
}

/// Queues what came due by the clock.
pub(super) async fn queue_due(app: &App) -> Result<()> {
    for id in notifications::due(app).await? {
        if let Some(channel) = app.meta().channel(&id).await? {
            queue_delivery(app, &channel.organization_id, &id).await?;
        }
    }
    Ok(())
}
