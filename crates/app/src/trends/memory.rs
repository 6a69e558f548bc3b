//! What was learned of organizations' series, kept in the process: made when the bills are looked at or somebody asks,
//! renewed when days come.

use super::load::{self, Loaded};
use super::saved::filters_of;
use super::{Asked, Attribute, Definition, Judged, Memory, Recorded, definitions, deliveries};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::trends::{Expectation, Snooze};
use chrono::NaiveDate;
use meta::TrendFilter;
use model::OrganizationId;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

/// Memories that are kept: one for each organization and currency, and what the last back-test of it watched beside.
const KEPT: usize = 8;

/// What was learned of the bills in one currency.
#[derive(Clone, Debug)]
pub struct Looked {
    /// What was learned: answers why, bands and back-tests.
    pub memory: Arc<Memory>,
    /// What was asked: definitions that are on, and what people said.
    pub asked: Asked,
    /// What is to be known of it, in words: series that were left out.
    pub message: Option<String>,
    /// Day with which the data begin.
    pub(super) data_begin: NaiveDate,
    /// What the newest publications hold of the newest days.
    pub(super) held: Vec<deliveries::Held>,
}

/// What is learned of what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    organization: OrganizationId,
    currency: String,
    /// What is watched beside accounts and services, in order.
    watches: Vec<Vec<Attribute>>,
}

/// A memory, with the state of the bills that it was learned of.
#[derive(Clone, Debug)]
struct Kept {
    key: Key,
    /// Whether it holds more than is looked for, because somebody tries a definition.
    tried: bool,
    state: String,
    memory: Arc<Memory>,
    message: Option<String>,
    data_begin: NaiveDate,
    held: Vec<deliveries::Held>,
}

/// The memories of this process, the one that was used last at the end.
#[derive(Debug, Default)]
pub(crate) struct Memories(Mutex<Vec<Kept>>);

impl Memories {
    fn get(&self, key: &Key) -> Option<Kept> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|kept| kept.key == *key)?;
        let kept = all.remove(at);
        all.push(kept.clone());
        Some(kept)
    }

    fn take(&self, key: &Key) -> Option<Kept> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|kept| kept.key == *key)?;
        Some(all.remove(at))
    }

    fn keep(&self, kept: Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of what is tried the last one: each holds all of the bills.
        let same = |one: &Kept| {
            one.key.organization == kept.key.organization && one.key.currency == kept.key.currency
        };
        all.retain(|one| one.key != kept.key && !(kept.tried && one.tried && same(one)));
        all.push(kept);
        if all.len() > KEPT {
            all.remove(0);
        }
    }
}

/// What was learned of the bills as they are now, in a currency, else in the main one; it is learned now where this process
/// did not yet. `None` where nothing is published (in that currency).
///
/// # Errors
/// The bills cannot be read.
pub async fn looked(
    app: &App,
    organization: &OrganizationId,
    currency: Option<&str>,
) -> Result<Option<Arc<Looked>>> {
    looked_with(app, organization, currency, None).await
}

/// The same with the series that one more definition watches: to try it before it is kept.
///
/// # Errors
/// The bills cannot be read.
pub async fn trial(
    app: &App,
    organization: &OrganizationId,
    currency: Option<&str>,
    tried: &Definition,
) -> Result<Option<Arc<Looked>>> {
    looked_with(app, organization, currency, Some(tried)).await
}

async fn looked_with(
    app: &App,
    organization: &OrganizationId,
    currency: Option<&str>,
    tried: Option<&Definition>,
) -> Result<Option<Arc<Looked>>> {
    let published = Published::of_id(app, organization).await?;
    let main = published.currencies().first().cloned();
    let Some(currency) = currency.map(ToOwned::to_owned).or(main) else { return Ok(None) };
    let recorded = recorded(app, organization, &currency).await?;
    let asked = asked(app, organization, &recorded).await?;
    let looked = learned(app, organization, &published, &currency, asked, tried).await?;
    Ok(looked.map(Arc::new))
}

