//! Opsgenie's Alert API: an event opens an alert under its own name (its alias), and closes it when it is over.

use super::{incident, page};
use crate::notice::{Message, Severity};
use model::shown;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Characters of a message, of an alias and of a text.
const MESSAGE: usize = 110;
const ALIAS: usize = 512;
/// Characters of whose it is, and of all details together: Opsgenie takes 8,000.
const ENTITY: usize = 200;
const DETAILS: usize = 7_500;

/// Address and body.
pub(super) fn request(url: &str, message: &Message) -> (String, Value) {
    let Some(notice) = incident(message) else { return (url.to_owned(), json!({})) };
    let alias: String = notice.event.chars().take(ALIAS).collect();
    if notice.transition.closes() {
        let url = format!("{}/{}/close?identifierType=alias", url.trim_end_matches('/'), encoded(&alias));
        let note = notice.headline();
        return (url, json!({ "source": "Cloud Analyzer", "note": note }));
    }
    let mut room = DETAILS;
    let mut details = Map::new();
    for (label, value) in notice.pairs() {
        let takes = label.encode_utf16().count() + value.encode_utf16().count();
        // The page has all of them.
        let Some(left) = room.checked_sub(takes) else { break };
        room = left;
        details.insert(label, Value::from(value));
    }
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
