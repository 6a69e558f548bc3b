//! Generates the demo company's report:
//! `cargo run --release -p demo --example generate -- --rows N --format F --out DIR [--seed S] [--months M] [--end RFC3339]`.

use demo::{Format, Options, generate};
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new(1_000_000, Format::Parquet, "demo-data".into());
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--rows" => options.rows = value.replace('_', "").parse()?,
            "--format" => options.format = value.parse()?,
            "--out" => options.out = value.into(),
            "--seed" => options.seed = value.parse()?,
            "--months" => options.months = value.parse()?,
            "--end" => options.end = value.parse()?,
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    let start = Instant::now();
    let summary = generate(&options, &|_| {})?;
    let seconds = start.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    for (period, rows) in &summary.periods {
        writeln!(out, "{period} {rows:>12} rows")?;
    }
    writeln!(
        out,
        "{} rows in {} files, {} bytes, {seconds:.1} s, {:.0} rows/s: {}",
        summary.rows,
        summary.files,
        summary.bytes,
        summary.rows as f64 / seconds,
        summary.report.display()
    )?;
    Ok(())
}
