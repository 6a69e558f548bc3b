//! Seats: so many at once for each name, given back when dropped.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Seats by name. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Seats<K: Eq + Hash>(Arc<Mutex<HashMap<K, usize>>>);

/// A seat that is taken.
#[derive(Debug)]
pub(crate) struct Seat<K: Eq + Hash> {
    name: K,
    of: Seats<K>,
}

impl<K: Eq + Hash> Default for Seats<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Clone> Seats<K> {
    /// A seat, unless so many of that name are taken.
    pub(crate) fn take<Q>(&self, name: &Q, most: usize) -> Option<Seat<K>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(name.to_owned()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { name: name.to_owned(), of: Self(Arc::clone(&self.0)) })
    }
}

impl<K: Eq + Hash> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_given_back() {
        let seats = Seats::<String>::default();
        let (one, two) = (seats.take("a", 2).unwrap(), seats.take("a", 2).unwrap());
        assert!(seats.take("a", 2).is_none());
        assert!(seats.take("b", 2).is_some());
        drop(one);
        assert!(seats.take("a", 2).is_some());
        drop(two);
        assert!(seats.0.lock().unwrap().is_empty(), "names are forgotten with their last seat");
    }
}
