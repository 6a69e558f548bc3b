mod backlog;
mod mails;

use super::*;
use crate::clock::Hand;
use crate::{AppOptions, MailSettings};
use chrono::{DateTime, TimeDelta, Utc};
use connect::Outgoing;
use notify::{About, Transition};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A receiver that answers as it is told, 200 once nothing is left, and keeps what it got. Told nothing, it says nothing.
struct Receiver {
    url: String,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (answers, got): (Arc<Mutex<VecDeque<&str>>>, Arc<Mutex<Vec<String>>>) = Default::default();
        let (these, kept) = (Arc::clone(&answers), Arc::clone(&got));
        tokio::spawn(async move {
            loop {
                let (mut link, _) = listener.accept().await.unwrap();
                let mut request = vec![];
                loop {
                    let mut part = [0; 65536];
                    let read = link.read(&mut part).await.unwrap();
                    request.extend_from_slice(&part[..read]);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let length = header(&text, "content-length").and_then(|text| text.parse::<usize>().ok());
                    let whole = text.find("\r\n\r\n").map(|at| at + 4 + length.unwrap_or_default());
                    if read == 0 || whole.is_some_and(|whole| request.len() >= whole) {
                        kept.lock().unwrap().push(text);
                        break;
                    }
                }
                let status = these.lock().unwrap().pop_front().unwrap_or("200 OK");
                if status.is_empty() {
                    continue;
                }
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
                let _ = link.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, answers, got }
    }

    fn answers(&self, statuses: &[&'static str]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

fn header(request: &str, name: &str) -> Option<String> {
    let found = request.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name));
    found.map(|(_, value)| value.trim().to_owned())
}

struct World {
    _folder: tempfile::TempDir,
    app: App,
    clock: Arc<Hand>,
    caller: Caller,
    receiver: Receiver,
    now: DateTime<Utc>,
}

impl World {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(mail: Option<MailSettings>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A Wednesday at noon.
        let now: DateTime<Utc> = "2026-09-09T12:00:00Z".parse().unwrap();
        let clock = Arc::new(Hand::new(now));
        let options = AppOptions {
            clock: Arc::clone(&clock) as Arc<dyn crate::clock::Clock>,
            outgoing: Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]),
            public_url: mail.as_ref().map(|mail| mail.public_url.clone()).unwrap_or_default(),
            mail,
            ..AppOptions::default()
        };
        let app = App::open(folder.path(), options).await.unwrap();
        let caller = Caller::command_line(app.organization_for_ingest(None).await.unwrap());
        Self { _folder: folder, app, clock, caller, receiver: Receiver::start().await, now }
    }

    fn organization(&self) -> &OrganizationId {
        &self.caller.organization.as_ref().unwrap().id
    }

    fn later(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.clock.set(self.now);
    }

    async fn channel(&self, kind: ChannelKind, cadence: Cadence) -> ChannelId {
        let secret = kind.keeps_incidents().then(|| "key".to_owned());
        let target = TargetChange { url: Some(self.receiver.url.clone()), secret, to: None };
        let new = NewChannel { name: "a channel".to_owned(), kind, cadence, target };
        let id = create(&self.app, &self.caller, new).await.unwrap().view.channel.id;
        let routes = Routes { routes: vec![], fallback: vec![id.to_string()] };
        set_routes(&self.app, &self.caller, routes).await.unwrap();
        id
    }

    async fn tell(&self, notice: &Notice) {
        route(&self.app, self.organization(), notice, self.now).await.unwrap();
    }

    /// Routes what was queued to be told.
    async fn run_notices(&self) {
        let lease = meta::Lease { holder: "test".to_owned(), until_ms: i64::MAX };
        let now_ms = self.now.timestamp_millis();
        while let Some(job) = self.app.meta().claim("house", &["notify"], 1, now_ms, &lease).await.unwrap() {
            self.tell(&serde_json::from_value(job.payload["notice"].clone()).unwrap()).await;
            self.app.meta().finish(&job, now_ms, None).await.unwrap();
        }
    }

    async fn channel_state(&self, id: &ChannelId) -> ChannelState {
        self.app.meta().channel(id).await.unwrap().unwrap().state
    }
}

fn notice(event: &str, transition: Transition) -> Notice {
    Notice {
        event: event.to_owned(),
        kind: "cost".to_owned(),
        transition,
        severity: Severity::High,
        title: format!("Event {event}"),
        text: String::new(),
        facts: vec![],
        amounts: vec![],
        link: String::new(),
        chart: vec![],
        about: About { accounts: vec!["111111111111".to_owned()], ..About::default() },
    }
}

