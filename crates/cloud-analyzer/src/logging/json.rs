//! Logs for programs: each event is one line of JSON, with the fields of the spans that it happened in (the id of the
//! request is one of them).

use chrono::{SecondsFormat, Utc};
use model::shown;
use serde_json::{Map, Value};
use std::fmt::{self, Debug};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Fields as a JSON object.
pub(super) struct JsonFields;

/// Events as lines of JSON.
pub(super) struct JsonEvents;

impl<'writer> FormatFields<'writer> for JsonFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut found = Found::default();
        fields.record(&mut found);
        write!(writer, "{}", Value::Object(found.fields))
    }
}

impl<S> FormatEvent<S, JsonFields> for JsonEvents
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut found = Found::default();
        event.record(&mut found);
        let mut line = Map::new();
        // The outermost span first: what is nearer says it better.
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            let extensions = span.extensions();
            let Some(text) = extensions.get::<FormattedFields<JsonFields>>() else { continue };
            // A span whose fields were recorded later has several objects.
            for fields in
                serde_json::Deserializer::from_str(&text.fields).into_iter::<Map<String, Value>>().flatten()
            {
                line.extend(fields);
            }
        }
        line.extend(found.fields);
        // Last, so that no field passes for one of these.
        let target = found.target.unwrap_or_else(|| event.metadata().target().to_owned());
        for (name, text) in [
            ("time", Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true)),
            ("level", event.metadata().level().to_string()),
            ("target", target),
            ("message", found.message),
        ] {
            line.insert(name.to_owned(), Value::String(text));
        }
        writeln!(writer, "{}", shown::json(&Value::Object(line).to_string()))
    }
}

#[derive(Default)]
struct Found {
    fields: Map<String, Value>,
    message: String,
    /// Where a record of the log crate came from.
    target: Option<String>,
}

impl Found {
    fn add(&mut self, field: &Field, value: Value) {
        match field.name() {
            "log.target" => self.target = value.as_str().map(str::to_owned),
            name if name.starts_with("log.") => {}
            name => {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }

    fn add_text(&mut self, field: &Field, text: &str) {
        let text = shown::short(text, shown::LONGEST).into_owned();
        if field.name() == "message" {
            self.message = text;
        } else {
            self.add(field, Value::String(text));
        }
    }
}

impl Visit for Found {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add_text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logging::tests::Kept;

    #[test]
    fn an_event_is_one_line_of_json_with_its_request() {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .fmt_fields(JsonFields)
            .event_format(JsonEvents)
            .finish();
        let evil = "x\n{\"level\":\"ERROR\"}\u{1b}[2J\u{202e}";
        tracing::subscriber::with_default(subscriber, || {
            let span =
                tracing::info_span!("request", request.id = "r-1", http.status = tracing::field::Empty);
            let _inside = span.enter();
            tracing::warn!(error = %evil, rows = 7, level = "forged", "could not read {evil}");
            span.record("http.status", 503);
            tracing::error!("later");
        });
        let text = kept.text();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert_eq!((&lines[0]["request.id"], &lines[0]["rows"]), (&"r-1".into(), &7.into()));
        assert_eq!((&lines[0]["level"], &lines[0]["target"]), (&"WARN".into(), &module_path!().into()));
        assert!(lines[0]["message"].as_str().unwrap().starts_with("could not read x\\n{"), "{text}");
        assert_eq!((&lines[1]["http.status"], &lines[1]["message"]), (&503.into(), &"later".into()));
    }
}
