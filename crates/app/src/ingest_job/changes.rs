//! Bill diffs: what a restatement of a month changed, by service and account.

use super::{PeriodOutcome, PeriodSummary};
use crate::read::{self, Published};
use crate::{App, Result};
use connect::Delivery;
use meta::{BillChange, ChangedLine, Connection, Publication};
use model::{BillingPeriod, CostQuery, Decimal, Metric};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that a diff keeps; the totals always hold everything.
const MOST_LINES: usize = 500;

/// Unblended cost by month, service and account.
type Figures = BTreeMap<String, BTreeMap<(String, String), Decimal>>;

/// The bill as it was before an ingest, of the months that the connection had; none when nothing can change.
pub(super) struct Before {
    periods: BTreeSet<String>,
    figures: Figures,
}

/// Looks at the bill before an ingest, if a delivery can restate a month: most looks for new deliveries find none,
/// and must not cost a query over the whole bill.
pub(super) async fn before(
    app: &App,
    connection: &Connection,
    deliveries: &[Delivery],
    force: bool,
) -> Result<Before> {
    let mut published = app.meta().publications(&connection.organization_id).await?;
    published.retain(|publication| publication.connection_id == connection.id);
    let restates = |delivery: &Delivery| {
        let of_period = |publication: &&Publication| {
            delivery.periods.is_empty() || delivery.periods.contains(&publication.period)
        };
        let mut there = published.iter().filter(of_period).peekable();
        there.peek().is_some()
            && (force || there.all(|publication| publication.fingerprint != delivery.fingerprint))
    };
    if !deliveries.iter().any(restates) {
        return Ok(Before { periods: BTreeSet::new(), figures: Figures::new() });
    }
    let periods = published.iter().map(|publication| publication.period.to_string()).collect();
    Ok(Before { periods, figures: figures(app, connection).await? })
}

/// Keeps what the ingest changed in months that were there before.
pub(super) async fn keep(
    app: &App,
    connection: &Connection,
    before: Before,
    summaries: &[PeriodSummary],
) -> Result<()> {
    let restated: Vec<&PeriodSummary> = summaries
        .iter()
        .filter(|summary| {
            summary.outcome == PeriodOutcome::Published && before.periods.contains(&summary.period)
        })
        .collect();
    if restated.is_empty() {
        return Ok(());
    }
    let after = figures(app, connection).await?;
    let empty = BTreeMap::new();
    for summary in restated {
        let Ok(period) = summary.period.parse::<BillingPeriod>() else { continue };
        let old = before.figures.get(&summary.period).unwrap_or(&empty);
        let new = after.get(&summary.period).unwrap_or(&empty);
        let mut lines = difference(old, new);
        if lines.is_empty() {
            continue;
        }
        lines.truncate(MOST_LINES);
        let total =
            |bill: &BTreeMap<(String, String), Decimal>| bill.values().copied().sum::<Decimal>().within();
        let (Ok(total_before), Ok(total_after)) = (total(old), total(new)) else {
            tracing::warn!(period = summary.period, "what a restatement changed is too large to be summed");
            continue;
        };
        let currency = app.meta().publication_for(&connection.id, period).await?;
        app.meta()
            .keep_bill_change(&BillChange {
                connection_id: connection.id.clone(),
                period,
                changed_at_ms: app.now().timestamp_millis(),
                currency: currency.map(|publication| publication.currency.clone()).unwrap_or_default(),
                total_before,
                total_after,
                lines,
            })
            .await?;
    }
    Ok(())
}

/// Lines that differ, the largest change first.
fn difference(
    old: &BTreeMap<(String, String), Decimal>,
    new: &BTreeMap<(String, String), Decimal>,
) -> Vec<ChangedLine> {
    let keys: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    let figure = |figures: &BTreeMap<(String, String), Decimal>, key| {
        figures.get(key).copied().unwrap_or(Decimal::ZERO)
    };
    let mut lines: Vec<ChangedLine> = keys
        .into_iter()
        .map(|key| ChangedLine {
            service: key.0.clone(),
            account_id: key.1.clone(),
            before: figure(old, key),
            after: figure(new, key),
        })
        .filter(|line| line.before != line.after)
        .collect();
    let size = |line: &ChangedLine| (line.after - line.before).units().unsigned_abs();
    lines.sort_by_key(|line| std::cmp::Reverse(size(line)));
    lines
}

/// Other connections of the organization are in it, too, with the same figures before and after.
async fn figures(app: &App, connection: &Connection) -> Result<Figures> {
    let organization = app.organization_by_id(&connection.organization_id).await?;
    let published = Published::of(app, organization).await?;
    let query = CostQuery {
        group_by: read::parse_group_by("billing_period,service,account_id")?,
        ..CostQuery::total(Metric::Unblended)
    };
    let mut figures = Figures::new();
    for group in read::costs(app, &published, query, false).await?.answer.groups {
        let mut keys = group.keys.into_iter().map(Option::unwrap_or_default);
        let period = keys.next().unwrap_or_default();
        let key = (keys.next().unwrap_or_default(), keys.next().unwrap_or_default());
        figures.entry(period).or_default().insert(key, group.total);
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_holds_what_differs_largest_first() {
        let bill = |lines: &[(&str, &str)]| {
            lines
                .iter()
                .map(|(service, amount)| (((*service).to_owned(), "1".to_owned()), amount.parse().unwrap()))
                .collect()
        };
        let lines = difference(
            &bill(&[("EC2", "10"), ("S3", "1"), ("gone", "0.5")]),
            &bill(&[("EC2", "10"), ("S3", "3"), ("new", "-7")]),
        );
        let found: Vec<_> = lines.iter().map(|line| line.service.as_str()).collect();
        assert_eq!(found, ["new", "S3", "gone"]);
        assert_eq!(lines[2].after, Decimal::ZERO);
    }
}
