//! The clock as a value: use cases never look at the machine's time by themselves, so that tests decide it.

use chrono::{DateTime, Utc};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that tests set.
#[cfg(test)]
pub(crate) struct Hand(std::sync::atomic::AtomicI64);

#[cfg(test)]
impl Hand {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self(now.timestamp_millis().into())
    }

    pub(crate) fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_millis(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(test)]
impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        let now = self.0.load(std::sync::atomic::Ordering::SeqCst);
        DateTime::from_timestamp_millis(now).unwrap_or_default()
    }
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
