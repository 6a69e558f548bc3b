//! Turns: how many questions are worked on at once, and who is next. Organizations take turns with each other, so
//! that the thousand questions of one never stand before the one question of another; what waits too long, or finds
//! too many waiting, is told to come again.

use crate::error::QueryError;
use crate::limits::{WAIT_TIME, WAITING, WAITING_EACH};
use crate::load::Work;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Some places that questions take in turn.
pub(crate) struct Turns {
    /// Places that one organization may take.
    each: usize,
    state: Mutex<State>,
}

struct State {
    free: usize,
    held: HashMap<Arc<str>, usize>,
    /// Who waits, by organization; the organization whose turn is next first.
    queues: VecDeque<(Arc<str>, VecDeque<oneshot::Sender<Turn>>)>,
}

/// A place, until it is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    whose: Arc<str>,
}

impl Turns {
    /// So many places, of which one organization may take some.
    pub(crate) fn new(places: usize, each: usize) -> Arc<Self> {
        let state = State { free: places.max(1), held: HashMap::new(), queues: VecDeque::new() };
        Arc::new(Self { each: each.max(1), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a question of an organization, when it is its turn.
    pub(crate) async fn take(self: &Arc<Self>, whose: &Arc<str>) -> Result<Turn, QueryError> {
        let waiting = {
            let mut state = self.state();
            if state.take(whose, self.each) {
                return Ok(Turn { turns: Arc::clone(self), whose: Arc::clone(whose) });
            }
            state.wait(whose).ok_or_else(|| {
                QueryError::busy(
                    "too many questions wait already",
                    "Try again when some of them are answered.",
                )
            })?
        };
        match tokio::time::timeout(WAIT_TIME, waiting).await {
            Ok(turn) => turn.map_err(QueryError::internal),
            Err(_) => Err(QueryError::busy(
                "other questions took so long that this one was not begun",
                "Try again in a moment; questions over fewer days take less time.",
            )),
        }
    }

    /// Questions that are worked on, and those that wait.
    pub(crate) fn load(&self) -> Work {
        let state = self.state();
        let waiting = state.queues.iter().flat_map(|(_, queue)| queue).filter(|to| !to.is_closed()).count();
        Work { bytes: 0, held: state.held.values().sum(), waiting }
    }

    fn give_back(self: &Arc<Self>, whose: &Arc<str>) {
        let mut state = self.state();
        state.free += 1;
        let left = state.held.get(whose).map_or(0, |held| held.saturating_sub(1));
        if left == 0 {
            state.held.remove(whose);
        } else {
            state.held.insert(Arc::clone(whose), left);
        }
        let mut next = Vec::new();
        while let Some((whose, to)) = state.next(self.each) {
            next.push((to, Turn { turns: Arc::clone(self), whose }));
        }
        drop(state);
        for (to, turn) in next {
            // Whoever left just now lets the turn drop, which gives it to the next.
            let _ = to.send(turn);
        }
    }
}

impl State {
    fn take(&mut self, whose: &Arc<str>, each: usize) -> bool {
        let held = self.held.get(whose).copied().unwrap_or(0);
        if self.free == 0 || held >= each {
            return false;
        }
        self.free -= 1;
        self.held.insert(Arc::clone(whose), held + 1);
        true
    }

    fn wait(&mut self, whose: &Arc<str>) -> Option<oneshot::Receiver<Turn>> {
        if self.is_full(whose) {
            // Those who left are still in the queue.
            for (_, queue) in &mut self.queues {
                queue.retain(|to| !to.is_closed());
            }
            if self.is_full(whose) {
                return None;
            }
        }
        let (to, waiting) = oneshot::channel();
        match self.queues.iter_mut().find(|(known, _)| known == whose) {
            Some((_, queue)) => queue.push_back(to),
            None => self.queues.push_back((Arc::clone(whose), VecDeque::from([to]))),
        }
        Some(waiting)
    }

    fn is_full(&self, whose: &Arc<str>) -> bool {
        let lengths = self.queues.iter().map(|(known, queue)| (known == whose, queue.len()));
        let (mut own, mut all) = (0, 0);
        for (is_own, length) in lengths {
            all += length;
            own += if is_own { length } else { 0 };
        }
        own >= WAITING_EACH || all >= WAITING
    }

    /// Who gets the next free place.
    fn next(&mut self, each: usize) -> Option<(Arc<str>, oneshot::Sender<Turn>)> {
        if self.free == 0 {
            return None;
        }
        for _ in 0..self.queues.len() {
            let (whose, mut queue) = self.queues.pop_front()?;
            queue.retain(|to| !to.is_closed());
            if queue.is_empty() {
                continue;
            }
            let to = if self.take(&whose, each) { queue.pop_front() } else { None };
            if !queue.is_empty() {
                self.queues.push_back((Arc::clone(&whose), queue));
            }
            if let Some(to) = to {
                return Some((whose, to));
            }
        }
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = Arc::clone(&self.turns);
        turns.give_back(&self.whose);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn organizations_take_turns() {
        run(async {
            let turns = Turns::new(1, 1);
            let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
            let first = turns.take(&a).await.unwrap();
            // Many of a wait before the one of b.
            let mut many: Vec<_> = (0..50).map(|_| Box::pin(turns.take(&a))).collect();
            assert!(many.iter_mut().all(|it| it.now_or_never().is_none()));
            let mut one = Box::pin(turns.take(&b));
            assert!((&mut one).now_or_never().is_none());
            drop(first);
            let second = (&mut many[0]).now_or_never().unwrap().unwrap();
            assert!((&mut one).now_or_never().is_none());
            drop(second);
            assert!((&mut one).now_or_never().is_some());
        });
    }

    #[test]
    fn places_of_those_who_left_go_on() {
        run(async {
            let turns = Turns::new(2, 1);
            let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
            let first = turns.take(&a).await.unwrap();
            // One organization never takes all places.
            let mut gone = Box::pin(turns.take(&a));
            assert!((&mut gone).now_or_never().is_none());
            let other = turns.take(&b).await.unwrap();
            let mut stays = Box::pin(turns.take(&a));
            assert!((&mut stays).now_or_never().is_none());
            drop(gone);
            drop(first);
            assert!((&mut stays).now_or_never().is_some());
            drop(other);
            drop(stays);
            assert_eq!(turns.state().free, 2);
            assert!(turns.state().held.is_empty());
        });
    }

    #[test]
    fn a_full_queue_says_so() {
        run(async {
            let turns = Turns::new(1, 1);
            let a: Arc<str> = "a".into();
            let _held = turns.take(&a).await.unwrap();
            let mut waiting: Vec<_> = (0..WAITING_EACH).map(|_| Box::pin(turns.take(&a))).collect();
            assert!(waiting.iter_mut().all(|it| it.now_or_never().is_none()));
            assert!(matches!(turns.take(&a).await, Err(QueryError::Busy { .. })));
            waiting.pop();
            assert!(turns.take(&a).now_or_never().is_none());
        });
    }
}
