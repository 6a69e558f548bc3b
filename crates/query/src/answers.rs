//! Remembered answers. Many people open the same page: the first one computes, those who ask meanwhile wait
//! for the same result, those who come later get it at once. A new publication is a new key, so nothing
//! is ever stale; the least recently used answers go first.

use crate::error::QueryError;
use crate::view::View;
use hashbrown::HashMap;
use model::{BillingPeriod, CostAnswer, CostQuery};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Figures that are remembered in all (about 32 bytes each), and in one answer at most.
const FIGURES: usize = 2_000_000;
const FIGURES_EACH: usize = 200_000;
const ANSWERS: usize = 1_000;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    periods: Vec<(String, BillingPeriod, i64, bool, bool, usize)>,
    query: CostQuery,
}

type Cell = Arc<OnceCell<Arc<CostAnswer>>>;

#[derive(Default)]
struct Remembered {
    cells: HashMap<Key, (Cell, u64)>,
    clock: u64,
}

/// The remembered answers of an engine.
#[derive(Default)]
pub(crate) struct Answers {
    state: Mutex<Remembered>,
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
        F: Future<Output = Result<CostAnswer, QueryError>>,
    {
        let key = key(view, query);
        let cell = self.cell(&key);
        let answer = cell.get_or_try_init(async || compute().await.map(Arc::new)).await;
        let answer = answer.cloned();
        self.trim(&key, answer.as_ref().map_or(usize::MAX, |answer| weight(answer)));
        answer
    }

    pub(crate) fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).cells.clear();
    }

    fn cell(&self, key: &Key) -> Cell {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock += 1;
        let now = state.clock;
        let entry = state.cells.entry(key.clone()).or_default();
        entry.1 = now;
        Arc::clone(&entry.0)
    }

    /// Forgets an answer that failed or is too large, then the oldest until the rest fits.
    fn trim(&self, key: &Key, weight_now: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if weight_now > FIGURES_EACH {
            state.cells.remove(key);
        }
        let weigh = |cell: &Cell| cell.get().map_or(0, |answer| weight(answer));
        let mut total: usize = state.cells.values().map(|(cell, _)| weigh(cell)).sum();
        while total > FIGURES || state.cells.len() > ANSWERS {
            let oldest = state.cells.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            let Some((cell, _)) = oldest.and_then(|key| state.cells.remove(&key)) else { return };
            total -= weigh(&cell);
        }
    }
}

fn weight(answer: &CostAnswer) -> usize {
    answer.groups.iter().map(|group| group.figures.len() + group.keys.len() * 2 + 4).sum()
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
    Key { periods, query: query.clone() }
}
