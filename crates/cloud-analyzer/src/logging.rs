//! Logs on standard error, one line an event; `CLOUD_ANALYZER_LOG` chooses what (`info`, `query=debug`, …).
//!
//! What fields say may come from bills and from foreign servers: it is written so that it can neither begin a line nor move a
//! terminal's cursor. For programs that read logs, each line is JSON (`--log-format json`).

mod json;

use crate::cli::LogFormat;
use model::shown;
use std::fmt::{self, Debug};
use std::io::IsTerminal;
use tracing::field::{Field, Visit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

// AWS's libraries dump whole answers when a machine has no credentials; we say that in our own words.
const DEFAULT: &str =
    "warn,aws_config=error,cloud_analyzer=info,api=info,app=info,connect=info,ingest=info,meta=info";

/// Starts logging; a filter that cannot be read falls back to the default, with a warning.
pub(crate) fn start(format: LogFormat) {
    let wanted = std::env::var("CLOUD_ANALYZER_LOG").unwrap_or_else(|_| DEFAULT.to_owned());
    let (filter, wrong) = match EnvFilter::try_new(&wanted) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(DEFAULT), Some(error)),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            let ansi = std::io::stderr().is_terminal();
            logs.with_ansi(ansi).with_target(false).fmt_fields(OneLine).init();
        }
        LogFormat::Json => {
            logs.with_ansi(false).fmt_fields(json::JsonFields).event_format(json::JsonEvents).init();
        }
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("without a word");
        tracing::error!(panic.at = place, "a defect of the product ended a piece of work: {what}");
    }));
    if let Some(error) = wrong {
        tracing::warn!(filter = wanted, "CLOUD_ANALYZER_LOG is not a log filter: {error}");
    }
}

/// Fields as the usual format shows them, each cleaned and of bounded length.
struct OneLine;

impl<'writer> FormatFields<'writer> for OneLine {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut written = Fields { writer, is_first: true, result: Ok(()) };
        fields.record(&mut written);
        written.result
    }
}

struct Fields<'writer> {
    writer: Writer<'writer>,
    is_first: bool,
    result: fmt::Result,
}

impl Fields<'_> {
    fn write(&mut self, field: &Field, text: &str) {
        // Where a record of the log crate came from stands in its line already.
        if self.result.is_err() || field.name().starts_with("log.") {
            return;
        }
        let blank = if std::mem::take(&mut self.is_first) { "" } else { " " };
        let text = shown::short(text, shown::LONGEST);
        self.result = match field.name() {
            "message" => write!(self.writer, "{blank}{text}"),
            name => write!(self.writer, "{blank}{name}={text}"),
        };
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" { self.write(field, value) } else { self.record_debug(field, &value) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    pub(super) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        pub(super) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_whatever_it_says() {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .fmt_fields(OneLine)
            .finish();
        let evil = "x\n2026-11-01T00:00:00Z ERROR forged\u{1b}[2J\u{202e}";
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::error_span!("reading", file = %evil);
            let _inside = span.enter();
            tracing::error!(error = %evil, name = evil, rows = 7, "could not read {evil}");
            tracing::error!("{}", "long ".repeat(2_000));
        });
        let text = kept.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert_eq!(
            text.matches("\\n2026-11-01T00:00:00Z ERROR forged\\u{1b}[2J\\u{202e}").count(),
            5,
            "{text}"
        );
        assert!(text.contains("rows=7") && text.len() < 6_000, "{text}");
    }
}
