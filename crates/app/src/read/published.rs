//! What is published of an organization at one moment. A request resolves it once and uses it throughout.

use crate::allocation::Definitions;
use crate::{App, Result};
use lake::Table;
use meta::{Organization, Publication, Stage, StateVersion};
use model::{BillingPeriod, OrganizationId};
use query::{PublishedPeriod, View};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One consistent state of an organization's bills.
#[derive(Clone, Debug)]
pub struct Published {
    /// Whose; `None` when the data folder has no organization yet.
    pub organization: Option<Organization>,
    /// Current publications, newest period first.
    pub publications: Vec<Publication>,
    /// The same, as the query engine takes it.
    pub view: View,
    /// What the organization defined over its bills.
    pub definitions: Definitions,
    /// Names this state: changes with every publication, every stage and every definition.
    pub id: String,
}

/// What a state was resolved from: equal keys, equal state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    version: StateVersion,
    organization: Option<Organization>,
    current: Option<BillingPeriod>,
}

/// The last resolved states, one an organization. Publications change every few hours and carry long proofs; pages
/// ask many times a second.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    last: Mutex<Vec<(Key, Arc<Published>)>>,
}

/// Organizations whose state is remembered.
const MOST_REMEMBERED: usize = 64;

impl Remembered {
    fn last(&self) -> MutexGuard<'_, Vec<(Key, Arc<Published>)>> {
        // Each replaced whole: a panic elsewhere cannot leave half of one.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &Key) -> Option<Arc<Published>> {
        self.last().iter().find(|(known, _)| known == key).map(|(_, state)| Arc::clone(state))
    }

    fn keep(&self, key: Key, state: Arc<Published>) {
        let id = |key: &Key| key.organization.as_ref().map(|organization| organization.id.clone());
        let mut last = self.last();
        last.retain(|(known, _)| id(known) != id(&key));
        if last.len() >= MOST_REMEMBERED {
            last.remove(0);
        }
        last.push((key, state));
    }
}

impl Published {
    /// Resolves what is published now of the organization of that name or id (see [`App::organization`]).
    pub async fn resolve(app: &App, organization: Option<&str>) -> Result<Arc<Self>> {
        Self::of(app, app.organization(organization).await?).await
    }

    /// What is published now of the organization of that id.
    pub(crate) async fn of_id(app: &App, organization: &OrganizationId) -> Result<Arc<Self>> {
        Self::of(app, app.organization_by_id(organization).await?).await
    }

    /// What is published now of an organization.
    pub async fn of(app: &App, organization: Option<Organization>) -> Result<Arc<Self>> {
        let current = BillingPeriod::of(app.now().date_naive());
        // Before the publications: what is published in between makes the next call read again.
        let version = app.meta().state_version(organization.as_ref().map(|found| &found.id)).await?;
        let key = Key { version, organization, current };
        if let Some(state) = app.remembered().get(&key) {
            return Ok(state);
        }
        let state = Arc::new(Self::read(app, key.organization.clone(), current, version.definitions).await?);
        app.remembered().keep(key, Arc::clone(&state));
        Ok(state)
    }

    async fn read(
        app: &App,
        organization: Option<Organization>,
        current: Option<BillingPeriod>,
        definitions_version: i64,
    ) -> Result<Self> {
        let definitions = match &organization {
            Some(organization) => Definitions::read(app, &organization.id).await?,
            None => Definitions::default(),
        };
        let mut publications = match &organization {
            Some(organization) => app.meta().publications(&organization.id).await?,
            None => vec![],
        };
        publications.sort_by(|a, b| (b.period, &a.connection_id).cmp(&(a.period, &b.connection_id)));
        let mut hasher = DefaultHasher::new();
        organization.as_ref().map(|organization| organization.id.as_str()).hash(&mut hasher);
        definitions_version.hash(&mut hasher);
        let whose = organization.as_ref().map(|organization| Arc::from(organization.id.as_str()));
        let mut view = View { whose: whose.unwrap_or_default(), ..View::default() };
        for publication in &publications {
            let complete = publication.stage == Stage::Complete;
            let open = current.is_some_and(|current| publication.period >= current);
            (publication.id, complete, open).hash(&mut hasher);
            let paths = |table: Table, files: &[String]| {
                files.iter().map(|file| app.lake().file_path(table, file)).collect::<Vec<_>>()
            };
            view.periods.push(PublishedPeriod {
                connection: publication.connection_id.to_string(),
                period: publication.period,
                publication: publication.id,
                proven: publication.proven,
                currency: publication.currency.clone(),
                open,
                rollup_files: paths(Table::Rollup, &publication.rollup_files),
                line_item_files: complete.then(|| paths(Table::LineItems, &publication.line_item_files)),
            });
        }
        Ok(Self { organization, publications, view, definitions, id: format!("{:016x}", hasher.finish()) })
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

    /// Whether every published total equals its bill.
    pub fn proven(&self) -> bool {
        self.publications.iter().all(|publication| publication.proven)
    }
}
