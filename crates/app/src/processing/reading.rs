//! How jobs read connections: how many at once, within which bounds, and in which process. Each bound stands here with
//! its reason.

use crate::jobs::Retry;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Wait after a run that took its process down. Long enough that a server that was just started is up and can be asked
/// before the same is tried again.
pub(super) const CRASH_WAIT_MS: i64 = 15_000;
/// Runs before a job is given up until the next poll. No wait is longer than five minutes: what an outage of an hour
/// ends must not be waited for until the next day.
pub(super) const RETRY: Retry = Retry { most: 5, first_ms: 2_000, longest_ms: 300_000 };
/// Bytes of a line that a reading process tells. A summary of ten years is some hundred kilobytes.
pub(super) const MOST_LINE: u64 = 8 << 20;
/// Time for a reading process to end by itself once it has told how it went.
pub(super) const END_WAIT: Duration = Duration::from_secs(5);

/// Jobs at once. An organization has one at a time, so that two endless sources leave room for a third tenant; reading
/// uses every core already, more lanes would only need more memory.
const LANES: usize = 3;
/// Without a step forward. The longest silence of honest work is the proof of a month of some hundred million line
/// items: a few minutes.
const STALL: Duration = Duration::from_mins(15);
/// From beginning to end. The largest bills (a terabyte of reports) take two to three hours.
const DEADLINE: Duration = Duration::from_hours(6);
const GIB: u64 = 1 << 30;
/// Reading the largest bills of `bench/` takes one to two GiB.
const LEAST_MEMORY: u64 = 2 * GIB;
/// Beyond this no report needs it: who asks for it is broken or hostile.
const MOST_MEMORY: u64 = 4 * GIB;

/// How jobs read connections.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Jobs at once, each of another organization.
    pub lanes: usize,
    /// A run that does not get on for so long has failed.
    pub stall: Duration,
    /// A run that is not done after so long has failed.
    pub deadline: Duration,
    /// Memory that a reading process may use for its data (bytes).
    pub memory: u64,
    /// How a process is started that reads for this one; `None`: this one reads itself.
    pub process: Option<ReaderProcess>,
    /// Whether this process reads for the one that started it, which holds the right to write.
    pub lent: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            lanes: LANES,
            stall: STALL,
            deadline: DEADLINE,
            memory: memory_of_half(),
            process: None,
            lent: false,
        }
    }
}

/// The program and its arguments; the number of the job is added at the end.
#[derive(Clone, Debug)]
pub struct ReaderProcess {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// Half of the machine's memory, within bounds: the server itself must live beside a reader.
fn memory_of_half() -> u64 {
    let known = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = known.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = total.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    (kilobytes.unwrap_or(0) * 1024 / 2).clamp(LEAST_MEMORY, MOST_MEMORY)
}
