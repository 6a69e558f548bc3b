//! An adaptive card, as workflows of Teams take it. Its texts are runs: cards read Markdown everywhere else.

use super::{ending, page};
use crate::notice::{Message, Notice};
use model::shown;
use serde_json::{Value, json};

/// Notices that a card writes out.
const LISTED: usize = 12;
/// Characters of whose it is, and of the paragraph of a card that is too large.
const WHOSE: usize = 200;
const SHORT: usize = 300;
/// Bytes that a message may have: Teams takes 28 KB.
const BYTES: usize = 27_000;

/// How much of a message a card writes out.
#[derive(Clone, Copy)]
struct Most {
    notices: usize,
    pairs: usize,
    open: usize,
    text: usize,
}

/// A card that Teams takes: one whose letters take more bytes than others writes out less.
pub(super) fn body(message: &Message) -> Value {
    let mut most = Most { notices: LISTED, pairs: usize::MAX, open: 10, text: usize::MAX };
    loop {
        let card = card(message, most);
        if card.to_string().len() <= BYTES || (most.notices == 0 && most.pairs == 0) {
            return card;
        }
        most = match message.single() {
            Some(one) => {
                Most { pairs: one.pairs().len().min(most.pairs).saturating_sub(2), text: SHORT, ..most }
            }
            // Title and two pairs each.
            None => Most {
                notices: most.notices.saturating_sub(1),
                pairs: if most.notices <= 1 { 0 } else { most.pairs },
                open: 3,
                ..most
            },
        };
        if message.single().is_some() && most.pairs == 0 {
            most.notices = 0;
        }
    }
}

fn card(message: &Message, most: Most) -> Value {
    let mut body = vec![text(&message.title(), true)];
    let mut link = message.link.as_str();
    match message.single() {
        Some(one) => {
            body.extend(paragraph(&shown::short(&one.body(), most.text)));
            body.extend(one.pairs().iter().take(most.pairs).map(|(label, value)| pair(label, value)));
            link = &one.link;
        }
        None => {
            let (listed, left_out) = message.listed();
            let (listed, too_many) = listed.split_at(listed.len().min(most.notices));
            let left_out = left_out + too_many.len();
            for notice in listed {
                body.push(text(&notice.headline(), true));
                body.extend(notice.pairs().iter().take(2).map(|(label, value)| pair(label, value)));
            }
            body.extend(paragraph(&ending(left_out)));
            if !message.still_open.is_empty() {
                let open: Vec<String> =
                    message.still_open.iter().take(most.open).map(Notice::headline).collect();
                body.push(pair("Still open", &open.join("; ")));
            }
        }
    }
    let whose = shown::short(&message.organization, WHOSE);
    body.push(text(&format!("{whose} · Cloud Analyzer"), false));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    let link = page(link);
    if !link.is_empty() {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": "Open", "url": link }]);
    }
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    json!({ "type": "message", "attachments": [attachment] })
}

fn run(text: &str, strong: bool) -> Value {
    let weight = if strong { "Bolder" } else { "Default" };
    json!({ "type": "TextRun", "text": text, "weight": weight })
}

fn text(words: &str, strong: bool) -> Value {
    json!({ "type": "RichTextBlock", "inlines": [run(words, strong)] })
}

fn paragraph(words: &str) -> Option<Value> {
    (!words.is_empty()).then(|| text(words, false))
}

fn pair(label: &str, value: &str) -> Value {
    json!({ "type": "RichTextBlock", "spacing": "Small", "inlines": [run(&format!("{label}: "), true), run(value, false)] })
}
