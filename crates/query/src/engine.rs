//! The door: every question that pages, exports and scripts ask.

use crate::answers::Answers;
use crate::assemble::{Table, assemble};
use crate::error::QueryError;
use crate::explain::{self, ExplainOrder, ExplainedRow, Explanation, Page};
use crate::kernel::{self, Names};
use crate::lines::{Lines, SqlRows};
use crate::plan::{Plan, asks_names};
use crate::store::Store;
use crate::tags::{self, COST_CATEGORIES, TAGS};
use crate::view::{PublishedPeriod, Span, View};
use futures::stream::BoxStream;
use hashbrown::HashMap;
use model::{CostAnswer, CostQuery, Decimal, Dimension, Filter, Metric, TimeView};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Bounds of an engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Bytes that the roll-up in memory may take; DataFusion gets as many of its own.
    pub memory_limit: usize,
    /// Threads per question, and questions that are computed at once.
    pub threads: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { memory_limit: 768 << 20, threads }
    }
}

/// Answers questions about what is published. Cheap to clone; clones share caches.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    options: EngineOptions,
    store: Arc<Store>,
    lines: Lines,
    answers: Answers,
    turns: Arc<Semaphore>,
    keys: Mutex<KeysInUse>,
}

/// Views whose keys of tags and cost categories are remembered.
const VIEWS: usize = 64;

