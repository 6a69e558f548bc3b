//! What is published, as a caller may see it: whole, or narrowed to the accounts of chosen subsets.
//!
//! The one rule: whoever may see chosen subsets sees what an organization would whose bills hold the rows of these
//! accounts and no others. Its months, days, totals and currencies are found from those rows; what is of a bill as a
//! whole (its proof, its files, its size, its connection) is not told. The engine applies the scope to every question
//! that is asked of the narrowed view.

use super::latest::{self, Latest};
use super::named::Bills;
use super::{Published, past, ranked, unused_charges};
use crate::hex::hex;
use crate::policy::{Caller, Sees};
use crate::proof::{Proof, UNAVAILABLE};
use crate::{App, Result};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use meta::{Organization, Publication};
use model::{
    AsOf, Column, ConnectionId, CostQuery, DaySpan, Decimal, Filter, LineItemType, Metric, Snapshot, TimeView,
};
use query::{Scope, Span, View};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// The part of the bills that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SeenPart {
    /// Id and name of the chosen subsets that there are, by name.
    pub subsets: Vec<(String, String)>,
    /// Chosen subsets that were deleted since: they show nothing.
    pub deleted: usize,
    /// The rows of their accounts.
    scope: Scope,
}

impl SeenPart {
    /// Accounts of the subsets.
    pub fn accounts(&self) -> usize {
        self.scope.accounts().map_or(0, std::collections::BTreeSet::len)
    }

    /// A checksum of the accounts: others, as many, are another part.
    pub fn checksum(&self) -> String {
        let mut sum = Sha256::new();
        for account in self.scope.accounts().into_iter().flatten() {
            // No account's number holds it.
            sum.update(account);
            sum.update([0]);
        }
        hex(sum.finalize().into_iter().take(CHECKSUM_BYTES))
    }
}

/// Bytes of a checksum that tell parts of one organization apart.
const CHECKSUM_BYTES: usize = 8;

/// Narrowed states that are remembered, and past ones beside them.
const MOST: usize = 256;
const MOST_PAST: usize = 32;

/// What a narrowed state was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    organization: String,
    sees: Sees,
    /// Past states stand beside that of now.
    as_of: Option<AsOf>,
    whole: String,
}

impl latest::Key for Key {
    fn replaces(&self, other: &Self) -> bool {
        self.organization == other.organization && self.sees == other.sees && self.as_of == other.as_of
    }

    fn is_past(&self) -> bool {
        self.as_of.is_some()
    }
}

/// Whoever narrows a state, while others wait for it.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// Narrowed states, one for each organization, what is seen of it and day.
#[derive(Debug)]
pub(super) struct Narrowed {
    last: Latest<Key, Arc<Published>>,
    turns: Mutex<BTreeMap<(String, Sees), Turn>>,
}

impl Default for Narrowed {
    fn default() -> Self {
        Self { last: Latest::new(MOST, MOST_PAST), turns: Mutex::default() }
    }
}

impl Narrowed {
    /// A page asks ten questions at once: one of them narrows.
    fn turn(&self, key: &Key) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry((key.organization.clone(), key.sees.clone())).or_default())
    }
}

impl Published {
    /// What a caller may see of what is published of their organization, now or as it was. Everything that answers a caller
    /// begins here: there is no other way from a caller to bills.
    ///
    /// # Errors
    /// `SignIn` or `Denied`: they belong to no organization; and those of [`Published::at`].
    pub async fn seen_by(app: &App, caller: &Caller, as_of: Option<AsOf>) -> Result<Arc<Self>> {
        Self::seen(app, caller.organization()?.clone(), &caller.sees(), as_of).await
    }

    /// What may be seen of what is published of an organization, now or as it was.
    ///
    /// # Errors
    /// As [`Published::at`].
    pub(crate) async fn seen(
        app: &App,
        organization: Organization,
        sees: &Sees,
        as_of: Option<AsOf>,
    ) -> Result<Arc<Self>> {
        let id = organization.id.to_string();
        let whole = Self::at(app, Some(organization), as_of).await;
        let Sees::Subsets(chosen) = sees else { return whole };
        let whole = whole.map_err(|error| past::of_part(error, as_of))?;
        let key = Key { organization: id, sees: sees.clone(), as_of, whole: whole.id.clone() };
        let narrowed = &app.remembered().narrowed;
        if let Some(state) = narrowed.last.get(&key) {
            return Ok(state);
        }
        let turn = narrowed.turn(&key);
        let _turn = turn.lock().await;
        if let Some(state) = narrowed.last.get(&key) {
            return Ok(state);
        }
        let state = Arc::new(whole.narrowed(app, chosen).await?);
        narrowed.last.keep(key, Arc::clone(&state));
        Ok(state)
    }

