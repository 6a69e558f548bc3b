//! Verification: tries a connection's way in, step by step, and says of each step what was tried, what the
//! provider answered, and how to mend it.
//!
//! Steps run in order and stop where going on makes no sense; those behind wait. "Not yet" is no error: AWS needs
//! up to a day for a first delivery. What only costs a feature is a warning. Nothing is changed anywhere.

mod bucket;
mod check;
mod fix;
mod local;
mod optional;
mod organization;
mod reading;
mod report;
mod role;
mod words;

pub use check::{Check, CheckState};
pub use organization::OrganizationAccount;
pub(crate) use words::{Asked, of_reading};

use crate::aws::{Answer, Identity, Own, Partition};
use crate::limits::VERIFICATION;
use crate::outgoing::Outgoing;
use crate::source::{Access, Door, Source};
use check::Board;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything is in order.
    Passed,
    /// Reports can be read; something costs a feature.
    Warning,
    /// Everything is in order, but no report is there yet.
    NotYet,
    /// Reports cannot be read.
    Failed,
}

/// A month that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// `YYYY-MM`; empty for files that do not say theirs.
    pub period: String,
    /// Bytes to read.
    pub bytes: u64,
    /// Files to read.
    pub files: usize,
}

/// What was learnt on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Account that is read.
    pub account_id: Option<String>,
    /// Whether it is its organization's management account, where known.
    pub management_account: Option<bool>,
    /// The bucket's region.
    pub region: Option<String>,
    /// Months, newest first.
    pub months: Vec<Month>,
    /// Accounts of the organization by number, where they may be seen.
    #[serde(skip)]
    pub accounts: BTreeMap<String, OrganizationAccount>,
}

/// A finished verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How it ended.
    pub verdict: Verdict,
    /// Every step, in order.
    pub checks: Vec<Check>,
    /// What was learnt.
    pub facts: Facts,
}

/// The steps of a source's verification, all waiting.
pub fn plan(source: &Source) -> Vec<Check> {
    let steps: &[&[(&str, &str)]] = match source {
        Source::Local { .. } => &[local::STEPS],
        Source::Bucket { access: Access::Role { .. }, .. } => {
            &[role::STEPS, bucket::STEPS, report::STEPS, reading::STEPS, optional::STEPS]
        }
        Source::Bucket { access: Access::Own, .. } => {
            &[&role::STEPS[..1], bucket::STEPS, report::STEPS, reading::STEPS]
        }
        Source::Bucket { access: Access::Keys { .. }, .. } => &[&bucket::STEPS[2..], reading::STEPS],
    };
    steps.iter().flat_map(|steps| steps.iter()).map(|(id, title)| Check::waiting(id, title)).collect()
}

/// Verifies a source; `sink` is told of each step as it begins and ends. It ends after some minutes, whatever the
/// other side does.
pub async fn verify(
    source: &Source,
    outgoing: &Outgoing,
    now: DateTime<Utc>,
    sink: &(dyn Fn(&Check) + Send + Sync),
) -> Verification {
    let mut board = Board::new(plan(source), sink);
    let mut facts = Facts::default();
    let steps = async {
        match source {
            Source::Local { .. } => local::verify(source, outgoing, &mut board, &mut facts).await,
            Source::Bucket { .. } => {
                // Each stops at what makes the rest senseless.
                let _ = verify_bucket(source, outgoing, now, &mut board, &mut facts).await;
            }
        }
    };
    if tokio::time::timeout(VERIFICATION, steps).await.is_err() {
        board.out_of_time(VERIFICATION);
    }
    let (checks, verdict) = board.close();
    Verification { started_at: now, verdict, checks, facts }
}

async fn verify_bucket(
    source: &Source,
    outgoing: &Outgoing,
    now: DateTime<Utc>,
    board: &mut Board<'_>,
    facts: &mut Facts,
) -> Option<()> {
    let Source::Bucket { partition, region, bucket, prefix, access, .. } = source else { return None };
    let door = Door::open(source, outgoing).await;
    if !matches!(access, Access::Keys { .. }) {
        let identity = role::own_identity(&door, *partition, board).await?;
        facts.account_id = Some(identity.account);
    }
    if let Access::Role { arn, .. } = access {
        role::verify(&door, arn, *partition, board, facts).await?;
    }
    let region = match access {
        Access::Keys { .. } => region.clone().unwrap_or_else(|| partition.home_region().to_owned()),
        Access::Role { .. } | Access::Own => {
            bucket::find(&door, *partition, bucket, region.as_deref(), board).await?
        }
    };
    facts.region = Some(region.clone());
    let listing = bucket::list(&door, access, bucket, prefix, &region, board).await;
    let mut unseen = vec![];
    if !matches!(access, Access::Keys { .. }) {
        let place = report::Place { bucket, prefix, region: &region, partition: *partition };
        unseen = report::verify(&door, &place, listing.as_ref(), now, board).await;
    }
    if let Some(listing) = listing {
        let found = Source::Bucket {
            region: Some(region.clone()),
            name: String::new(),
            partition: *partition,
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            access: access.clone(),
        };
        reading::verify(&door, &found, outgoing, &listing, board, facts).await;
    }
    if matches!(access, Access::Role { .. }) {
        optional::verify(&door, *partition, unseen, board, facts).await;
    }
    Some(())
}

/// Who this machine is in AWS: whom a customer's role must trust.
///
/// # Errors
/// It has no credentials, they are not accepted, or AWS does not answer.
pub async fn own_identity(partition: Partition) -> Result<Identity, Answer> {
    Own::load(partition, None).await.identity().await
}
