//! Bill diffs: what a restatement of a month changed in a connection's own bill, by service, account and charge type,
//! one diff for each currency.

mod settled;

use super::{PeriodOutcome, PeriodSummary};
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use chrono::NaiveDate;
use connect::Delivery;
use meta::{BillChange, BillChoice, ChangedLine, ChangedSum, ChangedSums, Connection, Publication};
use model::{BillingPeriod, ConnectionId, Decimal};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that a diff keeps, and sums by each dimension; the totals and the number of lines always hold everything.
const MOST_LINES: usize = 500;

/// Unblended cost and the line items behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figure {
    cost: Decimal,
    rows: u64,
}

/// What a line of a bill is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    service: String,
    account: String,
    charge_type: String,
}

/// A bill's lines.
pub(super) type Bill = BTreeMap<Key, Figure>;

/// A month's bill in one currency.
#[derive(Default)]
pub(super) struct Month {
    whole: Bill,
    /// What of it was settled before.
    settled: Bill,
}

/// By month and currency.
pub(super) type Figures = BTreeMap<(BillingPeriod, String), Month>;
/// The months that are looked at, each with the day from which on it was still growing; `None`: it was final.
type Periods = BTreeMap<BillingPeriod, Option<NaiveDate>>;

/// The bill as it was before an ingest, of the months that may be restated; none when nothing can change.
pub(super) struct Before {
    periods: Periods,
    figures: Figures,
    /// When each of them was published (ms).
    published: BTreeMap<BillingPeriod, i64>,
}

/// Looks at the bill before an ingest, if a delivery can restate a month: most looks for new deliveries find none,
/// and must not cost a query over the bill.
pub(super) async fn before(
    app: &App,
    connection: &Connection,
    deliveries: &[&Delivery],
    force: bool,
) -> Result<Before> {
    let mut published = app.meta().publications(&connection.organization_id).await?;
    published.retain(|publication| publication.connection_id == connection.id);
    let mut periods = Periods::new();
    for delivery in deliveries {
        let of_delivery = |publication: &&Publication| {
            delivery.periods.is_empty() || delivery.periods.contains(&publication.period)
        };
        let there: Vec<&Publication> = published.iter().filter(of_delivery).collect();
        if force || there.iter().all(|publication| publication.fingerprint != delivery.fingerprint) {
            periods.extend(
                there.iter().map(|publication| (publication.period, settled::growing_from(publication))),
            );
        }
    }
    let figures = figures(app, connection, &periods).await?;
    let published = published.iter().map(|known| (known.period, known.published_at_ms)).collect();
    Ok(Before { periods, figures, published })
}

/// Keeps what the ingest changed in months that were there before.
pub(super) async fn keep(
    app: &App,
    connection: &Connection,
    before: Before,
    summaries: &[PeriodSummary],
    choices: &[BillChoice],
) -> Result<()> {
    let restated: Periods = summaries
        .iter()
        .filter(|summary| summary.outcome == PeriodOutcome::Published)
        .filter_map(|summary| summary.period.parse().ok())
        .filter_map(|period| Some((period, *before.periods.get(&period)?)))
        .collect();
    let after = figures(app, connection, &restated).await?;
    // Somebody chose another report or file of the source since.
    let source = |period: BillingPeriod| {
        let since = before.published.get(&period).copied().unwrap_or(i64::MAX);
        let within = |choice: &&BillChoice| {
            [&choice.winner, &choice.loser].iter().all(|one| one.connection == connection.id)
                && choice.from.is_none_or(|from| from <= period)
                && choice.at_ms >= since
        };
        choices.iter().rev().find(within).map(|choice| {
            let [winner, loser] =
                [&choice.winner, &choice.loser].map(|one| super::chosen::name_of(&one.place));
            format!("'{winner}' counts in place of '{loser}', chosen by {}", choice.by)
        })
    };
    let mut old = before.figures;
    old.retain(|(period, _), _| restated.contains_key(period));
    keep_all(app, &connection.id, &restated, (&old, &after), &source).await
}

/// What is published of one month of a connection of an organization, before another connection takes its place.
pub(super) async fn of_month(
    app: &App,
    of: &Connection,
    id: &ConnectionId,
    period: BillingPeriod,
) -> Result<Figures> {
    let connection = Connection { id: id.clone(), ..of.clone() };
    figures(app, &connection, &Periods::from([(period, None)])).await
}