#[tokio::test]
async fn what_is_told_twice_goes_out_once_and_its_name_stays_over_tries() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    for _ in 0..3 {
        world.tell(&notice("e1", Transition::Opened)).await;
    }
    world.receiver.answers(&["500 No", "301 Moved"]);
    deliver_due(&world.app, &id).await.unwrap();
    assert!(due(&world.app).await.unwrap().is_empty(), "not before its time");
    world.later(6);
    deliver_due(&world.app, &id).await.unwrap();
    world.later(400);
    assert_eq!(due(&world.app).await.unwrap(), [id.clone()]);
    deliver_due(&world.app, &id).await.unwrap();
    world.later(100_000);
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    let names: Vec<_> = got.iter().map(|request| header(request, "webhook-id").unwrap()).collect();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    let log = deliveries(&world.app, &world.caller, id.as_str()).await.unwrap();
    let outcomes: Vec<_> = log.iter().map(|one| (one.outcome.as_str(), one.status)).collect();
    assert_eq!(outcomes, [("delivered", Some(200)), ("later", Some(301)), ("later", Some(500))]);
    // Sent again it has the same name.
    send_again(&world.app, &world.caller, id.as_str(), log[0].id).await.unwrap();
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(header(world.receiver.got().last().unwrap(), "webhook-id").unwrap(), names[0]);
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_for_three_days_is_turned_off_and_one_that_is_gone_at_once() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    world.tell(&notice("e1", Transition::Opened)).await;
    world.receiver.answers(&["503 No"; 10]);
    for tries in 1..=10 {
        assert_eq!(world.channel_state(&id).await, ChannelState::Active, "{tries}");
        deliver_due(&world.app, &id).await.unwrap();
        assert_eq!(world.receiver.got().len(), tries);
        world.later(100_000);
    }
    assert_eq!(world.channel_state(&id).await, ChannelState::Disabled);
    world.tell(&notice("e2", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 10, "it is off");
    // Turned on, what waited goes out; gone, it is off at once and what is told waits.
    let on = ChannelChange { on: Some(true), ..ChannelChange::default() };
    world.receiver.answers(&["410 Gone"]);
    change(&world.app, &world.caller, id.as_str(), on.clone()).await.unwrap();
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.channel_state(&id).await, ChannelState::Disabled);
    change(&world.app, &world.caller, id.as_str(), on).await.unwrap();
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    assert_eq!(got.len(), 12);
    assert_eq!(header(&got[10], "webhook-id"), header(&got[11], "webhook-id"));
    assert!(got[11].contains("Event e2"), "{}", got[11]);
}

#[tokio::test]
async fn a_receiver_that_asks_for_quiet_gets_it() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    world.receiver.answers(&["429 Slow\r\nretry-after: 600"]);
    world.tell(&notice("e1", Transition::Opened)).await;
    world.tell(&notice("e2", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    world.later(599);
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 1, "the other one waits as well");
    world.later(70);
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 3);
}

#[tokio::test]
async fn steps_of_an_event_go_out_in_their_order_and_the_end_to_those_who_heard_the_beginning() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::PagerDuty, Cadence::Each).await;
    world.tell(&notice("never told", Transition::Ended)).await;
    world.receiver.answers(&["500 No"]);
    world.tell(&notice("e1", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    world.tell(&notice("e1", Transition::Ended)).await;
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 1, "the end waits for the beginning");
    world.later(10);
    // Whatever routes say by now.
    set_routes(&world.app, &world.caller, Routes::default()).await.unwrap();
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    let actions: Vec<_> = got
        .iter()
        .map(|request| if request.contains("\"trigger\"") { "trigger" } else { "resolve" })
        .collect();
    assert_eq!(actions, ["trigger", "trigger", "resolve"]);
}

