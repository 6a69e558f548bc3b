//! Bills beside each other, kinds of charges, what shared reports keep, and silence.

use super::*;
use crate::Clock;
use crate::notifications::{Route, RouteTag};
use crate::reports::{self, ReportChange};
use chrono::{DateTime, TimeDelta, Utc};
use meta::{Connection, ConnectionKind, ConnectionRecord, ConnectionState};
use model::{ConnectionId, Decimal};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A row of a bill, of one day.
struct Line {
    day: NaiveDate,
    account: &'static str,
    service: &'static str,
    category: &'static str,
    cost: u32,
    team: &'static str,
}

fn usage(day: NaiveDate, account: &'static str, cost: u32) -> Line {
    Line { day, account, service: "Compute", category: "Usage", cost, team: "" }
}

/// The days from one to another one, both within.
fn days(from: &str, to: &str) -> impl Iterator<Item = NaiveDate> {
    let to = day(to);
    day(from).iter_days().take_while(move |day| *day <= to)
}

impl House {
    /// Writes rows into a folder, a file a month, and reads it.
    async fn put(&self, folder: &str, payer: &str, lines: impl IntoIterator<Item = Line>) {
        let mut months: BTreeMap<NaiveDate, String> = BTreeMap::new();
        for Line { day, account, service, category, cost, team } in lines {
            let first = day.with_day(1).unwrap();
            let after = first.checked_add_months(chrono::Months::new(1)).unwrap();
            let next = day + Days::new(1);
            let frequency = if category == "Usage" { "Usage-Based" } else { "One-Time" };
            let tags =
                if team.is_empty() { "{}".to_owned() } else { format!("{{\"\"team\"\": \"\"{team}\"\"}}") };
            let text = months.entry(first).or_insert_with(|| HEADER.to_owned());
            writeln!(
                text,
                "{cost},{cost},{cost},{cost},{payer},USD,{first}T00:00:00Z,{after}T00:00:00Z,{day}T00:00:00Z,\
                 {next}T00:00:00Z,{category},{frequency},1,Hours,AWS,AWS,AWS,{service},Compute,{account},eu,,\"{tags}\""
            )
            .unwrap();
        }
        let path = self.folder.path().join(folder);
        std::fs::create_dir_all(&path).unwrap();
        for (first, text) in months {
            std::fs::write(path.join(format!("{}.csv", first.format("%Y-%m"))), text).unwrap();
        }
        self.ingest(folder).await;
    }

    async fn look(&self) {
        look(&self.app, self.organization()).await.unwrap();
    }

    /// Whether a look waits; it is taken away.
    async fn look_waits(&self) -> bool {
        let now = self.app.now().timestamp_millis();
        let lease = meta::Lease { holder: "test".to_owned(), until_ms: i64::MAX };
        let Some(job) = self.app.meta().claim_now("detect", now, &lease).await.unwrap() else { return false };
        self.app.meta().finish(&job, now, None).await.unwrap();
        true
    }

