//! Budgets by a clock that is moved on: each threshold tells once a period, a restatement says so once, a new period
//! begins anew.

use app::budgets::{self, BudgetState, NewAmount, NewBudget, State};
use app::ingest_job::{self, IngestRequest};
use app::notifications::{self, Cadence, ChannelKind, NewChannel, Routes, TargetChange};
use app::policy::Caller;
use app::{AllowanceOptions, App, AppOptions, Clock, ErrorKind};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use meta::Lease;
use model::{Basis, BillingPeriod, BudgetPeriod, Decimal, Metric, Threshold};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands still until it is set.
struct Set(AtomicI64);

impl Clock for Set {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct House {
    folder: tempfile::TempDir,
    app: App,
    clock: Arc<Set>,
    caller: Caller,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Set(AtomicI64::new(0)));
        let allowances = AllowanceOptions { operator: true, ..AllowanceOptions::default() };
        let options = AppOptions { clock: Arc::clone(&clock) as _, allowances, ..AppOptions::default() };
        let app = App::open(&folder.path().join("data"), options).await.unwrap();
        let caller = Caller::command_line(app.organization_for_ingest(None).await.unwrap());
        let house = Self { folder, app, clock, caller };
        house.at("2026-11-10");
        let target = TargetChange { to: Some(vec!["ada@example.com".to_owned()]), ..TargetChange::default() };
        let name = "A channel".to_owned();
        let new = NewChannel { name, kind: ChannelKind::Mail, cadence: Cadence::Each, target };
        notifications::create(&house.app, &house.caller, new).await.unwrap();
        house.listen(true).await;
        house
    }

    /// Whether the channel gets what is told.
    async fn listen(&self, on: bool) {
        let channels = notifications::channels(&self.app, &self.caller).await.unwrap();
        let all = channels.iter().map(|view| view.channel.id.to_string());
        let fallback = all.filter(|_| on).collect();
        let routes = Routes { fallback, ..Routes::default() };
        notifications::set_routes(&self.app, &self.caller, routes).await.unwrap();
    }

    /// Noon of a day.
    fn at(&self, text: &str) {
        let noon = day(text).and_hms_opt(12, 0, 0).unwrap().and_utc();
        self.clock.0.store(noon.timestamp_millis(), Ordering::SeqCst);
    }

    /// Puts bills there in which each day costs so much, the last of a span left out, and reads them.
    async fn deliver(&self, spans: &[(&str, &str, u32)]) {
        let reports = self.folder.path().join("reports");
        let mut months: Vec<BillingPeriod> = vec![];
        let mut rows = vec![];
        for (from, to, cost) in spans {
            let mut at = day(from);
            while at < day(to) {
                let month = BillingPeriod::of(at).unwrap();
                if !months.contains(&month) {
                    months.push(month);
                }
                rows.push((month, at, *cost));
                at = at + Days::new(1);
            }
        }
        for month in months {
            let own = rows.iter().filter(|(of, ..)| *of == month).map(|(_, at, cost)| (*at, *cost));
            write_month(&reports, month, own);
        }
        let request = IngestRequest {
            location: reports.display().to_string(),
            organization: None,
            connection: None,
            force: true,
        };
        let summary = ingest_job::run(&self.app, request, &|_| {}).await.unwrap();
        assert!(summary.succeeded(), "{summary:?}");
    }

    /// What is to be told since it was asked last: transition and title.
    async fn told(&self) -> Vec<(String, String)> {
        let now = self.app.now().timestamp_millis();
        let mut all = vec![];
        loop {
            let lease = Lease { holder: "test".to_owned(), until_ms: now + 1_000_000_000 };
            let Some(job) = self.app.meta().claim_now("notify", now, &lease).await.unwrap() else { break };
            let notice = &job.payload["notice"];
            let text = |name: &str| notice[name].as_str().unwrap().to_owned();
            // What is irregular is told as well.
            if notice["kind"] == "budget" {
                all.push((text("transition"), text("title")));
            }
            self.app.meta().finish(&job, now, None).await.unwrap();
        }
        all.sort();
        all
    }

    async fn state(&self) -> BudgetState {
        budgets::budgets(&self.app, &self.caller).await.unwrap().remove(0)
    }
}

