//! What piles up while a receiver, or this server, is down; what cannot be read or is not taken; what is over meanwhile.

use super::*;
use crate::connections::{self, keys, sealer};
use meta::NewNotification;

impl World {
    fn recovers(&self) {
        self.receiver.answers.lock().unwrap().clear();
    }

    async fn turn(&self, id: &ChannelId, on: bool) {
        let wished = ChannelChange { on: Some(on), ..ChannelChange::default() };
        change(&self.app, &self.caller, id.as_str(), wished).await.unwrap();
    }

    async fn waiting(&self, id: &ChannelId) -> u32 {
        channel(&self.app, &self.caller, id.as_str()).await.unwrap().waiting
    }

    async fn log(&self, id: &ChannelId) -> Vec<Delivery> {
        deliveries(&self.app, &self.caller, id.as_str()).await.unwrap()
    }

    async fn bills(&self) -> meta::ConnectionRecord {
        let connection = meta::Connection {
            id: model::ConnectionId::try_new("bills").unwrap(),
            organization_id: self.organization().clone(),
            kind: meta::ConnectionKind::Local,
            location: "/bills".to_owned(),
            name: "bills".to_owned(),
        };
        self.app.meta().ensure_connection(&connection, &[]).await.unwrap();
        self.app.meta().connection_records(self.organization()).await.unwrap().remove(0)
    }

    /// A row that another version wrote.
    async fn unreadable(&self, id: &ChannelId) {
        let row = NewNotification {
            channel_id: id.clone(),
            event: "odd".to_owned(),
            step: "opened".to_owned(),
            notice: serde_json::json!({ "version": 2 }),
            message_id: "msg_odd".to_owned(),
            due_ms: 0,
            created_at_ms: 0,
        };
        self.app.meta().notify(&[row]).await.unwrap();
    }
}

/// How many notices the summaries say, and how many came alone.
fn told_in(got: &[String]) -> usize {
    let of = |request: &String| {
        let at = request.find(" notifications at once").map(|end| &request[..end]);
        let number = at.and_then(|text| text.rsplit(|one: char| !one.is_ascii_digit()).next());
        number.map_or(1, |number| number.parse::<usize>().unwrap())
    };
    got.iter().map(of).sum()
}

#[tokio::test]
async fn after_days_without_an_answer_people_get_a_summary_and_nothing_is_lost() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Teams, Cadence::Each).await;
    world.receiver.answers(&["500 No"; 400]);
    for number in 0..60 {
        world.tell(&notice(&format!("e{number}"), Transition::Opened)).await;
        deliver_due(&world.app, &id).await.unwrap();
        world.later(3_600);
    }
    assert_eq!(world.channel_state(&id).await, ChannelState::Active);
    let before = world.receiver.got().len();
    world.recovers();
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got().split_off(before);
    assert!(got.len() <= 5, "{}", got.len());
    assert_eq!(told_in(&got), 60);
    assert!(got[0].contains("Event e0") && got[0].contains("at once"), "{}", got[0]);
    assert_eq!(world.waiting(&id).await, 0);
    // Names that a summary took the place of are never sent again.
    let names: std::collections::BTreeSet<_> =
        got.iter().map(|request| header(request, "webhook-id")).collect();
    assert_eq!(names.len(), got.len());
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), before + got.len());
}

#[tokio::test]
async fn after_days_without_this_server_people_get_a_summary_and_machines_get_each_in_order() {
    let world = World::new().await;
    let people = world.channel(ChannelKind::Teams, Cadence::Each).await;
    for number in 0..700 {
        world.tell(&notice(&format!("e{number}"), Transition::Opened)).await;
    }
    deliver_due(&world.app, &people).await.unwrap();
    let got = world.receiver.got();
    assert_eq!((got.len(), told_in(&got)), (1, 700));
    assert!(got[0].contains("and 688 more"), "{}", got[0]);
    assert_eq!(world.waiting(&people).await, 0);
    let machine = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    for number in 0..30 {
        world.tell(&notice(&format!("m{number}"), Transition::Opened)).await;
    }
    deliver_due(&world.app, &machine).await.unwrap();
    let got = world.receiver.got().split_off(1);
    assert_eq!(got.len(), 30);
    for (number, request) in got.iter().enumerate() {
        assert!(request.contains(&format!("\"Event m{number}\"")), "{number}: {request}");
    }
}

