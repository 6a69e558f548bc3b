//! Events as a list is asked for: which, in what order, how many.

use super::{
    Direction, Event, Kind, KnownDefinition, Named, Part, Recorded, Severity, Status, Words, definitions,
    events, looked, part, status_name,
};
use crate::policy::Caller;
use crate::read::{Published, data_to};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use meta::TrendFilter;
use std::cmp::Ordering;

/// Which events by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Neither archived nor withdrawn.
    #[default]
    Active,
    /// Put away.
    Archived,
    /// Unsaid by the data.
    Withdrawn,
    /// All.
    All,
}

impl Standing {
    /// The events that stand so.
    pub fn filter(self) -> TrendFilter {
        let statuses = |all: &[Status]| all.iter().map(|one| status_name(*one).to_owned()).collect();
        let (archived, statuses) = match self {
            Self::Active => (Some(false), statuses(&[Status::Open, Status::Ended])),
            Self::Archived => (Some(true), vec![]),
            Self::Withdrawn => (None, statuses(&[Status::Withdrawn])),
            Self::All => (None, vec![]),
        };
        TrendFilter { archived, statuses, ..TrendFilter::default() }
    }
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// Data day with which it became an event, then severity.
    #[default]
    RaisedOn,
    /// How much it matters.
    Severity,
    /// Cost beyond what was expected.
    Excess,
    /// Cost.
    Cost,
    /// Change in percent; what is new is beyond all.
    ChangePercent,
    /// Excess of a month.
    MonthlyExcess,
    /// Its words.
    Title,
    /// Name of its account.
    Account,
    /// First day.
    FirstDay,
    /// Where it stands.
    Status,
}

/// What is asked of the events; what is empty takes all.
#[derive(Clone, Debug, Default)]
pub struct EventsAsked {
    /// By where they stand.
    pub standing: Standing,
    /// Up or down.
    pub direction: Option<Direction>,
    /// Any of these kinds.
    pub kinds: Vec<Kind>,
    /// Any of these.
    pub severities: Vec<Severity>,
    /// Any of these accounts, by number.
    pub accounts: Vec<String>,
    /// Any of these services, by product code or name.
    pub services: Vec<String>,
    /// Seen by any of these definitions, by identifier.
    pub definitions: Vec<String>,
    /// Also those that no definition which notifies saw: they are recorded alone.
    pub recorded: bool,
    /// Part of its words, its causes' words or its identifier, in any case.
    pub search: String,
    /// With a day from this one on.
    pub from: Option<NaiveDate>,
    /// With a day before this one.
    pub to: Option<NaiveDate>,
    /// Currency; the main one where it is absent.
    pub currency: Option<String>,
    /// Order.
    pub sort: SortBy,
    /// The largest, newest, last first.
    pub descending: bool,
    /// At most as many.
    pub limit: usize,
    /// After so many.
    pub offset: usize,
}

/// What was looked at, as far as the caller may see it.
#[derive(Clone, Debug, Default)]
pub struct LookedAt {
    /// Currency of the figures; `None` where nothing is published.
    pub currency: Option<String>,
    /// All currencies, the main one first.
    pub currencies: Vec<String>,
    /// First day that was looked at.
    pub from: Option<NaiveDate>,
    /// Last day of data.
    pub through: Option<NaiveDate>,
    /// Series.
    pub series: usize,
    /// When (ms); `None`: not yet.
    pub at_ms: Option<i64>,
    /// What is to be known of it.
    pub message: Option<String>,
}

/// A page of events.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// What was looked at.
    pub looked_at: LookedAt,
    /// Words for them.
    pub words: Words,
    /// Names of definitions.
    pub named: Named,
    /// How many match.
    pub total: usize,
    /// How many of those that match no definition which notifies saw, whether or not they are asked for.
    pub recorded_only: usize,
    /// Those of the page.
    pub events: Vec<Recorded>,
}

/// What was looked at in a currency, else in the main one, as far as the caller may see it.
///
/// # Errors
/// `Invalid`: no bill is in the currency; the metadata or the bills cannot be read.
pub async fn looked_at(
    app: &App,
    caller: &Caller,
    published: &Published,
    currency: Option<&str>,
) -> Result<LookedAt> {
    let organization = &caller.organization()?.id;
    let currencies = published.currencies().to_vec();
    if let Some(asked) = currency
        && !currencies.is_empty()
        && !currencies.iter().any(|known| known == asked)
    {
        return Err(AppError::invalid(format!("currency: no bill is in '{asked}'"))
            .advise(format!("Choose one of {}.", currencies.join(", "))));
    }
    let currency = currencies.first().and_then(|main| currency.or(Some(main))).map(ToOwned::to_owned);
    let mut found = LookedAt { currency: currency.clone(), currencies, ..LookedAt::default() };
    let looks = app.meta().trend_looks(organization).await?;
    let Some(look) = looks.into_iter().find(|look| Some(&look.currency) == currency.as_ref()) else {
        return Ok(found);
    };
    found.from = look.first_day.parse().ok();
    found.through = look.through.parse().ok();
    found.series = look.series as usize;
    found.at_ms = Some(look.looked_at_ms);
    found.message = look.message;
    let part = part(app, caller).await?;
    if !part.is_everything() {
        // Words tell of series of the whole, and so would its days.
        found.message = None;
        let any = data_to(app, published).await?.is_some();
        found.through = found.through.filter(|_| any).map(|through| part.through(through));
        found.series = series(app, caller, &part, currency.as_deref()).await?;
    }
    Ok(found)
}

