//! What can be asked by: dimensions, tag keys, cost categories, and the values they take.

use super::Published;
use super::costs::{KeyNames, is_named};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use model::{BillingPeriod, CostQuery, Decimal, Dimension, Filter, Metric};
use query::{Span, View};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys that the published data adds to the fixed dimensions.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Tag keys, sorted.
    pub tag_keys: Vec<String>,
    /// Cost category names, sorted.
    pub cost_category_names: Vec<String>,
    /// Metrics that the newest bills tell.
    pub metrics: Vec<Metric>,
}

/// The names of the state that was asked for last.
#[derive(Debug, Default)]
pub(crate) struct RememberedNames {
    last: Mutex<Option<(String, Names)>>,
}

/// Tag keys and cost categories that any published row carries.
pub async fn names(app: &App, published: &Published) -> Result<Names> {
    let remembered = &app.remembered_names().last;
    // Replaced whole: a panic elsewhere cannot leave half of it.
    let last = remembered.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, names)) = last.filter(|(state, _)| *state == published.id) {
        return Ok(names);
    }
    let names = Names {
        tag_keys: app.engine().tag_keys(&published.view).await?,
        cost_category_names: app.engine().cost_category_names(&published.view).await?,
        metrics: metrics(app, published).await?,
    };
    *remembered.lock().unwrap_or_else(PoisonError::into_inner) = Some((published.id.clone(), names.clone()));
    Ok(names)
}

/// Metrics that say something of their own, by the newest two months: list prices where there are any, net costs
/// where they differ.
async fn metrics(app: &App, published: &Published) -> Result<Vec<Metric>> {
    let newest: Option<BillingPeriod> = published.publications.first().map(|publication| publication.period);
    let view = View {
        whose: Arc::clone(&published.view.whose),
        periods: published
            .view
            .periods
            .iter()
            .filter(|period| newest.is_some_and(|newest| period.period >= newest.previous()))
            .cloned()
            .collect(),
        currencies: published.view.currencies.clone(),
    };
    let view = &view;
    let totals = async |metric| -> Result<Vec<Decimal>> {
        let (alone, others) = app.engine().in_one_currency(view, &CostQuery::total(metric)).await?;
        let mut totals = vec![app.engine().answer(view, &alone).await?.total];
        for currency in others {
            let query = query::only_in(&alone, &currency);
            totals.push(app.engine().answer(view, &query).await?.total);
        }
        Ok(totals)
    };
    let mut told = vec![Metric::Amortized, Metric::Unblended];
    for (net, gross) in [(Metric::NetAmortized, Metric::Amortized), (Metric::NetUnblended, Metric::Unblended)]
    {
        if totals(net).await? != totals(gross).await? {
            told.push(net);
        }
    }
    if totals(Metric::List).await?.iter().any(|list| !list.is_zero()) {
        told.push(Metric::List);
    }
    Ok(told)
}

/// One value of a dimension.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value; `None` for rows that have none.
    pub value: Option<String>,
    /// Words for it.
    pub label: String,
    /// Its figure over the span.
    pub figure: Decimal,
    /// Currency of the figure: the first, in order of weight, that the value has cost in.
    pub currency: String,
}

/// Values of a dimension, largest figure first.
#[derive(Clone, Debug)]
pub struct Values {
    /// At most as many as asked for.
    pub values: Vec<Value>,
    /// How many match.
    pub total: usize,
}

/// The values that a dimension takes over a span, searched by value or label.
pub async fn values(
    app: &App,
    published: &Published,
    dimension: &Dimension,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    metric: Metric,
    search: &str,
    limit: usize,
) -> Result<Values> {
    let mut dimension = dimension.clone();
    published.definitions.resolve_dimension(&mut dimension)?;
    let names = KeyNames::of(app, published, std::slice::from_ref(&dimension)).await?;
    let engine = app.engine();
    if published.currencies().len() < 2 && !is_named(&dimension) {
        let span = Span { from, to };
        let (found, total) = engine.values(&published.view, &dimension, span, metric, search, limit).await?;
        let currency = published.currencies().first().cloned().unwrap_or_default();
        let value = |(value, figure): (Option<String>, Decimal)| {
            let label = value.clone().unwrap_or_else(|| dimension.none_label().to_owned());
            Value { value, label, figure, currency: currency.clone() }
        };
        return Ok(Values { values: found.into_iter().map(value).collect(), total });
    }
    // What has a name is looked for by it as well as by its ID; values of every currency can be chosen.
    let search = search.to_lowercase();
    let query = CostQuery { group_by: vec![dimension.clone()], from, to, ..CostQuery::total(metric) };
    let (alone, others) = engine.in_one_currency(&published.view, &query).await?;
    let (mut values, mut known) = (vec![], HashSet::new());
    let questions = others.iter().map(|currency| query::only_in(&alone, currency));
    for query in std::iter::once(alone.clone()).chain(questions) {
        let answer = engine.answer(&published.view, &query).await?;
        for group in answer.groups {
            let value = group.keys.into_iter().next().flatten();
            let id = value.as_deref().unwrap_or_else(|| dimension.none_label());
            let label = names.name(&dimension, id).to_owned();
            let matches = label.to_lowercase().contains(&search) || id.to_lowercase().contains(&search);
            if matches && known.insert(value.clone()) {
                let currency = answer.currency.clone();
                values.push(Value { value, label, figure: group.total, currency });
            }
        }
    }
    let total = values.len();
    values.truncate(limit);
    Ok(Values { values, total })
}

/// The dimension of a name that is written here: it is known, or the program is wrong.
pub(crate) fn named(name: &str) -> Result<Dimension> {
    name.parse().map_err(|error: model::DimensionError| AppError::internal(error.to_string()))
}

/// A filter on such a dimension.
pub(crate) fn filter_on(name: &str, exclude: bool, values: &[&str]) -> Result<Filter> {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Ok(Filter { dimension: named(name)?, exclude, values })
}

/// Reads `DIM[,DIM]` (see [`model::parse_group_by`]).
pub fn parse_group_by(text: &str) -> Result<Vec<Dimension>> {
    model::parse_group_by(text).map_err(|error| {
        AppError::invalid(error.to_string())
            .advise("Name dimensions once each, separated by commas, such as account_id,service,tag:Team.")
    })
}
