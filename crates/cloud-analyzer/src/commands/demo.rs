//! `demo generate`: report files of the demo company.

use crate::cli::Generate;
use crate::output::{bytes, grouped, print};
use crate::progress::Display;
use app::{Progress, Stage};

pub(crate) fn generate(args: Generate) -> anyhow::Result<()> {
    let mut options = demo::Options::new(args.rows, args.format, args.out);
    options.seed = args.seed;
    options.months = args.months;
    if let Some(end) = args.end {
        options.end = end;
    }
    let display = Display::new();
    let result = demo::generate(&options, &|progress| {
        display.show(&Progress {
            connection: String::new(),
            period: progress.period.parse().ok(),
            stage: Stage::Generating,
            files_done: 0,
            files_total: 0,
            bytes_done: progress.rows,
            bytes_total: progress.rows_total,
            rows: progress.rows,
            bytes_per_second: 0,
            seconds_left: None,
            periods_done: 0,
            periods_total: 0,
        });
    });
    display.finish();
    let summary = result?;
    print(&format!(
        "wrote {} rows of {} months in {} files, {}\nreport  {}\ntruth   {}\n",
        grouped(summary.rows),
        summary.periods.len(),
        summary.files,
        bytes(summary.bytes),
        summary.report.display(),
        summary.truth.display(),
    ))?;
    Ok(())
}