fn write_month(reports: &Path, month: BillingPeriod, days: impl Iterator<Item = (NaiveDate, u32)>) {
    let mut text = "identity/LineItemId,bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,bill/PayerAccountId,\
                    lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,\
                    lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,lineItem/UsageAmount,\
                    lineItem/CurrencyCode,lineItem/UnblendedCost\n"
        .to_owned();
    let (first, end) = (month.first_day(), month.end_day());
    for (at, cost) in days {
        let next = at + Days::new(1);
        writeln!(
            text,
            "l{at},{first}T00:00:00Z,{end}T00:00:00Z,111111111111,111111111111,Usage,{at}T00:00:00Z,\
             {next}T00:00:00Z,AmazonEC2,BoxUsage:m5.large,RunInstances,1,USD,{cost}"
        )
        .unwrap();
    }
    let name = format!("{}{:02}01-{}{:02}01", first.year(), first.month(), end.year(), end.month());
    let folder = reports.join("cur").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("cur-1.csv"), text).unwrap();
}

fn new_budget(amount: i64) -> NewBudget {
    let actual = |percent| Threshold { basis: Basis::Actual, percent };
    NewBudget {
        name: "Shop".to_owned(),
        filters: vec!["account_id=111111111111".parse().unwrap()],
        metric: Metric::Unblended,
        currency: None,
        period: BudgetPeriod::Month,
        start_month: 1,
        amount: Decimal::from(amount),
        later: vec![],
        thresholds: vec![actual(50), actual(80), Threshold { basis: Basis::Forecast, percent: 100 }],
    }
}

