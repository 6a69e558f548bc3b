//! What can be asked by: dimensions, tag keys, cost categories, and the values they take.

use super::costs::KeyNames;
use super::latest::{self, Latest};
use super::{Published, SeenPart};
use crate::{App, AppError, Result};
use chrono::NaiveDate;
use model::{AsOf, BillingPeriod, CostQuery, Decimal, Dimension, Filter, Metric, OrganizationId};
use query::{Span, View};
use std::collections::HashSet;
use std::sync::Arc;

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

/// Whose names, of which part of their bills, as they stood when, and the state's name.
#[derive(Clone, Debug, PartialEq)]
struct Of {
    whose: (Option<OrganizationId>, Option<SeenPart>, Option<AsOf>),
    state: String,
}

impl latest::Key for Of {
    fn replaces(&self, other: &Self) -> bool {
        self.whose == other.whose
    }

    fn is_past(&self) -> bool {
        self.whose.2.is_some()
    }
}

/// The names of the states that were asked for last, one for each organization, part that is seen of it and day: what others
/// publish or ask for leaves them.
#[derive(Debug)]
pub(crate) struct RememberedNames(Latest<Of, Names>);

/// States whose names are remembered, and past ones beside them.
const MOST_REMEMBERED: usize = 256;
const MOST_PAST: usize = 32;

impl Default for RememberedNames {
    fn default() -> Self {
        Self(Latest::new(MOST_REMEMBERED, MOST_PAST))
    }
}

/// Tag keys and cost categories that any published row carries.
pub async fn names(app: &App, published: &Published) -> Result<Names> {
    let remembered = &app.remembered_names().0;
    let organization = published.organization.as_ref().map(|organization| organization.id.clone());
    let whose = (organization, published.part().cloned(), published.as_of);
    let of = Of { whose, state: published.id.clone() };
    if let Some(names) = remembered.get(&of) {
        return Ok(names);
    }
    let names = Names {
        tag_keys: app.engine().tag_keys(&published.view).await?,
        cost_category_names: app.engine().cost_category_names(&published.view).await?,
        metrics: metrics(app, published).await?,
    };
    remembered.keep(of, names.clone());
    Ok(names)
}

/// Metrics that the bills tell: list prices where the newest two months have any, net costs where any report has their
/// columns. Sums do not tell that: by design, net and gross differ by discounts that stand in rows of their own.
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
        ..published.view.clone()
    };
    let mut told = vec![Metric::Amortized, Metric::Unblended];
    let has_net = |publication: &meta::Publication| {
        publication.features.get("net_cost").and_then(serde_json::Value::as_bool) == Some(true)
    };
    if published.publications.iter().any(has_net) {
        told.extend([Metric::NetAmortized, Metric::NetUnblended]);
    }
    let (alone, others) = app.engine().in_one_currency(&view, &CostQuery::total(Metric::List)).await?;
    let questions = others.iter().map(|currency| query::only_in(&alone, currency));
    for query in std::iter::once(alone.clone()).chain(questions) {
        if !app.engine().answer(&view, &query).await?.total.is_zero() {
            told.push(Metric::List);
            break;
        }
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

/// Which values of a dimension are looked for.
#[derive(Clone, Copy, Debug)]
pub struct ValuesAsked<'a> {
    /// First day and day after the last of the figures, open without.
    pub span: (Option<NaiveDate>, Option<NaiveDate>),
    /// What orders them.
    pub metric: Metric,
    /// Part of the value or of its label, in any case.
    pub search: &'a str,
    /// At most as many.
    pub limit: usize,
    /// Also those that other months have alone: after the others, with a figure of zero. What comes once a month can be
    /// chosen on any day. Dimensions that only line items know are looked up in the span alone.
    pub of_all_months: bool,
}

/// The values that a dimension takes over a span, searched by value or label.
pub async fn values(
    app: &App,
    published: &Published,
    dimension: &Dimension,
    asked: ValuesAsked<'_>,
) -> Result<Values> {
    let mut dimension = dimension.clone();
    published.definitions.resolve_dimension(&mut dimension)?;
    let ValuesAsked { span: (from, to), metric, search, limit, of_all_months } = asked;
    let names = KeyNames::of(app, published, std::slice::from_ref(&dimension), metric).await?;
    let engine = app.engine();
    let beyond = of_all_months && (from.is_some() || to.is_some()) && dimension.in_rollup();
    if published.currencies().len() < 2 && !names.renames(&dimension) && !beyond {
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
    let mut spans = vec![(query.clone(), false)];
    if beyond {
        spans.push((CostQuery { from: None, to: None, ..query }, true));
    }
    let (mut values, mut known) = (vec![], HashSet::new());
    for (query, elsewhere) in spans {
        let (alone, others) = engine.in_one_currency(&published.view, &query).await?;
        let questions = others.iter().map(|currency| query::only_in(&alone, currency));
        for query in std::iter::once(alone.clone()).chain(questions) {
            let answer = match engine.answer(&published.view, &query).await {
                Ok(answer) => answer,
                // What all months have is too much, or not ready: what the span has can be chosen all the same.
                Err(error) if elsewhere && error.kind() != query::ErrorKind::Internal => break,
                Err(error) => return Err(error.into()),
            };
            for group in &answer.groups {
                let value = group.keys.first().cloned().flatten();
                let id = value.as_deref().unwrap_or_else(|| dimension.none_label());
                let label = names.name(&dimension, id).to_owned();
                let matches = label.to_lowercase().contains(&search) || id.to_lowercase().contains(&search);
                if matches && known.insert(value.clone()) {
                    let figure = if elsewhere { Decimal::ZERO } else { group.total };
                    values.push(Value { value, label, figure, currency: answer.currency.clone() });
                }
            }
        }
    }
    let total = values.len();
    values.truncate(limit);
    Ok(Values { values, total })
}

/// A filter by some values.
pub(crate) fn filter_on(dimension: impl Into<Dimension>, exclude: bool, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter { dimension: dimension.into(), exclude, values }
}

/// Reads `DIM[,DIM]` (see [`model::parse_group_by`]).
pub fn parse_group_by(text: &str) -> Result<Vec<Dimension>> {
    model::parse_group_by(text).map_err(|error| {
        AppError::invalid(error.to_string())
            .advise("Name dimensions once each, separated by commas, such as account_id,service,tag:Team.")
    })
}
