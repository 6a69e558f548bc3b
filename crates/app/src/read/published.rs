//! What is published of an organization at one moment, now or in the past. A request resolves it once and uses it
//! throughout.

mod named;
mod past;
mod seen;

pub use seen::SeenPart;

use self::named::Bills;
use super::latest::{self, Latest};
use crate::allocation::Definitions;
use crate::ingest_job::SourceFiles;
use crate::proof::{Part, PartState, Proof, Whence};
use crate::{App, Result, counted};
use chrono::{DateTime, Utc};
use lake::Table;
use meta::{Organization, Publication, Stage, StateVersion};
use model::{AsOf, BillingPeriod, ChargeType, ConnectionId, Decimal, Filter, OrganizationId};
use query::{PublishedPeriod, Scope, View};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// One consistent state of an organization's bills.
#[derive(Clone, Debug)]
pub struct Published {
    /// Whose; `None` when the data folder has no organization yet.
    pub organization: Option<Organization>,
    /// The publications that count, newest period first: of now, or those that did.
    pub publications: Vec<Publication>,
    /// What is proven of each of them, in their order.
    pub proofs: Vec<Proof>,
    /// What became of the files of each connection's source, where it was looked at; spells out the worst one alone.
    pub(crate) files: BTreeMap<ConnectionId, SourceFiles>,
    /// Connections that read through another organization's, with that one.
    shared: BTreeMap<ConnectionId, ConnectionId>,
    /// What connections are called in questions.
    bills: Bills,
    /// The same, as the query engine takes it.
    pub view: View,
    /// What the organization defined over its bills.
    pub definitions: Definitions,
    /// Names this state: changes with every publication, every stage and every definition, and differs by what of it is
    /// seen.
    pub id: String,
    /// When the bills stood so; `None`: they do now. Definitions are those of now in any case.
    pub as_of: Option<AsOf>,
    /// The part of the bills that is seen; `None`: all.
    part: Option<Arc<SeenPart>>,
}

/// What a state was resolved from: equal keys, equal state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    version: StateVersion,
    organization: Option<Organization>,
    current: Option<BillingPeriod>,
    as_of: Option<AsOf>,
}

impl latest::Key for Key {
    fn replaces(&self, other: &Self) -> bool {
        let (own, others) = (self.organization.as_ref(), other.organization.as_ref());
        self.as_of == other.as_of && own.map(|it| &it.id) == others.map(|it| &it.id)
    }

    fn is_past(&self) -> bool {
        self.as_of.is_some()
    }
}

/// The last resolved states: for each organization and what is seen of it that of now, and some past ones. They carry long
/// proofs.
#[derive(Debug)]
pub(crate) struct Remembered {
    last: Latest<Key, Arc<Published>>,
    narrowed: seen::Narrowed,
}

/// States that are remembered, and past ones beside them.
const MOST_REMEMBERED: usize = 64;
const MOST_PAST: usize = 16;

impl Default for Remembered {
    fn default() -> Self {
        Self { last: Latest::new(MOST_REMEMBERED, MOST_PAST), narrowed: seen::Narrowed::default() }
    }
}

impl Published {
    /// What is published where there is no organization yet: nothing.
    ///
    /// # Errors
    /// As [`Self::at`].
    pub async fn of_nobody(app: &App, as_of: Option<AsOf>) -> Result<Arc<Self>> {
        Self::at(app, None, as_of).await
    }

    /// What is published now of the organization of that id.
    pub(crate) async fn of_id(app: &App, organization: &OrganizationId) -> Result<Arc<Self>> {
        Self::of(app, app.organization_by_id(organization).await?).await
    }

    /// What is published now of an organization.
    pub(crate) async fn of(app: &App, organization: Option<Organization>) -> Result<Arc<Self>> {
        Self::at(app, organization, None).await
    }

