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

/// Slack refuses what is longer, Teams 28 KB, Opsgenie a message of 130 letters.
#[test]
fn messages_are_of_bounded_length() {
    let long = "langer Text <@U1> ".repeat(400);
    let mut many = message(&long);
    many.notices = vec![notice(&long); 40];
    for message in [message(&long), many] {
        for kind in ChannelKind::ALL {
            let Some(prepared) = prepare(kind, &target(), &message).unwrap() else { continue };
            let most = match kind {
                // It carries all of it: machines read it.
                ChannelKind::Webhook | ChannelKind::PagerDuty => usize::MAX,
                ChannelKind::Teams => 28_000,
                _ => 60_000,
            };
            assert!(prepared.body.len() < most, "{kind}: {}", prepared.body.len());
        }
        let blocks = json_of(ChannelKind::Slack, &message);
        let blocks = blocks["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50, "{}", blocks.len());
        for block in blocks {
            let fields = block["fields"].as_array().cloned().unwrap_or_default();
            assert!(
                fields.len() <= 10
                    && fields.iter().all(|field| field["text"].as_str().unwrap().len() < 2_000)
            );
            assert!(block["text"]["text"].as_str().is_none_or(|text| text.chars().count() < 3_000));
        }
        assert!(json_of(ChannelKind::Opsgenie, &message)["message"].as_str().unwrap().chars().count() <= 130);
        assert!(
            json_of(ChannelKind::PagerDuty, &message)["payload"]["summary"].as_str().unwrap().chars().count()
                <= 1_024
        );
    }
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
