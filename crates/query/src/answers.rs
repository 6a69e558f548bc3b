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
    cells: HashMap<Key, Entry>,
    clock: u64,
    /// Figures of all entries.
    figures: usize,
}

#[derive(Default)]
struct Entry {
    cell: Cell,
    used: u64,
    /// Figures that are counted for it: none until it is answered.
    figures: usize,
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
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Remembered::default();
    }

    fn cell(&self, key: &Key) -> Cell {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock += 1;
        let now = state.clock;
        let entry = state.cells.entry(key.clone()).or_default();
        entry.used = now;
        Arc::clone(&entry.cell)
    }

    /// Forgets an answer that failed or is too large, then the oldest until the rest fits.
    fn trim(&self, key: &Key, weight_now: usize) {
        let state = &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if weight_now > FIGURES_EACH {
            state.remove(key);
        } else if let Some(entry) = state.cells.get_mut(key) {
            state.figures = state.figures - entry.figures + weight_now;
            entry.figures = weight_now;
        }
        while state.figures > FIGURES || state.cells.len() > ANSWERS {
            let oldest = state.cells.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            state.remove(&oldest);
        }
    }
}

impl Remembered {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.cells.remove(key) {
            self.figures -= entry.figures;
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
