//! What whoever runs the server needs.

use super::Serve;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// For programs: one object a line
    Json,
}

/// Who is told metrics; nobody, unless one of these is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct MetricsOptions {
    /// Address of this machine alone that tells metrics (and /healthz, /readyz), such as 127.0.0.1:9464
    #[arg(long, env = "CLOUD_ANALYZER_METRICS_LISTEN", value_name = "ADDRESS", value_parser = parse_own_address)]
    pub(crate) metrics_listen: Option<SocketAddr>,
}

fn parse_own_address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| format!("'{text}' is not ADDRESS:PORT"))?;
    if !address.ip().is_loopback() {
        return Err("metrics are told without sign-in there, so it has to be an address of this machine alone, such as 127.0.0.1:9464; for others, set CLOUD_ANALYZER_METRICS_TOKEN and ask /metrics of the server's own address".to_owned());
    }
    Ok(address)
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) serve: Serve,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask nobody: neither the provider, nor the mail server, nor the OpenID Connect provider
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder of the backup: a new one, or that of an earlier backup of the same data folder
    #[arg(value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Leave the key of kept secrets out; keep it elsewhere then
    #[arg(long)]
    pub(crate) without_key: bool,
    /// Print a summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Folder of the backup; --data names the folder that is made, which must be empty or not there
    #[arg(value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// Print a summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
