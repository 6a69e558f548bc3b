//! PagerDuty's Events API v2: an event opens an incident under its own name, and resolves it when it is over.

use super::{incident, page, whole};
use crate::notice::{Message, Severity};
use model::shown;
use serde_json::{Value, json};

/// Characters of a summary, of a source, and of what names an incident.
const SUMMARY: usize = 1_000;
const SOURCE: usize = 200;
const KEY: usize = 255;

pub(super) fn body(routing_key: &str, message: &Message) -> Value {
    let Some(notice) = incident(message) else { return json!({}) };
    let key: String = notice.event.chars().take(KEY).collect();
    if notice.transition.closes() {
        return json!({ "routing_key": routing_key, "event_action": "resolve", "dedup_key": key });
    }
    let link = page(&notice.link);
    let links =
        if link.is_empty() { json!([]) } else { json!([{ "href": link, "text": "Open in Cloud Analyzer" }]) };
    json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": key,
        "client": "Cloud Analyzer",
        "links": links,
        "payload": {
            "summary": shown::short(&notice.headline(), SUMMARY),
            "source": shown::short(&message.organization, SOURCE),
            "severity": severity(notice.severity),
            "class": notice.kind,
            "custom_details": whole(notice),
        },
    })
}

const fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Low => "info",
        Severity::Medium => "warning",
        Severity::High => "error",
        Severity::Critical => "critical",
    }
}
