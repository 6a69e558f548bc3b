//! Options of notifications.

use super::MailOptions;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Notify {
    /// Show the channels by which notifications leave
    List,
    /// Send a test by a channel, and show what its receiver answers
    Test(NotifyTest),
}

#[derive(Debug, Args)]
pub(crate) struct NotifyTest {
    /// Name or identifier of the channel
    #[arg(value_name = "CHANNEL")]
    pub(crate) channel: String,
    #[command(flatten)]
    pub(crate) mail: MailOptions,
    /// Address that browsers use, for links in the message
    #[arg(long, env = "CLOUD_ANALYZER_PUBLIC_URL", value_name = "URL", value_parser = super::identity::parse_public_url)]
    pub(crate) public_url: Option<String>,
}
