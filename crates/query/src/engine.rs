//! The door: every question that pages, exports and scripts ask.

mod extents;
mod load;
mod rows;

use crate::answers::Answers;
use crate::assemble::{Table, assemble};
use crate::currencies;
use crate::error::QueryError;
use crate::kernel::{self, Names};
use crate::lines::Lines;
use crate::plan::{Plan, asks_names, date};
use crate::scope::Scope;
use crate::stop::Stop;
use crate::store::{Shelf, Store};
use crate::tags::{self, COST_CATEGORIES, TAGS};
use crate::top;
use crate::turns::Turns;
use crate::view::{AccountNames, PublishedPeriod, Span, View};
use hashbrown::HashMap;
use lake::DataFile;
use model::{
    CANNOT_CARRY, CostAnswer, CostQuery, Decimal, Dimension, MappingRule, MergedTag, Metric, Operator,
    TimeView, merge_filters,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Bounds of an engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Bytes that the roll-up in memory may take; all questions to line items together get as many of their own.
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
    shelf: Arc<Shelf>,
    lines: Lines,
    answers: Answers,
    turns: Arc<Turns>,
    keys: Mutex<KeysInUse>,
}

/// Views whose keys of tags and cost categories are remembered.
const VIEWS: usize = 64;

/// Keys in use, by roll-up files (which never change), what of them may be seen, and column.
type KeysInUse = HashMap<(Vec<DataFile>, Scope, &'static str), Vec<String>>;

/// What is asked for of a tag with merged values is merged as they are.
fn merge_values(dimension: &Dimension, values: &mut [String]) {
    let tag = match dimension {
        Dimension::MergedTag(tag) => tag,
        Dimension::CarriedTag(carried) => match &**carried {
            Dimension::MergedTag(tag) => tag,
            _ => return,
        },
        _ => return,
    };
    let stands = |value: &String| value != dimension.none_label() && value != CANNOT_CARRY;
    for value in values.iter_mut().filter(|value| stands(value)) {
        *value = tag.value(value);
    }
}

impl Engine {
    /// An engine with empty caches, which spills into the system's folder for such things.
    pub fn new(options: EngineOptions) -> Self {
        Self::made(options, None)
    }

    /// An engine with empty caches, and a folder of its own for what memory does not hold: rows of bills.
    pub fn spilling(options: EngineOptions, folder: &Path) -> Self {
        Self::made(options, Some(folder))
    }

    fn made(options: EngineOptions, spill: Option<&Path>) -> Self {
        let threads = options.threads.max(1);
        let options = EngineOptions { threads, ..options };
        Self {
            shared: Arc::new(Shared {
                options,
                shelf: Arc::new(Shelf::new(options.memory_limit)),
                lines: Lines::new(options.memory_limit, threads, spill.map(Path::to_owned)),
                answers: Answers::default(),
                // These take milliseconds: one organization may have all places while nobody else asks.
                turns: Turns::new(threads, threads),
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
        self.shared.shelf.bytes()
    }

    /// Answers a question about what the view's scope lets be seen. Equal questions on an equal view are computed once, and
    /// share the answer.
    pub async fn answer(&self, view: &View, query: &CostQuery) -> Result<Arc<CostAnswer>, QueryError> {
        self.shared.answers.get(view, query, || self.compute(view, query)).await
    }

    async fn compute(&self, view: &View, query: &CostQuery) -> Result<CostAnswer, QueryError> {
        let query = self.with_keys_in_use(view, query).await?;
        let (query, others) = self.in_one_currency(view, &query).await?;
        let answer = self.of_one_currency(view, &query).await?;
        if others.is_empty() || !currencies::asked_for(&query) {
            return Ok(answer);
        }
        let mut rest = vec![];
        for other in others {
            let query = currencies::only_in(&query, &other);
            rest.push(self.of_one_currency(view, &query).await?);
        }
        Ok(currencies::together(&query, answer, rest))
    }

    /// The question in the main currency of what it is about, and the other currencies, the main ones first: amounts
    /// of different currencies are never added. Its span is the same in all of them. A question about usage, or about
    /// one currency, stays as it is.
    pub async fn in_one_currency(
        &self,
        view: &View,
        query: &CostQuery,
    ) -> Result<(CostQuery, Vec<String>), QueryError> {
        if !query.metric.is_money() || view.currencies_of(&query.filters).len() < 2 {
            return Ok((query.clone(), vec![]));
        }
        let plan = self.plan(view, query).await?;
        let mut currencies = plan.currencies.into_iter();
        let (Some(main), others) = (currencies.next(), currencies.collect::<Vec<_>>()) else {
            return Ok((query.clone(), vec![]));
        };
        if others.is_empty() {
            return Ok((query.clone(), vec![]));
        }
        let span = (Some(date(plan.span.from)), Some(date(plan.span.to)));
        let query = CostQuery { from: span.0, to: span.1, ..query.clone() };
        Ok((currencies::only_in(&query, &main), others))
    }

    /// The answer to a question that has no amounts of several currencies.
    async fn of_one_currency(&self, view: &View, query: &CostQuery) -> Result<CostAnswer, QueryError> {
        match self.whole(view, query).await {
            // All groups in all buckets are too many: the largest are asked for by their totals.
            Err(QueryError::TooLarge { .. }) if top::helps(query) => {
                let totals = self.whole(view, &top::totals(query)).await?;
                let shown = self.whole(view, &top::shown(query, &totals)).await?;
                let sums = self.whole(view, &top::sums(query, &totals)).await?;
                top::put_together(query, view, totals, shown, sums)
            }
            answer => answer,
        }
    }

    /// The answer with every group in every bucket.
    async fn whole(&self, view: &View, query: &CostQuery) -> Result<CostAnswer, QueryError> {
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
        assemble(query, &plan, table, before)
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
        let view = View {
            whose: Arc::clone(&plan.whose),
            periods: plan.all.clone(),
            names: Arc::clone(&plan.names),
            scope: plan.scope.clone(),
            ..View::default()
        };
        self.account_names(&view).await.map(Some)
    }

    async fn sum(&self, plan: &Plan, query: &CostQuery) -> Result<(Table, Option<Table>), QueryError> {
        let (plan, query) = (plan.clone(), query.clone());
        let (whose, scope) = (Arc::clone(&plan.whose), plan.scope.clone());
        self.blocking(&whose, &scope, move |store, threads, stop| {
            let table = kernel::sum(store, &plan, &query, plan.span, threads, stop)?;
            let before = match plan.previous {
                Some(span) => {
                    let total = CostQuery { view: TimeView::Total, ..query };
                    Some(kernel::sum(store, &plan, &total, span, threads, stop)?)
                }
                None => None,
            };
            Ok((table, before))
        })
        .await
    }

    async fn plan(&self, view: &View, query: &CostQuery) -> Result<Plan, QueryError> {
        let (view, query) = (view.clone(), query.clone());
        let (whose, scope) = (Arc::clone(&view.whose), view.scope.clone());
        self.blocking(&whose, &scope, move |store, _, _| Plan::new(store, &view, &query)).await
    }

    /// Runs a computation over the rows of a scope on a blocking thread, in its turn; it ends early when nobody waits for it
    /// any more.
    async fn blocking<T: Send + 'static>(
        &self,
        whose: &Arc<str>,
        scope: &Scope,
        work: impl FnOnce(&Store, usize, &Stop) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, QueryError> {
        let turn = self.shared.turns.take(whose).await?;
        let (store, threads) = (self.shared.shelf.seen(scope), self.shared.options.threads);
        let (stop, _waiting) = Stop::new();
        let task = tokio::task::spawn_blocking(move || {
            let result = work(&store, threads, &stop);
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
    /// use stays, one that is not is replaced by the key that says the same. And with one filter for each dimension,
    /// so that a thousand filters are no more work than their values.
    async fn with_keys_in_use(&self, view: &View, query: &CostQuery) -> Result<CostQuery, QueryError> {
        let mut query = query.clone();
        query.filters = merge_filters(query.filters);
        query.filters.iter_mut().for_each(|filter| merge_values(&filter.dimension, &mut filter.values));
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
                if let Some(spelt) = self.rules_in_use(view, rules).await? {
                    *rules = spelt;
                }
            } else {
                self.spell(view, dimension).await?;
            }
        }
        // Two spellings may have been one key.
        query.filters = merge_filters(query.filters);
        Ok(query)
    }

    /// The rules with their keys as the data spell them; `None` where nothing changes.
    async fn rules_in_use(
        &self,
        view: &View,
        rules: &[MappingRule],
    ) -> Result<Option<Arc<[MappingRule]>>, QueryError> {
        if !rules.iter().flat_map(|rule| &rule.conditions).any(|it| it.dimension.is_keyed()) {
            return Ok(None);
        }
        // Many conditions look at few keys.
        let mut known: HashMap<Dimension, Dimension> = HashMap::new();
        let mut spelt = rules.to_vec();
        for condition in spelt.iter_mut().flat_map(|rule| &mut rule.conditions) {
            if let Some(spelt) = known.get(&condition.dimension) {
                condition.dimension.clone_from(spelt);
            } else {
                let asked = condition.dimension.clone();
                self.spell(view, &mut condition.dimension).await?;
                known.insert(asked, condition.dimension.clone());
            }
            if matches!(condition.operator, Operator::Is | Operator::IsNot) {
                merge_values(&condition.dimension, &mut condition.values);
            }
        }
        Ok(Some(spelt.into()))
    }

    async fn spell(&self, view: &View, dimension: &mut Dimension) -> Result<(), QueryError> {
        let dimension = match dimension {
            Dimension::CarriedTag(tag) => &mut **tag,
            plain => plain,
        };
        let (column, key) = match dimension {
            Dimension::Tag(key) | Dimension::MergedTag(MergedTag { key, .. }) => (TAGS, key),
            Dimension::CostCategory(key) => (COST_CATEGORIES, key),
            Dimension::Column(_) | Dimension::CarriedTag(_) | Dimension::Mapped(_) => return Ok(()),
        };
        let in_use = self.keys(view, column).await?;
        if let Some(spelt) = tags::spelling(key, &in_use) {
            spelt.clone_into(key);
        }
        Ok(())
    }

    async fn keys(&self, view: &View, column: &'static str) -> Result<Vec<String>, QueryError> {
        let files: Vec<_> = view.periods.iter().flat_map(|period| period.rollup_files.clone()).collect();
        let id = (files.clone(), view.scope.clone(), column);
        let known = self.shared.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(keys) = known {
            return Ok(keys);
        }
        let find = move |store: &Store, threads: usize, _: &Stop| {
            let mut keys = BTreeSet::new();
            for set in store.values_in(&files, column, threads)? {
                keys.extend(tags::keys(&set));
            }
            Ok(keys.into_iter().collect::<Vec<String>>())
        };
        let keys = self.blocking(&view.whose, &view.scope, find).await?;
        let mut known = self.shared.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= VIEWS {
            known.clear();
        }
        known.insert(id, keys.clone());
        Ok(keys)
    }

    /// Latest known name of each account in view that has one, by account ID; with the view's own names, also of accounts
    /// that no bill speaks of.
    pub async fn account_names(&self, view: &View) -> Result<BTreeMap<String, String>, QueryError> {
        let view = view.clone();
        let (whose, scope) = (Arc::clone(&view.whose), view.scope.clone());
        self.blocking(&whose, &scope, move |store, threads, _| {
            let periods: Vec<&PublishedPeriod> = view.periods.iter().collect();
            let mut names = Names::new(store, &periods, threads, &AccountNames::default())?.by_id(store);
            let beside = view.scope.names(&view.names);
            for (id, name) in &beside.known {
                names.entry(id.clone()).or_insert_with(|| name.clone());
            }
            names.extend(beside.given.clone());
            Ok(names)
        })
        .await
    }
}
