//! Looks at an organization's budgets: after each publication, because their figures are others, and after each change of
//! one, because its thresholds are.

use super::{At, Job, Lane, Retry, queued};
use crate::{App, Result, budgets};
use meta::NewJob;
use model::OrganizationId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Budgets {
    #[serde(deserialize_with = "super::parsed")]
    pub(super) organization: OrganizationId,
}

/// The job, for the transaction of what it follows from.
pub(crate) fn look_at_budgets(app: &App, organization: &OrganizationId) -> Result<NewJob> {
    queued(app, &Budgets { organization: organization.clone() })
}

impl Job for Budgets {
    const NAME: &'static str = "budgets";
    const LANE: Lane = Lane::House;
    const RETRY: Retry = Retry { most: 8, first_ms: 5_000, longest_ms: 900_000 };

    fn key(&self) -> Option<String> {
        Some(self.organization.to_string())
    }

    fn organization(&self) -> Option<&OrganizationId> {
        Some(&self.organization)
    }

    async fn run(&self, at: &At) -> Result<()> {
        budgets::look_at(&at.app, &self.organization).await
    }
}