/// A machine's messages wait for their own times, unless one gets through: then the receiver is there again.
#[tokio::test]
async fn one_message_that_gets_through_brings_the_others() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    world.receiver.answers(&["500 No"; 100]);
    for event in ["e1", "e2", "e3"] {
        world.tell(&notice(event, Transition::Opened)).await;
    }
    for _ in 0..6 {
        deliver_due(&world.app, &id).await.unwrap();
        world.later(20_000);
    }
    let before = world.receiver.got().len();
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), before, "their times are hours away");
    world.recovers();
    world.tell(&notice("e4", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got().split_off(before);
    assert_eq!(got.len(), 4);
    assert_eq!(world.waiting(&id).await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_noted_and_holds_up_nothing() {
    for (kind, number) in [(ChannelKind::Webhook, 1), (ChannelKind::Teams, 7)] {
        let world = World::new().await;
        let id = world.channel(kind, Cadence::Each).await;
        world.unreadable(&id).await;
        for number in 0..number {
            world.tell(&notice(&format!("e{number}"), Transition::Opened)).await;
        }
        deliver_due(&world.app, &id).await.unwrap();
        let got = world.receiver.got();
        assert_eq!((got.len(), told_in(&got)), (1, number), "{kind}");
        assert_eq!(world.waiting(&id).await, 0);
        let log = world.log(&id).await;
        let failed = log.iter().find(|one| one.outcome == "failed").unwrap();
        assert!(failed.title.contains("cannot be read") && failed.answer.contains("another version"));
        assert_eq!(world.channel_state(&id).await, ChannelState::Active);
    }
}

#[tokio::test]
async fn an_incident_that_is_over_while_its_channel_is_off_is_closed_once_it_is_on() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::PagerDuty, Cadence::Each).await;
    world.tell(&notice("e1", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    world.turn(&id, false).await;
    world.tell(&notice("e1", Transition::Ended)).await;
    world.tell(&notice("e2", Transition::Opened)).await;
    world.tell(&notice("e2", Transition::Ended)).await;
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!((world.receiver.got().len(), world.waiting(&id).await), (1, 1));
    world.turn(&id, true).await;
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    assert!(got.len() == 2 && got[1].contains("\"resolve\"") && got[1].contains("\"e1\""), "{got:?}");
}

#[tokio::test]
async fn incidents_of_a_connection_that_is_removed_are_closed() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::PagerDuty, Cadence::Each).await;
    let record = world.bills().await;
    let found = crate::telling::Finding {
        check: "a".to_owned(),
        message: "a is wrong".to_owned(),
        advice: "Mend it.".to_owned(),
    };
    crate::telling::checked(&world.app, &record, &[found], true).await.unwrap();
    connections::remove(&world.app, &world.caller, &record.connection.id, "bills").await.unwrap();
    world.run_notices().await;
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    assert_eq!(got.len(), 2, "{got:?}");
    assert!(got[0].contains("\"trigger\"") && got[1].contains("\"resolve\""), "{got:?}");
}

/// The receiver does not like one message: that one fails, its owner is told, and the others get through.
#[tokio::test]
async fn a_message_that_is_refused_turns_no_channel_off_that_delivers_others() {
    for kind in [ChannelKind::Webhook, ChannelKind::Teams] {
        let mut world = World::new().await;
        let id = world.channel(kind, Cadence::Each).await;
        world.tell(&notice("bad", Transition::Opened)).await;
        for number in 0..10 {
            world.receiver.answers(&["422 No"]);
            deliver_due(&world.app, &id).await.unwrap();
            world.tell(&notice(&format!("e{number}"), Transition::Opened)).await;
            deliver_due(&world.app, &id).await.unwrap();
            assert_eq!(world.receiver.got().len(), 2 * (number + 1), "{kind}");
            world.later(100_000);
        }
        assert_eq!(world.channel_state(&id).await, ChannelState::Active);
        assert_eq!(world.waiting(&id).await, 0);
        let log = world.log(&id).await;
        let bad: Vec<_> = log.iter().filter(|one| one.title == "Event bad").collect();
        assert_eq!((bad.len(), bad[0].outcome.as_str(), bad[0].status), (10, "failed", Some(422)));
        let lease = meta::Lease { holder: "test".to_owned(), until_ms: i64::MAX };
        let job = world.app.meta().claim("mails", &["channel_off"], 1, i64::MAX, &lease).await.unwrap();
        assert_eq!(job.unwrap().payload["message"], "Event bad");
    }
}

#[tokio::test]
async fn tests_and_messages_sent_again_share_a_limit() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    world.tell(&notice("e1", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    let first = world.log(&id).await[0].id;
    for _ in 0..15 {
        test(&world.app, &world.caller, id.as_str()).await.unwrap();
        send_again(&world.app, &world.caller, id.as_str(), first).await.unwrap();
    }
    let error = test(&world.app, &world.caller, id.as_str()).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after_s), (ErrorKind::TooMany, Some(61)));
    let error = send_again(&world.app, &world.caller, id.as_str(), first).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooMany);
    let got = world.receiver.got().iter().filter(|request| request.contains("\"type\":\"test\"")).count();
    assert_eq!(got, 15);
}

