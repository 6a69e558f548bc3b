//! How long former versions of bills are kept.

use clap::Args;
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct Keeping {
    /// Days for which replaced bills are kept, so that costs can be asked for as they stood (--as-of); 0 keeps none. Stays
    /// until another number is given [default: 35]
    #[arg(
        long,
        env = "CLOUD_ANALYZER_KEEP_SUPERSEDED",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(0..=3650)
    )]
    keep_superseded: Option<u32>,
}

impl Keeping {
    /// How long, where it was said.
    pub(crate) fn keep_superseded(&self) -> Option<Duration> {
        self.keep_superseded.map(|days| Duration::from_hours(24 * u64::from(days)))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Vacuum {
    /// Remove former versions as well, however young: past days cannot be asked for any more (--as-of), and what is being
    /// asked at the moment may fail
    #[arg(long)]
    pub(crate) all: bool,
}
