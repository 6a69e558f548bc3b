use super::*;
use crate::notice::samples::{message, notice};
use crate::notice::{Severity, Transition};

fn target() -> Target {
    Target {
        url: String::new(),
        secret: secret_text(&[1; SECRET_BYTES]),
        former: Some((secret_text(&[2; SECRET_BYTES]), 1_800_000_000_001)),
        to: vec![],
    }
}

fn json_of(kind: ChannelKind, message: &Message) -> Value {
    serde_json::from_slice(&prepare(kind, &target(), message).unwrap().unwrap().body).unwrap()
}

fn header<'a>(prepared: &'a Prepared, name: &str) -> &'a str {
    &prepared.headers.iter().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn while_a_secret_changes_there_are_two_signatures() {
    let of = |at_s| {
        let message = Message { at_s, ..message("x") };
        let prepared = prepare(ChannelKind::Webhook, &target(), &message).unwrap().unwrap();
        assert_eq!(header(&prepared, "webhook-id"), "msg_1");
        header(&prepared, "webhook-signature").split(' ').count()
    };
    assert_eq!((of(1_800_000_000), of(1_800_000_001)), (2, 1));
}

#[test]
fn incidents_open_and_close_under_one_name() {
    let mut over = message("x");
    over.notices[0].transition = Transition::Ended;
    let opened = json_of(ChannelKind::PagerDuty, &message("x"));
    let ended = json_of(ChannelKind::PagerDuty, &over);
    assert_eq!((&opened["event_action"], &ended["event_action"]), (&"trigger".into(), &"resolve".into()));
    assert_eq!((&opened["dedup_key"], &ended["dedup_key"]), (&"e1".into(), &"e1".into()));
    assert_eq!(opened["payload"]["severity"], "error");
    let opened = prepare(ChannelKind::Opsgenie, &target(), &message("x")).unwrap().unwrap();
    let ended = prepare(ChannelKind::Opsgenie, &target(), &over).unwrap().unwrap();
    assert_eq!(opened.url, "https://api.opsgenie.com/v2/alerts");
    assert_eq!(ended.url, "https://api.opsgenie.com/v2/alerts/e1/close?identifierType=alias");
    assert!(header(&opened, "authorization").starts_with("GenieKey whsec_"));
}

/// Slack refuses what is longer, Teams 28 KB, PagerDuty 512 KB, Opsgenie a message of 130 letters and details of 8,000.
/// Letters of one, two (escaped) and four bytes.
#[test]
fn messages_are_of_bounded_length() {
    let units = |text: &Value| text.as_str().unwrap_or_default().encode_utf16().count();
    for word in ["langer Text <@U1> ", "\"\\\"\\", "💸🏦 "] {
        let long = word.repeat(400);
        let mut many = message(&long);
        many.notices = vec![notice(&long); 40];
        many.still_open = vec![notice(&long); 50];
        let digest = Message { bundle: Bundle::Digest, ..many.clone() };
        for message in [message(&long), many, digest, message("")] {
            for kind in ChannelKind::ALL {
                let Some(prepared) = prepare(kind, &target(), &message).unwrap() else { continue };
                // Whole letters, and JSON.
                serde_json::from_slice::<Value>(&prepared.body).unwrap();
                let most = match kind {
                    // It carries all of it: machines read it.
                    ChannelKind::Webhook => usize::MAX,
                    ChannelKind::Teams => 28_000,
                    ChannelKind::PagerDuty => 512_000,
                    _ => 100_000,
                };
                assert!(prepared.body.len() < most, "{kind}: {}", prepared.body.len());
            }
            let slack = json_of(ChannelKind::Slack, &message);
            assert!(units(&slack["text"]) <= 4_000);
            let blocks = slack["blocks"].as_array().unwrap();
            assert!(blocks.len() <= 50, "{}", blocks.len());
            for block in blocks {
                let fields = block["fields"].as_array().cloned().unwrap_or_default();
                assert!(
                    fields.len() <= 10
                        && fields.iter().all(|field| (1..2_000).contains(&units(&field["text"])))
                );
                let most = if block["type"] == "header" { 150 } else { 3_000 };
                let text = &block["text"]["text"];
                assert!(text.is_null() || (1..most).contains(&units(text)), "{block}");
            }
            let opsgenie = json_of(ChannelKind::Opsgenie, &message);
            assert!(units(&opsgenie["message"]) <= 130 && units(&opsgenie["description"]) <= 15_000);
            let details = opsgenie["details"].as_object().unwrap();
            let takes: usize =
                details.iter().map(|(label, value)| units(&label.as_str().into()) + units(value)).sum();
            assert!(takes <= 8_000, "{takes}");
            assert!(units(&json_of(ChannelKind::PagerDuty, &message)["payload"]["summary"]) <= 1_024);
        }
    }
}

/// Letters of four bytes leave less room in a card, and still the most of it that fits.
#[test]
fn a_card_is_as_large_as_its_bytes_allow() {
    let of = |word: &str| {
        prepare(ChannelKind::Teams, &target(), &message(&word.repeat(400))).unwrap().unwrap().body
    };
    let (narrow, wide) = (of("langer Text "), of("💸🏦 "));
    assert!(
        narrow.len() > 8_000 && (15_000..28_000).contains(&wide.len()),
        "{} {}",
        narrow.len(),
        wide.len()
    );
}

#[test]
fn nobody_s_text_becomes_markup() {
    let evil = "<!channel> *a* [x](https://evil.example)\r\n<@U1>";
    let slack = json_of(ChannelKind::Slack, &message(evil));
    assert!(!slack.to_string().contains("mrkdwn"), "{slack}");
    assert!(!slack["text"].as_str().unwrap().contains(['<', '>', '\n']), "{slack}");
    let teams = json_of(ChannelKind::Teams, &message(evil)).to_string();
    assert!(!teams.contains("\"TextBlock\"") && !teams.contains("FactSet"), "{teams}");
}

#[test]
fn a_webhook_carries_every_digit_and_says_what_it_is() {
    let one = json_of(ChannelKind::Webhook, &message("x"));
    assert_eq!(
        (&one["type"], &one["data"]["amounts"][0]["amount"]),
        (&"cost.opened".into(), &"1234.5678".into())
    );
    assert_eq!(one["timestamp"], "2027-01-15T08:00:00Z");
    let digest = Message { bundle: Bundle::Digest, still_open: vec![notice("y")], ..message("x") };
    let digest = json_of(ChannelKind::Webhook, &digest);
    assert_eq!(
        (&digest["type"], digest["data"]["still_open"].as_array().unwrap().len()),
        (&"digest".into(), 1)
    );
    let mut worse = notice("x");
    (worse.transition, worse.severity) = (Transition::Up, Severity::Critical);
    assert_eq!((worse.step(), worse.headline()), ("up:critical".to_owned(), "Worse: x".to_owned()));
}
