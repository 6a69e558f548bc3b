//! Bill diffs: what a restatement of a month changed in a connection's own bill, by service, account and charge type,
//! one diff for each currency.
//!
//! Which diffs are to be made stands in the outbox, written with the publication (`meta/src/outbox.rs`): they are made at
//! the end of the reading, or by whoever is there next if that never came, each once. Replaced files are there for long
//! enough.

mod settled;

use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Result};
use chrono::NaiveDate;
use futures::TryStreamExt;
use lake::Table;
use meta::{BillChange, BillChoice, BillDiff, ChangedLine, ChangedSum, ChangedSums, Publication};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId};
use query::{PublishedPeriod, Scope, TextRow, View};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long after a publication its bill diffs are tried again where something outside fails (ms).
const TRIED_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// Lines that a diff keeps, and sums by each dimension; the totals and the number of lines always hold everything.
const MOST_LINES: usize = 500;

/// Unblended cost and the line items behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figure {
    cost: Decimal,
    rows: u64,
}

/// What a line of a bill is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    service: String,
    account: String,
    charge_type: String,
}

/// A bill's lines.
type Bill = BTreeMap<Key, Figure>;

/// A month's bill in one currency.
#[derive(Default)]
struct Month {
    whole: Bill,
    /// What of it was settled before.
    settled: Bill,
}

/// By currency.
type Figures = BTreeMap<String, Month>;
/// A month that is looked at, with the day from which on it was still growing; `None`: it was final.
type Looked = (BillingPeriod, Option<NaiveDate>);

/// Makes the bill diffs that publications of a connection wait for. What could not be made is given up where it would fail
/// again; where a later try may help it waits for the next time, for some days. What others wait for is made all the same.
///
/// # Errors
/// The metadata cannot be read or written, or one has to wait: too much is asked at once, or a file cannot be read at the
/// moment.
pub(crate) async fn make_due(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
) -> Result<()> {
    let due = app.meta().undiffed(connection).await?;
    if due.is_empty() {
        return Ok(());
    }
    let choices = app.meta().bill_choices(organization).await?;
    let given_up_ms = app.now().timestamp_millis() - TRIED_MS;
    let mut waits = None;
    'rows: for row in due {
        let mut found = vec![];
        for diff in &row.diffs {
            match caught(Box::pin(made(app, organization, diff, row.at_ms, &choices))).await {
                Ok(changes) => found.extend(changes),
                Err(error) if matches!(error.kind, ErrorKind::TooMany | ErrorKind::Conflict) => {
                    return Err(error);
                }
                Err(error) if error.kind.retry_helps() && row.at_ms > given_up_ms => {
                    waits = Some(error);
                    continue 'rows;
                }
                Err(error) => {
                    tracing::warn!(connection.id = %connection, %error, "what a restatement changed could not be kept");
                }
            }
        }
        app.meta().keep_bill_changes(row.id, &found).await?;
    }
    waits.map_or(Ok(()), Err)
}

/// One diff, in each currency in which there is one.
async fn made(
    app: &App,
    organization: &OrganizationId,
    diff: &BillDiff,
    at_ms: i64,
    choices: &[BillChoice],
) -> Result<Vec<BillChange>> {
    // What was removed since has no diff any more.
    let Some(before) = app.meta().publication(diff.before).await? else { return Ok(vec![]) };
    let after = match diff.after {
        Some(id) => Some(app.meta().publication(id).await?).flatten(),
        None => None,
    };
    if diff.after.is_some() && after.is_none() {
        return Ok(vec![]);
    }
    let connection = after.as_ref().map_or(&before.connection_id, |after| &after.connection_id);
    // Another source is told where somebody chose it, and is no restatement that anybody is mailed of.
    let growing = if diff.source.is_none() { settled::growing_from(&before) } else { None };
    let looked = (before.period, growing);
    let was = figures(app, organization, &before, looked).await?;
    let is = match &after {
        Some(after) => figures(app, organization, after, looked).await?,
        None => Figures::new(),
    };
    let source = diff.source.clone().or_else(|| chosen(connection, &before, at_ms, choices));
    Ok(changes(connection, looked, at_ms, (&was, &is), source.as_ref()))
}

