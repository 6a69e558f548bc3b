//! From batches of rows to the sums that rules are given.

use super::statement::{Spans, Types, of_commitments, of_resources};
use super::{MONTH_HOURS, NEWEST_DAYS};
use crate::optimize::rows::{Row as Cells, Texts, day_number, list};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::waste::{Bought, GROWTH_STEPS, LOOK_BACKS, Row, Sums, Unused, mul_div, roles, schedule};
use chrono::{Datelike, NaiveDate};
use futures::TryStreamExt;
use model::{BillingPeriod, Decimal, LineItemType};
use query::View;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What the data of some connections reach, and what they name.
#[derive(Debug)]
pub(super) struct Extent {
    pub(super) connections: Vec<String>,
    pub(super) newest_day: NaiveDate,
    pub(super) first_day: NaiveDate,
    /// Products with their usage types.
    pub(super) types: BTreeSet<(String, String)>,
}

/// The month of the newest usage in a currency.
pub(super) async fn newest_month(
    app: &App,
    published: &Published,
    currency: &str,
) -> Result<Option<BillingPeriod>> {
    let today = BillingPeriod::of(published.now(app).date_naive());
    let months: BTreeSet<BillingPeriod> = published
        .view
        .periods
        .iter()
        .filter(|month| month.currency == currency && today.is_none_or(|today| month.period <= today))
        .map(|month| month.period)
        .collect();
    for month in months.into_iter().rev() {
        let mut view = published.view.clone();
        view.periods.retain(|one| one.period == month && one.currency == currency);
        if !extents(app, &view, month).await?.is_empty() {
            return Ok(Some(month));
        }
    }
    Ok(None)
}

/// What the data of each connection reach by the end of a month; connections that reach the same day are one. What reaches
/// no day of the month itself says nothing of it.
pub(super) async fn extents(app: &App, view: &View, last: BillingPeriod) -> Result<Vec<Extent>> {
    let to = last.end_day().min(app.now().date_naive() + chrono::Days::new(1));
    let statement = format!(
        r#"SELECT connection_id, "x_ProductCode", "x_UsageType", min("x_Day"), max("x_Day") FROM rollup
WHERE "x_LineItemType" IN ({}) AND "x_Day" < DATE '{to}' GROUP BY 1, 2, 3"#,
        list(LineItemType::METERED)
    );
    let mut found: BTreeMap<String, Extent> = BTreeMap::new();
    let mut rows = app.engine().sql(view, &statement).await?.texts();
    while let Some(some) = rows.try_next().await? {
        for row in some {
            let mut row = Cells::new(row);
            let (Some(connection), product, usage) = (row.text(), row.text(), row.text()) else { continue };
            let (Some(first), Some(newest)) =
                (row.text().as_deref().and_then(day), row.text().as_deref().and_then(day))
            else {
                continue;
            };
            let extent = found.entry(connection.clone()).or_insert_with(|| Extent {
                connections: vec![connection],
                newest_day: newest,
                first_day: first,
                types: BTreeSet::new(),
            });
            extent.newest_day = extent.newest_day.max(newest);
            extent.first_day = extent.first_day.min(first);
            if let Some(usage) = usage {
                extent.types.insert((product.unwrap_or_default(), usage));
            }
        }
    }
    let mut together: BTreeMap<(NaiveDate, bool), Extent> = BTreeMap::new();
    for extent in found.into_values().filter(|extent| extent.newest_day >= last.first_day()) {
        let key = (extent.newest_day, extent.types.is_empty());
        match together.get_mut(&key) {
            Some(known) => {
                known.connections.extend(extent.connections);
                known.first_day = known.first_day.min(extent.first_day);
                known.types.extend(extent.types);
            }
            None => {
                together.insert(key, extent);
            }
        }
    }
    Ok(together.into_values().collect())
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

/// What rules are given.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) rows: Vec<Row>,
    pub(super) unused: Vec<Unused>,
}

