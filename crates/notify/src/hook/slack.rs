//! Slack's blocks, as plain texts: nothing of a name becomes a link or a mention.

use super::{ending, page};
use crate::notice::{Message, Notice};
use model::shown;
use serde_json::{Value, json};

/// Characters of a header, of a section and of a field; Slack refuses what is longer.
const HEADER: usize = 140;
const SECTION: usize = 2_500;
const FIELD: usize = 1_000;
/// Fields of a section.
const FIELDS: usize = 10;

pub(super) fn body(message: &Message) -> Value {
    let title = message.title();
    let mut blocks = vec![json!({ "type": "header", "text": plain(&title, HEADER) })];
    match message.single() {
        Some(one) => {
            blocks.extend(section(&one.body()));
            let pairs = one.pairs();
            let field = |(label, value): &(String, String)| plain(&format!("{label}\n{value}"), FIELD);
            for some in pairs.chunks(FIELDS) {
                blocks
                    .push(json!({ "type": "section", "fields": some.iter().map(field).collect::<Vec<_>>() }));
            }
            blocks.extend(button(&one.link));
        }
        None => {
            let (listed, left_out) = message.listed();
            blocks.extend(listed.iter().map(listed_section));
            blocks.extend(section(&ending(left_out)));
            if !message.still_open.is_empty() {
                let open: Vec<String> = message.still_open.iter().take(10).map(Notice::headline).collect();
                blocks.extend(section(&format!("Still open: {}", open.join("; "))));
            }
            blocks.extend(button(&message.link));
        }
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&format!("{} · Cloud Analyzer", message.organization), FIELD)] }));
    // What notifications and older receivers show. Here, three letters are markup.
    let text = shown::short(&title, HEADER).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({ "text": text, "blocks": blocks })
}

/// A text as Slack takes it: it refuses an empty one, and counts as JavaScript does.
fn plain(text: &str, most: usize) -> Value {
    // A field is two lines; what else would break one was written out before.
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units <= most
    };
    let text: String = text.chars().take_while(fits).collect();
    let text = if text.trim().is_empty() { "–" } else { text.as_str() };
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

fn section(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!({ "type": "section", "text": plain(text, SECTION) }))
}

fn listed_section(notice: &Notice) -> Value {
    let amounts: Vec<String> =
        notice.pairs().iter().take(2).map(|(label, value)| format!("{label}: {value}")).collect();
    let text = format!("{}\n{}", notice.headline(), amounts.join(" · "));
    json!({ "type": "section", "text": plain(text.trim_end(), SECTION) })
}

fn button(link: &str) -> Option<Value> {
    let link = page(link);
    // Slack refuses a button without an address.
    (!link.is_empty()).then(|| {
        let open = json!({ "type": "button", "text": plain("Open", HEADER), "url": link });
        json!({ "type": "actions", "elements": [open] })
    })
}