/// Keeps that a month comes from another connection than before: for both, each in its words.
pub(super) async fn keep_source(
    app: &App,
    connection: &Connection,
    retired: &ConnectionId,
    period: BillingPeriod,
    before: &Figures,
    [ours, theirs]: [String; 2],
) -> Result<()> {
    let after = figures(app, connection, &Periods::from([(period, None)])).await?;
    let none = Periods::new();
    keep_all(app, &connection.id, &none, (before, &after), &|_| Some(ours.clone())).await?;
    keep_all(app, retired, &none, (before, &Figures::new()), &|_| Some(theirs.clone())).await
}

async fn keep_all(
    app: &App,
    connection: &ConnectionId,
    periods: &Periods,
    (before, after): (&Figures, &Figures),
    source: &(dyn Fn(BillingPeriod) -> Option<String> + Sync),
) -> Result<()> {
    let bills: BTreeSet<&(BillingPeriod, String)> = before.keys().chain(after.keys()).collect();
    let empty = Month::default();
    for bill in bills {
        let was = before.get(bill).unwrap_or(&empty);
        let is = after.get(bill).unwrap_or(&empty);
        let (old, new) = (&was.whole, &is.whole);
        let mut lines = difference(old, new);
        let source = source(bill.0);
        if lines.is_empty() && source.is_none() {
            continue;
        }
        let lines_total = lines.len();
        lines.truncate(MOST_LINES);
        let (period, currency) = bill;
        // Another source is told where somebody chose it, and is no restatement that anybody is mailed of.
        let growing = periods.get(period).copied().flatten();
        let settled = settled::change(growing, (&was.settled, old), (&is.settled, new));
        let (Ok(before), Ok(after), Ok(sums), Ok(settled)) =
            (total(old), total(new), sums(old, new), settled)
        else {
            tracing::warn!(%period, "what a restatement changed is too large to be summed");
            continue;
        };
        app.meta()
            .keep_bill_change(&BillChange {
                connection_id: connection.clone(),
                period: *period,
                changed_at_ms: app.now().timestamp_millis(),
                currency: currency.clone(),
                total_before: before.cost,
                total_after: after.cost,
                rows_before: Some(before.rows),
                rows_after: Some(after.rows),
                lines_total: Some(lines_total as u64),
                lines,
                sums: Some(sums),
                settled: settled.filter(|_| source.is_none()),
                source,
            })
            .await?;
    }
    Ok(())
}

fn total(bill: &Bill) -> std::result::Result<Figure, model::DecimalError> {
    let cost = bill.values().map(|figure| figure.cost).sum::<Decimal>().within()?;
    Ok(Figure { cost, rows: bill.values().map(|figure| figure.rows).sum() })
}

/// What differs, the largest change first; what costs the same and has other rows, last.
fn differing<'a, K: Ord>(
    old: &'a BTreeMap<K, Figure>,
    new: &'a BTreeMap<K, Figure>,
) -> Vec<(&'a K, Figure, Figure)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    let figure = |bill: &BTreeMap<K, Figure>, key: &K| bill.get(key).copied().unwrap_or_default();
    let mut found: Vec<_> = keys.into_iter().map(|key| (key, figure(old, key), figure(new, key))).collect();
    found.retain(|(_, before, after)| before != after);
    found.sort_by_key(|(_, before, after)| {
        std::cmp::Reverse((after.cost - before.cost).units().unsigned_abs())
    });
    found
}

fn difference(old: &Bill, new: &Bill) -> Vec<ChangedLine> {
    let line = |(key, before, after): (&Key, Figure, Figure)| ChangedLine {
        service: key.service.clone(),
        account_id: key.account.clone(),
        charge_type: Some(key.charge_type.clone()),
        before: before.cost,
        after: after.cost,
        rows_before: Some(before.rows),
        rows_after: Some(after.rows),
    };
    differing(old, new).into_iter().map(line).collect()
}

/// The same by each dimension alone.
fn sums(old: &Bill, new: &Bill) -> std::result::Result<ChangedSums, model::DecimalError> {
    let by = |part: fn(&Key) -> &String| {
        let (old, new) = (summed(old, part)?, summed(new, part)?);
        let sum = |(key, before, after): (&&String, Figure, Figure)| ChangedSum {
            key: (*key).clone(),
            before: before.cost,
            after: after.cost,
            rows_before: before.rows,
            rows_after: after.rows,
        };
        Ok(differing(&old, &new).into_iter().take(MOST_LINES).map(sum).collect())
    };
    Ok(ChangedSums {
        services: by(|key| &key.service)?,
        accounts: by(|key| &key.account)?,
        charge_types: by(|key| &key.charge_type)?,
    })
}