pub(super) async fn load(
    app: &App,
    view: &View,
    extent: &Extent,
    spans: &Spans,
    projected: bool,
) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut texts = Texts::default();
    let types = types(extent);
    if !types.all.is_empty() {
        let statement = of_resources(&types, spans, schedule());
        let mut rows = app.engine().sql(view, &statement).await?.texts();
        let mut growing: HashMap<[Arc<str>; 5], usize> = HashMap::new();
        let mut longs = vec![];
        while let Some(some) = rows.try_next().await? {
            for cells in some {
                let (mut row, of_months, step) = row(Cells::new(cells), spans, &mut texts)?;
                // A month's row stands for one as it is, where amounts are projected.
                let [in_span, standing] = of_months;
                let long = if projected { standing } else { in_span };
                if !projected {
                    add(&mut row.amount, long);
                }
                if step.is_some() {
                    let key = [&row.account, &row.resource, &row.usage_type, &row.operation, &row.region];
                    let key = key.map(Arc::clone);
                    if let Some(at) = growing.get(&key) {
                        let before: &mut Row = &mut loaded.rows[*at];
                        merge(before, &row);
                        add(&mut longs[*at], long);
                        continue;
                    }
                    growing.insert(key, loaded.rows.len());
                }
                loaded.rows.push(row);
                longs.push(long);
            }
        }
        if projected {
            project(&mut loaded.rows, &longs, spans)?;
        }
    }
    let mut rows = app.engine().sql(view, &of_commitments(spans)).await?.texts();
    let data_end = loaded.rows.iter().map(|row| row.last_end).max();
    while let Some(some) = rows.try_next().await? {
        for row in some {
            loaded.unused.push(unused(Cells::new(row), spans, &mut texts, data_end, projected)?);
        }
    }
    Ok(loaded)
}

/// The usage types that a rule looks at.
fn types(extent: &Extent) -> Types {
    let mut types = Types::default();
    let (mut all, mut products) = (BTreeSet::new(), BTreeSet::new());
    // A usage type of several products (TimedStorage-ByteHrs) is what any of them makes of it.
    let mut by_usage: BTreeMap<&str, Vec<analyses::waste::Roles>> = BTreeMap::new();
    for (product, usage) in &extent.types {
        let roles = roles(product, usage);
        if roles.any() {
            all.insert(usage.clone());
            products.insert(product.clone());
            by_usage.entry(usage).or_default().push(roles);
        }
    }
    for (usage, roles) in by_usage {
        let lists: [(&mut Vec<String>, bool); 4] = [
            (&mut types.priced, roles.iter().all(|one| one.priced_only())),
            (&mut types.growing, roles.iter().any(|one| one.grows())),
            (&mut types.zoned, roles.iter().any(|one| one.zoned())),
            (&mut types.instances, roles.iter().any(|one| one.instances())),
        ];
        for (list, holds) in lists {
            if holds {
                list.push(usage.to_owned());
            }
        }
    }
    types.all = all.into_iter().collect();
    types.products = products.into_iter().collect();
    types
}

/// A row of the statement; what lasts longer than two days of it, in the span and into the newest day, is apart; and of which
/// step of growth it is.
fn row(mut cells: Cells, spans: &Spans, texts: &mut Texts) -> Result<(Row, [Sums; 2], Option<i64>)> {
    let mut row = Row {
        account: texts.of(cells.text()),
        region: texts.of(cells.text()),
        zone: texts.of(cells.text()),
        resource: texts.of(cells.text()),
        product: texts.of(cells.text()),
        usage_type: texts.of(cells.text()),
        operation: texts.of(cells.text()),
        month_hours: month_hours(spans.newest_month),
        ..Row::default()
    };
    row.bought = match cells.text().as_deref() {
        Some("S") => Bought::Spot,
        Some("C") => Bought::Covered,
        _ => Bought::OnDemand,
    };
    let step =
        cells.text().map(|text| text.parse::<i64>().map_err(|_| AppError::internal("a step is no number")));
    let step = step.transpose()?;
    row.unit = texts.of(cells.text());
    row.last_end = cells.number()?;
    row.tags = cells.text().map(|tags| texts.of(Some(tags)));
    row.amount = sums(&mut cells)?;
    let of_months = [sums(&mut cells)?, sums(&mut cells)?];
    row.size = sums(&mut cells)?;
    for at in 0..LOOK_BACKS.len() {
        row.look_back[at] = sums(&mut cells)?;
    }
    row.lately = [cells.amount()?, cells.amount()?];
    row.off_hours = cells.amount()?;
    row.week = cells.amount()?;
    let grown = sums(&mut cells)?;
    if let Some(step) = step {
        let (at, month) = (step / 100, step % 100);
        if let Some(place) = usize::try_from(at).ok().filter(|at| *at < GROWTH_STEPS) {
            let hours = month_of(spans.newest_day, month).map_or(MONTH_HOURS, month_hours);
            let usage = mul_div(grown.usage, Decimal::from(hours), Decimal::from(1)).unwrap_or_default();
            row.steps[place] = Sums { usage, ..grown };
        }
    }
    Ok((row, of_months, step))
}

