//! Runs it all: sizes the company, writes the files on two threads, then manifests and truth.

use crate::calendar::{Hour, Period, periods};
use crate::columns::in_focus;
use crate::company::{Budget, Company};
use crate::emit::{Stretch, emit};
use crate::error::DemoError;
use crate::options::{Options, Progress, Summary};
use crate::row::Row;
use crate::truth::{Ledger, Sums, document};
use crate::write::{DataFile, Delivery, FileWriter};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Rows handed to a writer at once: few enough to stay in the cache while column after column is read from them.
const BATCH: usize = 8 * 1024;
/// Writers at work.
const THREADS: usize = 2;

/// Generates the report and its truth.
///
/// `progress` is called from the writing threads after each batch. What an earlier run left of the same report in the
/// same folder is replaced.
pub fn generate(options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<Summary, DemoError> {
    options.check()?;
    let periods = periods(options.end, options.months);
    let (company, expected) = sized(options, &periods)?;
    let delivery = Delivery::prepare(options)?;
    let files = files(options, &company);
    let ledgers: Vec<Mutex<Ledger>> =
        periods.iter().map(|_| Mutex::new(vec![Sums::default(); company.templates.len()])).collect();
    let next = AtomicUsize::new(0);
    let written = AtomicU64::new(0);
    let work = || -> Result<Vec<DataFile>, DemoError> {
        let mut done = Vec::new();
        let mut ledger = vec![Sums::default(); company.templates.len()];
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((stretch, part)) = files.get(number) else { return Ok(done) };
            let report = |rows: u64| {
                let rows = written.fetch_add(rows, Ordering::Relaxed) + rows;
                progress(Progress {
                    rows,
                    rows_total: expected.max(rows),
                    period: periods[stretch.period].label(),
                });
            };
            ledger.fill(Sums::default());
            let period = &periods[stretch.period];
            let mut writer = delivery.open(&company, period, *part)?;
            let file = one_file(options, &company, stretch, &mut writer, &mut ledger, &report)?;
            done.push(DataFile { period: stretch.period, part: *part, rows: file, bytes: writer.finish()? });
            let mut total = ledgers[stretch.period].lock().map_err(|_| DemoError::Worker)?;
            for (total, sums) in total.iter_mut().zip(&ledger) {
                total.add(sums);
            }
        }
    };
    let mut done = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS.min(files.len())).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            done.extend(worker.join().map_err(|_| DemoError::Worker)??);
        }
        Ok::<(), DemoError>(())
    })?;
    done.sort_by_key(|file| (file.period, file.part));
    delivery.manifests(&company, &done)?;
    let ledgers: Vec<Ledger> = ledgers
        .into_iter()
        .map(|ledger| ledger.into_inner().map_err(|_| DemoError::Worker))
        .collect::<Result<_, _>>()?;
    let truth = delivery.truth(&document(&company, options, &ledgers)?)?;
    Ok(Summary {
        rows: done.iter().map(|file| file.rows).sum(),
        periods: periods
            .iter()
            .enumerate()
            .map(|(index, period)| {
                (period.label(), done.iter().filter(|file| file.period == index).map(|file| file.rows).sum())
            })
            .collect(),
        files: done.len(),
        bytes: done.iter().map(|file| file.bytes).sum(),
        report: delivery.report(),
        truth,
    })
}

