//! What can be asked by: dimensions, tag keys, cost categories, and the values they take.

use super::{Published, account_names};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use model::{BillingPeriod, CostQuery, Decimal, Dimension, Filter, Metric};
use query::{Span, View};
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
    };
    let total = async |metric| match app.engine().answer(&view, &CostQuery::total(metric)).await {
        Ok(answer) => Ok(Some(answer.total)),
        // Amounts in several currencies have no total: then every metric may say something.
        Err(error) if error.kind() == query::ErrorKind::Invalid => Ok(None),
        Err(error) => Err(AppError::from(error)),
    };
    let mut told = vec![Metric::Amortized, Metric::Unblended];
    for (net, gross) in [(Metric::NetAmortized, Metric::Amortized), (Metric::NetUnblended, Metric::Unblended)]
    {
        let (net_total, gross_total) = (total(net).await?, total(gross).await?);
        if net_total.is_none() || net_total != gross_total {
            told.push(net);
        }
    }
    if total(Metric::List).await?.is_none_or(|list| !list.is_zero()) {
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
    let (engine, span) = (app.engine(), Span { from, to });
    let mut dimension = dimension.clone();
    published.definitions.resolve_dimension(&mut dimension)?;
    let dimension = &dimension;
    if dimension.to_string() != "account_id" {
        let (found, total) = engine.values(&published.view, dimension, span, metric, search, limit).await?;
        let values = found
            .into_iter()
            .map(|(value, figure)| {
                let label = value.clone().unwrap_or_else(|| dimension.none_label().to_owned());
                Value { value, label, figure }
            })
            .collect();
        return Ok(Values { values, total });
    }
    // Accounts are looked for by name as well as by ID.
    let names = account_names(app, published).await?;
    let (found, _) = engine.values(&published.view, dimension, span, metric, "", usize::MAX).await?;
    let search = search.to_lowercase();
    let mut values: Vec<Value> = found
        .into_iter()
        .map(|(value, figure)| {
            let id = value.as_deref().unwrap_or_default();
            Value { label: names.get(id).cloned().unwrap_or_else(|| id.to_owned()), value, figure }
        })
        .filter(|value| {
            value.label.to_lowercase().contains(&search)
                || value.value.as_deref().unwrap_or_default().contains(&search)
        })
        .collect();
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
