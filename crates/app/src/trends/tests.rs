//! Looks at bills that are read through the whole pipeline: recorded once, told once, silent where they should be.

use super::*;
mod bills;

use crate::AppOptions;
use crate::ingest_job::{self, IngestRequest};
use crate::notifications::{self, NewChannel, Routes, TargetChange};
use crate::policy::Caller;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use meta::Cadence;
use notify::ChannelKind;
use std::fmt::Write;
use std::path::PathBuf;

const HEADER: &str = "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingAccountId,BillingCurrency,\
BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeFrequency,\
ConsumedQuantity,ConsumedUnit,ProviderName,PublisherName,InvoiceIssuerName,ServiceName,ServiceCategory,\
SubAccountId,RegionId,ResourceId,Tags\n";

struct House {
    folder: tempfile::TempDir,
    app: App,
    caller: Caller,
}

impl House {
    async fn new() -> Self {
        Self::with(AppOptions::default()).await
    }

    async fn with(options: AppOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bill")).unwrap();
        let app = App::open(&folder.path().join("data"), options).await.unwrap();
        let caller = Caller::command_line(app.organization_for_ingest(None).await.unwrap());
        Self { folder, app, caller }
    }

    fn bill(&self) -> PathBuf {
        self.folder.path().join("bill")
    }

    fn organization(&self) -> &OrganizationId {
        &self.caller.organization.as_ref().unwrap().id
    }

    /// Writes the months from January 2026 on, each day at a level and with what comes on top, and reads them.
    async fn read(&self, months: u32, more: impl Fn(NaiveDate) -> u32) {
        for month in 1..=months {
            let first = NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
            let after = first.checked_add_months(chrono::Months::new(1)).unwrap();
            let mut text = HEADER.to_owned();
            let mut day = first;
            while day < after {
                let next = day + Days::new(1);
                let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
                for (account, level) in [("a-1", 400), ("a-2", 300)] {
                    let mut cost = if weekend { level * 7 / 10 } else { level } + day.ordinal0() % 5;
                    if account == "a-1" {
                        cost += more(day);
                    }
                    writeln!(
                        text,
                        "{cost}.25,{cost}.25,{cost}.25,{cost}.25,payer,USD,{first}T00:00:00Z,{after}T00:00:00Z,\
                         {day}T00:00:00Z,{next}T00:00:00Z,Usage,Usage-Based,{cost},Hours,AWS,AWS,AWS,Compute,\
                         Compute,{account},eu,,{{}}"
                    )
                    .unwrap();
                }
                day = next;
            }
            std::fs::write(self.bill().join(format!("{month}.csv")), text).unwrap();
        }
        self.ingest("bill").await;
    }

    async fn ingest(&self, folder: &str) {
        let request = IngestRequest {
            location: self.folder.path().join(folder).display().to_string(),
            organization: None,
            connection: None,
            force: false,
        };
        let summary = ingest_job::run(&self.app, request, &|_| {}).await.unwrap();
        assert!(summary.succeeded(), "{summary:?}");
    }

    async fn channel(&self) {
        let url = Some("https://hooks.example/x".to_owned());
        let target = TargetChange { url, ..TargetChange::default() };
        let new = NewChannel {
            name: "a channel".to_owned(),
            kind: ChannelKind::Webhook,
            cadence: Cadence::Each,
            target,
        };
        let id = notifications::create(&self.app, &self.caller, new).await.unwrap().view.channel.id;
        let routes = Routes { routes: vec![], fallback: vec![id.to_string()] };
        notifications::set_routes(&self.app, &self.caller, routes).await.unwrap();
    }

    /// Notices that were queued, as event and step.
    async fn told(&self) -> Vec<(String, String)> {
        self.notices().await.into_iter().map(|notice| (notice.event.clone(), notice.step())).collect()
    }

    /// Notices that were queued.
    async fn notices(&self) -> Vec<notify::Notice> {
        let lease = meta::Lease { holder: "test".to_owned(), until_ms: i64::MAX };
        let now = self.app.now().timestamp_millis();
        let mut found = vec![];
        while let Some(job) = self.app.meta().claim("house", &["notify"], 1, now, &lease).await.unwrap() {
            let notice: notify::Notice = serde_json::from_value(job.payload["notice"].clone()).unwrap();
            found.push(notice);
            self.app.meta().finish(&job, now, None).await.unwrap();
        }
        found
    }

