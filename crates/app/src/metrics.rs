//! Metrics in Prometheus' text format, for whoever runs the server.
//!
//! Most are looked up when they are asked for: the metadata store knows jobs, looks and rows whatever process did the
//! work, and numbers that it holds survive a restart; what would be long to look up is kept for a minute (`Sums`). Only
//! what nobody writes down is counted in memory. Organizations, accounts and connections are never named: ids of
//! connections that the command line made hold names, so a connection is told by a checksum of its id ([`label`]). The
//! text is written by hand: the format is a page long, and a library of it would be most of what it takes.

mod disk;
mod kept;
mod text;

pub(crate) use kept::Sums;
pub use text::{Kind, Text};

use crate::hex::hex;
use crate::{App, Result};
use meta::JobState;
use model::ConnectionId;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// Bytes of a checksum that tell connections apart.
const LABEL_BYTES: usize = 6;
/// Letters of a token for metrics: fewer could be guessed.
const LEAST_TOKEN: usize = 16;

/// What opens the metrics to whoever is not at this machine; kept as its hash.
#[derive(Clone)]
pub struct Token([u8; 32]);

impl Token {
    /// A token of the operator's.
    ///
    /// # Errors
    /// Words about what is wrong with it; it is not repeated.
    pub fn try_new(text: &str) -> Result<Self, String> {
        if text.len() < LEAST_TOKEN || text.chars().any(|letter| !letter.is_ascii_graphic()) {
            return Err(format!(
                "a token for metrics has {LEAST_TOKEN} letters at least, and no blanks; 'openssl rand -hex 32' makes one"
            ));
        }
        Ok(Self(Sha256::digest(text).into()))
    }

    /// Whether somebody gave it.
    pub fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        self.0.ct_eq(&given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token")
    }
}

/// What a connection is called in metrics: `status --json` says of which one it is.
#[must_use]
pub fn label(connection: &ConnectionId) -> String {
    let sum = Sha256::digest(connection.as_str());
    hex(sum.into_iter().take(LABEL_BYTES))
}

/// The application's metrics, as they are now.
///
/// # Errors
/// When the metadata store does not answer.
pub async fn of(app: &App) -> Result<Text> {
    let mut text = Text::default();
    process(app, &mut text);
    engine(app, &mut text);
    jobs(app, &mut text).await?;
    connections(app, &mut text).await?;
    mails(app, &mut text);
    disk::write(app, &mut text).await;
    Ok(text)
}

fn process(app: &App, text: &mut Text) {
    let name = "cloud_analyzer_build_info";
    text.family(name, Kind::Gauge, "Always 1; the labels say what runs.");
    let schema = model::schema::VERSION.to_string();
    text.sample(name, &[("version", env!("CARGO_PKG_VERSION")), ("schema", &schema)], 1);
    let name = "cloud_analyzer_start_time_seconds";
    text.family(name, Kind::Gauge, "When this process opened its data folder (Unix time).");
    text.sample(name, &[], app.began().timestamp());
    if let Some(bytes) = disk::resident() {
        let name = "cloud_analyzer_resident_memory_bytes";
        text.family(name, Kind::Gauge, "Memory of the server; each reading has a process of its own.");
        text.sample(name, &[], bytes);
    }
}

fn engine(app: &App, text: &mut Text) {
    let load = app.engine().load();
    let name = "cloud_analyzer_query_memory_bytes";
    text.family(name, Kind::Gauge, "Memory of questions: of the roll-up, and reserved by statements.");
    for (of, bytes) in [("rollup", load.rollup.bytes), ("statements", load.statements.bytes)] {
        text.sample(name, &[("of", of)], bytes);
    }
    let name = "cloud_analyzer_query_disk_bytes";
    let help = "What statements have on disk for want of memory, and rows that wait there for slow readers.";
    text.family(name, Kind::Gauge, help);
    text.sample(name, &[], load.disk_bytes);
    let name = "cloud_analyzer_query_memory_limit_bytes";
    text.family(name, Kind::Gauge, "What the roll-up, and all statements together, may take.");
    text.sample(name, &[], load.memory_limit);
    let name = "cloud_analyzer_query_turns_waiting";
    text.family(name, Kind::Gauge, "Questions that wait for their turn.");
    for (of, waiting) in [("rollup", load.rollup.waiting), ("statements", load.statements.waiting)] {
        text.sample(name, &[("of", of)], waiting);
    }
    let name = "cloud_analyzer_query_turns_held";
    text.family(name, Kind::Gauge, "Questions that are worked on.");
    for (of, held) in [("rollup", load.rollup.held), ("statements", load.statements.held)] {
        text.sample(name, &[("of", of)], held);
    }
}

