//! Costs by any dimensions in any buckets, with words for the values and what the figures rest on.

use super::compared::{self, ComparedCosts};
use super::{Published, account_names, data_to, splitting};
use crate::allocation::is_subset_id;
use crate::proof::{Proof, UNAVAILABLE, Unavailable};
use crate::{App, AppError, Result};
use model::question::Time;
use model::{
    Column, CostAnswer, CostGroup, CostQuery, Decimal, Dimension, Filter, Metric, Question, TimeView,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An answer with what a page shows beside it.
#[derive(Clone, Debug)]
pub struct Costs {
    /// The question.
    pub query: CostQuery,
    /// Its dimensions as they were asked for; in `query` virtual tags stand by name.
    pub group_by: Vec<String>,
    /// Its filters, as they are shown: subsets by name.
    pub filters: Vec<Filter>,
    /// The figures.
    pub answer: Arc<CostAnswer>,
    /// Against the compared span; `None` when none was asked for, or no day of the span is complete.
    pub compared: Option<ComparedCosts>,
    /// Words for each group's keys, in the order of the groups.
    pub labels: Vec<Vec<String>>,
    /// What is proven of the periods in view together.
    pub proof: Proof,
    /// What the question sums to in other currencies that are in view: never added to the figures.
    pub other_currencies: Vec<(String, Decimal)>,
    /// Periods in view of which not all parts of the proof hold.
    pub unproven_periods: Vec<String>,
    /// Whether an open month's unused commitment, which is an estimate until it closes, is in the figures.
    pub estimated: bool,
    /// Of amortized figures: what of them is not known, in words, each with its month.
    pub unavailable: Vec<String>,
    /// Names the state of the bills that was read.
    pub snapshot_id: String,
}

impl Costs {
    /// Figures in it.
    pub fn figures(&self) -> usize {
        self.answer.groups.iter().map(|group| group.figures.len()).sum()
    }

    /// Bytes that it takes in memory, about.
    pub fn bytes(&self) -> usize {
        let text = |texts: &[String]| texts.iter().map(|text| text.len() + 48).sum::<usize>();
        let group = |group: &CostGroup| {
            let keys = group.keys.iter().map(|key| 48 + key.as_ref().map_or(0, String::len));
            160 + keys.sum::<usize>() + group.figures.len() * 16
        };
        let groups: usize = self.answer.groups.iter().map(group).sum();
        groups + self.labels.iter().map(|labels| text(labels)).sum::<usize>() + self.answer.sql.len()
    }

    /// Start of each bucket (UTC): a day, or an instant for hours.
    pub fn buckets(&self) -> Vec<String> {
        self.answer.buckets.iter().map(|bucket| bucket_text(bucket)).collect()
    }
}

/// Label of the group that sums what the top N left out.
pub(super) const OTHER: &str = "Other";

/// What a question asks of what is published, and whether shared costs are split.
///
/// # Errors
/// When what is published is not the state that the question is about: `as_of` says which, and whoever asks resolves it
/// before. Figures of now must never stand under a past day.
pub async fn asked(app: &App, published: &Published, question: Question) -> Result<(CostQuery, bool)> {
    if question.as_of != published.as_of {
        return Err(AppError::internal(
            "the question is about another state of the bills than the one resolved",
        ));
    }
    let data_to = match question.time {
        Time::Named(_) => data_to(app, published).await?,
        Time::Days { .. } => None,
    };
    let split = question.shared;
    Ok((question.cost_query(data_to), split))
}

/// Answers a question from what is published; with `split`, shared costs stand where the organization's rules put
/// them. Where bills in several currencies are in view, the answer is in the main one of them; grouped by currency it
/// has the groups of all, and the totals of the main one.
pub async fn costs(app: &App, published: &Published, query: CostQuery, split: bool) -> Result<Costs> {
    let group_by = query.group_by.iter().map(ToString::to_string).collect();
    let query = published.resolve(query)?;
    // First, so that an answer that may be large never waits for its turn with another question.
    let mut names = KeyNames::of(app, published, &query.group_by, query.metric).await?;
    let split = split && !published.definitions.shared_costs.is_empty();
    let spans = compared::spans(app, published, &query).await?;
    let query = compared::written_out(query, spans);
    let (alone, others) = app.engine().in_one_currency(&published.view, &query).await?;
    let all = !split && query.group_by.iter().any(|dimension| dimension.is(Column::Currency));
    let query = if all { query } else { alone.clone() };
    let answer = if split {
        let published = published.in_one_currency(&query.filters);
        Arc::new(splitting::answer(app, &published, &query).await?)
    } else {
        app.engine().answer(&published.view, &query).await?
    };
    let compared = match spans {
        Some(spans) => Some(compared::compared(app, published, &query, (&answer, split), spans).await?),
        None => None,
    };
    let mut other_currencies = vec![];
    for currency in others {
        let total =
            CostQuery { group_by: vec![], view: TimeView::Total, top: None, compare: None, ..alone.clone() };
        let answer = app.engine().answer(&published.view, &query::only_in(&total, &currency)).await?;
        other_currencies.push((currency, answer.total));
    }
    names.resources = resource_names(app, published, &query, &answer).await?;
    let labels = answer.groups.iter().map(|group| labels(&query.group_by, group, &names)).collect();
    let mut unproven_periods: Vec<String> = answer
        .snapshot
        .periods
        .iter()
        .filter(|period| !period.proven)
        .map(|period| period.period.to_string())
        .collect();
    unproven_periods.sort();
    unproven_periods.dedup();
    let amortized = query.metric.is_amortized();
    let estimated = amortized
        && answer.snapshot.periods.iter().any(|period| {
            published.is_open(&period.connection, period.period)
                && period.period.first_day() < answer.to
                && answer.from < period.period.end_day()
        });
    let unavailable = if amortized { unavailable(published, &answer) } else { vec![] };
    let snapshot_id = published.id.clone();
    let proof = published.together(|publication| {
        answer.snapshot.periods.iter().any(|period| period.publication == publication.id)
    });
    if proof.is_of_part() {
        // Nothing of it is proven, and nothing wrong: the proof says why.
        unproven_periods.clear();
    }
    let filters = query.filters.iter().map(|filter| published.definitions.filter_by_name(filter)).collect();
    let sql = published.definitions.by_name_in(&query, answer.sql.clone());
    let told = published.told(answer.snapshot.clone());
    let answer = if sql == answer.sql && told == answer.snapshot {
        answer
    } else {
        Arc::new(CostAnswer { snapshot: told, sql, ..Arc::unwrap_or_clone(answer) })
    };
    Ok(Costs {
        query,
        group_by,
        filters,
        answer,
        compared,
        labels,
        proof,
        other_currencies,
        unproven_periods,
        estimated,
        unavailable,
        snapshot_id,
    })
}

/// What of the amortized cost of an answer's periods is not known.
fn unavailable(published: &Published, answer: &CostAnswer) -> Vec<String> {
    let asked =
        |period: &model::BillingPeriod| period.first_day() < answer.to && answer.from < period.end_day();
    let mut found: Vec<String> = published
        .publications
        .iter()
        .filter(|publication| asked(&publication.period))
        .flat_map(|publication| {
            let parts = publication.features.get(UNAVAILABLE).cloned().unwrap_or_default();
            let parts: Vec<Unavailable> = serde_json::from_value(parts).unwrap_or_default();
            parts.into_iter().map(|part| format!("{}: {}", publication.period, part.message))
        })
        .collect();
    found.dedup();
    found
}

/// The same question in each currency that is in view, the main one first, over the same days and buckets.
pub async fn costs_in_each(
    app: &App,
    published: &Published,
    query: CostQuery,
    split: bool,
) -> Result<Vec<Costs>> {
    let first = costs(app, published, query, split).await?;
    let mut all = vec![];
    if !first.query.group_by.iter().any(|dimension| dimension.is(Column::Currency)) {
        for (currency, _) in &first.other_currencies {
            let query = query::only_in(&first.query, currency);
            all.push(costs(app, published, query, split).await?);
        }
    }
    all.insert(0, first);
    Ok(all)
}

/// The question with the currency as its first dimension, if it is in money and bills in several are in view: for files,
/// which hold everything.
pub fn by_currency(published: &Published, mut query: CostQuery) -> Result<CostQuery> {
    let several = query.metric.is_money() && published.view.currencies_of(&query.filters).len() > 1;
    if several && !query.group_by.iter().any(|dimension| dimension.is(Column::Currency)) {
        query.group_by.insert(0, Column::Currency.into());
    }
    Ok(query)
}

/// Names of what stands in keys by its ID.
#[derive(Debug, Default)]
pub(super) struct KeyNames {
    accounts: BTreeMap<String, String>,
    connections: BTreeMap<String, String>,
    /// Resources by their ID, where a tag names them.
    resources: BTreeMap<String, String>,
    /// Subsets by their identifier.
    subsets: BTreeMap<String, String>,
    /// Charge types that are called otherwise: what is unused of commitments, amortized.
    charges: BTreeMap<&'static str, &'static str>,
}

impl KeyNames {
    /// Those that some dimensions need.
    pub(super) async fn of(
        app: &App,
        published: &Published,
        dimensions: &[Dimension],
        metric: Metric,
    ) -> Result<Self> {
        let asked = |one| dimensions.iter().any(|dimension| dimension.is(one));
        let mut names = Self::default();
        if asked(Column::AccountId) {
            names.accounts = account_names(app, published).await?;
        }
        if asked(Column::Connection) {
            names.connections = published.connection_names(app).await?;
        }
        if dimensions.iter().any(is_subset_id) {
            let all = published.definitions.subsets.iter();
            names.subsets = all.map(|subset| (subset.id.clone(), subset.name.clone())).collect();
        }
        if asked(Column::ChargeType) && metric.is_amortized() {
            names.charges = published.definitions.unused.iter().copied().collect();
        }
        Ok(names)
    }

    /// The words for a key.
    pub(super) fn name<'a>(&'a self, dimension: &Dimension, key: &'a str) -> &'a str {
        let known = match dimension {
            Dimension::Column(Column::AccountId) => self.accounts.get(key),
            Dimension::Column(Column::Connection) => self.connections.get(key),
            Dimension::Column(Column::ResourceId) => self.resources.get(key),
            _ if is_subset_id(dimension) => self.subsets.get(key),
            Dimension::Column(Column::ChargeType) => return self.charges.get(key).copied().unwrap_or(key),
            _ => None,
        };
        known.map_or(key, String::as_str)
    }

    /// Whether keys of a dimension have other names than themselves.
    pub(super) fn renames(&self, dimension: &Dimension) -> bool {
        is_named(dimension)
            || is_subset_id(dimension)
            || (dimension.is(Column::ChargeType) && !self.charges.is_empty())
    }
}

/// The tag in which people name resources.
const NAME: &str = "Name";
/// Resources of one answer that are looked up: more are for files, which have the IDs.
const MOST_RESOURCES: usize = 500;

/// Names of the resources of an answer by their `Name` tag. Several that bear one name keep their IDs with it.
async fn resource_names(
    app: &App,
    published: &Published,
    query: &CostQuery,
    answer: &CostAnswer,
) -> Result<BTreeMap<String, String>> {
    let Some(at) = query.group_by.iter().position(|dimension| dimension.is(Column::ResourceId)) else {
        return Ok(BTreeMap::new());
    };
    let ids: BTreeSet<&String> = answer.groups.iter().filter_map(|group| group.keys[at].as_ref()).collect();
    let known = super::names(app, published).await?;
    if ids.is_empty() || ids.len() > MOST_RESOURCES || !known.tag_keys.iter().any(|key| key == NAME) {
        return Ok(BTreeMap::new());
    }
    let name = Dimension::Tag(NAME.to_owned());
    let mut filters = query.filters.clone();
    let values = ids.into_iter().cloned().collect();
    filters.push(Filter { dimension: query.group_by[at].clone(), exclude: false, values });
    filters.push(Filter { dimension: name.clone(), exclude: true, values: vec![String::new()] });
    let asked = CostQuery {
        group_by: vec![query.group_by[at].clone(), name],
        view: TimeView::Total,
        filters,
        top: None,
        compare: None,
        ..query.clone()
    };
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    // The largest first: a resource that was renamed has the name that most of its cost bears.
    for group in &app.engine().answer(&published.view, &asked).await?.groups {
        if let [Some(id), Some(name)] = group.keys.as_slice() {
            names.entry(id.clone()).or_insert_with(|| name.clone());
        }
    }
    let mut bearers: BTreeMap<&String, usize> = BTreeMap::new();
    for name in names.values() {
        *bearers.entry(name).or_default() += 1;
    }
    let several: BTreeSet<String> =
        bearers.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.clone()).collect();
    for (id, name) in &mut names {
        if several.contains(name) {
            *name = format!("{name} ({id})");
        }
    }
    Ok(names)
}

/// Whether keys of a dimension are IDs that have names beside them.
pub(super) fn is_named(dimension: &Dimension) -> bool {
    dimension.is(Column::AccountId) || dimension.is(Column::Connection)
}

pub(super) fn labels(dimensions: &[Dimension], group: &CostGroup, names: &KeyNames) -> Vec<String> {
    let label = |(dimension, key): (&Dimension, &Option<String>)| match key {
        _ if group.other => OTHER.to_owned(),
        None if dimension.none_label().is_empty() => format!("No {}", dimension.label().to_lowercase()),
        None => dimension.none_label().to_owned(),
        Some(value) => names.name(dimension, value).to_owned(),
    };
    dimensions.iter().zip(&group.keys).map(label).collect()
}

/// Start of a bucket in full: hours get their zone.
pub(super) fn bucket_text(bucket: &str) -> String {
    if bucket.contains('T') && !bucket.ends_with('Z') { format!("{bucket}:00Z") } else { bucket.to_owned() }
}
