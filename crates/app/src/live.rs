//! What the running ingest of this process is doing, for pages that ask every few seconds.

use model::{BillingPeriod, OrganizationId};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a period's ingest stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Generating the demo company's report files.
    Generating,
    /// Decoding files and building the roll-up.
    Reading,
    /// Comparing raw and stored sums.
    Proving,
    /// Writing line items behind the published roll-up.
    LineItems,
    /// Committing.
    Publishing,
}

impl Stage {
    /// Name in the API and in `--json` output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generating => "generating",
            Self::Reading => "reading",
            Self::Proving => "proving",
            Self::LineItems => "line_items",
            Self::Publishing => "publishing",
        }
    }

    /// The stage of that name; reading, if there is none.
    pub fn from_name(name: &str) -> Self {
        [Self::Generating, Self::Proving, Self::LineItems, Self::Publishing]
            .into_iter()
            .find(|stage| stage.name() == name)
            .unwrap_or(Self::Reading)
    }
}

/// A moment of a running ingest.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Progress {
    /// Connection that is read.
    pub connection: String,
    /// Period at work; `None` while it is not known yet.
    pub period: Option<BillingPeriod>,
    /// What is being done.
    pub stage: Stage,
    /// Files finished of this period.
    pub files_done: u64,
    /// Files of this period.
    pub files_total: u64,
    /// Bytes read over all periods, as stored (compressed).
    pub bytes_done: u64,
    /// Bytes to read over all periods.
    pub bytes_total: u64,
    /// Rows read over all periods.
    pub rows: u64,
    /// Reading speed of the last seconds, in stored bytes per second.
    pub bytes_per_second: u64,
    /// Estimated seconds left, once there is something to estimate from.
    pub seconds_left: Option<u64>,
    /// Periods whose dashboards are ready.
    pub periods_done: u64,
    /// Periods in this ingest.
    pub periods_total: u64,
}

/// A period or source that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// Period, where known.
    pub period: Option<String>,
    /// File, where one is to blame.
    pub file: Option<String>,
    /// What happened.
    pub message: String,
    /// What to do.
    pub advice: Option<String>,
}

/// Live state shared by the running ingest and the pages.
#[derive(Debug, Default)]
pub struct Live {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// For whom this process works: nobody else sees how far it is.
    organization: Option<OrganizationId>,
    progress: Option<Progress>,
    failures: Vec<(Option<OrganizationId>, Failure)>,
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values: whatever a panicking writer left is still a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What follows is work for this organization.
    pub fn works_for(&self, organization: &OrganizationId) {
        self.state().organization = Some(organization.clone());
    }

    /// The organization's running ingest, if one runs in this process.
    pub fn progress(&self, organization: &OrganizationId) -> Option<Progress> {
        let state = self.state();
        state.progress.clone().filter(|_| state.organization.as_ref() == Some(organization))
    }

    /// Shows where the running ingest stands; `None` when it has ended.
    pub fn set_progress(&self, progress: Option<Progress>) {
        self.state().progress = progress;
    }

    /// The organization's failures in this process that have no place in the ingest history.
    pub fn failures(&self, organization: &OrganizationId) -> Vec<Failure> {
        let state = self.state();
        let own = state.failures.iter().filter(|(whose, _)| whose.as_ref() == Some(organization));
        own.map(|(_, failure)| failure.clone()).collect()
    }

    /// Keeps a failure to be shown, once.
    pub fn add_failure(&self, failure: Failure) {
        let mut state = self.state();
        let entry = (state.organization.clone(), failure);
        if !state.failures.contains(&entry) {
            state.failures.push(entry);
        }
    }
}
