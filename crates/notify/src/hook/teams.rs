//! An adaptive card, as workflows of Teams take it. Its texts are runs: cards read Markdown everywhere else.

use super::{ending, page};
use crate::notice::{Message, Notice};
use model::shown;
use serde_json::{Value, json};

/// Notices that a card writes out: Teams takes 28 KB.
const LISTED: usize = 12;
/// Characters of whose it is.
const WHOSE: usize = 200;

pub(super) fn body(message: &Message) -> Value {
    let mut body = vec![text(&message.title(), true)];
    let mut link = message.link.as_str();
    match message.single() {
        Some(one) => {
            body.extend(paragraph(&one.body()));
            body.extend(one.pairs().iter().map(|(label, value)| pair(label, value)));
            link = &one.link;
        }
        None => {
            let (listed, left_out) = message.listed();
            let (listed, too_many) = listed.split_at(listed.len().min(LISTED));
            let left_out = left_out + too_many.len();
            for notice in listed {
                body.push(text(&notice.headline(), true));
                body.extend(notice.pairs().iter().take(2).map(|(label, value)| pair(label, value)));
            }
            body.extend(paragraph(&ending(left_out)));
            if !message.still_open.is_empty() {
                let open: Vec<String> = message.still_open.iter().take(10).map(Notice::headline).collect();
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