#[tokio::test]
async fn a_flood_is_one_message_and_a_digest_comes_at_its_time_with_what_is_open() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Teams, Cadence::Each).await;
    for number in 0..9 {
        world.tell(&notice(&format!("e{number}"), Transition::Opened)).await;
    }
    world.receiver.answers(&["500 No"]);
    deliver_due(&world.app, &id).await.unwrap();
    // What comes after the first try is no part of it.
    world.tell(&notice("late", Transition::Opened)).await;
    world.later(10);
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    assert_eq!(got.len(), 3, "twice the summary, and what came later");
    assert!(got[1].contains("9 notifications at once") && !got[1].contains("Event late"), "{}", got[1]);
    let daily = ChannelChange { cadence: Some(Cadence::Daily), ..ChannelChange::default() };
    change(&world.app, &world.caller, id.as_str(), daily).await.unwrap();
    world.tell(&notice("e0", Transition::Ended)).await;
    world.tell(&notice("new", Transition::Opened)).await;
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 3);
    world.later(18 * 3600);
    deliver_due(&world.app, &id).await.unwrap();
    let got = world.receiver.got();
    assert_eq!(got.len(), 4);
    let digest = &got[3];
    assert!(digest.contains("2 notifications") && digest.contains("Over: Event e0"), "{digest}");
    assert!(
        digest.contains("Still open") && digest.contains("Event e8") && !digest.contains("Event e0;"),
        "{digest}"
    );
}

#[tokio::test]
async fn the_first_route_that_matches_decides() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await.to_string();
    let route = |accounts: &[&str], least, tag: Option<&str>, channels: &[&String]| Route {
        kinds: vec![],
        accounts: accounts.iter().map(|one| (*one).to_owned()).collect(),
        subset: None,
        tag: tag.map(|value| RouteTag { key: "team".to_owned(), value: value.to_owned() }),
        least,
        channels: channels.iter().map(|one| (*one).clone()).collect(),
    };
    let waits = async |routes: Vec<Route>, fallback: &[&String], percent: u8, event: &str| {
        let fallback = fallback.iter().map(|one| (*one).clone()).collect();
        set_routes(&world.app, &world.caller, Routes { routes, fallback }).await.unwrap();
        let mut notice = notice(event, Transition::Opened);
        notice.about.tags = vec![notify::TagShare { key: "team".to_owned(), value: "a".to_owned(), percent }];
        let before = channel(&world.app, &world.caller, &id).await.unwrap().waiting;
        world.tell(&notice).await;
        channel(&world.app, &world.caller, &id).await.unwrap().waiting > before
    };
    let low = Severity::Low;
    assert!(waits(vec![route(&["111111111111"], low, None, &[&id])], &[], 0, "1").await);
    assert!(!waits(vec![route(&["222222222222"], low, None, &[&id])], &[], 0, "2").await);
    assert!(!waits(vec![route(&[], Severity::Critical, None, &[&id])], &[], 0, "3").await);
    assert!(!waits(vec![route(&[], low, None, &[])], &[&id], 0, "4").await, "the first one decides");
    assert!(waits(vec![route(&[], Severity::Critical, None, &[])], &[&id], 0, "5").await, "the rest");
    assert!(waits(vec![route(&[], low, Some("a"), &[&id])], &[], 60, "6").await, "its owner");
    assert!(!waits(vec![route(&[], low, Some("a"), &[&id])], &[], 59, "7").await);
    let wrong = Routes { routes: vec![], fallback: vec!["nobody".to_owned()] };
    assert!(set_routes(&world.app, &world.caller, wrong).await.is_err());
}

#[tokio::test]
async fn secrets_are_sealed_signed_with_and_changed_with_the_key() {
    let world = World::new().await;
    let target =
        TargetChange { url: Some(format!("{}?token=hush", world.receiver.url)), ..TargetChange::default() };
    let new =
        NewChannel { name: "hook".to_owned(), kind: ChannelKind::Webhook, cadence: Cadence::Each, target };
    let made = create(&world.app, &world.caller, new).await.unwrap();
    let id = made.view.channel.id.clone();
    assert!(made.secret.as_ref().unwrap().starts_with("whsec_"));
    let kept = format!("{:?}", world.app.meta().channel(&id).await.unwrap().unwrap());
    assert!(!kept.contains("hush") && !made.view.channel.shown.contains("hush"));
    let rotated = rotate(&world.app, &world.caller, id.as_str()).await.unwrap();
    assert_ne!(rotated.secret, made.secret);
    assert_eq!(crate::connections::keys::rotate(&world.app).await.unwrap(), 1);
    assert_eq!(crate::connections::keys::check(&world.app).await.unwrap().secrets, 1);
    let result = test(&world.app, &world.caller, id.as_str()).await.unwrap();
    assert!(result.delivered, "{result:?}");
    let request = world.receiver.got().pop().unwrap();
    assert!(request.starts_with("POST /hook?token=hush"));
    assert_eq!(header(&request, "webhook-signature").unwrap().split(' ').count(), 2, "for a day");
    assert_eq!(crate::connections::keys::forget(&world.app).await.unwrap(), 1);
    assert_eq!(world.channel_state(&id).await, ChannelState::Disabled);
    let on = ChannelChange { on: Some(true), ..ChannelChange::default() };
    assert!(change(&world.app, &world.caller, id.as_str(), on).await.is_err());
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_left_alone_with_all_that_waits() {
    let mut world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    for event in ["e1", "e2", "e3"] {
        world.tell(&notice(event, Transition::Opened)).await;
    }
    world.receiver.answers(&["", "500 No"]);
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 1);
    assert!(due(&world.app).await.unwrap().is_empty(), "the others wait for its next try");
    world.later(6);
    deliver_due(&world.app, &id).await.unwrap();
    assert_eq!(world.receiver.got().len(), 4, "one that answers keeps nobody");
}