    /// What is published of an organization, or was: its bills as they stood, whole. For what is of the organization as
    /// such; whatever answers a caller begins with [`Self::seen_by`].
    ///
    /// # Errors
    /// `Invalid` for a time that is not over, before anything was published, or of which files are not kept any more.
    pub(crate) async fn at(
        app: &App,
        organization: Option<Organization>,
        as_of: Option<AsOf>,
    ) -> Result<Arc<Self>> {
        let day = as_of.map_or_else(|| app.now().date_naive(), AsOf::day);
        // Before the publications: what is published in between makes the next call read again.
        let version = app.meta().state_version(organization.as_ref().map(|found| &found.id)).await?;
        if let (Some(organization), Some(as_of)) = (&organization, as_of) {
            past::check_kept(app, &organization.id, as_of).await?;
        }
        let key = Key { version, organization, current: BillingPeriod::of(day), as_of };
        if let Some(state) = app.remembered().last.get(&key) {
            return Ok(state);
        }
        let state = Arc::new(Self::read(app, &key).await?);
        app.remembered().last.keep(key, Arc::clone(&state));
        Ok(state)
    }

    /// The instant that it is now for whoever looks at these bills.
    pub fn now(&self, app: &App) -> DateTime<Utc> {
        self.as_of.map_or_else(|| app.now(), |as_of| as_of.instant().min(app.now()))
    }

    async fn read(app: &App, key: &Key) -> Result<Self> {
        let Key { organization, current, as_of, .. } = key.clone();
        let mut definitions = match &organization {
            Some(organization) => Definitions::read(app, &organization.id).await?,
            None => Definitions::default(),
        };
        let mut publications = match &organization {
            Some(organization) => past::publications(app, &organization.id, as_of).await?,
            None => vec![],
        };
        let (mut files, shared, known) = match &organization {
            Some(organization) => sources(app, &organization.id).await?,
            None => Default::default(),
        };
        let bills = Bills::all(known)?;
        let missing = match &organization {
            Some(organization) => {
                let conflicts = app.meta().bill_conflicts(&organization.id).await?;
                let choices = app.meta().bill_choices(&organization.id).await?;
                counted::in_no_total(&conflicts, &choices, &publications)
            }
            None => vec![],
        };
        publications.sort_by(|a, b| (b.period, &a.connection_id).cmp(&(a.period, &b.connection_id)));
        let mut hasher = DefaultHasher::new();
        organization.as_ref().map(|organization| organization.id.as_str()).hash(&mut hasher);
        key.version.definitions.hash(&mut hasher);
        as_of.hash(&mut hasher);
        let whose = organization.as_ref().map(|organization| Arc::from(organization.id.as_str()));
        // What is known of a source is known of what it has now, whether or not what was read of it then still counts.
        let now = as_of.is_none();
        let mut view = View { whose: whose.unwrap_or_default(), scope: Scope::Everything, ..View::default() };
        let mut proofs = vec![];
        for publication in &publications {
            let connection = &publication.connection_id;
            let parent = shared.get(connection);
            let files = files.get(connection).filter(|_| now);
            let mut proof = Proof::of(publication, Whence { files, shared: parent.is_some() });
            if !now && proof.complete.state == PartState::Unknown {
                "what else its source held at that time is not kept".clone_into(&mut proof.complete.reason);
            }
            if let Some(parent) = parent {
                let whole = app.meta().publication_for(parent, publication.period).await?.filter(|_| now);
                proof = proof.within(whole.as_ref());
            }
            let of_month = |(id, period, _): &&(ConnectionId, BillingPeriod, String)| {
                id == connection && *period == publication.period
            };
            if let Some((.., reason)) =
                missing.iter().find(of_month).filter(|_| now && proof.complete.holds())
            {
                proof.complete = Part { state: PartState::Broken, reason: reason.clone() };
            }
            let complete = publication.stage == Stage::Complete;
            let open = current.is_some_and(|current| publication.period >= current);
            (publication.id, complete, open, &proof).hash(&mut hasher);
            let paths = |table: Table, files: &[String]| {
                files.iter().map(|file| app.lake().file_path(table, file)).collect::<Vec<_>>()
            };
            view.periods.push(PublishedPeriod {
                connection: publication.connection_id.to_string(),
                period: publication.period,
                publication: publication.id,
                proven: proof.holds(),
                currency: publication.currency.clone(),
                open,
                rollup_files: paths(Table::Rollup, &publication.rollup_files),
                line_item_files: complete.then(|| paths(Table::LineItems, &publication.line_item_files)),
            });
            proofs.push(proof);
        }
        if !now {
            files.clear();
        }
        view.currencies = ranked(&publications);
        view.names = Arc::new(definitions.account_names());
        definitions.unused =
            unused_charges(&publications.iter().map(|publication| &publication.features).collect::<Vec<_>>());
        let named = definitions.looks_at_names();
        let names = if named { app.engine().account_names(&view).await? } else { BTreeMap::new() };
        definitions.prepare(&names);
        let id = format!("{:016x}", hasher.finish());
        let part = None;
        Ok(Self {
            organization,
            publications,
            proofs,
            files,
            shared,
            bills,
            view,
            definitions,
            id,
            as_of,
            part,
        })
    }

