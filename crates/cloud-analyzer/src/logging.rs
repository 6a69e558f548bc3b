//! Logs on standard error; `CLOUD_ANALYZER_LOG` chooses what (`info`, `query=debug`, …).

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

// AWS's libraries dump whole answers when a machine has no credentials; we say that in our own words.
const DEFAULT: &str =
    "warn,aws_config=error,cloud_analyzer=info,api=info,app=info,connect=info,ingest=info,meta=info";

/// Starts logging; a filter that cannot be read falls back to the default, with a warning.
pub(crate) fn start() {
    let wanted = std::env::var("CLOUD_ANALYZER_LOG").unwrap_or_else(|_| DEFAULT.to_owned());
    let (filter, wrong) = match EnvFilter::try_new(&wanted) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(DEFAULT), Some(error)),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    if let Some(error) = wrong {
        tracing::warn!(filter = wanted, "CLOUD_ANALYZER_LOG is not a log filter: {error}");
    }
}