#[tokio::test]
async fn nobody_changes_the_key_between_sealing_and_writing() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    let held = sealer(&world.app).await.unwrap();
    let app = world.app.clone();
    let mut changes = tokio::spawn(async move { keys::rotate(&app).await });
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), &mut changes).await.is_err());
    drop(held);
    assert_eq!(changes.await.unwrap().unwrap(), 1);
    let named = ChannelChange { name: Some("another".to_owned()), ..ChannelChange::default() };
    change(&world.app, &world.caller, id.as_str(), named).await.unwrap();
    assert!(test(&world.app, &world.caller, id.as_str()).await.unwrap().delivered);
}

#[tokio::test]
async fn an_address_goes_back_to_the_service_s_own() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::PagerDuty, Cadence::Each).await;
    let target = TargetChange { url: Some(String::new()), ..TargetChange::default() };
    let back = ChannelChange { target, ..ChannelChange::default() };
    let view = change(&world.app, &world.caller, id.as_str(), back).await.unwrap();
    assert_eq!(view.channel.shown, "https://events.pagerduty.com");
}

#[tokio::test]
async fn until_when_a_receiver_wants_nothing_is_said() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    world.receiver.answers(&["429 Slow\r\nretry-after: 600"]);
    world.tell(&notice("e1", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    let until = channel(&world.app, &world.caller, id.as_str()).await.unwrap().quiet_until_ms;
    assert_eq!(until, Some((world.now + TimeDelta::seconds(600)).timestamp_millis()));
    world.turn(&id, false).await;
    assert_eq!(channel(&world.app, &world.caller, id.as_str()).await.unwrap().quiet_until_ms, None);
}

/// Two changes of one month are two pages.
#[tokio::test]
async fn a_changed_bill_s_notice_leads_to_that_very_change() {
    let mailer = notify::Mailer::new("smtp://127.0.0.1:1", "costs@example.com").unwrap();
    let mail = MailSettings { mailer, public_url: "https://costs.example".to_owned() };
    let world = World::with(Some(mail)).await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    let record = world.bills().await;
    let sums = meta::ChangedSums::default();
    let settled = meta::SettledChange {
        through: None,
        before: model::Decimal::ZERO,
        after: "12.5".parse().unwrap(),
        sums: sums.clone(),
    };
    let changed = meta::BillChange {
        connection_id: record.connection.id.clone(),
        period: "2026-08".parse().unwrap(),
        changed_at_ms: 1_788_000_000_999,
        currency: "EUR".to_owned(),
        total_before: model::Decimal::ZERO,
        total_after: "12.5".parse().unwrap(),
        rows_before: None,
        rows_after: None,
        lines_total: None,
        lines: vec![],
        sums: Some(sums),
        settled: Some(settled),
        source: None,
    };
    let jobs = bills_changed(&world.app, &record, &[(7, &changed)]).await.unwrap();
    world.tell(&serde_json::from_value(jobs[0].payload["notice"].clone()).unwrap()).await;
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got().remove(0);
    let page =
        "https://costs.example/connections/bills/changes?month=2026-08&at=2026-08-29T10:40:00Z&currency=EUR";
    assert!(got.contains(page), "{got}");
}
