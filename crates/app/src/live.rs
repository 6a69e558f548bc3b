//! What the running ingests are doing that this process runs or has others run, for pages that ask every few seconds.

use crate::Failure;
use model::{BillingPeriod, ConnectionId, OrganizationId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
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

/// Live state shared by running ingests and the pages. Cheap to clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Live {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: Vec<Running>,
    failures: Vec<(OrganizationId, Failure)>,
}

/// Work of this process; nobody but its organization sees how far it is.
#[derive(Debug)]
struct Running {
    number: u64,
    organization: OrganizationId,
    connection: Option<ConnectionId>,
    progress: Option<Progress>,
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values: whatever a panicking writer left is still a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Work for this organization begins; it is shown until the value is dropped, however the work ends.
    pub fn begin(&self, organization: &OrganizationId, connection: Option<&ConnectionId>) -> Shown {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.running.push(Running {
            number,
            organization: organization.clone(),
            connection: connection.cloned(),
            progress: None,
        });
        Shown { live: self.clone(), number }
    }

    /// The organization's running ingest, if one runs in this process.
    pub fn progress(&self, organization: &OrganizationId) -> Option<Progress> {
        let state = self.state();
        let mut own = state.running.iter().filter(|running| running.organization == *organization);
        own.find_map(|running| running.progress.clone())
    }

    /// The running ingest of a connection, if it runs in this process.
    pub fn progress_of(&self, organization: &OrganizationId, connection: &ConnectionId) -> Option<Progress> {
        let state = self.state();
        let mut own = state.running.iter().filter(|running| {
            running.organization == *organization && running.connection.as_ref() == Some(connection)
        });
        own.find_map(|running| running.progress.clone())
    }

    /// The organization's failure in this process that is no connection's.
    pub fn failures(&self, organization: &OrganizationId) -> Vec<Failure> {
        let state = self.state();
        let own = state.failures.iter().filter(|(whose, _)| whose == organization);
        own.map(|(_, failure)| failure.clone()).collect()
    }

    /// Keeps the failure of what is no connection's, in place of the one before; `None`: it went well.
    pub fn set_failure(&self, organization: &OrganizationId, failure: Option<Failure>) {
        let mut state = self.state();
        state.failures.retain(|(whose, _)| whose != organization);
        state.failures.extend(failure.map(|failure| (organization.clone(), failure)));
    }
}

/// A piece of work that is shown for as long as this is held.
#[derive(Debug)]
pub struct Shown {
    live: Live,
    number: u64,
}

impl Shown {
    /// Shows where the work stands.
    pub fn show(&self, progress: Progress) {
        let mut state = self.live.state();
        if let Some(own) = state.running.iter_mut().find(|running| running.number == self.number) {
            own.progress = Some(progress);
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.live.state().running.retain(|running| running.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(rows: u64) -> Progress {
        Progress {
            connection: "bills".to_owned(),
            period: None,
            stage: Stage::Reading,
            files_done: 0,
            files_total: 0,
            bytes_done: 0,
            bytes_total: 0,
            rows,
            bytes_per_second: 0,
            seconds_left: None,
            periods_done: 0,
            periods_total: 0,
        }
    }

    #[test]
    fn everybody_sees_the_own_work_while_it_lasts() {
        let live = Live::default();
        let (alpha, beta) =
            (OrganizationId::try_new("alpha").unwrap(), OrganizationId::try_new("beta").unwrap());
        let bills = ConnectionId::try_new("bills").unwrap();
        let (one, other) = (live.begin(&alpha, Some(&bills)), live.begin(&beta, None));
        one.show(progress(1));
        other.show(progress(2));
        assert_eq!(live.progress(&alpha).map(|found| found.rows), Some(1));
        assert_eq!(live.progress(&beta).map(|found| found.rows), Some(2));
        assert_eq!(live.progress_of(&alpha, &bills).map(|found| found.rows), Some(1));
        assert_eq!(live.progress_of(&beta, &bills), None);
        drop(one);
        assert_eq!(live.progress(&alpha), None);
    }
}
