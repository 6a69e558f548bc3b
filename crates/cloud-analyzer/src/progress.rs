//! Progress of an ingest: one line that is redrawn on a terminal, a log line now and then elsewhere.

use crate::output::{bytes, grouped};
use app::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
// Writing to a String cannot fail: the results of `write!` below say nothing.
use std::fmt::Write as _;

const LOG_EVERY: Duration = Duration::from_secs(10);

/// Shows progress on standard error.
pub(crate) struct Display {
    bar: Option<ProgressBar>,
    logged: Mutex<Option<(Instant, String)>>,
}

impl Display {
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3}%  {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, logged: Mutex::new(None) }
    }

    pub(crate) fn show(&self, progress: &Progress) {
        let text = words(progress);
        if let Some(bar) = &self.bar {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_done.min(progress.bytes_total));
            bar.set_message(text);
            return;
        }
        let now = Instant::now();
        let period = progress.period.map(|period| period.to_string()).unwrap_or_default();
        let at = format!("{period}/{}", progress.stage.name());
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        // A new period or stage at once, but not every stage of hundreds of small periods.
        let due = logged.as_ref().is_none_or(|(last, stage)| {
            let waited = now.duration_since(*last);
            waited >= LOG_EVERY || (*stage != at && waited >= LOG_EVERY / 10)
        });
        if due {
            *logged = Some((now, at));
            drop(logged);
            tracing::info!("{text}");
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn words(progress: &Progress) -> String {
    let doing = match progress.stage {
        Stage::Generating => "generating",
        Stage::Reading => "reading",
        Stage::Proving => "proving totals of",
        Stage::LineItems => "storing line items of",
        Stage::Publishing => "publishing",
    };
    let period = progress.period.map_or_else(|| "report".to_owned(), |period| period.to_string());
    let mut text = format!("{doing} {period}");
    if progress.periods_total > 1 {
        let _ = write!(text, " ({} of {} periods ready)", progress.periods_done, progress.periods_total);
    }
    if progress.stage == Stage::Generating {
        let _ = write!(text, ", {} of {} rows", grouped(progress.rows), grouped(progress.bytes_total));
        return text;
    }
    let _ = write!(
        text,
        ", {} rows, {} of {}, {}/s",
        grouped(progress.rows),
        bytes(progress.bytes_done),
        bytes(progress.bytes_total),
        bytes(progress.bytes_per_second)
    );
    if let Some(left) = progress.seconds_left {
        let _ = write!(text, ", {} left", seconds(left));
    }
    text
}

fn seconds(count: u64) -> String {
    match count {
        0..60 => format!("{count} s"),
        60..3600 => format!("{} min {} s", count / 60, count % 60),
        _ => format!("{} h {} min", count / 3600, count % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_rows_bytes_speed_and_time_left() {
        let progress = Progress {
            connection: "c".into(),
            period: Some("2026-10".parse().unwrap()),
            stage: Stage::Reading,
            files_done: 1,
            files_total: 4,
            bytes_done: 500_000_000,
            bytes_total: 2_000_000_000,
            rows: 3_200_000,
            bytes_per_second: 250_000_000,
            seconds_left: Some(66),
            periods_done: 2,
            periods_total: 13,
        };
        assert_eq!(
            words(&progress),
            "reading 2026-10 (2 of 13 periods ready), 3,200,000 rows, 500.0 MB of 2.0 GB, 250.0 MB/s, 1 min 6 s left"
        );
    }
}
