//! The memory of all statements together. Each has a part of its own, so that none takes what another was promised: a pool
//! that all share would refuse a question what the sort of a file holds.

use crate::limits::{LEAST_PART, PART};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// So much memory, and who has parts of it.
pub(super) struct Room {
    all: usize,
    parts: Mutex<Vec<(usize, Weak<FairSpillPool>)>>,
}

impl Room {
    pub(super) fn new(all: usize) -> Self {
        Self { all, parts: Mutex::default() }
    }

    /// A part of what is left, with its bytes. It is given back when nothing holds the pool any more.
    pub(super) fn part(&self) -> (Arc<FairSpillPool>, usize) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|(_, pool)| pool.strong_count() > 0);
        let taken: usize = parts.iter().map(|(bytes, _)| bytes).sum();
        let (of, from) = PART;
        let bytes = (self.all.saturating_sub(taken) / from * of).max(self.all / LEAST_PART);
        let pool = Arc::new(FairSpillPool::new(bytes));
        parts.push((bytes, Arc::downgrade(&pool)));
        (pool, bytes)
    }

    /// Bytes that are reserved.
    pub(super) fn reserved(&self) -> usize {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.iter().filter_map(|(_, pool)| pool.upgrade()).map(|pool| pool.reserved()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_make_more_than_all_and_come_back() {
        let room = Room::new(1_000);
        let held: Vec<_> = (0..3).map(|_| room.part()).collect();
        assert_eq!(held.iter().map(|(_, bytes)| *bytes).collect::<Vec<_>>(), [400, 240, 144]);
        drop(held);
        assert_eq!(room.part().1, 400);
        // Whoever comes late has little, but something.
        let many: Vec<_> = (0..20).map(|_| room.part()).collect();
        assert_eq!(many.last().map(|(_, bytes)| *bytes), Some(62));
    }
}
