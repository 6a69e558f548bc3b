//! Sums over the roll-up in memory.
//!
//! A question becomes small tables first: which codes pass each filter, which group each code belongs to.
//! Then threads share the rows: a pass per filter keeps a list of rows, a pass per dimension computes each
//! row's place among the groups, and a last pass adds 64-bit integers to 128-bit sums at that place. Groups
//! times buckets are one dense array while that is small, and a hash table beyond. Nothing is rounded.

mod axes;
mod carried;
mod condense;
mod mapped;
mod names;
mod scan;

pub(crate) use names::Names;

use crate::assemble::{Row, Table};
use crate::error::QueryError;
use crate::plan::{Days, Plan, asks_names};
use crate::stop::Stop;
use crate::store::{Column, Slab, Store};
use axes::{Axes, Places, Sieves, axis_columns};
use model::{CostQuery, SCALE, TimeView};
use scan::{Groups, Job};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below this many rows a second thread costs more than it saves.
const ROWS_PER_THREAD: usize = 65_536;

/// The groups of a question over some days, from the roll-up.
pub(crate) fn sum(
    store: &Store,
    plan: &Plan,
    query: &CostQuery,
    days: Days,
    threads: usize,
    stop: &Stop,
) -> Result<Table, QueryError> {
    let periods = plan.periods_of(store, days)?;
    let mut files: Vec<(usize, &Path)> = Vec::new();
    for (at, period) in periods.iter().enumerate() {
        for file in &period.rollup_files {
            if store.extent(std::slice::from_ref(file))?.is_some_and(|extent| extent.meets(days)) {
                files.push((at, file));
            }
        }
    }
    let names = if asks_names(query) {
        let all: Vec<_> = plan.all.iter().collect();
        Some(Names::new(store, &all, threads, &plan.names)?)
    } else {
        None
    };
    let mut columns: Vec<&'static str> = vec![query.metric.info().column];
    for column in query.dimensions().flat_map(axis_columns) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns[1..].sort_unstable();
    // The compared span is always asked for as one total.
    let buckets = if query.view == TimeView::Total { 1 } else { plan.buckets.len() };
    let mut table = Table::new(buckets);
    for batch in batches(store, &files, columns.len())? {
        let paths: Vec<&Path> = batch.iter().map(|(_, path)| *path).collect();
        let mut slabs = slabs(store, &paths, &columns, threads)?;
        let places = Places::new(store, query, &columns, &mut slabs, names.as_ref())?;
        let bills: Vec<_> = batch.iter().map(|(at, _)| periods[*at]).collect();
        let axes = Axes::new(query, &places, &bills, &slabs)?;
        let sieves = Sieves::new(query, &places);
        stop.check()?;
        let rows = run(plan, query, days, buckets, &slabs, &axes, &sieves, threads, stop)?;
        table.merge(rows)?;
    }
    Ok(table)
}

