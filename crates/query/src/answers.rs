//! Remembered answers. Many people open the same page: the first one computes, those who ask meanwhile wait
//! for the same result, those who come later get it at once. A new publication is a new key, so nothing
//! is ever stale; the least recently used answers go first.

use crate::error::QueryError;
use crate::plan::asks_names;
use crate::scope::Scope;
use crate::view::{AccountNames, View};
use futures::TryFutureExt;
use futures::future::BoxFuture;
use model::{BillingPeriod, CostAnswer, CostQuery};
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use std::sync::Arc;

/// Figures that are remembered in all (about 32 bytes each), and in one answer at most.
const FIGURES: u64 = 2_000_000;
const FIGURES_EACH: usize = 200_000;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Whose bills they are, and what of them may be seen.
    whose: Arc<str>,
    scope: Scope,
    periods: Vec<(String, BillingPeriod, i64, bool, bool, usize)>,
    query: CostQuery,
    /// Of questions that speak of names.
    names: Option<Arc<AccountNames>>,
}

/// The remembered answers of an engine.
pub(crate) struct Answers {
    known: Cache<Key, Arc<CostAnswer>>,
}

impl Default for Answers {
    fn default() -> Self {
        let known = Cache::builder()
            .max_capacity(FIGURES)
            .weigher(|_, answer: &Arc<CostAnswer>| u32::try_from(weight(answer)).unwrap_or(u32::MAX))
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { known }
    }
}

impl Answers {
    /// The answer to a question, computed by `compute` unless it is known or being computed.
    pub(crate) async fn get<F>(
        &self,
        view: &View,
        query: &CostQuery,
        compute: impl FnOnce() -> F,
    ) -> Result<Arc<CostAnswer>, QueryError>
    where
        F: Future<Output = Result<CostAnswer, QueryError>> + Send,
    {
        let key = key(view, query);
        // Boxed: who asks should not carry the state of a computation along, in futures of many kilobytes.
        let computed: BoxFuture<'_, _> = Box::pin(compute().map_ok(Arc::new));
        let answer = self.known.try_get_with_by_ref(&key, computed).await;
        let answer = answer.map_err(|error| QueryError::clone(&error))?;
        if weight(&answer) > FIGURES_EACH {
            self.known.invalidate(&key).await;
        }
        Ok(answer)
    }

    pub(crate) fn clear(&self) {
        self.known.invalidate_all();
    }
}

/// Figures of an answer, with what stands beside them.
fn weight(answer: &CostAnswer) -> usize {
    let groups = answer.groups.iter().map(|group| group.figures.len() + group.keys.len() * 2 + 4);
    // The question is about as long as its SQL.
    groups.sum::<usize>() + 64 + answer.sql.len() / 16
}

fn key(view: &View, query: &CostQuery) -> Key {
    let periods = view
        .periods
        .iter()
        .map(|it| {
            let lines = it.line_item_files.as_ref().map_or(usize::MAX, Vec::len);
            (it.connection.clone(), it.period, it.publication, it.proven, it.open, lines)
        })
        .collect();
    let names = asks_names(query).then(|| Arc::clone(&view.names));
    Key { whose: Arc::clone(&view.whose), scope: view.scope.clone(), periods, query: query.clone(), names }
}