fn sums(cells: &mut Cells) -> Result<Sums> {
    Ok(Sums { usage: cells.amount()?, cost: cells.amount()?, seconds: cells.number()? })
}

fn add(sums: &mut Sums, more: Sums) {
    sums.usage += more.usage;
    sums.cost += more.cost;
    sums.seconds += more.seconds;
}

/// Adds a step of growth to the row that it is of.
fn merge(row: &mut Row, more: &Row) {
    add(&mut row.amount, more.amount);
    add(&mut row.size, more.size);
    for (sums, more) in
        row.look_back.iter_mut().zip(more.look_back).chain(row.steps.iter_mut().zip(more.steps))
    {
        add(sums, more);
    }
    for (cost, more) in row.lately.iter_mut().zip(more.lately) {
        *cost += more;
    }
    row.last_end = row.last_end.max(more.last_end);
}

/// Hours of the month that begins on a day.
fn month_hours(first_day: NaiveDate) -> i64 {
    BillingPeriod::of(first_day)
        .map_or(MONTH_HOURS, |month| (month.end_day() - month.first_day()).num_days() * 24)
}

/// The last month of that number that begins before the end of a day.
fn month_of(newest_day: NaiveDate, month: i64) -> Option<NaiveDate> {
    let month = u32::try_from(month).ok()?;
    let year = if month > newest_day.month() { newest_day.year() - 1 } else { newest_day.year() };
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// Amounts of the newest days as amounts of 730 hours; rows of a month stand for one as they are.
fn project(rows: &mut [Row], longs: &[Sums], spans: &Spans) -> Result<()> {
    let end = (day_number(spans.newest_day) + 1) * 86_400;
    let from = day_number(spans.span.0) * 86_400;
    // The newest day may have some hours alone.
    let newest = rows.iter().map(|row| row.last_end).filter(|at| *at > from).max().unwrap_or(end).min(end);
    let seconds =
        Decimal::from((newest - from).clamp(3600, i64::try_from(NEWEST_DAYS).unwrap_or(14) * 86_400));
    let month = Decimal::from(MONTH_HOURS * 3600);
    let scaled = |amount: Decimal| {
        mul_div(amount, month, seconds).ok_or_else(|| AppError::internal("a span has no hours"))
    };
    for (row, long) in rows.iter_mut().zip(longs) {
        row.amount.usage = scaled(row.amount.usage)?;
        row.amount.cost = scaled(row.amount.cost)?;
        add(&mut row.amount, *long);
        for cost in &mut row.lately {
            *cost = scaled(*cost)?;
        }
        row.off_hours = scaled(row.off_hours)?;
    }
    Ok(())
}

fn unused(
    mut cells: Cells,
    spans: &Spans,
    texts: &mut Texts,
    data_end: Option<i64>,
    projected: bool,
) -> Result<Unused> {
    let (commitment, account, region) =
        (texts.of(cells.text()), texts.of(cells.text()), texts.of(cells.text()));
    let last_end = cells.number()?;
    let (in_span, in_month) = (cells.amount()?, cells.amount()?);
    let cost = if projected {
        // Reservations have one row a month, so far: the month's hours so far are what it is of.

        let from = day_number(spans.newest_month) * 86_400;
        let end = (day_number(spans.newest_day) + 1) * 86_400;
        let hours = (data_end.unwrap_or(end).min(end) - from).max(3600);
        mul_div(in_month, Decimal::from(MONTH_HOURS * 3600), Decimal::from(hours)).unwrap_or_default()
    } else {
        in_span
    };
    Ok(Unused { commitment, account, region, cost, last_end })
}