    /// The bills that a page's figures are about when some filters hold: those in one currency, the main one of what
    /// passes. What is computed from several answers stays in one currency so, and never refuses to be computed.
    pub fn in_one_currency(&self, filters: &[Filter]) -> Cow<'_, Self> {
        if self.view.currencies.len() < 2 {
            return Cow::Borrowed(self);
        }
        let main = self.view.currencies_of(filters).into_iter().next();
        let currency = main.or_else(|| self.view.currencies.first().cloned()).unwrap_or_default();
        let mut narrowed = self.clone();
        // Proofs stand in the order of the publications.
        let mut kept = self.publications.iter().map(|publication| publication.currency == currency);
        narrowed.proofs.retain(|_| kept.next().unwrap_or(false));
        narrowed.publications.retain(|publication| publication.currency == currency);
        narrowed.view.periods.retain(|period| period.currency == currency);
        narrowed.view.currencies.retain(|known| *known == currency);
        Cow::Owned(narrowed)
    }

    /// Currencies of the published months, the main one first.
    pub fn currencies(&self) -> &[String] {
        &self.view.currencies
    }

    /// Whether anything of a month is published.
    pub(crate) fn has_month(&self, period: BillingPeriod) -> bool {
        self.publications.iter().any(|publication| publication.period == period)
    }

    /// Whether a period of a connection may still change.
    pub fn is_open(&self, connection: &str, period: BillingPeriod) -> bool {
        self.view
            .periods
            .iter()
            .any(|found| found.open && found.period == period && found.connection == connection)
    }

    /// What is proven of a month (`YYYY-MM`) of a connection; `None` when it is not published.
    pub(crate) fn proof(&self, connection: &ConnectionId, period: &str) -> Option<&Proof> {
        let found = self.publications.iter().zip(&self.proofs).find(|(publication, _)| {
            publication.connection_id == *connection && publication.period.to_string() == period
        });
        found.map(|(_, proof)| proof)
    }

    /// What is proven of all that a connection has, its source's files among it.
    pub(crate) fn proof_of(&self, connection: &ConnectionId) -> Proof {
        let whence = Whence { files: self.files.get(connection), shared: self.is_shared(connection) };
        self.together(|publication| publication.connection_id == *connection).with_source(whence)
    }

    /// Whether a connection reads through another organization's.
    pub(crate) fn is_shared(&self, connection: &ConnectionId) -> bool {
        self.shared.contains_key(connection)
    }

    /// What is proven of some publications together.
    pub(crate) fn together(&self, which: impl Fn(&Publication) -> bool) -> Proof {
        if self.part.is_some() {
            return Proof::of_part();
        }
        let chosen: Vec<_> = self
            .publications
            .iter()
            .zip(&self.proofs)
            .filter(|(publication, _)| which(publication))
            .map(|(publication, proof)| (publication.period.to_string(), proof))
            .collect();
        Proof::together(&chosen.into_iter())
    }
}

