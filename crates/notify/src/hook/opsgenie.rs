//! Opsgenie's Alert API: an event opens an alert under its own name (its alias), and closes it when it is over.

use super::{incident, page};
use crate::notice::{Message, Severity};
use model::shown;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Characters of a message, of an alias and of a text.
const MESSAGE: usize = 110;
const ALIAS: usize = 512;
/// Characters of whose it is.
const ENTITY: usize = 200;

/// Address and body.
pub(super) fn request(url: &str, message: &Message) -> (String, Value) {
    let Some(notice) = incident(message) else { return (url.to_owned(), json!({})) };
    let alias: String = notice.event.chars().take(ALIAS).collect();
    if notice.transition.closes() {
        let url = format!("{}/{}/close?identifierType=alias", url.trim_end_matches('/'), encoded(&alias));
        let note = notice.headline();
        return (url, json!({ "source": "Cloud Analyzer", "note": note }));
    }
    let details: Map<String, Value> =
        notice.pairs().into_iter().map(|(label, value)| (label, Value::from(value))).collect();
    let body = json!({
        "message": shown::short(&notice.headline(), MESSAGE),
        "alias": alias,
        "description": format!("{}\n\n{}", notice.body(), page(&notice.link)),
        "priority": priority(notice.severity),
        "source": "Cloud Analyzer",
        "entity": shown::short(&message.organization, ENTITY),
        "tags": [notice.kind],
        "details": details,
    });
    (url.to_owned(), body)
}

/// One part of a path.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

const fn priority(of: Severity) -> &'static str {
    match of {
        Severity::Low => "P5",
        Severity::Medium => "P3",
        Severity::High => "P2",
        Severity::Critical => "P1",
    }
}
