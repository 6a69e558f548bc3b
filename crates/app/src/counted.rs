//! What counts of a bill that is there twice: how a conflict stands by what was chosen and what is published, and what is
//! said of it. Whoever reads, shows, chooses or removes asks here.

use crate::{App, AppError, ErrorKind, Failure, Result, health};
use ingest::Owner;
use meta::{BillChoice, BillConflict, BillPlace, FailureKind, Publication, chosen};
use model::{BillingPeriod, ConnectionId, OrganizationId};
use std::collections::BTreeSet;

/// How a conflict stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing<'a> {
    Open,
    /// The own one was chosen, or the other one is not read.
    Awaited(&'a BillChoice),
    /// The other one counts; within a source, either of the two.
    NotCounted(&'a BillChoice),
    Nowhere,
    /// It is none any more.
    Over,
}

/// How a conflict stands, by what was chosen and what is published.
pub(crate) fn standing<'a>(
    conflict: &BillConflict,
    choices: &'a [BillChoice],
    published: &[Publication],
) -> Standing<'a> {
    if !conflict.gone.is_empty() {
        return Standing::Nowhere;
    }
    let Some(choice) = chosen(choices, &conflict.own, &conflict.other, Some(conflict.period)) else {
        return Standing::Open;
    };
    if conflict.own.place != BillPlace::Whole {
        return Standing::NotCounted(choice);
    }
    let month = |connection: &ConnectionId| {
        published.iter().find(|known| known.connection_id == *connection && known.period == conflict.period)
    };
    let holds = |publication: &Publication| {
        let owners = owners_of(publication);
        owners.iter().any(|(payer, _)| conflict.detail.payers.contains(payer))
    };
    if choice.winner == conflict.own {
        let read = month(&conflict.own.connection).is_some_and(holds);
        return if read { Standing::Over } else { Standing::Awaited(choice) };
    }
    if month(&conflict.other.connection).is_some_and(holds) {
        Standing::NotCounted(choice)
    } else {
        Standing::Awaited(choice)
    }
}

/// Notes for the connections that stood against one that was removed that their months are not counted anywhere.
pub(crate) async fn nowhere(app: &App, organization: &OrganizationId) -> Result<()> {
    for conflict in app.meta().bill_conflicts(organization).await? {
        if conflict.gone != "other" || conflict.own.place != BillPlace::Whole {
            continue;
        }
        let (kind, month) = (FailureKind::Month, conflict.period.to_string());
        let failure = health::kept(&not_anywhere(&conflict));
        let now = app.now().timestamp_millis();
        app.meta().fails(&conflict.own.connection, kind, &month, &failure, now).await?;
    }
    Ok(())
}

/// Failures of which some ask for a choice that is made already: those say what is waited for instead.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn with_choices(
    app: &App,
    organization: &OrganizationId,
    mut failures: Vec<Failure>,
) -> Result<Vec<Failure>> {
    let asks = |failure: &Failure| failure.advice.as_ref().is_some_and(|advice| advice.contains(CHOOSE));
    if !failures.iter().any(asks) {
        return Ok(failures);
    }
    let conflicts = app.meta().bill_conflicts(organization).await?;
    let choices = app.meta().bill_choices(organization).await?;
    let published = app.meta().publications(organization).await?;
    for conflict in &conflicts {
        let Standing::Awaited(choice) = standing(conflict, &choices, &published) else { continue };
        let detail = &conflict.detail;
        let name = &if choice.winner == conflict.own { &detail.own } else { &detail.other }.name;
        let month = Some(conflict.period.to_string());
        let own = |failure: &&mut Failure| {
            failure.connection.as_ref() == Some(&conflict.own.connection) && failure.period == month
        };
        for failure in failures.iter_mut().filter(own).filter(|failure| asks(failure)) {
            failure.advice = Some(format!(
                "'{name}' was chosen to count, by {}. It counts once it is read; nothing has to be chosen.",
                choice.by
            ));
        }
    }
    Ok(failures)
}

/// Accounts that are in no total because another connection was chosen for their bill, by the connection and month that
/// counts.
pub(crate) fn in_no_total(
    conflicts: &[BillConflict],
    choices: &[BillChoice],
    published: &[Publication],
) -> Vec<(ConnectionId, BillingPeriod, String)> {
    let missing = |conflict: &BillConflict| {
        let whole = conflict.own.place == BillPlace::Whole && !conflict.detail.own.only_here.is_empty();
        let settled = matches!(standing(conflict, choices, published), Standing::NotCounted(_));
        (whole && settled).then(|| {
            let words = format!(
                "accounts that only '{}' has are in no total, for this connection was chosen for their bill: {}",
                conflict.detail.own.name,
                conflict.detail.own.only_here.join(", ")
            );
            (conflict.other.connection.clone(), conflict.period, words)
        })
    };
    conflicts.iter().filter_map(missing).collect()
}

/// The refusal of a month of which the one that was chosen was removed.
pub(crate) fn not_anywhere(conflict: &BillConflict) -> AppError {
    let (period, name, own) = (conflict.period, &conflict.detail.other.name, &conflict.detail.own.name);
    AppError::new(
        ErrorKind::Conflict,
        format!(
            "the bill of {} is not counted anywhere: '{name}', which was chosen to count, was removed",
            conflict.detail.payers.join(", ")
        ),
    )
    .advise(format!(
        "If this connection is to count instead, say so on its page, or with: {}",
        command(own, period, own)
    ))
}

/// The command that chooses.
const CHOOSE: &str = "cloud-analyzer choose";

/// How a candidate is chosen at the command line.
pub fn command(connection: &str, period: BillingPeriod, candidate: &str) -> String {
    format!("{CHOOSE} {} --month {period} --count {}", quoted(connection), quoted(candidate))
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// Whose costs a publication holds, as its proof keeps it.
pub(crate) fn owners_of(publication: &Publication) -> BTreeSet<Owner> {
    let kept = publication.proof.get("owners").cloned().unwrap_or_default();
    serde_json::from_value(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_for_a_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