fn summed(
    bill: &Bill,
    part: fn(&Key) -> &String,
) -> std::result::Result<BTreeMap<&String, Figure>, model::DecimalError> {
    let mut sums: BTreeMap<&String, Figure> = BTreeMap::new();
    for (key, figure) in bill {
        let sum = sums.entry(part(key)).or_default();
        sum.cost = (sum.cost + figure.cost).within()?;
        sum.rows += figure.rows;
    }
    Ok(sums)
}

/// What is published of some months of a connection; other connections of the organization are not in it.
async fn figures(app: &App, connection: &Connection, periods: &Periods) -> Result<Figures> {
    let mut figures = Figures::new();
    if periods.is_empty() {
        return Ok(figures);
    }
    let organization = app.organization_by_id(&connection.organization_id).await?;
    let published = Published::of(app, organization).await?;
    let mut view = published.view.clone();
    view.periods
        .retain(|found| found.connection == connection.id.as_str() && periods.contains_key(&found.period));
    let odd = || AppError::new(ErrorKind::Internal, "the figures of a bill cannot be compared");
    for row in app.engine().sql(&view, &statement(periods)).await?.rows {
        let [period, currency, service, account, charge_type, complete, cost, rows] =
            <[Option<String>; 8]>::try_from(row).map_err(|_| odd())?.map(Option::unwrap_or_default);
        let figure =
            Figure { cost: cost.parse().map_err(|_| odd())?, rows: rows.parse().map_err(|_| odd())? };
        let month = figures.entry((period.parse().map_err(|_| odd())?, currency)).or_default();
        let key = Key { service, account, charge_type };
        if complete == settled::COMPLETE && settled::stands(&key.charge_type) {
            month.settled.insert(key.clone(), figure);
        }
        let whole = month.whole.entry(key).or_default();
        whole.cost = (whole.cost + figure.cost).within().map_err(|_| odd())?;
        whole.rows += figure.rows;
    }
    Ok(figures)
}

/// Asks for a connection's figures. Amounts are summed within one currency only: months, and rows of one month, may have
/// several.
fn statement(periods: &Periods) -> String {
    let complete = settled::complete(periods);
    format!(
        r#"
SELECT billing_period, "BillingCurrency", "ServiceName", "SubAccountId", "x_ChargeType", {complete},
       sum("BilledCost"), sum("x_Rows")
FROM rollup GROUP BY 1, 2, 3, 4, 5, 6"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(service: &str, charge_type: &str) -> Key {
        Key { service: service.to_owned(), account: "1".to_owned(), charge_type: charge_type.to_owned() }
    }

    #[test]
    fn refunds_are_apart_from_usage() {
        let figure = |cost: &str, rows| Figure { cost: cost.parse().unwrap(), rows };
        let old = Bill::from([(key("EC2", "Usage"), figure("10", 2)), (key("S3", "Usage"), figure("1", 1))]);
        let mut new = old.clone();
        new.insert(key("EC2", "Refund"), figure("-4", 1));
        new.insert(key("S3", "Usage"), figure("3", 1));
        let found = sums(&old, &new).unwrap();
        let changes = |sums: &[ChangedSum]| -> Vec<(String, String)> {
            sums.iter().map(|sum| (sum.key.clone(), (sum.after - sum.before).to_string())).collect()
        };
        let expected = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(key, change)| ((*key).to_owned(), (*change).to_owned())).collect()
        };
        assert_eq!(changes(&found.charge_types), expected(&[("Refund", "-4"), ("Usage", "2")]));
        assert_eq!(changes(&found.services), expected(&[("EC2", "-4"), ("S3", "2")]));
        assert_eq!(changes(&found.accounts), expected(&[("1", "-2")]));
        assert_eq!((found.accounts[0].rows_before, found.accounts[0].rows_after), (3, 4));
    }

    #[test]
    fn a_diff_holds_what_differs_largest_first() {
        let bill = |lines: &[(&str, &str, u64)]| -> Bill {
            lines
                .iter()
                .map(|(service, cost, rows)| {
                    let figure = Figure { cost: cost.parse().unwrap(), rows: *rows };
                    (key(service, "Usage"), figure)
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