/// Somebody chose another report or file of the source after the month was published before, and by when it was published
/// anew (ms): in words.
fn chosen(
    connection: &ConnectionId,
    before: &Publication,
    at_ms: i64,
    choices: &[BillChoice],
) -> Option<String> {
    let within = |choice: &&BillChoice| {
        [&choice.winner, &choice.loser].iter().all(|one| one.connection == *connection)
            && choice.from.is_none_or(|from| from <= before.period)
            && (before.published_at_ms..=at_ms).contains(&choice.at_ms)
    };
    choices.iter().rev().find(within).map(|choice| {
        let [winner, loser] = [&choice.winner, &choice.loser].map(|one| super::chosen::name_of(&one.place));
        format!("'{winner}' counts in place of '{loser}', chosen by {}", choice.by)
    })
}

fn changes(
    connection: &ConnectionId,
    (period, growing): Looked,
    changed_at_ms: i64,
    (before, after): (&Figures, &Figures),
    source: Option<&String>,
) -> Vec<BillChange> {
    let currencies: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let empty = Month::default();
    let mut found = vec![];
    for currency in currencies {
        let was = before.get(currency).unwrap_or(&empty);
        let is = after.get(currency).unwrap_or(&empty);
        let (old, new) = (&was.whole, &is.whole);
        let mut lines = difference(old, new);
        if lines.is_empty() && source.is_none() {
            continue;
        }
        let lines_total = lines.len();
        lines.truncate(MOST_LINES);
        let settled = settled::change(growing, (&was.settled, old), (&is.settled, new));
        let (Ok(before), Ok(after), Ok(sums), Ok(settled)) =
            (total(old), total(new), sums(old, new), settled)
        else {
            tracing::warn!(%period, "what a restatement changed is too large to be summed");
            continue;
        };
        found.push(BillChange {
            connection_id: connection.clone(),
            period,
            changed_at_ms,
            currency: currency.clone(),
            total_before: before.cost,
            total_after: after.cost,
            rows_before: Some(before.rows),
            rows_after: Some(after.rows),
            lines_total: Some(lines_total as u64),
            lines,
            sums: Some(sums),
            settled: settled.filter(|_| source.is_none()),
            source: source.cloned(),
        });
    }
    found
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

/// What a publication says.
async fn figures(
    app: &App,
    organization: &OrganizationId,
    publication: &Publication,
    looked: Looked,
) -> Result<Figures> {
    if publication.rollup_files.is_empty() && publication.rows > 0 {
        return Err(AppError::new(ErrorKind::Gone, "the files of the bill as it was are not kept any more"));
    }
    let file = |path: &String| app.lake().file(Table::Rollup, path, publication.sizes.get(path).copied());
    let files = publication.rollup_files.iter().map(file);
    let view = View {
        whose: Arc::from(organization.as_str()),
        periods: vec![PublishedPeriod {
            connection: publication.connection_id.to_string(),
            period: publication.period,
            publication: publication.id,
            proven: false,
            currency: publication.currency.clone(),
            open: false,
            rollup_files: files.collect(),
            line_item_files: None,
        }],
        scope: Scope::Everything,
        ..View::default()
    };
    let mut figures = Figures::new();
    let mut rows = app.engine().sql(&view, &statement(looked)).await?.texts();
    while let Some(some) = rows.try_next().await? {
        for row in some {
            add(&mut figures, row)?;
        }
    }
    Ok(figures)
}

/// Adds a row of [`statement`].
fn add(figures: &mut Figures, row: TextRow) -> Result<()> {
    let odd = || AppError::new(ErrorKind::Internal, "the figures of a bill cannot be compared");
    let [currency, service, account, charge_type, complete, cost, rows] =
        <[Option<String>; 7]>::try_from(row).map_err(|_| odd())?.map(Option::unwrap_or_default);
    let figure = Figure { cost: cost.parse().map_err(|_| odd())?, rows: rows.parse().map_err(|_| odd())? };
    let month = figures.entry(currency).or_default();
    let key = Key { service, account, charge_type };
    if complete == settled::COMPLETE && settled::stands(&key.charge_type) {
        month.settled.insert(key.clone(), figure);
    }
    let whole = month.whole.entry(key).or_default();
    whole.cost = (whole.cost + figure.cost).within().map_err(|_| odd())?;
    whole.rows += figure.rows;
    Ok(())
}

/// Asks for a publication's figures. Amounts are summed within one currency only: rows of one month may have several.
fn statement((_, growing): Looked) -> String {
    let complete = settled::complete(growing);
    format!(
        r#"
SELECT "BillingCurrency", "ServiceName", "SubAccountId", "x_ChargeType", {complete},
       sum("BilledCost"), sum("x_Rows")
FROM rollup GROUP BY 1, 2, 3, 4, 5"#
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