/// Writes one stretch to its file and its sums to the ledger; returns the rows written.
fn one_file(
    options: &Options,
    company: &Company,
    stretch: &Stretch,
    writer: &mut FileWriter<'_>,
    ledger: &mut Ledger,
    report: &dyn Fn(u64),
) -> Result<u64, DemoError> {
    let focus = options.format.is_focus();
    let mut batch: Vec<Row> = Vec::with_capacity(BATCH);
    let mut rows = 0;
    let mut failure = None;
    emit(company, stretch, &mut |row| {
        let template = &company.templates[row.template as usize];
        let counts = template.kind.counts_usage() && !template.split;
        ledger[row.template as usize].add_row(&row, counts);
        if failure.is_some() || focus && !in_focus(template) {
            return;
        }
        batch.push(row);
        if batch.len() == BATCH {
            rows += batch.len() as u64;
            failure = writer.write(&batch).err();
            report(batch.len() as u64);
            batch.clear();
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    rows += batch.len() as u64;
    writer.write(&batch)?;
    report(batch.len() as u64);
    Ok(rows)
}

/// Splits every period into stretches of days, one a file.
fn files(options: &Options, company: &Company) -> Vec<(Stretch, usize)> {
    let most: u64 = if options.format.is_csv() { 1_000_000 } else { 2_500_000 };
    let hours: i64 = company.periods.iter().map(|period| i64::from(period.until - period.start)).sum();
    let per_day = (options.rows * 24 / hours.unsigned_abs().max(1)).max(1);
    let days = if company.daily_discounts {
        Hour::try_from((most / per_day).clamp(1, 31)).unwrap_or(31)
    } else {
        31
    };
    let mut list = Vec::new();
    for (index, period) in company.periods.iter().enumerate() {
        let mut from = period.start;
        let mut part = 1;
        while from < period.until {
            let to = (from + days * 24).min(period.until);
            list.push((Stretch { period: index, from, to }, part));
            from = to;
            part += 1;
        }
    }
    list
}

/// Builds the company, tuning the budget until the rows fit; returns it with the rows expected.
fn sized(options: &Options, periods: &[Period]) -> Result<(Company, u64), DemoError> {
    let hours: u64 =
        periods.iter().map(|period| u64::from((period.until - period.start).unsigned_abs())).sum();
    let target = options.rows * 730 / hours.max(1);
    let mut budget = Budget { target, rows: target };
    let mut best: Option<(u64, Company, u64)> = None;
    for _ in 0..6 {
        let company = Company::build(options.seed, periods, &budget)?;
        let rows = count(&company).max(1);
        let miss = rows.abs_diff(options.rows);
        if best.as_ref().is_none_or(|(known, _, _)| miss < *known) {
            best = Some((miss, company, rows));
        }
        if miss * 100 <= options.rows {
            break;
        }
        // The rows that do not follow the budget stay; the rest is scaled.
        let step = i128::from(options.rows) - i128::from(rows);
        let change = step * 730 / i128::from(hours.max(1));
        budget.rows = u64::try_from((i128::from(budget.rows) + change).max(1)).unwrap_or(1);
    }
    best.map(|(_, company, rows)| (company, rows)).ok_or(DemoError::Worker)
}

/// Rows of the company's bill, whatever the format (so that all formats are one bill): counted for a small one, estimated from three days a month for a large one.
fn count(company: &Company) -> u64 {
    let rows_of = |stretch: &Stretch| {
        let mut rows = 0u64;
        emit(company, stretch, &mut |_| {
            rows += 1;
        });
        rows
    };
    let mut total = 0;
    for (index, period) in company.periods.iter().enumerate() {
        if !company.daily_discounts || period.until - period.start <= 9 * 24 {
            total += rows_of(&Stretch { period: index, from: period.start, to: period.until });
            continue;
        }
        // The seven days around the middle.
        let middle = i32::midpoint(period.start, period.until) / 24 * 24 - 72;
        let find = |weekday: usize| {
            (0..7).map(|day| middle + day * 24).find(|day| crate::calendar::weekday(*day) == weekday)
        };
        let day = |weekday| {
            find(weekday).map_or(0, |from| {
                // Not the first day, which carries the month's fees.
                let from = from.clamp(period.start + 24, period.until - 24);
                rows_of(&Stretch { period: index, from, to: from + 24 })
            })
        };
        let week = day(3) * 5 + day(5) + day(6);
        let hours = u64::from((period.until - period.start).unsigned_abs());
        total += week * hours / 168 + company.fees[index].len() as u64;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_days_stand_for_the_month() {
        let end = "2026-11-01T00:00:00Z".parse().expect("a valid instant");
        let periods = periods(end, 1);
        let company =
            Company::build(3, &periods, &Budget { target: 400_000, rows: 400_000 }).expect("a company");
        let mut per_day = Vec::new();
        let mut exact = 0;
        for day in 0..31 {
            let from = periods[0].start + day * 24;
            let mut rows = 0;
            emit(&company, &Stretch { period: 0, from, to: from + 24 }, &mut |_| rows += 1);
            per_day.push((crate::calendar::weekday(from), rows));
            exact += rows;
        }
        let estimate = count(&company);
        // Incidents come and go within the month; the promise is five percent.
        assert!(estimate.abs_diff(exact) * 100 < exact * 3, "{estimate} for {exact}: {per_day:?}");
    }
}
