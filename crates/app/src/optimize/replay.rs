//! A past month replayed in AWS's order with what was owned in it, held against the bill: what the replay is worth, and what
//! limits of sharing cost.

use super::bill::{Bill, bills};
use super::hours::{Detail, HoursAsked};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::commitments::{Applied, Covers, Measured, Sharing, Span, When, ratio, replayed, share};
use model::{BillingPeriod, Decimal};
use serde::Serialize;

/// Differences below one part in so many are rounding of rows, and no leak.
const ROUNDING: i64 = 1_000_000;

/// A commitment in a replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayedCommitment {
    /// Its name.
    pub commitment_id: String,
    /// Payer of the bill that it was replayed in.
    pub payer_account_id: String,
    /// Currency of all money.
    pub currency: String,
    /// What it is, as [`super::OwnedCommitment::kind`] has it.
    pub kind: &'static str,
    /// Cost of what was used of it, as billed.
    pub real: Decimal,
    /// The same in AWS's order over all accounts; null for what cannot be replayed.
    pub replayed: Option<Decimal>,
    /// The difference, as a part of the real.
    pub deviation: Option<Decimal>,
    /// Why it was not replayed.
    pub left_out: Option<&'static str>,
    /// On-demand dollars that it took, as billed.
    pub real_equivalent: Decimal,
    /// The same in the replay.
    pub replayed_equivalent: Option<Decimal>,
}

/// A month's replay in one payer's bill and one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Month.
    pub month: String,
    /// Payer account.
    pub payer_account_id: String,
    /// Currency.
    pub currency: String,
    /// Used of all that could be replayed, as billed.
    pub real: Decimal,
    /// The same in the replay.
    pub replayed: Decimal,
    /// The difference, as a part of the real.
    pub deviation: Option<Decimal>,
    /// On-demand dollars that sharing without limits would have taken beside what was taken: commitments were unused while
    /// usage that they fit ran on demand elsewhere. The commitments are paid anyway, so that is what it would have saved.
    pub sharing_leak: Decimal,
    /// Each commitment, by name.
    pub commitments: Vec<ReplayedCommitment>,
    /// On-demand dollars of usage whose hours the report does not tell: spread evenly.
    pub not_hourly: Decimal,
}

/// Replays a month, each payer and currency alone. Where a report tells no hours, its rows are spread evenly over theirs, and
/// `not_hourly` says of how much that is so: then it shows what the order does, not what each hour did.
///
/// # Errors
/// As [`bills`].
pub async fn replay(app: &App, published: &Published, month: BillingPeriod) -> Result<Vec<Replay>> {
    let detail = Detail { accounts: true, zones: false };
    let asked = HoursAsked { from: month.first_day(), to: month.end_day(), detail };
    let found = bills(app, published, asked).await?;
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let work = move || found.iter().map(|bill| of_bill(bill, month, threads)).collect();
    tokio::task::spawn_blocking(work).await.map_err(|_| AppError::internal("a replay ended early"))?
}

fn of_bill(bill: &Bill, month: BillingPeriod, threads: usize) -> Result<Replay> {
    let span = Span { hours: 0..bill.usage.hours, when: When::AsItWas, usage_percent: 100, threads };
    let made = replayed(&bill.usage, &bill.commitments, &Sharing::default(), &span)
        .map_err(|refused| AppError::invalid(format!("the month cannot be replayed: {refused}")))?;
    let mut answer = Replay {
        month: month.to_string(),
        payer_account_id: bill.payer.clone(),
        currency: bill.currency.clone(),
        real: Decimal::ZERO,
        replayed: Decimal::ZERO,
        deviation: None,
        sharing_leak: Decimal::ZERO,
        commitments: vec![],
        not_hourly: bill.not_hourly,
    };
    let real = |at: usize| bill.deeds[at].months.get(&month).map(|found| found.measured).unwrap_or_default();
    for ((commitment, applied), at) in bill.commitments.iter().zip(&made.commitments).zip(&bill.of_deed) {
        let used = used(&commitment.covers, applied);
        let one = compared(bill, *at, real(*at), Ok((used, applied.equivalent)));
        answer.real += one.real;
        answer.replayed += used;
        answer.sharing_leak += applied.equivalent - one.real_equivalent;
        answer.commitments.push(one);
    }
    for (id, why) in &bill.left_out {
        if let Some(at) = bill.deeds.iter().position(|deed| deed.id == *id) {
            answer.commitments.push(compared(bill, at, real(at), Err(why)));
        }
    }
    let equivalent: Decimal = answer.commitments.iter().map(|one| one.real_equivalent).sum();
    if answer.sharing_leak <= share(equivalent, Decimal::from(1), Decimal::from(ROUNDING)) {
        answer.sharing_leak = Decimal::ZERO;
    }
    answer.deviation = ratio(answer.replayed - answer.real, answer.real);
    answer.commitments.sort_by(|one, other| one.commitment_id.cmp(&other.commitment_id));
    Ok(answer)
}

/// Dollars used: a plan's capacity is dollars; a reservation's is hours, each of which costs the same.
fn used(covers: &Covers, applied: &Applied) -> Decimal {
    match covers {
        Covers::Reserved(_) => share(applied.cost, applied.used, applied.capacity),
        _ => applied.used,
    }
}

fn compared(
    bill: &Bill,
    at: usize,
    real: Measured,
    found: Result<(Decimal, Decimal), &'static str>,
) -> ReplayedCommitment {
    let deed = &bill.deeds[at];
    let replayed = found.ok();
    ReplayedCommitment {
        commitment_id: deed.id.clone(),
        payer_account_id: bill.payer.clone(),
        currency: bill.currency.clone(),
        kind: deed.kind_name(),
        real: real.used,
        replayed: replayed.map(|(used, _)| used),
        deviation: replayed.and_then(|(used, _)| ratio(used - real.used, real.used)),
        left_out: found.err(),
        real_equivalent: real.equivalent,
        replayed_equivalent: replayed.map(|(_, equivalent)| equivalent),
    }
}
