//! Options of what commitments do, and what could be saved.

use super::{Buy, Format};
use clap::{Args, Subcommand};
use model::{AsOf, BillingPeriod};

#[derive(Debug, Subcommand)]
pub(crate) enum Optimize {
    /// Each commitment in a month: cost, used, unused, utilization, savings
    Owned(Owned),
    /// Coverage and effective savings rates of a month
    Rates(OfMonth),
    /// A month again in AWS's order with what was owned in it, beside what was billed
    Replay(OfMonth),
    /// Waste that the rows of a month prove: idle, forgotten, of a dearer kind
    Waste(OfMonth),
    /// Clusters, groups and environments that instances ran for in a month
    Workloads(OfMonth),
    /// What to buy: the amount of an offer that costs least over a look-back, with what is owned
    Buy(Box<Buy>),
}

#[derive(Debug, Args)]
pub(crate) struct OfMonth {
    /// Month of the bill [default: the newest with data]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<BillingPeriod>,
    /// The bills as they stood then: a day, or an instant (UTC)
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<AsOf>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Owned {
    #[command(flatten)]
    pub(crate) of: OfMonth,
    /// Hours of one commitment
    #[arg(long, value_name = "ID")]
    pub(crate) hourly: Option<String>,
}
