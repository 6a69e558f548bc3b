//! What is told of events by channels: which step of an event, and the notice of it.

use super::load::dimensions;
use super::looking::account_of;
use super::{Attribute, Event, Kind, Looked, Measure, Severity, Status, Words, rows, silence};
use crate::read::Published;
use crate::telling::money;
use crate::{App, Result, notifications};
use analyses::trends::{Changed, Transition};
use chrono::{Days, NaiveDate};
use meta::NewJob;
use model::{CostQuery, Decimal, Dimension, Metric, OrganizationId, shown};
use notify::{About, Amount, Fact, Notice, Point, TagShare};
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// Days before an event that its chart shows.
const BEFORE: u64 = 30;
/// Days that an event is compared with to find its owner.
const COMPARED: u64 = 28;
/// Causes that are named.
const CAUSES: usize = 3;

/// Whoever tells of a look.
pub(super) struct Telling<'a> {
    pub(super) app: &'a App,
    pub(super) organization: &'a OrganizationId,
    pub(super) published: &'a Published,
    /// What was learned, where bills were looked at.
    pub(super) looked: Option<&'a Looked>,
    /// What things are called, once anything is told.
    pub(super) words: OnceCell<Words>,
}

impl Telling<'_> {
    /// The jobs that tell a step of an event; none where an organization has no channel.
    ///
    /// # Errors
    /// The bills or the metadata cannot be read.
    pub(super) async fn jobs(&self, event: &Event, step: notify::Transition) -> Result<Vec<NewJob>> {
        if self.app.meta().channels(self.organization).await?.is_empty() {
            return Ok(vec![]);
        }
        let connection = event.object.get(&Attribute::Connection);
        if let Some(connection) = connection.filter(|_| event.kind == Kind::NoData && step.begins())
            && !silence::is_news(self.app, connection).await?
        {
            return Ok(vec![]);
        }
        let notice = self.notice(event, step).await?;
        notifications::queued(self.app, self.organization, &notice).await
    }

    async fn notice(&self, event: &Event, step: notify::Transition) -> Result<Notice> {
        let words = self.words.get_or_try_init(|| Words::of(self.app, self.published)).await?;
        let period = if event.first_day == event.last_day {
            event.first_day.to_string()
        } else {
            format!("{} to {}", event.first_day, event.last_day)
        };
        let amount = |label: &str, amount: Decimal, period: &str| Amount {
            label: label.to_owned(),
            amount: amount.to_string(),
            shown: money(amount),
            currency: event.currency.clone(),
            period: period.to_owned(),
        };
        let mut amounts = vec![];
        let mut facts = vec![];
        let mut fact = |label: &str, value: String| facts.push(Fact { label: label.to_owned(), value });
        if event.kind != Kind::NoData {
            amounts = vec![
                amount("Excess", event.excess, &period),
                amount("Cost", event.cost, &period),
                amount("Expected at least", event.expected_low, &period),
                amount("Expected at most", event.expected_high, &period),
                amount("A month at this rate", event.monthly_excess, ""),
            ];
            if let Some(change) = event.change_percent {
                fact("Change", format!("{change} %"));
            }
            for cause in event.causes.iter().take(CAUSES) {
                let value = format!(
                    "{}: {} to {} {}, {} % of it",
                    words.object(&cause.object),
                    money(cause.before),
                    money(cause.now),
                    event.currency,
                    cause.coverage_percent
                );
                fact("Cause", value);
            }
        }
        fact("Data through", event.data_through.to_string());
        Ok(Notice {
            event: event_name(event),
            kind: "cost".to_owned(),
            transition: step,
            severity: severity(event.severity),
            title: shown::short(&words.title(event), 200).into_owned(),
            text: text(event, &period),
            facts,
            amounts,
            link: self.app.page(&format!("/trends/events/{}", event.id)),
            chart: self.chart(event),
            about: self.about(event, words).await?,
        })
    }

    /// Days around an event, where its object is a series.
    fn chart(&self, event: &Event) -> Vec<Point> {
        let Some(memory) = self.looked.map(|looked| &looked.memory) else { return vec![] };
        let bill = memory.bill();
        let of = |one: &&analyses::trends::Series| one.object == event.object && one.measure == event.measure;
        let Some(series) = bill.series.iter().find(of) else { return vec![] };
        let bands: BTreeMap<NaiveDate, _> = match event.measure {
            Measure::Usage => memory.bands(&event.object).unwrap_or_default().into_iter().collect(),
            _ => BTreeMap::new(),
        };
        let since = event.first_day - Days::new(BEFORE);
        let money = |value: f64| Decimal::from_f64(value).map_or(Decimal::ZERO, |(amount, _)| amount);
        series
            .costs
            .iter()
            .enumerate()
            // What is not known is not zero.
            .skip(series.known_from)
            .map(|(place, cost)| (memory.day(place), *cost))
            .filter(|(day, _)| *day >= since && *day <= event.data_through)
            .map(|(day, cost)| Point {
                day: day.to_string(),
                cost,
                expected: bands.get(&day).map(|band| (money(band.low), money(band.high))),
            })
            .collect()
    }

    /// What it is about, for routes.
    async fn about(&self, event: &Event, words: &Words) -> Result<About> {
        let mut about = About {
            accounts: account_of(&event.object).into_iter().collect(),
            subsets: event.object.get(&Attribute::Subset).map(ToOwned::to_owned).into_iter().collect(),
            tags: vec![],
        };
        for (attribute, value) in event.object.parts() {
            if let Attribute::Tag(key) = attribute {
                about.tags.push(TagShare { key: key.clone(), value: value.to_owned(), percent: 100 });
            }
        }
        if event.kind == Kind::NoData {
            return Ok(about);
        }
        for key in notifications::tag_keys(self.app, self.organization).await? {
            if !about.tags.iter().any(|tag| tag.key == key) {
                about.tags.extend(self.owners(event, &key, words).await?);
            }
        }
        Ok(about)
    }

    /// The parts that values of a tag have in the change of an event's object.
    async fn owners(&self, event: &Event, key: &str, words: &Words) -> Result<Vec<TagShare>> {
        // What the roll-up does not know has no such parts: line items may not be there yet, and the look would wait for them.
        let in_rollup = |(attribute, _): (&Attribute, &str)| !dimensions(attribute).is_empty();
        if !event.object.parts().all(in_rollup) {
            return Ok(vec![]);
        }
        let Some(filters) = rows::filters(self.app, self.published, words, event).await? else {
            return Ok(vec![]);
        };
        let end = event.last_day + Days::new(1);
        let days = (end - event.first_day).num_days().max(1) as f64;
        let ask = async |from: NaiveDate, to: NaiveDate| -> Result<BTreeMap<String, f64>> {
            let query = CostQuery {
                group_by: vec![Dimension::Tag(key.to_owned())],
                from: Some(from),
                to: Some(to),
                filters: filters.clone(),
                ..CostQuery::total(Metric::Amortized)
            };
            let asking =
                super::load::Asking { app: self.app, published: self.published, currency: &event.currency };
            let answer = asking.answer(&self.published.resolve(query)?).await?;
            let value = |group: &model::CostGroup| {
                let value = group.keys.first().cloned().flatten().unwrap_or_default();
                (value, group.total.to_f64())
            };
            Ok(answer.groups.iter().map(value).collect())
        };
        let now = ask(event.first_day, end).await?;
        let before = ask(event.first_day - Days::new(COMPARED), event.first_day).await?;
        let sign = if event.excess < Decimal::ZERO { -1.0 } else { 1.0 };
        let values: std::collections::BTreeSet<&String> = now.keys().chain(before.keys()).collect();
        let moved: Vec<(&String, f64)> = values
            .into_iter()
            .map(|value| {
                let of = |all: &BTreeMap<String, f64>| all.get(value).copied().unwrap_or(0.0);
                (value, (sign * (of(&now) - of(&before) * days / COMPARED as f64)).max(0.0))
            })
            .collect();
        let all: f64 = moved.iter().map(|(_, by)| by).sum();
        let share = |by: f64| (0..=100).rev().find(|percent| f64::from(*percent) <= by / all * 100.0);
        Ok(moved
            .into_iter()
            .filter(|(value, by)| !value.is_empty() && *by > 0.0)
            .filter_map(|(value, by)| {
                Some(TagShare { key: key.to_owned(), value: value.clone(), percent: share(by)? })
            })
            .collect())
    }
}

