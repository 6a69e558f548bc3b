//! What is held for those who read slowly: files that are written while they are read, and answers that are too large
//! to be remembered. There is so much of it for everybody together and so much for one organization; beyond, a request
//! is told to come again. Without an end, readers that never read would take all memory.

use crate::limits;
use crate::problem::ApiError;
use app::policy::Caller;
use app::{AppError, ErrorKind};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that organizations share.
#[derive(Clone)]
pub(crate) struct Shares(Arc<Pool>);

struct Pool {
    all: usize,
    each: usize,
    used: Mutex<HashMap<String, usize>>,
}

/// A part of it, until it is dropped.
pub(crate) struct Share {
    of: Arc<Pool>,
    whose: String,
    amount: usize,
}

impl Shares {
    /// Places for files.
    pub(crate) fn files() -> Self {
        Self::new(limits::FILES, limits::FILES_OF_ORGANIZATION)
    }

    /// Bytes in memory.
    pub(crate) fn bytes() -> Self {
        Self::new(limits::HELD_BYTES, limits::HELD_BYTES_OF_ORGANIZATION)
    }

    fn new(all: usize, each: usize) -> Self {
        Self(Arc::new(Pool { all, each, used: Mutex::default() }))
    }

    /// Takes a part for an organization; what is larger than all that it may have counts as that.
    pub(crate) fn take(&self, whose: &str, amount: usize) -> Result<Share, ApiError> {
        let amount = amount.min(self.0.each);
        let mut used = self.0.used();
        let own = used.get(whose).copied().unwrap_or(0);
        let all: usize = used.values().sum();
        if own + amount > self.0.each || all + amount > self.0.all {
            return Err(AppError::new(
                ErrorKind::TooMany,
                "too many large answers and files are read at once",
            )
            .advise("Try again when the others are read to their end.")
            .into());
        }
        used.insert(whose.to_owned(), own + amount);
        Ok(Share { of: Arc::clone(&self.0), whose: whose.to_owned(), amount })
    }

    /// Takes a part for the caller's organization.
    pub(crate) fn take_for(&self, by: &Caller, amount: usize) -> Result<Share, ApiError> {
        self.take(by.organization()?.id.as_str(), amount)
    }
}

impl Pool {
    fn used(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut used = self.of.used();
        let left = used.get(&self.whose).map_or(0, |used| used.saturating_sub(self.amount));
        if left == 0 {
            used.remove(&self.whose);
        } else {
            used.insert(self.whose.clone(), left);
        }
    }
}

/// Bytes with their part, which is given back when the last of them is sent.
pub(crate) fn held(bytes: Bytes, share: Share) -> Bytes {
    struct Held(Bytes, #[expect(dead_code, reason = "held until it is dropped")] Share);
    impl AsRef<[u8]> for Held {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Bytes::from_owner(Held(bytes, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_end_and_come_back() {
        let shares = Shares::new(5, 3);
        let two = shares.take("a", 2).ok().unwrap();
        assert!(shares.take("a", 2).is_err());
        let three = shares.take("b", 9).ok().unwrap();
        assert!(shares.take("c", 1).is_err());
        drop(two);
        let whole = held(Bytes::from_static(b"body"), shares.take("c", 2).ok().unwrap());
        let part = whole.slice(1..);
        drop((whole, three));
        assert_eq!(shares.0.used().get("c"), Some(&2));
        drop(part);
        assert!(shares.0.used().is_empty());
    }
}