    async fn events(&self) -> Vec<Recorded> {
        let all = events(&self.app, &self.caller, &TrendFilter::default()).await.unwrap();
        let notifies =
            |one: &Recorded| one.event.definitions.iter().any(|seen| seen.definition == "predefined_robust");
        all.into_iter().filter(notifies).collect()
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn what_comes_is_told_once_and_what_is_taken_back_is_withdrawn() {
    let house = House::new().await;
    house.channel().await;
    // The first load finds what there was, and tells nobody.
    let old = |now: NaiveDate| if now == day("2026-06-24") { 2_000 } else { 0 };
    house.read(7, old).await;
    let first = house.events().await;
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!((first[0].event.first_day, first[0].event.quiet), (day("2026-06-24"), Some(Quiet::FirstLoad)));
    assert_eq!(house.told().await, []);
    // Looked at again, nothing is different.
    look(&house.app, house.organization()).await.unwrap();
    assert_eq!(house.events().await, first);

    let new = |now: NaiveDate| if now >= day("2026-08-28") { 1_000 } else { old(now) };
    house.read(8, new).await;
    let found = house.events().await;
    assert_eq!(found.len(), 2, "{found:?}");
    let opened = found.iter().find(|one| one.event.first_day == day("2026-08-28")).unwrap();
    assert!(opened.told && opened.event.quiet.is_none() && opened.event.status == Status::Open);
    let id = opened.event.id.clone();
    assert_eq!(house.told().await, [(id.clone(), "opened".to_owned())]);
    // Restated, it has other figures, and nobody is told again.
    house.read(8, |now| if now >= day("2026-08-28") { 1_001 } else { old(now) }).await;
    let restated = event(&house.app, &house.caller, &id).await.unwrap();
    assert_eq!((restated.event.cost - opened.event.cost).to_string(), "4");
    assert_eq!(house.told().await, []);
    house.read(8, old).await;
    assert_eq!(event(&house.app, &house.caller, &id).await.unwrap().event.status, Status::Withdrawn);
    assert_eq!(house.told().await, [(id.clone(), "withdrawn".to_owned())]);
    // What comes back is told under a name of its own: the first one is closed.
    house.read(8, new).await;
    assert_eq!(house.told().await, [(format!("{id}-2"), "opened".to_owned())]);
    let words: Vec<String> = house
        .app
        .meta()
        .trend_history(house.organization(), &id)
        .await
        .unwrap()
        .into_iter()
        .map(|line| line.transition)
        .collect();
    assert_eq!(words, ["opened", "withdrawn", "opened"]);
}

#[tokio::test]
async fn what_was_learned_answers_of_accounts_and_of_definitions_that_are_tried() {
    let house = House::new().await;
    house.read(7, |now| if now == day("2026-06-24") { 2_000 } else { 0 }).await;
    let looked = looked(&house.app, house.organization(), None).await.unwrap().unwrap();
    assert_eq!(looked.asked.definitions.len(), 4);
    let account = Object::account("a-1");
    let why = looked.memory.why(&looked.asked, &[], &account, day("2026-06-23")).unwrap();
    assert_eq!(why.answer, Answer::Within);
    assert!(looked.memory.why(&looked.asked, &[], &Object::account("a-9"), day("2026-06-23")).is_none());
    let of_regions = Definition {
        id: "mine".to_owned(),
        watches: vec![Attribute::Region],
        ..Definition::predefined().remove(0)
    };
    let tried = trial(&house.app, house.organization(), None, &of_regions).await.unwrap().unwrap();
    let found = tried.memory.backtest(&of_regions).map(|found| (found.series, found.found.len()));
    // Less than a year of data is looked back on from its first day.
    assert!(found.is_none_or(|found| found == (1, 1)), "{found:?}");
    let nothing = trial(&house.app, house.organization(), Some("EUR"), &of_regions).await.unwrap();
    assert!(nothing.is_none());
    assert_eq!(look_state(&house.app, house.organization()).await.unwrap(), LookState::default());
}
