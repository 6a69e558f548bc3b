//! Tells channels of something: which ones is looked up, and what each is to tell is written down, once. It is queued with
//! what it tells of, in one step.

use super::{At, Job, Lane, Retry};
use crate::{AppError, ErrorKind, Result, notifications};
use chrono::{DateTime, Utc};
use model::OrganizationId;
use notify::Notice;
use serde::{Deserialize, Serialize};

/// Between looks whether the step before was told (s).
const BEFORE_S: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Notify {
    #[serde(deserialize_with = "super::parsed")]
    organization: OrganizationId,
    notice: Notice,
    at: DateTime<Utc>,
}

impl Notify {
    pub(crate) fn new(organization: &OrganizationId, notice: &Notice, at: DateTime<Utc>) -> Self {
        Self { organization: organization.clone(), notice: notice.clone(), at }
    }
}

impl Job for Notify {
    const NAME: &'static str = "notify";
    const LANE: Lane = Lane::House;
    const RETRY: Retry = Retry { most: 12, first_ms: 2_000, longest_ms: 3_600_000 };

    fn key(&self) -> Option<String> {
        None
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        // What follows is for those who heard of the beginning: that has to be known first.
        let event = (!self.notice.transition.begins()).then_some(self.notice.event.as_str());
        if let Some(event) = event
            && at.app.meta().earlier_waits(&at.job, &self.organization, "$.notice.event", event).await?
        {
            let mut error = AppError::new(ErrorKind::TooMany, "what began is not told yet");
            error.retry_after_s = Some(BEFORE_S);
            return Err(error);
        }
        for channel in notifications::route(&at.app, &self.organization, &self.notice, self.at).await? {
            super::queue_delivery(&at.app, &self.organization, &channel).await?;
        }
        Ok(())
    }
}