async fn jobs(app: &App, text: &mut Text) -> Result<()> {
    let (open, now) = (app.meta().open_job_counts().await?, app.now().timestamp_millis());
    let ended = app.sums().ended.or_look(app.meta().ended_job_counts()).await?;
    let name = "cloud_analyzer_jobs";
    text.family(name, Kind::Gauge, "Jobs by state; those that ended are told of for a month.");
    for of in open.iter().chain(&ended) {
        let state = of.state.to_string();
        text.sample(name, &[("name", &of.name), ("lane", &of.lane), ("state", &state)], of.jobs);
    }
    let name = "cloud_analyzer_jobs_waiting_seconds";
    text.family(name, Kind::Gauge, "How long the job that is due for longest has waited for its turn.");
    for of in open.iter().filter(|of| of.state == JobState::Queued) {
        let seconds = now.saturating_sub(of.first_ms).max(0) as f64 / 1000.0;
        text.sample(name, &[("name", &of.name), ("lane", &of.lane)], seconds);
    }
    let name = "cloud_analyzer_lane_seen_timestamp_seconds";
    text.family(name, Kind::Gauge, "When a lane of jobs last looked for work (Unix time).");
    for (lane, at) in app.lanes().seen() {
        text.sample(name, &[("lane", lane)], at.timestamp());
    }
    Ok(())
}

async fn connections(app: &App, text: &mut Text) -> Result<()> {
    let (all, read) =
        (app.meta().connection_counts().await?, app.sums().read.or_look(app.meta().read_counts()).await?);
    each(
        text,
        "cloud_analyzer_connection_looked_timestamp_seconds",
        Kind::Gauge,
        "When a connection's source was last looked at with success (Unix time).",
        all.iter().filter_map(|one| Some((&one.connection, one.looked_at_ms? as f64 / 1000.0))),
    );
    each(
        text,
        "cloud_analyzer_connection_failures",
        Kind::Gauge,
        "Failures of a connection that have not ended.",
        all.iter().map(|one| (&one.connection, one.failures)),
    );
    each(
        text,
        "cloud_analyzer_ingest_rows_total",
        Kind::Counter,
        "Rows of the months that were read and published.",
        read.iter().map(|one| (&one.connection, one.rows)),
    );
    each(
        text,
        "cloud_analyzer_ingest_bytes_total",
        Kind::Counter,
        "Bytes of their files, as delivered.",
        read.iter().map(|one| (&one.connection, one.bytes)),
    );
    Ok(())
}

/// A family with a sample for each connection.
fn each<'a, V: fmt::Display>(
    text: &mut Text,
    name: &str,
    kind: Kind,
    help: &str,
    samples: impl Iterator<Item = (&'a ConnectionId, V)>,
) {
    text.family(name, kind, help);
    for (connection, value) in samples {
        text.sample(name, &[("connection", &label(connection))], value);
    }
}

fn mails(app: &App, text: &mut Text) {
    let Some(mail) = app.mail() else { return };
    let counts = mail.mailer.counts();
    let name = "cloud_analyzer_mails_total";
    text.family(name, Kind::Counter, "Mails by what became of them, after all tries.");
    for (outcome, count) in [("sent", counts.sent), ("failed", counts.failed)] {
        text.sample(name, &[("outcome", outcome)], count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;

    #[test]
    fn a_token_is_long_and_never_shown() {
        for bad in ["", "short", "a token with blanks in it", "0123456789abcde"] {
            assert!(Token::try_new(bad).is_err(), "{bad}");
        }
        let token = Token::try_new("0123456789abcdef").unwrap();
        assert!(token.is("0123456789abcdef") && !token.is("0123456789abcdeg") && !token.is(""));
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[tokio::test]
    async fn a_new_folder_has_metrics() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), AppOptions::default()).await.unwrap();
        let text = of(&app).await.unwrap().finish();
        for part in
            ["build_info{version=", "query_memory_bytes{of=\"rollup\"} 0", "lake_bytes{table=\"rollup\"} "]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
