//! Work that must happen: jobs, each a type in a file of its own.
//!
//! A job is a row that is written in the transaction of what it follows from, so that neither is there without the
//! other. Whoever runs it holds a lease and renews it; a process that is gone renews nothing, and the job goes on in
//! another one. So each job bears being run twice. A panic is that run's failure, noted and tried again like others.
//! Jobs wait in lanes: what lasts for hours in one delays nothing in another. The decision is ADR 15.

mod announce;
mod budgets;
mod channel_off;
mod check;
mod deliver;
mod detect;
mod follow;
mod read;
mod report;
mod runner;
mod running;
mod settle;
mod stopped;
mod tell;
mod tell_channels;
mod vacuum;

pub(crate) use budgets::look_at_budgets;
pub(crate) use channel_off::ChannelOff;
pub(crate) use deliver::queue_delivery;
pub(crate) use detect::{Detect, look_state};
pub(crate) use follow::{follow, follow_here};
pub use runner::run;
pub(crate) use running::Running;
pub(crate) use settle::{Retry, backoff, may_pass};
pub(crate) use tell::{Notice, mails_to, to_administrators};
pub(crate) use tell_channels::Notify;

use crate::{App, AppError, Result};
use futures::future::BoxFuture;
use meta::{NewJob, TakenJob};
use model::{ConnectionId, OrganizationId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A lease lasts so long without a sign of life. Longer than a database is ever waited for, short enough that nobody
/// waits for long after a kill.
const LEASE: Duration = Duration::from_secs(30);
/// Between signs of life: five may be missed.
const BEAT: Duration = Duration::from_secs(5);

/// What jobs wait for their turn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Connections are read: minutes to hours.
    Reading,
    /// Something outside is looked at: seconds to minutes.
    Checks,
    /// Reports are computed and sent.
    Reports,
    /// Mails are sent.
    Mails,
    /// Messages leave by channels.
    Channels,
    /// What follows from publications, within the house: moments, but for a large lake.
    House,
    /// Bills are looked at for what is irregular: moments to minutes, and much memory.
    Trends,
}

impl Lane {
    const ALL: [Self; 7] =
        [Self::Reading, Self::Checks, Self::Reports, Self::Mails, Self::Channels, Self::House, Self::Trends];

    const fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checks => "checks",
            Self::Reports => "reports",
            Self::Mails => "mails",
            Self::Channels => "channels",
            Self::House => "house",
            Self::Trends => "trends",
        }
    }

    /// Jobs at once.
    fn width(self, app: &App) -> usize {
        match self {
            Self::Reading => app.reading().lanes,
            // They wait for networks; each holds a listing in memory (`connections::verifying` bounds those of all).
            Self::Checks => 3,
            // Each computes a table; a vacuum may go through a large lake, and the rest waits behind it for nothing.
            Self::Reports | Self::House => 2,
            // A mail server that does not answer is waited for.
            Self::Mails => 4,
            // So is a receiver; each keeps one place for as long as it is written to.
            Self::Channels => 8,
            // Each takes all processors, and hundreds of megabytes where there are many accounts.
            Self::Trends => 1,
        }
    }

    /// Time for its work to end by itself when the server stops; then it is given back. The server is gone after eight
    /// seconds. A mail that is cut off may have been taken, and is sent again.
    fn grace(self) -> Duration {
        match self {
            Self::Reading | Self::Checks | Self::House | Self::Trends => Duration::from_millis(1500),
            Self::Reports | Self::Mails | Self::Channels => Duration::from_secs(3),
        }
    }
}

/// A piece of work that must happen.
pub(crate) trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Names the type in the rows: never another one.
    const NAME: &'static str;
    /// What it waits for its turn with.
    const LANE: Lane;
    /// When it is tried again.
    const RETRY: Retry;
    /// More comes before less.
    const PRIORITY: i64 = 0;

    /// One of a key waits or runs at a time; `None`: each is its own.
    fn key(&self) -> Option<String>;

    /// Whose it is: of an organization one runs at a time in a lane.
    fn organization(&self) -> Option<&OrganizationId> {
        None
    }

    /// Of which connection; it goes with it.
    fn connection(&self) -> Option<&ConnectionId> {
        None
    }

    /// Does it. What this does may be done twice: the process may end at any line.
    fn run(&self, at: &At) -> impl Future<Output = Result<()>> + Send;

    /// Writes down how a run ended.
    fn settle(&self, at: &At, outcome: Result<()>) -> impl Future<Output = Result<()>> + Send {
        async move { at.settle(Self::RETRY, outcome).await }
    }

    /// Writes down that whoever ran it is gone.
    fn lost(&self, at: &At) -> impl Future<Output = Result<()>> + Send {
        async move {
            self.settle(at, Err(gone("the process that was at this work ended in the middle of it"))).await
        }
    }
}

/// A run whose process ended in the middle, in the words of what it was at.
fn gone(message: &str) -> AppError {
    AppError::new(crate::ErrorKind::Unavailable, message)
        .advise("If nobody stopped the server, its log and the system's say why it ended.")
}