/// The slabs of a question: condensed ones where they are known or worth making.
fn slabs(
    store: &Store,
    files: &[&Path],
    columns: &[&'static str],
    threads: usize,
) -> Result<Vec<Slab>, QueryError> {
    let mut found: Vec<Option<Slab>> = Vec::with_capacity(files.len());
    let mut missing: Vec<(&Path, u32)> = Vec::new();
    for file in files {
        let known = store.condensed(file, columns);
        if let Err(asked) = known {
            missing.push((file, asked));
        }
        found.push(known.ok());
    }
    let paths: Vec<&Path> = missing.iter().map(|(file, _)| *file).collect();
    let full = store.slabs(&paths, columns, threads)?;
    let small = parallel(threads, full.len(), |at| match missing[at].1 {
        Store::NEVER => None,
        asked => condense::condense(&full[at], asked > 0)
            .or_else(|| store.is_worth_keeping(&full[at]).then(|| full[at].clone())),
    });
    let mut made = full.into_iter().zip(small).zip(missing);
    for place in found.iter_mut().filter(|place| place.is_none()) {
        let Some(((full, small), (file, asked))) = made.next() else { break };
        store.keep_condensed(file, columns, asked, small.as_ref());
        *place = Some(small.unwrap_or(full));
    }
    Ok(found.into_iter().flatten().collect())
}

/// Splits the files so that the columns of one part stay under the store's limit.
fn batches<'a>(
    store: &Store,
    files: &[(usize, &'a Path)],
    columns: usize,
) -> Result<Vec<Vec<(usize, &'a Path)>>, QueryError> {
    let mut batches: Vec<Vec<(usize, &Path)>> = Vec::new();
    let mut room = 0;
    for (at, path) in files {
        let rows = store.slabs(&[path], &[], 1)?.first().map_or(0, |slab| slab.runs.rows());
        let bytes = rows * (8 + columns * 2);
        if batches.is_empty() || bytes > room {
            batches.push(Vec::new());
            room = store.limit();
        }
        room = room.saturating_sub(bytes);
        if let Some(batch) = batches.last_mut() {
            batch.push((*at, *path));
        }
    }
    Ok(batches)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one question, resolved one by one")]
fn run(
    plan: &Plan,
    query: &CostQuery,
    days: Days,
    buckets: usize,
    slabs: &[Slab],
    axes: &Axes,
    sieves: &Sieves,
    threads: usize,
    stop: &Stop,
) -> Result<Vec<Row>, QueryError> {
    if sieves.nothing_passes() {
        return Ok(Vec::new());
    }
    let mut scale = 0;
    let mut magnitude = 0_u128;
    let mut rows = 0;
    for slab in slabs {
        let Some(Column::Amount(amounts)) = slab.columns.first().map(|column| &**column) else {
            return Err(QueryError::internal("the first column holds no amounts"));
        };
        let widest = if amounts.large.is_empty() { amounts.scale } else { SCALE };
        scale = scale.max(widest);
        magnitude = magnitude.saturating_add(amounts.magnitude);
        rows += slab.runs.rows();
    }
    if magnitude > i128::MAX.unsigned_abs() {
        return Err(QueryError::invalid(
            format!("the figures of {} are too large to be summed", query.metric.name()),
            "Narrow the span or add a filter; a report with amounts of this size is likely damaged.",
        ));
    }
    let of_day =
        |day: i32| days.contains(day).then(|| if buckets == 1 { 0 } else { plan.buckets.of_day(day) });
    let items = scan::items(slabs, &of_day);
    let job = Job { slabs, axes, sieves, scale, buckets };
    let dense = job.cells().filter(|cells| *cells <= (4 * rows).clamp(4_096, 1 << 21));
    let threads = threads.min(rows / ROWS_PER_THREAD + 1);
    let next = AtomicUsize::new(0);
    let parts = parallel(threads, threads, |_| {
        let mut groups = match (dense, usize::try_from(axes.groups)) {
            (Some(_), Ok(groups)) => Groups::dense(groups, buckets),
            _ => Groups::hash(),
        };
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if groups.is_full() || stop.now() {
                break;
            }
            job.scan(item, &mut groups);
        }
        groups
    });
    stop.check()?;
    let mut parts = parts.into_iter();
    let Some(mut groups) = parts.next() else { return Ok(Vec::new()) };
    for part in parts {
        groups.merge(part);
    }
    if groups.is_full() {
        return Err(QueryError::too_large(buckets));
    }
    let factor = 10_i128.pow(SCALE - scale);
    Ok(groups
        .into_rows(buckets)
        .map(|(group, figures)| Row {
            keys: axes.keys(group),
            // The bound on magnitudes above was taken in the finest unit.
            figures: figures.into_iter().map(|figure| figure * factor).collect(),
        })
        .collect())
}

/// Computes `work(0..count)` on some threads; results are in order. One thread is the caller's own.
pub(crate) fn parallel<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if threads <= 1 || count <= 1 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return done;
            }
            done.push((at, work(at)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(share)).collect();
        let mut done = share();
        for other in others {
            match other.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