    async fn connection(&self, folder: &str) -> Connection {
        let all = self.app.meta().connections(self.organization()).await.unwrap();
        all.into_iter().find(|one| one.location.ends_with(folder)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_one_currency_are_one_bill_and_one_that_goes_takes_its_events_along() {
    let house = House::new().await;
    house.channel().await;
    let steady =
        |account, from, to| days(from, to).map(move |day| usage(day, account, 300 + day.ordinal0() % 5));
    house.put("bill", "payer-1", steady("a-1", "2026-01-01", "2026-07-31")).await;
    // What is not known of the other one is not zero: nothing of it is new.
    house.put("other", "payer-2", steady("b-1", "2026-03-01", "2026-07-31")).await;
    assert_eq!(house.events().await, []);

    let jump = |day: NaiveDate| if day >= self::day("2026-08-28") { 900 } else { 0 };
    let august = |account| {
        days("2026-08-01", "2026-08-31")
            .map(move |day| usage(day, account, 300 + day.ordinal0() % 5 + jump(day)))
    };
    house.put("bill", "payer-1", august("a-1")).await;
    house.put("other", "payer-2", august("b-1")).await;
    let found = house.events().await;
    let of =
        |account: &str| found.iter().find(|one| one.event.object.get(&Attribute::Account) == Some(account));
    let (first, second) = (of("a-1").unwrap(), of("b-1").unwrap());
    assert_eq!(found.len(), 2, "{found:?}");
    let mut told = house.told().await;
    told.sort();
    let mut opened = [&first.event.id, &second.event.id].map(|id| (id.clone(), "opened".to_owned()));
    opened.sort();
    assert_eq!(told, opened);
    // A service in all accounts is the sum of both, day by day.
    let looked = looked(&house.app, house.organization(), None).await.unwrap().unwrap();
    let bill = looked.memory.bill();
    let cost = |object: &Object, at: &str| {
        let series = bill.series.iter().find(|series| series.object == *object).unwrap();
        series.costs[looked.memory.place(day(at)).unwrap()]
    };
    for at in ["2026-02-10", "2026-05-10", "2026-08-30"] {
        let accounts = ["a-1", "b-1"].map(|account| cost(&Object::account_service(account, "Compute"), at));
        assert_eq!(cost(&Object::service("Compute"), at), accounts.into_iter().sum::<Decimal>(), "{at}");
    }

    let other = house.connection("other").await;
    crate::connections::remove(&house.app, &house.caller, &other.id, &other.name).await.unwrap();
    assert!(house.look_waits().await);
    house.look().await;
    let status = async |id: &str| event(&house.app, &house.caller, id).await.unwrap().event.status;
    assert_eq!(status(&first.event.id).await, Status::Open);
    assert_eq!(status(&second.event.id).await, Status::Withdrawn);
    assert_eq!(house.told().await, [(second.event.id.clone(), "withdrawn".to_owned())]);
    // Without any bill nothing is left of it.
    let last = house.connection("bill").await;
    crate::connections::remove(&house.app, &house.caller, &last.id, &last.name).await.unwrap();
    house.look().await;
    assert_eq!(status(&first.event.id).await, Status::Withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shared_report_keeps_is_watched_as_it_is_changed() {
    let house = House::new().await;
    let more = |day: NaiveDate| if day >= self::day("2026-07-28") { 900 } else { 0 };
    let rows = days("2026-01-01", "2026-07-31").flat_map(|day| {
        [usage(day, "a-1", 300 + day.ordinal0() % 5 + more(day)), usage(day, "a-2", 200 + day.ordinal0() % 7)]
    });
    house.put("bill", "payer", rows).await;
    let address = |account: &str| format!("filter=account_id%3D{account}");
    let saved =
        reports::save_report(&house.app, &house.caller, "One", &address("a-1"), true).await.unwrap().saved;
    assert!(!house.look_waits().await, "nothing watches reports yet");
    let wish = Wish {
        watches: vec!["filter".to_owned()],
        only: Some(saved.id.to_string()),
        method: Method::Robust,
        threshold_percent: 25.0,
        minimum: "100".to_owned(),
        ignore_decreases: false,
    };
    let new =
        NewDefinition { name: "Mine".to_owned(), description: String::new(), on: true, notifies: true, wish };
    let mine = create_definition(&house.app, &house.caller, new).await.unwrap().definition.id;
    assert!(house.look_waits().await);
    house.look().await;
    let object = Object::of([(Attribute::Filter, saved.id.as_str())]);
    let seen = async || {
        let all = events(&house.app, &house.caller, &TrendFilter::default()).await.unwrap();
        let active = all.into_iter().filter(|one| one.event.status != Status::Withdrawn);
        active
            .filter(|one| {
                one.event.definitions.iter().any(|seen| seen.definition == mine && seen.object == object)
            })
            .count()
    };
    assert_eq!(seen().await, 1);
    let id = saved.id.as_str();
    let change = async |change: ReportChange| {
        reports::change_report(&house.app, &house.caller, id, change).await.unwrap();
    };
    change(ReportChange { name: Some("Another name".to_owned()), ..ReportChange::default() }).await;
    assert!(!house.look_waits().await, "what it keeps is the same");
    change(ReportChange { address: Some(address("a-2")), ..ReportChange::default() }).await;
    assert!(house.look_waits().await);
    house.look().await;
    assert_eq!(seen().await, 0);
    change(ReportChange { address: Some(address("a-1")), ..ReportChange::default() }).await;
    house.look().await;
    assert_eq!(seen().await, 1);
    assert!(house.look_waits().await);
    reports::remove_report(&house.app, &house.caller, id).await.unwrap();
    assert!(house.look_waits().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn taxes_and_fees_have_owners_too() {
    let house = House::new().await;
    house.channel().await;
    let channels = notifications::channels(&house.app, &house.caller).await.unwrap();
    let channels: Vec<String> = channels.iter().map(|one| one.channel.id.to_string()).collect();
    let tag = Some(RouteTag { key: "team".to_owned(), value: "shop".to_owned() });
    let least = notify::Severity::Low;
    let route = Route { kinds: vec![], accounts: vec![], subset: None, tag, least, channels };
    let routes = Routes { routes: vec![route], fallback: vec![] };
    notifications::set_routes(&house.app, &house.caller, routes).await.unwrap();
    let rows = |to: &str| -> Vec<Line> {
        let all = days("2026-01-01", to).flat_map(|day| {
            let last = day >= self::day("2026-08-28");
            let line =
                |category, service, cost, team| Line { day, account: "a-1", service, category, cost, team };
            let mut lines = vec![usage(day, "a-1", 300 + day.ordinal0() % 5)];
            if day.day() == 28 {
                // Of the last one most is of one team.
                lines.push(line("Tax", "Compute", if last { 800 } else { 100 }, "shop"));
                lines.push(line("Tax", "Compute", 50, "data"));
            }
            if day == self::day("2026-08-29") {
                lines.push(line("Purchase", "Registrar", 900, "data"));
                lines.push(line("Purchase", "Registrar", 100, ""));
            }
            lines
        });
        all.collect()
    };
    house.put("bill", "payer", rows("2026-07-31")).await;
    assert_eq!(house.told().await, []);
    house.put("bill", "payer", rows("2026-08-31")).await;
    let mut told: Vec<_> = house.notices().await;
    told.retain(|notice| notice.transition == notify::Transition::Opened);
    told.sort_by(|one, other| one.title.cmp(&other.title));
    let kinds: Vec<_> = house.events().await.iter().map(|one| (one.event.measure, one.event.kind)).collect();
    assert!(
        kinds.contains(&(Measure::Tax, Kind::Fee)) && kinds.contains(&(Measure::Fee, Kind::OneTime)),
        "{kinds:?}"
    );
    let mut owners: Vec<_> = told
        .iter()
        .map(|notice| {
            let largest = notice.about.tags.iter().max_by_key(|share| share.percent).unwrap();
            (largest.value.as_str(), largest.percent)
        })
        .collect();
    owners.sort_unstable();
    assert_eq!(owners.len(), 2, "{told:?}");
    assert_eq!(owners[0], ("data", 90));
    assert!(owners[1].0 == "shop" && owners[1].1 > 90, "{owners:?}");
}

/// Stands still until it is set.
struct Set(AtomicI64);

impl Set {
    fn at(&self, text: &str) {
        let at: DateTime<Utc> = text.parse().unwrap();
        self.0.store(at.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Clock for Set {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_told_once_where_deliveries_come_and_ends_with_the_next_data() {
    let clock = Arc::new(Set(AtomicI64::new(0)));
    clock.at("2026-09-01T06:00:00Z");
    let house = House::with(AppOptions { clock: Arc::clone(&clock) as _, ..AppOptions::default() }).await;
    house.channel().await;
    let location = connect::Location::try_new(&house.bill().display().to_string()).unwrap().to_string();
    let id = ConnectionId::try_new("polled").unwrap();
    let record = ConnectionRecord {
        connection: Connection {
            id: id.clone(),
            organization_id: house.organization().clone(),
            kind: ConnectionKind::Local,
            location,
            name: "Polled".to_owned(),
        },
        state: ConnectionState::Ready,
        settings: serde_json::json!({}),
        external_id: None,
        sealed_secret: None,
        poll_minutes: 60,
        verification: None,
        verified_at_ms: None,
        created_at_ms: 1,
        parent: None,
        by_operator: true,
        paused: false,
        bill_diff_mails: None,
    };
    house.app.meta().create_connection(&record, &[]).await.unwrap();
    let until =
        |to: &'static str| days("2026-05-01", to).map(|day| usage(day, "a-1", 300 + day.ordinal0() % 5));
    house.put("bill", "payer", until("2026-08-31")).await;
    let delivered = async |name: &str| {
        let now = house.app.now().timestamp_millis();
        house.app.meta().deliveries_seen(&id, &[name.to_owned()], now).await.unwrap();
    };
    let silence = async || {
        look_for_silence(&house.app, house.organization()).await.unwrap();
        let all = events(&house.app, &house.caller, &TrendFilter::default()).await.unwrap();
        let silent = all.into_iter().filter(|one| one.event.kind == Kind::NoData);
        silent.map(|one| (one.event.id, one.event.status)).collect::<Vec<_>>()
    };
    delivered("one").await;
    assert_eq!(silence().await, []);
    assert_eq!(house.told().await, []);
    // A delivery came this morning, and holds nothing of the last 36 hours.
    clock.at("2026-09-02T14:00:00Z");
    delivered("two").await;
    let found = silence().await;
    let [(event, Status::Open)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(house.told().await, [(event.clone(), "opened".to_owned())]);
    clock.0.fetch_add(TimeDelta::hours(5).num_milliseconds(), Ordering::SeqCst);
    assert_eq!(silence().await, found);
    assert_eq!(house.told().await, [], "once");
    // Data that go on end it.
    house.put("bill", "payer", until("2026-09-02")).await;
    assert_eq!(silence().await, [(event.clone(), Status::Ended)]);
    assert_eq!(house.told().await, [(event.clone(), "ended".to_owned())]);
    // Where nothing comes at all, the connection's own notice says so: recorded, and told by nobody here.
    clock.at("2026-09-09T00:00:00Z");
    assert_eq!(silence().await, [(event.clone(), Status::Open)]);
    assert_eq!(house.told().await, []);
}