fn one(transition: &str, title: &str) -> (String, String) {
    (transition.to_owned(), title.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn thresholds_tell_once_a_period_and_a_restatement_says_so() {
    let house = House::new().await;
    let before = [("2026-08-01", "2026-11-01", 40)];
    let with = |more: &[(&'static str, &'static str, u32)]| [&before[..], more].concat();
    house.deliver(&with(&[("2026-11-01", "2026-11-10", 40)])).await;
    assert!(house.told().await.is_empty());
    budgets::create(&house.app, &house.caller, new_budget(1000)).await.unwrap();
    let state = house.state().await;
    assert_eq!((state.now.actual, state.now.state), (Some(Decimal::from(360)), State::AtRisk));
    assert!((state.now.forecast.unwrap().total - 1200.0).abs() < 1.0, "{state:?}");
    assert_eq!(state.past.len(), 3);
    assert_eq!((state.past[0].actual, state.past[0].amount), (Some(Decimal::from(1240)), None));

    house.at("2026-11-14");
    house.deliver(&with(&[("2026-11-01", "2026-11-14", 40)])).await;
    let half = "Shop: 50 % of the budget for November 2026 reached";
    assert_eq!(house.told().await, [one("happened", half)]);
    let passed = house.state().await.thresholds[0];
    // A row that lasts for a day tells of the hour that it begins with: that day is not complete.
    assert_eq!((passed.passed_on, passed.told), (Some(day("2026-11-13")), Some(day("2026-11-13"))));

    // Another look at the same data day tells nothing, and is no second day of a forecast.
    house.deliver(&with(&[("2026-11-01", "2026-11-14", 40)])).await;
    assert!(house.told().await.is_empty());
    house.at("2026-11-15");
    house.deliver(&with(&[("2026-11-01", "2026-11-15", 40)])).await;
    assert_eq!(
        house.told().await,
        [one("happened", "Shop: November 2026 is forecast to reach 100 % of its budget")]
    );

    // Restated below: said once; rising again is not told again.
    house.deliver(&with(&[("2026-11-01", "2026-11-15", 30)])).await;
    assert_eq!(house.told().await, [one("withdrawn", half)]);
    assert!(house.state().await.thresholds[0].taken_back);
    for cost in [20, 40, 30] {
        house.deliver(&with(&[("2026-11-01", "2026-11-15", cost)])).await;
        assert!(house.told().await.is_empty(), "{cost}");
    }

    // The month that is over goes on until its bill is; the next one begins anew.
    house.at("2026-12-03");
    house.deliver(&with(&[("2026-11-01", "2026-12-01", 40), ("2026-12-01", "2026-12-03", 300)])).await;
    assert_eq!(
        house.told().await,
        [
            one("happened", "Shop: 50 % of the budget for December 2026 reached"),
            one("happened", "Shop: 80 % of the budget for November 2026 reached"),
        ]
    );
    let state = house.state().await;
    assert_eq!(
        (state.now.actual, state.past[0].actual),
        (Some(Decimal::from(600)), Some(Decimal::from(1200)))
    );
    assert_eq!((state.past[0].state, state.past[0].forecast), (State::Beyond, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_hears_is_not_told() {
    let house = House::new().await;
    house.listen(false).await;
    house.deliver(&[("2026-10-01", "2026-11-10", 40)]).await;
    let thresholds = vec![Threshold { basis: Basis::Actual, percent: 20 }];
    budgets::create(&house.app, &house.caller, NewBudget { thresholds, ..new_budget(1000) }).await.unwrap();
    for (at, end, heard) in [("2026-11-11", "2026-11-11", false), ("2026-11-12", "2026-11-12", true)] {
        house.at(at);
        house.listen(heard).await;
        house.deliver(&[("2026-10-01", end, 40)]).await;
        let state = house.state().await.thresholds[0];
        assert_eq!((state.passed, state.told.is_some()), (Some(true), heard), "{at}");
        let title = "Shop: 20 % of the budget for November 2026 reached";
        assert_eq!(house.told().await, if heard { vec![one("happened", title)] } else { vec![] });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_leaves_the_past_alone_and_another_question_begins_anew() {
    let house = House::new().await;
    let empty = budgets::create(&house.app, &house.caller, new_budget(1)).await.unwrap_err();
    assert_eq!(empty.kind, ErrorKind::Invalid, "no bill tells a currency");
    let first = NewBudget { currency: Some("USD".to_owned()), ..new_budget(1000) };
    let made = budgets::create(&house.app, &house.caller, first.clone()).await.unwrap();
    // Not known is neither zero nor within.
    assert_eq!((made.now.actual, made.now.state), (None, State::Unknown));
    assert!(made.problem.unwrap().contains("no bill"));
    let id = made.budget.id.to_string();

    house.deliver(&[("2026-10-01", "2026-11-01", 30), ("2026-11-01", "2026-11-10", 60)]).await;
    assert_eq!(house.told().await, [one("happened", "Shop: 50 % of the budget for November 2026 reached")]);
    house.at("2026-12-02");
    house
        .deliver(&[
            ("2026-10-01", "2026-11-01", 30),
            ("2026-11-01", "2026-12-01", 30),
            ("2026-12-01", "2026-12-02", 30),
        ])
        .await;
    // 900 of 1000 for November.
    assert_eq!(house.told().await, [one("happened", "Shop: 80 % of the budget for November 2026 reached")]);
    let later = vec![NewAmount { from: day("2027-01-01"), amount: Decimal::from(5) }];
    let set = NewBudget { later, ..NewBudget { amount: Decimal::from(10), ..first.clone() } };
    let state = budgets::set(&house.app, &house.caller, &id, set).await.unwrap();
    assert_eq!(
        (state.now.amount, state.past[0].amount),
        (Some(Decimal::from(10)), Some(Decimal::from(1000)))
    );
    assert_eq!((state.past[1].amount, state.budget.amounts.len()), (None, 3));
    assert_eq!(state.now.state, State::Beyond);

    for (wrong, what) in [
        (NewBudget { amount: Decimal::ZERO, ..first.clone() }, "nothing"),
        (NewBudget { metric: Metric::UsageAmount, ..first.clone() }, "no money"),
        (NewBudget { start_month: 13, ..first.clone() }, "no month"),
        (NewBudget { filters: vec!["subset=Nobody".parse().unwrap()], ..first.clone() }, "no subset"),
        (NewBudget { filters: vec!["currency=EUR".parse().unwrap()], ..first.clone() }, "a currency twice"),
        (
            NewBudget {
                later: vec![NewAmount { from: day("2027-01-15"), amount: Decimal::from(5) }],
                ..first.clone()
            },
            "no period",
        ),
        (
            NewBudget { thresholds: vec![Threshold { basis: Basis::Actual, percent: 0 }], ..first.clone() },
            "no percent",
        ),
    ] {
        let refused = budgets::set(&house.app, &house.caller, &id, wrong).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Invalid, "{what}");
        assert!(refused.advice.is_some(), "{what}");
    }
    let other = NewBudget { currency: Some("EUR".to_owned()), ..first };
    let state = budgets::set(&house.app, &house.caller, &id, other).await.unwrap();
    assert!(state.problem.unwrap().contains("EUR"));
    assert_eq!((state.now.actual, state.now.state, state.budget.amounts.len()), (None, State::Unknown, 1));
    assert!(state.thresholds.iter().all(|one| one.told.is_none() && one.passed.is_none()));

    budgets::remove(&house.app, &house.caller, &id).await.unwrap();
    assert!(budgets::budgets(&house.app, &house.caller).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn quarters_are_forecast_over_their_months_and_suggested_from_what_was() {
    let house = House::new().await;
    house.deliver(&[("2025-10-01", "2026-11-10", 10)]).await;
    let new =
        NewBudget { period: BudgetPeriod::Quarter, start_month: 2, thresholds: vec![], ..new_budget(1000) };
    let state = budgets::create(&house.app, &house.caller, new).await.unwrap();
    // November to January: nine days known, the rest at the same rate.
    assert_eq!((state.now.from, state.now.to), (day("2026-11-01"), day("2027-02-01")));
    assert_eq!((state.now.actual, state.now.state), (Some(Decimal::from(90)), State::Within));
    let forecast = state.now.forecast.unwrap();
    assert!((forecast.total - 920.0).abs() < 10.0, "{forecast:?}");
    let (low, high) = forecast.interval.unwrap();
    assert!(low <= forecast.total && forecast.total <= high);
    // The first quarter has data of its last month alone: what it cost is not all of it.
    let oldest = state.past.last().unwrap();
    assert_eq!((oldest.from, oldest.complete), (day("2025-08-01"), false));
    assert!(state.past.iter().rev().skip(1).all(|past| past.complete));

    let asked = |period, currency: &str| {
        let currency = Some(currency.to_owned());
        budgets::suggest(&house.app, &house.caller, vec![], Metric::Unblended, currency, period, 2)
    };
    let found = asked(BudgetPeriod::Quarter, "USD").await.unwrap();
    let suggestion = found.found.unwrap();
    assert_eq!((suggestion.high, suggestion.periods), (Decimal::from(920), 4));
    assert!(found.words.contains("the last 4 complete quarters"), "{}", found.words);
    let month = asked(BudgetPeriod::Month, "USD").await.unwrap().found.unwrap();
    assert_eq!((month.median, month.high, month.periods), (Decimal::from(310), Decimal::from(310), 12));
    let year = asked(BudgetPeriod::Year, "USD").await.unwrap();
    assert!(year.found.unwrap().by_month && year.words.contains("times 12"));
    assert!(asked(BudgetPeriod::Month, "EUR").await.is_err());
}
