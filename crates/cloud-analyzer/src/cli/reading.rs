//! Bounds of the jobs that read connections.

use app::processing::{ReaderProcess, Reading};
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How connections are read: each by a process of its own, within bounds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
#[expect(clippy::struct_field_names, reason = "fields are named as their options are spelt")]
pub(crate) struct ReadingOptions {
    /// Memory that reading one connection may take, in MiB [default: half of the machine's, 2048 to 4096]
    #[arg(long, env = "CLOUD_ANALYZER_READ_MEMORY", value_name = "MIB", value_parser = clap::value_parser!(u64).range(64..=1 << 24))]
    pub(crate) read_memory: Option<u64>,
    /// Connections read at once, each of another organization [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) read_lanes: Option<u16>,
    /// Seconds without a step forward after which reading has failed [default: 900]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) read_stall: Option<u64>,
    /// Seconds after which reading has failed in any case [default: 21600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(crate) read_deadline: Option<u64>,
    /// Read for this job and end: the server starts itself like that
    #[arg(long, hide = true, value_name = "JOB")]
    pub(crate) read_job: Option<i64>,
}

impl ReadingOptions {
    pub(crate) fn reading(&self) -> Reading {
        let usual = Reading::default();
        Reading {
            lanes: self.read_lanes.map_or(usual.lanes, usize::from),
            stall: self.read_stall.map_or(usual.stall, Duration::from_secs),
            deadline: self.read_deadline.map_or(usual.deadline, Duration::from_secs),
            memory: self.read_memory.map_or(usual.memory, |mebibytes| mebibytes << 20),
            process: if self.read_job.is_none() { this_program() } else { None },
            lent: self.read_job.is_some(),
        }
    }
}

/// This very program, called as it was called: what the operator allowed holds for whoever reads as well. `None` where
/// the system does not know it; then the server reads itself.
fn this_program() -> Option<ReaderProcess> {
    // The file may have been replaced by a newer version meanwhile: this names the one that runs.
    let running = Path::new("/proc/self/exe");
    let program = if running.exists() { PathBuf::from(running) } else { std::env::current_exe().ok()? };
    let asked = std::env::args_os().skip(1);
    Some(ReaderProcess { program, arguments: asked.chain([OsString::from("--read-job")]).collect() })
}