/// The recorded events in a currency.
pub(super) async fn recorded(
    app: &App,
    organization: &OrganizationId,
    currency: &str,
) -> Result<Vec<Recorded>> {
    let filter = TrendFilter { currency: Some(currency.to_owned()), ..TrendFilter::default() };
    app.meta().trend_events(organization, &filter).await?.into_iter().map(Recorded::read).collect()
}

/// What is asked of the bills: definitions that are on, and what people said of recorded events.
pub(super) async fn asked(app: &App, organization: &OrganizationId, recorded: &[Recorded]) -> Result<Asked> {
    let known = definitions(app, organization).await?;
    let mut asked = Asked {
        definitions: known.into_iter().filter(|one| one.on).map(|one| one.definition).collect(),
        ..Asked::default()
    };
    for one in recorded {
        let object = &one.event.object;
        if let Some(verdict) = one.said.verdict {
            asked.judged.push(Judged { event: one.event.clone(), verdict });
        }
        if let Some(expected) = &one.said.expected {
            let (until, up_to) = (expected.until, expected.up_to);
            asked.expected.push(Expectation { object: object.clone(), until, up_to });
        }
        if let Some(until) = one.said.snoozed_until {
            asked.snoozed.push(Snooze { object: object.clone(), until });
        }
    }
    Ok(asked)
}

/// What is learned of the bills in a state, kept or learned now.
pub(super) async fn learned(
    app: &App,
    organization: &OrganizationId,
    published: &Published,
    currency: &str,
    asked: Asked,
    tried: Option<&Definition>,
) -> Result<Option<Looked>> {
    let mut watching = asked.definitions.clone();
    // For charts of accounts and services: sums of what is there anyway.
    for (id, attribute) in [("accounts", Attribute::Account), ("services", Attribute::Service)] {
        let robust = Definition::predefined().into_iter().next();
        watching.extend(robust.map(|one| Definition { id: id.to_owned(), watches: vec![attribute], ..one }));
    }
    let more = tried.filter(|tried| watching.iter().all(|known| known.watches != tried.watches));
    watching.extend(more.cloned());
    let tried = more.is_some();
    let mut watches: Vec<Vec<Attribute>> = watching.iter().map(|one| one.watches.clone()).collect();
    watches.sort();
    watches.dedup();
    let key = Key { organization: organization.clone(), currency: currency.to_owned(), watches };
    // One learns, and those who ask meanwhile wait for it.
    let turn = app.turns().of(format!("{organization} trends {currency}"));
    let _turn = turn.lock_owned().await;
    let filters = filters_of(app, organization, &watching).await?;
    let state = format!("{} {filters}", published.id);
    if let Some(kept) = app.memories().get(&key).filter(|kept| kept.state == state) {
        return Ok(Some(kept.with(asked)));
    }
    let known = deliveries::kept(app, organization).await?;
    let Some(loaded) = load::load(app, published, currency, &watching, known).await? else { return Ok(None) };
    let before = app.memories().take(&key);
    let made = tokio::task::spawn_blocking(move || learn(key, tried, state, before, loaded));
    let kept = made.await.map_err(|error| AppError::internal(format!("learning ended early: {error}")))?;
    app.memories().keep(kept.clone());
    Ok(Some(kept.with(asked)))
}

fn learn(key: Key, tried: bool, state: String, before: Option<Kept>, loaded: Loaded) -> Kept {
    let threads = std::thread::available_parallelism().map_or(2, NonZero::get);
    let Loaded { bill, data_begin, message, held } = loaded;
    // What somebody reads at the moment stays as it is for them.
    let before = before.and_then(|kept| Arc::try_unwrap(kept.memory).ok());
    let memory = match before {
        Some(memory) => memory.renewed(bill, threads),
        None => Memory::new(bill, threads),
    };
    Kept { key, tried, state, memory: Arc::new(memory), message, data_begin, held }
}

impl Kept {
    fn with(self, asked: Asked) -> Looked {
        let Self { memory, message, data_begin, held, .. } = self;
        Looked { memory, asked, message, data_begin, held }
    }
}