/// Keys in use, by roll-up files (which never change) and column.
type KeysInUse = HashMap<(Vec<PathBuf>, &'static str), Vec<String>>;

impl Engine {
    /// An engine with empty caches.
    pub fn new(options: EngineOptions) -> Self {
        let threads = options.threads.max(1);
        let options = EngineOptions { threads, ..options };
        Self {
            shared: Arc::new(Shared {
                options,
                store: Arc::new(Store::new(options.memory_limit)),
                lines: Lines::new(options.memory_limit, threads),
                answers: Answers::default(),
                turns: Arc::new(Semaphore::new(threads)),
                keys: Mutex::default(),
            }),
        }
    }

    /// Forgets remembered answers (not the roll-up in memory), so that the next question is computed.
    pub fn forget_answers(&self) {
        self.shared.answers.clear();
    }

    /// Bytes that the roll-up takes in memory now.
    pub fn memory_used(&self) -> usize {
        self.shared.store.bytes()
    }

    /// Answers a question. Equal questions on an equal view are computed once.
    pub async fn answer(&self, view: &View, query: &CostQuery) -> Result<CostAnswer, QueryError> {
        let answer = self.shared.answers.get(view, query, || self.compute(view, query)).await?;
        Ok(CostAnswer::clone(&answer))
    }

    async fn compute(&self, view: &View, query: &CostQuery) -> Result<CostAnswer, QueryError> {
        let query = &self.with_keys_in_use(view, query).await?;
        let plan = self.plan(view, query).await?;
        let (table, before) = if plan.needs_line_items() {
            let names = self.names(&plan, query).await?;
            let table = self.shared.lines.table(&plan, query, plan.span, names.clone()).await?;
            let before = match plan.previous {
                Some(span) => {
                    let total = CostQuery { view: TimeView::Total, ..query.clone() };
                    Some(self.shared.lines.table(&plan, &total, span, names).await?)
                }
                None => None,
            };
            (table, before)
        } else {
            self.sum(&plan, query).await?
        };
        assemble(query, plan, table, before)
    }

    /// Latest account names, where a question speaks of them; also those of months that it does not read.
    async fn names(
        &self,
        plan: &Plan,
        query: &CostQuery,
    ) -> Result<Option<BTreeMap<String, String>>, QueryError> {
        if !asks_names(query) {
            return Ok(None);
        }
        let view = View { periods: plan.all.clone() };
        self.account_names(&view).await.map(Some)
    }

    async fn sum(&self, plan: &Plan, query: &CostQuery) -> Result<(Table, Option<Table>), QueryError> {
        let (plan, query) = (plan.clone(), query.clone());
        self.blocking(move |store, threads| {
            let table = kernel::sum(store, &plan, &query, plan.span, threads)?;
            let before = match plan.previous {
                Some(span) => {
                    let total = CostQuery { view: TimeView::Total, ..query };
                    Some(kernel::sum(store, &plan, &total, span, threads)?)
                }
                None => None,
            };
            Ok((table, before))
        })
        .await
    }

    async fn plan(&self, view: &View, query: &CostQuery) -> Result<Plan, QueryError> {
        let (view, query) = (view.clone(), query.clone());
        self.blocking(move |store, _| Plan::new(store, &view, &query)).await
    }

    /// Runs a computation on a blocking thread, in its turn.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store, usize) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, QueryError> {
        let turn = Arc::clone(&self.shared.turns).acquire_owned().await.map_err(QueryError::internal)?;
        let (store, threads) = (Arc::clone(&self.shared.store), self.shared.options.threads);
        let task = tokio::task::spawn_blocking(move || {
            let result = work(&store, threads);
            drop(turn);
            result
        });
        task.await.map_err(QueryError::internal)?
    }

    /// Values of a dimension with their figures, largest first, and how many match `search` (part of the
    /// value, in any case; rows without a value match the dimension's word for it).
    pub async fn values(
        &self,
        view: &View,
        dimension: &Dimension,
        span: Span,
        metric: Metric,
        search: &str,
        limit: usize,
    ) -> Result<(Vec<(Option<String>, Decimal)>, usize), QueryError> {
        let query = CostQuery {
            group_by: vec![dimension.clone()],
            from: span.from,
            to: span.to,
            ..CostQuery::total(metric)
        };
        let answer = self.shared.answers.get(view, &query, || self.compute(view, &query)).await?;
        let search = search.to_lowercase();
        let mut matching =
            answer.groups.iter().map(|group| (group.keys.first().cloned().flatten(), group.total)).filter(
                |(value, _)| {
                    let text = value.as_deref().unwrap_or_else(|| dimension.none_label());
                    search.is_empty() || text.to_lowercase().contains(&search)
                },
            );
        let found: Vec<_> = matching.by_ref().take(limit).collect();
        let total = found.len() + matching.count();
        Ok((found, total))
    }

    /// Keys of resource tags that any row in view carries, sorted.
    pub async fn tag_keys(&self, view: &View) -> Result<Vec<String>, QueryError> {
        self.keys(view, TAGS).await
    }

    /// Names of cost categories that any row in view carries, sorted.
    pub async fn cost_category_names(&self, view: &View) -> Result<Vec<String>, QueryError> {
        self.keys(view, COST_CATEGORIES).await
    }

    /// The query with every key of a tag or cost category as the data in view spells it: a key that is in
    /// use stays, one that is not is replaced by the key that says the same.
    async fn with_keys_in_use(&self, view: &View, query: &CostQuery) -> Result<CostQuery, QueryError> {
        let mut query = query.clone();
        let dimensions =
            query.group_by.iter_mut().chain(query.filters.iter_mut().map(|filter| &mut filter.dimension));
        for dimension in dimensions {
            if let Dimension::Mapped(mapping) = dimension {
                let Some(rules) = &mut mapping.rules else {
                    return Err(QueryError::invalid(
                        format!("there is no '{}' in this organization", mapping.name),
                        "Define it first, or use another dimension.",
                    ));
                };
                let mut spelt = rules.to_vec();
                for condition in spelt.iter_mut().flat_map(|rule| &mut rule.conditions) {
                    self.spell(view, &mut condition.dimension).await?;
                }
                *rules = spelt.into();
            } else {
                self.spell(view, dimension).await?;
            }
        }
        Ok(query)
    }

    async fn spell(&self, view: &View, dimension: &mut Dimension) -> Result<(), QueryError> {
        let (column, key) = match dimension {
            Dimension::Tag(key) | Dimension::MergedTag(key) => (TAGS, key),
            Dimension::CostCategory(key) => (COST_CATEGORIES, key),
            Dimension::Column(_) | Dimension::Mapped(_) => return Ok(()),
        };
        let in_use = self.keys(view, column).await?;
        if let Some(spelt) = tags::spelling(key, &in_use) {
            spelt.clone_into(key);
        }
        Ok(())
    }

    async fn keys(&self, view: &View, column: &'static str) -> Result<Vec<String>, QueryError> {
        let files: Vec<_> = view.periods.iter().flat_map(|period| period.rollup_files.clone()).collect();
        let id = (files.clone(), column);
        let known = self.shared.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(keys) = known {
            return Ok(keys);
        }
        let find = move |store: &Store, threads: usize| {
            let mut keys = BTreeSet::new();
            for set in store.values_in(&files, column, threads)? {
                keys.extend(tags::keys(&set));
            }
            Ok(keys.into_iter().collect::<Vec<String>>())
        };
        let keys = self.blocking(find).await?;
        let mut known = self.shared.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= VIEWS {
            known.clear();
        }
        known.insert(id, keys.clone());
        Ok(keys)
    }

    /// Latest known name of each account in view that has one, by account ID.
    pub async fn account_names(&self, view: &View) -> Result<BTreeMap<String, String>, QueryError> {
        let view = view.clone();
        self.blocking(move |store, threads| {
            let periods: Vec<&PublishedPeriod> = view.periods.iter().collect();
            Ok(Names::new(store, &periods, threads)?.by_id(store))
        })
        .await
    }

    /// The line items behind one cell: the group of `query` with these keys, over its span and filters.
    /// `page` counts from 1. While a month has only its roll-up, the figure comes without rows.
    pub async fn explain(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
        order: ExplainOrder,
        page: usize,
        page_size: usize,
    ) -> Result<Explanation, QueryError> {
        let cell = self.cell(view, query, keys).await?;
        let plan = self.plan(view, &cell).await?;
        let page = Page { order, number: page.max(1), rows: page_size.clamp(1, 10_000) };
        let mut explanation = explain::start(&cell, &plan, page);
        let missing = plan.without_line_items();
        if missing.is_empty() {
            let names = self.names(&plan, &cell).await?;
            self.shared.lines.explain(&plan, &cell, names, page, &mut explanation).await?;
        } else {
            explanation.wait_for(&missing);
            if !plan.needs_resources() {
                let (table, _) = self.sum(&plan, &cell).await?;
                explanation.figure = table.total()?;
            }
        }
        Ok(explanation)
    }

    /// Every line item behind one cell, as [`Engine::explain`] would page through them, in pieces.
    ///
    /// # Errors
    /// `NotReady` while a month has only its roll-up.
    pub async fn explained_rows(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
        order: ExplainOrder,
    ) -> Result<BoxStream<'static, Result<Vec<ExplainedRow>, QueryError>>, QueryError> {
        let cell = self.cell(view, query, keys).await?;
        let plan = self.plan(view, &cell).await?;
        let missing = plan.without_line_items();
        if !missing.is_empty() {
            return Err(QueryError::not_ready(explain::waiting(&missing)));
        }
        let names = self.names(&plan, &cell).await?;
        self.shared.lines.rows(&plan, &cell, names, order).await
    }

    /// The total of one group, as a question of its own.
    async fn cell(
        &self,
        view: &View,
        query: &CostQuery,
        keys: &[Option<String>],
    ) -> Result<CostQuery, QueryError> {
        if keys.len() != query.group_by.len() {
            return Err(QueryError::invalid(
                format!("{} keys were given for {} dimensions", keys.len(), query.group_by.len()),
                "Give one key per dimension, in the same order.",
            ));
        }
        let mut filters = query.filters.clone();
        filters.extend(query.group_by.iter().zip(keys).map(|(dimension, key)| Filter {
            dimension: dimension.clone(),
            exclude: false,
            values: vec![key.clone().unwrap_or_default()],
        }));
        let cell = CostQuery { from: query.from, to: query.to, filters, ..CostQuery::total(query.metric) };
        self.with_keys_in_use(view, &cell).await
    }

    /// Runs one SQL query over `line_items` (every column of the canonical schema, with `connection_id` and
    /// `billing_period`) and `rollup`; `tag("Tags", 'Key')` and `cost_category("x_CostCategories", 'Name')`
    /// read the JSON columns. Nothing but queries is accepted.
    pub async fn sql(&self, view: &View, sql: &str) -> Result<SqlRows, QueryError> {
        let periods: Vec<&PublishedPeriod> = view.periods.iter().collect();
        self.shared.lines.sql(&periods, sql).await
    }
}