    /// Whether it is a part of the bills, and of which subsets.
    pub fn part(&self) -> Option<&SeenPart> {
        self.part.as_deref()
    }

    /// Names of the organization's connections by id. Who may see a part of the bills is told none.
    pub(crate) async fn connection_names(&self, app: &App) -> Result<BTreeMap<String, String>> {
        let Some(organization) = self.organization.as_ref().filter(|_| self.part.is_none()) else {
            return Ok(BTreeMap::new());
        };
        let all = app.meta().connections(&organization.id).await?;
        Ok(all.into_iter().map(|one| (one.id.to_string(), one.name)).collect())
    }

    /// The snapshot of an answer, as it may be told: the numbers of publications count those of everybody.
    pub(crate) fn told(&self, mut snapshot: Snapshot) -> Snapshot {
        if self.part.is_some() {
            snapshot.periods.iter_mut().for_each(|period| period.publication = 0);
        }
        snapshot
    }

    async fn narrowed(&self, app: &App, chosen: &[String]) -> Result<Self> {
        let subsets: Vec<_> = self.definitions.subsets_of(chosen).collect();
        let scope = Scope::of_accounts(subsets.iter().flat_map(|subset| subset.account_ids.iter().cloned()));
        let part = SeenPart {
            subsets: subsets.iter().map(|subset| (subset.id.clone(), subset.name.clone())).collect(),
            deleted: chosen.len() - subsets.len(),
            scope: scope.clone(),
        };
        let mut definitions = self.definitions.seen(chosen, &scope);
        let names = Arc::new(definitions.account_names());
        let mut view = View { scope, names, periods: vec![], ..self.view.clone() };
        let asked = View { periods: self.view.periods.clone(), ..view.clone() };
        let extents = app.engine().extents(&asked).await?;
        let mut publications = vec![];
        let seen = self.publications.iter().zip(&extents).filter(|(_, extent)| extent.is_some());
        let bills = Bills::of_part(seen.map(|(publication, _)| publication.connection_id.clone()))?;
        for ((publication, period), extent) in self.publications.iter().zip(&self.view.periods).zip(&extents)
        {
            let (Some(extent), Some(connection)) = (extent, bills.label(&publication.connection_id)) else {
                continue;
            };
            publications.push(untold(publication, connection, *extent));
            let mut period = period.clone();
            period.connection = connection.to_string();
            period.proven = false;
            view.periods.push(period);
        }
        publications.sort_by(|a, b| (b.period, &a.connection_id).cmp(&(a.period, &b.connection_id)));
        view.periods.sort_by(|a, b| (b.period, &a.connection).cmp(&(a.period, &b.connection)));
        let mut hasher = DefaultHasher::new();
        (&self.id, &part).hash(&mut hasher);
        let features: Vec<_> = publications.iter().map(|publication| &publication.features).collect();
        definitions.unused = unused_charges(&features);
        let accounts = if definitions.looks_at_names() {
            app.engine().account_names(&view).await?
        } else {
            BTreeMap::new()
        };
        definitions.prepare(&accounts);
        let mut narrowed = Self {
            organization: self.organization.clone(),
            proofs: publications.iter().map(|_| Proof::of_part()).collect(),
            publications,
            files: BTreeMap::new(),
            shared: BTreeMap::new(),
            bills,
            view,
            definitions,
            id: format!("{:016x}", hasher.finish()),
            as_of: self.as_of,
            part: Some(Arc::new(part)),
        };
        narrowed.sum(app).await?;
        narrowed.view.currencies = ranked(&narrowed.publications);
        narrowed.find_newest(app).await?;
        Ok(narrowed)
    }

