//! What was resolved last, by what it is of: publications change every few hours, and pages ask many times a second.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What something was resolved from: equal keys, equal result.
pub(super) trait Key: PartialEq {
    /// Whether it is of the same as another one: of these only the last is remembered.
    fn replaces(&self, other: &Self) -> bool;

    /// Whether it is of a past day: of those there are as many as anybody asks for.
    fn is_past(&self) -> bool;
}

/// The last results: so many of now, and beside them so many of past days. Neither pushes out the other.
#[derive(Debug)]
pub(super) struct Latest<K, V> {
    known: Mutex<Vec<(K, V)>>,
    most: usize,
    most_past: usize,
}

impl<K: Key, V: Clone> Latest<K, V> {
    /// Nothing yet, and so many of now and of past days at most.
    pub(super) fn new(most: usize, most_past: usize) -> Self {
        Self { known: Mutex::default(), most, most_past }
    }

    fn known(&self) -> MutexGuard<'_, Vec<(K, V)>> {
        // Each replaced whole: a panic elsewhere cannot leave half of one.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.known().iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    pub(super) fn keep(&self, key: K, value: V) {
        let mut known = self.known();
        known.retain(|(one, _)| !key.replaces(one));
        let most = if key.is_past() { self.most_past } else { self.most };
        let alike = |one: &K| one.is_past() == key.is_past();
        if known.iter().filter(|(one, _)| alike(one)).count() >= most
            && let Some(oldest) = known.iter().position(|(one, _)| alike(one))
        {
            known.remove(oldest);
        }
        known.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Of(&'static str, Option<u8>, u8);

    impl Key for Of {
        fn replaces(&self, other: &Self) -> bool {
            (self.0, self.1) == (other.0, other.1)
        }

        fn is_past(&self) -> bool {
            self.1.is_some()
        }
    }

    #[test]
    fn past_ones_push_out_past_ones_alone() {
        let latest = Latest::new(3, 2);
        latest.keep(Of("a", None, 1), "a now");
        for day in 0..9 {
            latest.keep(Of("a", Some(day), 1), "a then");
        }
        latest.keep(Of("b", None, 1), "b now");
        assert_eq!(latest.get(&Of("a", None, 1)), Some("a now"));
        assert_eq!(latest.get(&Of("a", Some(6), 1)), None);
        assert_eq!(latest.get(&Of("a", Some(7), 1)), Some("a then"));
        latest.keep(Of("a", None, 2), "a later");
        assert_eq!(latest.get(&Of("a", None, 1)), None, "replaced");
        // Those of now take the places of their like, the oldest first.
        for name in ["c", "d", "e"] {
            latest.keep(Of(name, None, 1), name);
        }
        let held = ["a", "b", "c", "d", "e"].map(|name| {
            let version = if name == "a" { 2 } else { 1 };
            latest.get(&Of(name, None, version)).is_some()
        });
        assert_eq!(held, [false, false, true, true, true]);
        assert_eq!(latest.get(&Of("a", Some(8), 1)), Some("a then"));
    }
}
