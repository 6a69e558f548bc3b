//! Times the ten dashboard queries over given roll-up files: `ten_queries [--rounds N] FILE…`.
//!
//! Files are taken as consecutive months from 2026-01 in the order given, unless a folder of the path says
//! `billing_period=YYYY-MM`. Prints one line of JSON per query: median milliseconds, and the total's digits as
//! a checksum for the other side of the benchmark.

use lake::DataFile;
use model::{BillingPeriod, CostQuery, Metric, TimeView};
use query::{Engine, EngineOptions, PublishedPeriod, View};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut rounds = 9;
    let mut files: Vec<PathBuf> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            rounds = arguments.next().ok_or("--rounds needs a number")?.parse()?;
        } else {
            files.push(argument.into());
        }
    }
    let view = view(&files)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&view, rounds))
}

fn view(files: &[PathBuf]) -> Result<View, Failure> {
    let mut next: BillingPeriod = "2026-01".parse()?;
    let mut periods: Vec<PublishedPeriod> = Vec::new();
    for file in files {
        let period = named(file).unwrap_or(next);
        next = period.next();
        if let Some(known) = periods.iter_mut().find(|known| known.period == period) {
            known.rollup_files.push(DataFile::local(file)?);
            continue;
        }
        periods.push(PublishedPeriod {
            connection: "bench".into(),
            period,
            publication: 1,
            proven: true,
            currency: "USD".into(),
            open: false,
            rollup_files: vec![DataFile::local(file)?],
            line_item_files: None,
        });
    }
    Ok(View { periods, ..View::default() })
}

fn named(path: &Path) -> Option<BillingPeriod> {
    path.components()
        .find_map(|part| part.as_os_str().to_str()?.strip_prefix("billing_period=")?.parse().ok())
}

/// The ten queries of docs/ARCHITECTURE.md; accounts, a service and a tag are the largest of the data.
async fn questions(engine: &Engine, view: &View) -> Result<Vec<(&'static str, CostQuery)>, Failure> {
    let by = |names: &[&str], view: TimeView| -> Result<CostQuery, Failure> {
        let group_by = names.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
        Ok(CostQuery { group_by, view, ..CostQuery::total(Metric::Amortized) })
    };
    let largest = async |dimension: &str, count: usize| -> Result<String, Failure> {
        let span = query::Span::default();
        let dimension: model::Dimension = dimension.parse()?;
        let (values, _) = engine.values(view, &dimension, span, Metric::Amortized, "", count).await?;
        let filter = model::Filter {
            dimension,
            exclude: false,
            values: values.into_iter().map(|(value, _)| value.unwrap_or_default()).collect(),
        };
        Ok(filter.to_string())
    };
    let accounts = largest("account_id", 3).await?;
    let service = largest("service", 1).await?;
    let keys = engine.tag_keys(view).await?;
    let tag = keys.iter().find(|key| key.ends_with("eam")).or(keys.first()).map_or("Team", String::as_str);
    let with = |query: CostQuery, filter: &str| -> Result<CostQuery, Failure> {
        Ok(CostQuery { filters: vec![filter.parse()?], ..query })
    };
    let months = by(&[], TimeView::Month)?;
    let days = engine.answer(view, &months).await?;
    let last = days.to.pred_opt().and_then(BillingPeriod::of).ok_or("no data")?;
    let two =
        CostQuery { from: Some(last.previous().first_day()), to: Some(last.end_day()), ..months.clone() };
    Ok(vec![
        ("by month", months),
        ("by day, account (top 20)", CostQuery { top: Some(20), ..by(&["account_id"], TimeView::Day)? }),
        ("by day, service", by(&["service"], TimeView::Day)?),
        ("by day, region", by(&["region"], TimeView::Day)?),
        ("by day, usage type", by(&["usage_type"], TimeView::Day)?),
        ("by month, tag", by(&[&format!("tag:{tag}")], TimeView::Month)?),
        ("3 accounts by day, instance type", with(by(&["instance_type"], TimeView::Day)?, &accounts)?),
        ("by day, lifecycle", by(&["lifecycle"], TimeView::Day)?),
        ("one service by day, operation", with(by(&["operation"], TimeView::Day)?, &service)?),
        ("this and last month", two),
    ])
}

async fn measure(view: &View, rounds: usize) -> Result<(), Failure> {
    let engine = Engine::new(EngineOptions { memory_limit: 1 << 30, threads: 2 });
    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    engine.answer(view, &CostQuery::total(Metric::Amortized)).await?;
    writeln!(out, "{{\"cold_first_query_ms\":{:.1}}}", start.elapsed().as_secs_f64() * 1e3)?;
    let start = Instant::now();
    let questions = questions(&engine, view).await?;
    for (_, query) in &questions {
        engine.answer(view, query).await?;
    }
    writeln!(out, "{{\"load_and_first_run_ms\":{:.1}}}", start.elapsed().as_secs_f64() * 1e3)?;
    let mut sum = 0.0;
    for (name, query) in &questions {
        let mut times = Vec::with_capacity(rounds);
        let mut total = String::new();
        let mut groups = 0;
        for _ in 0..rounds {
            engine.forget_answers();
            let start = Instant::now();
            let answer = engine.answer(view, query).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            total = answer.total.to_string();
            groups = answer.groups_total;
        }
        times.sort_by(f64::total_cmp);
        let median = times.get(times.len() / 2).copied().unwrap_or(0.0);
        sum += median;
        writeln!(
            out,
            "{{\"query\":\"{name}\",\"ms\":{median:.2},\"groups\":{groups},\"total\":\"{total}\"}}"
        )?;
    }
    writeln!(out, "{{\"sum_ms\":{sum:.2},\"memory_bytes\":{}}}", engine.memory_used())?;
    Ok(())
}
