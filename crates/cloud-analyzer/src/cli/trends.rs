//! Options of what looks for irregular spend.

use super::Format;
use clap::{Args, ValueEnum};
use model::{Day, Decimal};

#[derive(Debug, Args)]
pub(crate) struct Events {
    /// With a day of spend from this one on (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<Day>,
    /// With a day of spend before this one (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<Day>,
    /// Rises or falls alone
    #[arg(long, value_enum)]
    pub(crate) direction: Option<Way>,
    /// Open and ended ones, those that were put away, those whose data were corrected, or all
    #[arg(long, value_enum, default_value_t = Standing::Active)]
    pub(crate) status: Standing,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// Rises or falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// Rises
    Increase,
    /// Falls
    Decrease,
}

/// Which events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Standing {
    /// Open and ended ones
    Active,
    /// Those that were put away
    Archived,
    /// Those whose data were corrected
    Withdrawn,
    /// All
    All,
}

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// How a figure is judged
    #[arg(long, value_enum, default_value_t = Method::Robust)]
    pub(crate) method: Method,
    /// Change from which on it counts, in percent
    #[arg(long, value_name = "PERCENT", default_value = "25")]
    pub(crate) threshold: Decimal,
    /// Least amount, in the bill's currency: of a run by the robust method, of a span by the others
    #[arg(long, value_name = "AMOUNT", default_value = "100")]
    pub(crate) minimum: Decimal,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// How a figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// By level, weekday, spread and what was seen before
    Robust,
    /// A day against the same weekday of four weeks
    Daily,
    /// 7 days against the four 7-day spans before
    Weekly,
    /// 30 days against the four 30-day spans before
    Monthly,
}