/// A job at work.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) app: App,
    pub(crate) job: Arc<TakenJob>,
    stop: watch::Receiver<bool>,
}

impl At {
    /// Comes back once somebody wants this work to stop.
    pub(crate) async fn told_to_stop(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Whoever could tell is gone; then nobody will.
            std::future::pending::<()>().await;
        }
    }

    /// How far a run before this one came, if it noted that.
    pub(crate) fn progress<T: DeserializeOwned>(&self) -> Option<T> {
        // Noted by another version: then it is as if nothing was.
        serde_json::from_value(self.job.progress.clone()?).ok()
    }

    /// Notes how far this run is, for whoever looks from another process.
    pub(crate) async fn note_progress<T: Serialize>(&self, progress: &T) -> Result<()> {
        let value = serde_json::to_value(progress).map_err(|error| AppError::internal(error.to_string()))?;
        Ok(self.app.meta().note_progress(&self.job, &value).await?)
    }
}

/// A job as it is queued, now.
pub(crate) fn queued<J: Job>(app: &App, job: &J) -> Result<NewJob> {
    let now = app.now().timestamp_millis();
    let payload = serde_json::to_value(job)
        .map_err(|error| AppError::internal(format!("a job '{}' cannot be written: {error}", J::NAME)))?;
    Ok(NewJob {
        name: J::NAME.to_owned(),
        lane: J::LANE.name().to_owned(),
        organization_id: job.organization().cloned(),
        connection_id: job.connection().cloned(),
        dedupe: job.key().map(|key| format!("{}:{key}", J::NAME)),
        payload,
        priority: J::PRIORITY,
        run_after_ms: now,
        created_at_ms: now,
    })
}

/// Queues a job, and wakes whoever runs it in this process.
pub(crate) async fn queue<J: Job>(app: &App, job: &J) -> Result<()> {
    app.meta().queue(&queued(app, job)?).await?;
    app.queued().wake();
    Ok(())
}

/// Before what failed is queued again by a look that finds it every few seconds (ms).
const AGAIN_MS: i64 = 60 * 60 * 1000;

/// Queues a job for each of these connections, but where one waits or runs, or failed within the hour.
async fn queue_each<J: Job>(
    app: &App,
    of: Vec<(OrganizationId, ConnectionId)>,
    job: impl Fn(OrganizationId, ConnectionId) -> J,
) -> Result<()> {
    let since = app.now().timestamp_millis() - AGAIN_MS;
    for (organization, connection) in of {
        if !app.meta().is_open_or_failed(J::NAME, &connection, since).await? {
            queue(app, &job(organization, connection)).await?;
        }
    }
    Ok(())
}

/// A type of job, as the runner sees it.
struct Kind {
    name: &'static str,
    lane: Lane,
    run: fn(At) -> BoxFuture<'static, Result<()>>,
    settle: fn(At, Result<()>) -> BoxFuture<'static, Result<()>>,
    lost: fn(At) -> BoxFuture<'static, Result<()>>,
}

impl Kind {
    const fn of<J: Job>() -> Self {
        Self { name: J::NAME, lane: J::LANE, run: run_one::<J>, settle: settle_one::<J>, lost: lost_one::<J> }
    }
}

/// Every type of job there is.
static KINDS: [Kind; 13] = [
    Kind::of::<read::Read>(),
    Kind::of::<check::Check>(),
    Kind::of::<stopped::Stopped>(),
    Kind::of::<report::SendReport>(),
    Kind::of::<tell::Tell>(),
    Kind::of::<announce::Announce>(),
    Kind::of::<budgets::Budgets>(),
    Kind::of::<tell_channels::Notify>(),
    Kind::of::<deliver::Deliver>(),
    Kind::of::<channel_off::ChannelOff>(),
    Kind::of::<vacuum::Vacuum>(),
    Kind::of::<detect::Detect>(),
    Kind::of::<detect::Silence>(),
];

fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

fn run_one<J: Job>(at: At) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move { written::<J>(&at)?.run(&at).await })
}

fn settle_one<J: Job>(at: At, outcome: Result<()>) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        match written::<J>(&at) {
            Ok(job) => job.settle(&at, outcome).await,
            // Another version wrote it: nobody can do it.
            Err(error) => at.settle(Retry::NEVER, Err(error)).await,
        }
    })
}

fn lost_one<J: Job>(at: At) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        match written::<J>(&at) {
            Ok(job) => job.lost(&at).await,
            Err(error) => at.settle(Retry::NEVER, Err(error)).await,
        }
    })
}

/// Identifiers in rows are parsed, as everywhere.
fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(from: D) -> Result<T, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

fn written<J: Job>(at: &At) -> Result<J> {
    serde_json::from_value(at.job.payload.clone())
        .map_err(|error| AppError::invalid(format!("a job '{}' cannot be read: {error}", J::NAME)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_one_type_s_each() {
        let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
        // Rows of earlier versions say so.
        assert!(names.contains("read") && kind("read").is_some_and(|kind| kind.lane == Lane::Reading));
    }
}