/// Series that the caller may see.
async fn series(app: &App, caller: &Caller, part: &Part, currency: Option<&str>) -> Result<usize> {
    let looked = looked(app, &caller.organization()?.id, currency).await?;
    Ok(looked.map_or(0, |looked| {
        looked.memory.bill().series.iter().filter(|series| part.sees(&series.object)).count()
    }))
}

/// A page of the events that the caller may see.
///
/// # Errors
/// The metadata or the bills cannot be read.
pub async fn list(app: &App, caller: &Caller, asked: &EventsAsked) -> Result<EventsPage> {
    let published = Published::seen_by(app, caller, None).await?;
    let looked_at = looked_at(app, caller, &published, asked.currency.as_deref()).await?;
    let words = Words::of(app, &published).await?;
    let filter = TrendFilter {
        currency: looked_at.currency.clone(),
        accounts: asked.accounts.clone(),
        from: asked.from.map(|day| day.to_string()),
        to: asked.to.map(|day| day.to_string()),
        ..asked.standing.filter()
    };
    let mut found = events(app, caller, &filter).await?;
    let known = definitions(app, &caller.organization()?.id).await?;
    found.retain(|one| asked.takes(&one.event, &words));
    let recorded_only = found.iter().filter(|one| !is_told(&known, &one.event)).count();
    found.retain(|one| asked.recorded || is_told(&known, &one.event));
    found.sort_by(|one, other| {
        let order = compare(asked.sort, &one.event, &other.event, &words);
        if asked.descending { order.reverse() } else { order }
    });
    let total = found.len();
    let events = found.into_iter().skip(asked.offset).take(asked.limit).collect();
    let named = Named::of(app, caller).await?;
    Ok(EventsPage { looked_at, words, named, total, recorded_only, events })
}

/// Whether a definition that notifies saw an event; what no definition sees (missing data) is told, too.
fn is_told(known: &[KnownDefinition], event: &Event) -> bool {
    let notifies =
        |id: &str| known.iter().any(|one| one.on && one.definition.notifies && one.definition.id == id);
    event.definitions.is_empty() || event.definitions.iter().any(|seen| notifies(&seen.definition))
}

impl EventsAsked {
    fn takes(&self, event: &Event, words: &Words) -> bool {
        let service = |code: &str| {
            self.services.iter().any(|asked| asked == code || asked.as_str() == words.service(code))
        };
        self.direction.is_none_or(|direction| direction == event.direction)
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && (self.severities.is_empty() || self.severities.contains(&event.severity))
            && (self.services.is_empty() || event.object.get(&super::Attribute::Service).is_some_and(service))
            && (self.definitions.is_empty()
                || event.definitions.iter().any(|seen| self.definitions.contains(&seen.definition)))
            && self.finds(event, words)
    }

    fn finds(&self, event: &Event, words: &Words) -> bool {
        let search = self.search.trim().to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&search);
        search.is_empty()
            || holds(&words.title(event))
            || holds(&event.id)
            || event.object.parts().any(|(_, value)| holds(value))
            || event.causes.iter().any(|cause| holds(&words.object(&cause.object)))
    }
}

/// Ascending; equals by identifier, so that pages never share a row.
fn compare(by: SortBy, one: &Event, other: &Event, words: &Words) -> Ordering {
    let account = |event: &Event| {
        let id = event.object.get(&super::Attribute::Account).unwrap_or_default();
        words.account(id).to_lowercase()
    };
    let status = |status: Status| match status {
        Status::Open => 2,
        Status::Ended => 1,
        Status::Withdrawn => 0,
    };
    let order = match by {
        SortBy::RaisedOn => one.raised_on.cmp(&other.raised_on),
        SortBy::Severity => one.severity.cmp(&other.severity),
        SortBy::Excess => one.excess.cmp(&other.excess),
        SortBy::Cost => one.cost.cmp(&other.cost),
        // What is new has none: its change is beyond all.
        SortBy::ChangePercent => match (one.change_percent, other.change_percent) {
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        },
        SortBy::MonthlyExcess => one.monthly_excess.cmp(&other.monthly_excess),
        SortBy::Title => words.title(one).to_lowercase().cmp(&words.title(other).to_lowercase()),
        SortBy::Account => account(one).cmp(&account(other)),
        SortBy::FirstDay => one.first_day.cmp(&other.first_day),
        SortBy::Status => status(one.status).cmp(&status(other.status)),
    };
    order
        .then(one.severity.cmp(&other.severity))
        .then(one.excess.abs().cmp(&other.excess.abs()))
        .then(other.id.cmp(&one.id))
}