#[tokio::test]
async fn a_kept_key_goes_to_no_other_address() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::PagerDuty, Cadence::Each).await;
    let elsewhere = |secret: Option<&str>| {
        let url = Some(format!("{}/elsewhere", world.receiver.url));
        let target = TargetChange { url, secret: secret.map(ToOwned::to_owned), to: None };
        ChannelChange { target, ..ChannelChange::default() }
    };
    let error = change(&world.app, &world.caller, id.as_str(), elsewhere(None)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.advice.unwrap().contains("together with its address"));
    change(&world.app, &world.caller, id.as_str(), elsewhere(Some("another"))).await.unwrap();
    assert!(test(&world.app, &world.caller, id.as_str()).await.unwrap().delivered);
    let got = world.receiver.got();
    assert!(got.iter().all(|request| request.starts_with("POST /hook/elsewhere")), "{got:?}");
    assert!(got[0].contains("another"));
}

#[tokio::test]
async fn a_route_goes_with_its_last_channel() {
    let world = World::new().await;
    let gone = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    let rest = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    let route = Route {
        kinds: vec![],
        accounts: vec![],
        subset: None,
        tag: None,
        least: Severity::Low,
        channels: vec![gone.to_string()],
    };
    let wished = Routes { routes: vec![route], fallback: vec![rest.to_string()] };
    set_routes(&world.app, &world.caller, wished).await.unwrap();
    remove(&world.app, &world.caller, gone.as_str()).await.unwrap();
    assert!(routes(&world.app, &world.caller).await.unwrap().routes.is_empty());
    world.tell(&notice("e1", Transition::Opened)).await;
    assert_eq!(channel(&world.app, &world.caller, rest.as_str()).await.unwrap().waiting, 1);
}

#[test]
fn what_is_shown_holds_no_secret() {
    for url in
        ["https://hooks.example/T1/hush", r"https:\\hooks.example\T1\hush", "HTTPS:hooks.example/T1?hush"]
    {
        let target = targets::Target { url: url.to_owned(), ..targets::Target::default() };
        assert_eq!(targets::shown(ChannelKind::Slack, &target), "https://hooks.example", "{url}");
    }
}

#[tokio::test]
async fn a_second_cause_is_told_too_and_there_is_no_all_clear_before_the_last_one_is_over() {
    let world = World::new().await;
    let id = world.channel(ChannelKind::Webhook, Cadence::Each).await;
    let connection = meta::Connection {
        id: model::ConnectionId::try_new("bills").unwrap(),
        organization_id: world.organization().clone(),
        kind: meta::ConnectionKind::Local,
        location: "/bills".to_owned(),
        name: "bills".to_owned(),
    };
    world.app.meta().ensure_connection(&connection, &[]).await.unwrap();
    let record = world.app.meta().connection_records(world.organization()).await.unwrap().remove(0);
    let found = |check: &str| crate::telling::Finding {
        check: check.to_owned(),
        message: format!("{check} is wrong"),
        advice: "Mend it.".to_owned(),
    };
    let mut told = vec![];
    for failed in [vec![found("a")], vec![found("a"), found("b")], vec![found("b")], vec![]] {
        crate::telling::checked(&world.app, &record, &failed, true).await.unwrap();
        world.run_notices().await;
        deliver_due(&world.app, &id).await.unwrap();
        let got = world.receiver.got();
        assert_eq!(got.len(), told.len() + 1, "{got:?}");
        told.push(got.last().unwrap().clone());
    }
    for (told, what) in told.iter().zip(["a is wrong", "b is wrong", "still fails", "It works again."]) {
        assert!(told.contains(what), "{told}");
    }
}
