//! From a question to what has to be read: which periods, which days, which buckets, which engine.

mod buckets;

pub(crate) use buckets::{Buckets, Days, date, day_number};

use crate::error::QueryError;
use crate::scope::Scope;
use crate::store::Store;
use crate::view::{AccountNames, PublishedPeriod, View};
use model::{Comparison, CostQuery, DaySpan, TimeView};
use std::sync::Arc;

/// Days from 1970 that an answer without an end of its own reaches to, whatever data are dated: a hundred thousand
/// years, so that arithmetic on them stays within the calendar.
const FARTHEST: i32 = 36_525_000;

/// What a question needs, resolved against a view.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whose bills they are.
    pub(crate) whose: Arc<str>,
    /// Every period of the view: account names are the latest of all.
    pub(crate) all: Vec<PublishedPeriod>,
    /// The periods that may hold rows of the answer.
    pub(crate) periods: Vec<PublishedPeriod>,
    /// Days answered for.
    pub(crate) span: Days,
    /// Days compared with.
    pub(crate) previous: Option<Days>,
    /// Time buckets of the span.
    pub(crate) buckets: Buckets,
    /// Names of accounts beside those of the bills.
    pub(crate) names: Arc<AccountNames>,
    /// The rows that may be seen.
    pub(crate) scope: Scope,
    /// Currencies of the periods, the main one first. An answer in money has one at most.
    pub(crate) currencies: Vec<String>,
    line_items: bool,
    resources: bool,
}

impl Plan {
    /// Resolves a question.
    pub(crate) fn new(store: &Store, view: &View, query: &CostQuery) -> Result<Self, QueryError> {
        if let (Some(from), Some(to)) = (query.from, query.to)
            && from > to
        {
            return Err(QueryError::invalid(
                format!("the span ends ({to}) before it starts ({from})"),
                "Give an end day after the first day; the end is exclusive.",
            ));
        }
        let mut known = Vec::new();
        for period in view.periods.iter().filter(|period| period.passes(&query.filters)) {
            if let Some(days) = store.extent(&period.rollup_files)? {
                known.push((period, days));
            }
        }
        let open = |pick: fn(Days) -> i32, largest: bool| {
            let days = known.iter().map(|(_, days)| pick(*days).clamp(-FARTHEST, FARTHEST));
            if largest { days.max() } else { days.min() }
        };
        let from = query.from.map(day_number).or_else(|| open(|days| days.from, false));
        let to = query.to.map(day_number).or_else(|| open(|days| days.to, true));
        let from_day = from.or(to).unwrap_or(0);
        let span = Days { from: from_day, to: to.unwrap_or(from_day).max(from_day) };
        let previous = query.compare.map(|compare| previous(span, compare)).transpose()?;
        let mut periods: Vec<PublishedPeriod> = known
            .iter()
            .filter(|(_, days)| days.meets(span) || previous.is_some_and(|previous| days.meets(previous)))
            .map(|(period, _)| (*period).clone())
            .collect();
        periods.sort_by(|a, b| (a.period, &a.connection).cmp(&(b.period, &b.connection)));
        let resources = query.dimensions().any(|dimension| !dimension.in_rollup());
        Ok(Self {
            whose: Arc::clone(&view.whose),
            all: view.periods.clone(),
            names: view.scope.names(&view.names),
            scope: view.scope.clone(),
            span,
            previous,
            buckets: Buckets::new(query.view, span)?,
            currencies: view.ranked(periods.iter()),
            periods,
            line_items: resources || query.view == TimeView::Hour,
            resources,
        })
    }

    /// Currency of the figures; empty when nothing is in view.
    pub(crate) fn currency(&self) -> String {
        self.currencies.first().cloned().unwrap_or_default()
    }

    /// Whether the daily roll-up cannot answer.
    pub(crate) fn needs_line_items(&self) -> bool {
        self.line_items
    }

    /// Whether a dimension that only line items hold is asked for.
    pub(crate) fn needs_resources(&self) -> bool {
        self.resources
    }

    /// Periods that have only their roll-up so far.
    pub(crate) fn without_line_items(&self) -> Vec<&PublishedPeriod> {
        self.periods.iter().filter(|period| period.line_item_files.is_none()).collect()
    }

    /// The periods that may hold rows of some days.
    pub(crate) fn periods_of(&self, store: &Store, days: Days) -> Result<Vec<&PublishedPeriod>, QueryError> {
        let mut periods = Vec::new();
        for period in &self.periods {
            if store.extent(&period.rollup_files)?.is_some_and(|extent| extent.meets(days)) {
                periods.push(period);
            }
        }
        Ok(periods)
    }
}

/// Whether a question speaks of account names.
pub(crate) fn asks_names(query: &CostQuery) -> bool {
    query.dimensions().any(|dimension| dimension.is(model::Column::Account))
}

/// The days to compare with.
fn previous(span: Days, compare: Comparison) -> Result<Days, QueryError> {
    if let Comparison::Span(DaySpan { from, to }) = compare {
        if from > to {
            return Err(QueryError::invalid(
                format!("the compared span ends ({to}) before it starts ({from})"),
                "Give an end day after the first day; the end is exclusive.",
            ));
        }
        return Ok(Days { from: day_number(from), to: day_number(to) });
    }
    // Data may be dated anywhere, and so may what comes before: without days nothing is compared.
    let found = compare.spans(DaySpan { from: date(span.from), to: date(span.to) }, None);
    let none = Days { from: span.from, to: span.from };
    Ok(found
        .map_or(none, |found| Days { from: day_number(found.before.from), to: day_number(found.before.to) }))
}
