//! Bill diffs: what a restatement of a month changed in a connection's own bill, by service and account, one diff for
//! each currency.

use super::{PeriodOutcome, PeriodSummary};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use connect::Delivery;
use meta::{BillChange, ChangedLine, Connection, Publication};
use model::{BillingPeriod, Decimal};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that a diff keeps; the totals and the number of lines always hold everything.
const MOST_LINES: usize = 500;

/// A connection's figures. Amounts are summed within one currency only: months, and rows of one month, may have several.
const FIGURES: &str = r#"
SELECT billing_period, "BillingCurrency", "ServiceName", "SubAccountId", sum("BilledCost"), sum("x_Rows")
FROM rollup GROUP BY billing_period, "BillingCurrency", "ServiceName", "SubAccountId""#;

/// Unblended cost and the line items behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figure {
    cost: Decimal,
    rows: u64,
}

/// By service and account.
type Bill = BTreeMap<(String, String), Figure>;
/// By month and currency.
type Figures = BTreeMap<(BillingPeriod, String), Bill>;

/// The bill as it was before an ingest, of the months that may be restated; none when nothing can change.
pub(super) struct Before {
    periods: BTreeSet<BillingPeriod>,
    figures: Figures,
}

/// Looks at the bill before an ingest, if a delivery can restate a month: most looks for new deliveries find none,
/// and must not cost a query over the bill.
pub(super) async fn before(
    app: &App,
    connection: &Connection,
    deliveries: &[Delivery],
    force: bool,
) -> Result<Before> {
    let mut published = app.meta().publications(&connection.organization_id).await?;
    published.retain(|publication| publication.connection_id == connection.id);
    let mut periods = BTreeSet::new();
    for delivery in deliveries {
        let of_delivery = |publication: &&Publication| {
            delivery.periods.is_empty() || delivery.periods.contains(&publication.period)
        };
        let there: Vec<&Publication> = published.iter().filter(of_delivery).collect();
        if force || there.iter().all(|publication| publication.fingerprint != delivery.fingerprint) {
            periods.extend(there.iter().map(|publication| publication.period));
        }
    }
    let figures = figures(app, connection, &periods).await?;
    Ok(Before { periods, figures })
}

/// Keeps what the ingest changed in months that were there before.
pub(super) async fn keep(
    app: &App,
    connection: &Connection,
    before: Before,
    summaries: &[PeriodSummary],
) -> Result<()> {
    let restated: BTreeSet<BillingPeriod> = summaries
        .iter()
        .filter(|summary| summary.outcome == PeriodOutcome::Published)
        .filter_map(|summary| summary.period.parse().ok())
        .filter(|period| before.periods.contains(period))
        .collect();
    let after = figures(app, connection, &restated).await?;
    let bills: BTreeSet<&(BillingPeriod, String)> =
        before.figures.keys().filter(|(period, _)| restated.contains(period)).chain(after.keys()).collect();
    let empty = Bill::new();
    for bill in bills {
        let old = before.figures.get(bill).unwrap_or(&empty);
        let new = after.get(bill).unwrap_or(&empty);
        let mut lines = difference(old, new);
        if lines.is_empty() {
            continue;
        }
        let lines_total = lines.len();
        lines.truncate(MOST_LINES);
        let (period, currency) = bill;
        let (Ok(before), Ok(after)) = (total(old), total(new)) else {
            tracing::warn!(%period, "what a restatement changed is too large to be summed");
            continue;
        };
        app.meta()
            .keep_bill_change(&BillChange {
                connection_id: connection.id.clone(),
                period: *period,
                changed_at_ms: app.now().timestamp_millis(),
                currency: currency.clone(),
                total_before: before.cost,
                total_after: after.cost,
                rows_before: Some(before.rows),
                rows_after: Some(after.rows),
                lines_total: Some(lines_total as u64),
                lines,
            })
            .await?;
    }
    Ok(())
}

fn total(bill: &Bill) -> std::result::Result<Figure, model::DecimalError> {
    let cost = bill.values().map(|figure| figure.cost).sum::<Decimal>().within()?;
    Ok(Figure { cost, rows: bill.values().map(|figure| figure.rows).sum() })
}

/// Lines that differ, the largest change first; those whose cost is the same and whose rows are others, last.
fn difference(old: &Bill, new: &Bill) -> Vec<ChangedLine> {
    let keys: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    let mut lines: Vec<ChangedLine> = keys
        .into_iter()
        .map(|key| {
            (key, old.get(key).copied().unwrap_or_default(), new.get(key).copied().unwrap_or_default())
        })
        .filter(|(_, before, after)| before != after)
        .map(|((service, account), before, after)| ChangedLine {
            service: service.clone(),
            account_id: account.clone(),
            before: before.cost,
            after: after.cost,
            rows_before: Some(before.rows),
            rows_after: Some(after.rows),
        })
        .collect();
    let size = |line: &ChangedLine| (line.after - line.before).units().unsigned_abs();
    lines.sort_by_key(|line| std::cmp::Reverse(size(line)));
    lines
}

/// What is published of some months of a connection; other connections of the organization are not in it.
async fn figures(app: &App, connection: &Connection, periods: &BTreeSet<BillingPeriod>) -> Result<Figures> {
    let mut figures = Figures::new();
    if periods.is_empty() {
        return Ok(figures);
    }
    let organization = app.organization_by_id(&connection.organization_id).await?;
    let published = Published::of(app, organization).await?;
    let mut view = published.view.clone();
    view.periods
        .retain(|found| found.connection == connection.id.as_str() && periods.contains(&found.period));
    let odd = || AppError::new(ErrorKind::Internal, "the figures of a bill cannot be compared");
    for row in app.engine().sql(&view, FIGURES).await?.rows {
        let [period, currency, service, account, cost, rows] =
            <[Option<String>; 6]>::try_from(row).map_err(|_| odd())?.map(Option::unwrap_or_default);
        let figure =
            Figure { cost: cost.parse().map_err(|_| odd())?, rows: rows.parse().map_err(|_| odd())? };
        let bill = figures.entry((period.parse().map_err(|_| odd())?, currency)).or_default();
        bill.insert((service, account), figure);
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_holds_what_differs_largest_first() {
        let bill = |lines: &[(&str, &str, u64)]| -> Bill {
            lines
                .iter()
                .map(|(service, cost, rows)| {
                    let figure = Figure { cost: cost.parse().unwrap(), rows: *rows };
                    (((*service).to_owned(), "1".to_owned()), figure)
                })
                .collect()
        };
        let old = bill(&[("EC2", "10", 2), ("S3", "1", 1), ("gone", "0.5", 1), ("split", "4", 1)]);
        let new = bill(&[("EC2", "10", 2), ("S3", "3", 2), ("new", "-7", 1), ("split", "4", 3)]);
        let lines = difference(&old, &new);
        let found: Vec<_> = lines.iter().map(|line| line.service.as_str()).collect();
        assert_eq!(found, ["new", "S3", "gone", "split"]);
        assert_eq!((lines[2].after, lines[2].rows_after), (Decimal::ZERO, Some(0)));
        assert_eq!((lines[3].rows_before, lines[3].rows_after), (Some(1), Some(3)));
        assert_eq!(total(&old).unwrap(), Figure { cost: "15.5".parse().unwrap(), rows: 5 });
    }
}
