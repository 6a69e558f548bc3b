//! Watches a run from outside: one that does not get on, or does not come to an end, has failed.

use super::reading::Reading;
use crate::{AppError, ErrorKind, Progress};
use std::time::{Duration, Instant};

/// Between looks at a run.
pub(super) const LOOK: Duration = Duration::from_millis(250);

/// What is known of a run.
pub(super) struct Watch {
    began: Instant,
    moved: Instant,
    last: Option<Progress>,
}

impl Watch {
    pub(super) fn begin(now: Instant) -> Self {
        Self { began: now, moved: now, last: None }
    }

    /// Notes where the run stands.
    pub(super) fn saw(&mut self, progress: &Progress, now: Instant) {
        // Speed and time left change while nothing is read.
        let place = |progress: &Progress| {
            let Progress { period, stage, bytes_done, rows, periods_done, .. } = progress;
            (*period, *stage, *bytes_done, *rows, *periods_done)
        };
        if self.last.as_ref().map(place) != Some(place(progress)) {
            self.moved = now;
            self.last = Some(progress.clone());
        }
    }

    /// Why the run is over, if it is.
    pub(super) fn over(&self, reading: &Reading, now: Instant) -> Option<AppError> {
        let month = self.last.as_ref().and_then(|progress| progress.period);
        let at = month.map(|month| format!(" (at {month})")).unwrap_or_default();
        // Not retried at once: the next poll is early enough for what holds a lane for so long.
        if now.duration_since(self.moved) >= reading.stall {
            let message = format!("reading did not get on for {}{at}", words(reading.stall));
            return Some(AppError::new(ErrorKind::Invalid, message).advise(
                "The source answers too slowly or not at all. Check that it can be reached and is not overloaded; it is looked at again by itself.",
            ));
        }
        if now.duration_since(self.began) >= reading.deadline {
            let message = format!("reading was not done after {}{at}", words(reading.deadline));
            return Some(AppError::new(ErrorKind::Invalid, message).advise(
                "What was published until then stands. Split the report into several prefixes, or ask whoever runs this server to allow more time (--read-deadline).",
            ));
        }
        None
    }
}

fn words(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds if seconds < 7200 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stage;

    fn progress(bytes_done: u64) -> Progress {
        Progress {
            connection: "bills".to_owned(),
            period: "2026-10".parse().ok(),
            stage: Stage::Reading,
            files_done: 0,
            files_total: 0,
            bytes_done,
            bytes_total: 100,
            rows: 0,
            bytes_per_second: 0,
            seconds_left: None,
            periods_done: 0,
            periods_total: 1,
        }
    }

    #[test]
    fn a_run_that_stands_still_is_over_and_one_that_creeps_is_over_at_last() {
        let reading = Reading {
            stall: Duration::from_secs(60),
            deadline: Duration::from_secs(3 * 3600),
            ..Reading::default()
        };
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let mut watch = Watch::begin(began);
        watch.saw(&progress(1), after(30));
        assert!(watch.over(&reading, after(80)).is_none());
        watch.saw(&progress(1), after(80));
        let stalled = watch.over(&reading, after(90)).expect("no byte for a minute");
        assert_eq!(stalled.message, "reading did not get on for 60 seconds (at 2026-10)");
        for step in 1..=180 {
            watch.saw(&progress(1 + step), after(60 * step));
        }
        assert!(watch.over(&reading, after(3 * 3600)).expect("too long").message.contains("3 hours"));
    }
}