    /// Puts the sums of the rows that are seen in place of the bills'.
    async fn sum(&mut self, app: &App) -> Result<()> {
        let by = vec![Column::Connection.into(), Column::BillingPeriod.into()];
        let query = CostQuery { group_by: by, ..CostQuery::total(Metric::Unblended) };
        for currency in self.view.currencies_of(&[]) {
            let query = query::only_in(&query, &currency);
            for group in &app.engine().answer(&self.view, &query).await?.groups {
                let [Some(connection), Some(period)] = group.keys.as_slice() else { continue };
                let found = self.publications.iter_mut().find(|one| {
                    one.connection_id.as_str() == connection && one.period.to_string() == *period
                });
                if let Some(found) = found {
                    found.content.raw_total = group.total;
                    found.content.stored_total = group.total;
                }
            }
        }
        Ok(())
    }

    /// Finds the newest hour of usage of each connection's newest month: comparisons and *month to date* end there.
    async fn find_newest(&mut self, app: &App) -> Result<()> {
        let mut looked_at: Vec<ConnectionId> = vec![];
        for at in 0..self.publications.len() {
            let publication = &self.publications[at];
            if looked_at.contains(&publication.connection_id) {
                continue;
            }
            looked_at.push(publication.connection_id.clone());
            let only = View {
                periods: self
                    .view
                    .periods
                    .iter()
                    .filter(|period| {
                        period.connection == publication.connection_id.as_str()
                            && period.period == publication.period
                    })
                    .cloned()
                    .collect(),
                ..self.view.clone()
            };
            let month = DaySpan { from: publication.period.first_day(), to: publication.period.end_day() };
            self.publications[at].content.data_to = newest_usage(app, &only, month).await?;
        }
        Ok(())
    }
}

/// A publication without what is of the bill as a whole, and of the days of its rows that are seen.
fn untold(publication: &Publication, connection: &ConnectionId, extent: Span) -> Publication {
    let mut seen = publication.clone();
    let content = &mut seen.content;
    content.connection_id = connection.clone();
    content.rows = 0;
    content.bytes = 0;
    content.raw_total = Decimal::ZERO;
    content.stored_total = Decimal::ZERO;
    content.proven = false;
    content.fingerprint = String::new();
    content.proof = serde_json::Value::Null;
    if let Some(features) = content.features.as_object_mut() {
        features.remove(UNAVAILABLE);
    }
    let end = extent.to.map(|to| to.min(content.period.end_day()));
    content.data_from = extent.from.map(|day| instant(day, 0));
    content.data_to = end.map(|day| instant(day, 0));
    seen
}

/// Start of an hour of a day (ms since 1970).
fn instant(day: NaiveDate, hour: u32) -> i64 {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    (midnight + TimeDelta::hours(i64::from(hour))).timestamp_millis()
}

/// End of the newest hour with metered usage (ms since 1970); of its day, while line items are not there. By its amount,
/// or by its cost where the report tells no amounts.
async fn newest_usage(app: &App, view: &View, month: DaySpan) -> Result<Option<i64>> {
    for metric in [Metric::UsageAmount, Metric::Unblended] {
        let found = newest(app, view, month, metric).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

async fn newest(app: &App, view: &View, month: DaySpan, metric: Metric) -> Result<Option<i64>> {
    let metered = Filter {
        dimension: Column::LineItemType.into(),
        exclude: false,
        values: LineItemType::METERED.map(str::to_owned).to_vec(),
    };
    let of = |view: TimeView, from, to| CostQuery {
        view,
        from: Some(from),
        to: Some(to),
        filters: vec![metered.clone()],
        ..CostQuery::total(metric)
    };
    // Of the month alone: rows may be dated anywhere.
    let by_day = app.engine().answer(view, &of(TimeView::Day, month.from, month.to)).await?;
    let newest = by_day.buckets.iter().zip(&by_day.totals).rfind(|(_, figure)| !figure.is_zero());
    let Some(day) = newest.and_then(|(day, _)| day.parse::<NaiveDate>().ok()) else { return Ok(None) };
    let after = day + Days::new(1);
    match app.engine().answer(view, &of(TimeView::Hour, day, after)).await {
        Ok(answer) => {
            let newest = answer.totals.iter().rposition(|figure| !figure.is_zero());
            let hour = newest.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(24);
            Ok(Some(instant(day, hour.min(24))))
        }
        Err(error) if error.kind() == query::ErrorKind::NotReady => Ok(Some(instant(after, 0))),
        Err(error) => Err(error.into()),
    }
}