/// What is told of what became of an event; `told`: whether people heard of it before.
pub(super) fn steps(one: &Changed, told: bool) -> Vec<notify::Transition> {
    let quiet = one.event.quiet.is_some();
    let told = told && one.transition != Transition::Opened;
    match one.transition {
        Transition::Ended if told => vec![notify::Transition::Ended],
        Transition::Withdrawn if told => vec![notify::Transition::Withdrawn],
        Transition::Ended | Transition::Withdrawn => vec![],
        Transition::SeverityUp if told && !quiet => vec![notify::Transition::Up],
        _ if told || quiet => vec![],
        // Found when it was over: what is told as open has to be told as over, too.
        Transition::Opened if one.event.status == Status::Ended => {
            vec![notify::Transition::Opened, notify::Transition::Ended]
        }
        _ if one.event.status == Status::Open => vec![notify::Transition::Opened],
        _ => vec![],
    }
}

/// What names an event where it is told: another opening of it is another one for whoever closed the first.
fn event_name(event: &Event) -> String {
    if event.opening > 1 { format!("{}-{}", event.id, event.opening) } else { event.id.clone() }
}

fn severity(severity: Severity) -> notify::Severity {
    match severity {
        Severity::Low => notify::Severity::Low,
        Severity::Medium => notify::Severity::Medium,
        Severity::High => notify::Severity::High,
        Severity::Critical => notify::Severity::Critical,
    }
}

fn text(event: &Event, period: &str) -> String {
    match event.kind {
        Kind::NoData => format!(
            "Deliveries come, but hold no data of the time since {}: costs of it are not known.",
            event.first_day
        ),
        Kind::New => format!("There were no costs here before. {period}."),
        Kind::Gone => format!("Costs that were here before do not come any more. {period}."),
        Kind::OneTime | Kind::Fee => {
            format!("The charges of this month are higher than those before. {period}.")
        }
        Kind::UnitPrice => format!("The same usage costs more than before. {period}."),
        Kind::Leak => format!("Costs rise slowly, beyond what their growth explains. {period}."),
        Kind::Drop => format!("Costs are lower than expected. {period}."),
        Kind::Spike | Kind::Shift => format!("Costs are higher than expected. {period}."),
    }
}