/// Of an organization's connections: files of their sources, those that read through another one with that one, and all.
type Sources = (BTreeMap<ConnectionId, SourceFiles>, BTreeMap<ConnectionId, ConnectionId>, Vec<ConnectionId>);

/// What became of the files of an organization's sources, which of these are read through another organization's, and all
/// that there are.
async fn sources(app: &App, organization: &OrganizationId) -> Result<Sources> {
    let mut files: BTreeMap<ConnectionId, SourceFiles> =
        app.meta().source_files_of(organization).await?.into_iter().collect();
    for account in files.values_mut() {
        // Those that matter come first, and a reason names one.
        account.unread.truncate(1);
    }
    let connections = app.meta().connection_records(organization).await?;
    let known = connections.iter().map(|one| one.connection.id.clone()).collect();
    let shared = connections.into_iter().filter_map(|one| Some((one.connection.id, one.parent?)));
    Ok((files, shared.collect(), known))
}

/// What fees of commitments are called where they are amortized: in AWS's reports that have all columns of them. Where any
/// report is of another kind or lacks columns, one name would stand for two things, and none is given.
fn unused_charges(features: &[&serde_json::Value]) -> Vec<(&'static str, &'static str)> {
    let tells = |features: &serde_json::Value, family: &str| {
        features.get("format").and_then(serde_json::Value::as_str) == Some("CUR")
            && features.get(family).and_then(serde_json::Value::as_bool) == Some(true)
    };
    let tell = |family: &str| !features.is_empty() && features.iter().all(|features| tells(features, family));
    let families = ["reservations", "savings_plans"];
    let told = ChargeType::UNUSED.into_iter().zip(families).filter(|(_, family)| tell(family));
    told.map(|((fee, unused), _)| (fee.name(), unused.name())).collect()
}

/// Newest months that say which currency is the main one.
const NEWEST: usize = 2;

/// Currencies of some publications, newest period first: those with the most cost lately come first. The numbers are
/// compared as they are, for there are no rates here; it only decides what is shown first.
fn ranked(publications: &[Publication]) -> Vec<String> {
    let mut months: Vec<BillingPeriod> = publications.iter().map(|publication| publication.period).collect();
    months.dedup();
    let newest = months.get(NEWEST.min(months.len()).saturating_sub(1));
    let mut sums: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
    for publication in publications.iter().filter(|publication| !publication.currency.is_empty()) {
        let (lately, ever) = sums.entry(&publication.currency).or_default();
        let add = |sum: Decimal| sum.checked_add(publication.stored_total).unwrap_or(sum);
        *ever = add(*ever);
        if newest.is_some_and(|newest| publication.period >= *newest) {
            *lately = add(*lately);
        }
    }
    let mut found: Vec<(&str, (Decimal, Decimal))> = sums.into_iter().collect();
    // Stable: of equal ones the first by name.
    found.sort_by_key(|(_, sums)| std::cmp::Reverse(*sums));
    found.into_iter().map(|(currency, _)| currency.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unused_is_named_where_all_reports_are_of_one_kind() {
        let cur = json!({ "format": "CUR", "reservations": true, "savings_plans": true });
        let without = json!({ "format": "CUR", "reservations": false, "savings_plans": true });
        let focus = json!({ "format": "FOCUS", "reservations": true, "savings_plans": true });
        let names = |all: &[&serde_json::Value]| -> Vec<&'static str> {
            unused_charges(all).into_iter().map(|(_, name)| name).collect()
        };
        assert_eq!(names(&[&cur, &cur]), ["RI unused", "SP unused"]);
        assert_eq!(names(&[&cur, &without]), ["SP unused"]);
        assert!(names(&[&cur, &focus]).is_empty() && names(&[&focus]).is_empty() && names(&[]).is_empty());
    }
}
