//! The pace that the other side has to keep up: it may stand still for a while, and be slow for a while, but not
//! for ever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// A store of patience. Waiting uses it up, bytes refill it at the slowest rate that is allowed.
pub(super) struct Pace {
    patience: Duration,
    /// Bytes per second.
    rate: u32,
    left: Duration,
    waiting_since: Option<Instant>,
    /// Made by the first wait only: most connections never wait.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    pub(super) fn new(patience: Duration, rate: u32) -> Self {
        Self { patience, rate, left: patience, waiting_since: None, timer: None }
    }

    /// Bytes went through.
    pub(super) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        if self.left < self.patience {
            let earned =
                Duration::from_secs(1).saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX)) / self.rate;
            self.left = self.patience.min(self.left.saturating_add(earned));
        }
    }

    /// Nothing can go through now. Ready when that lasts too long.
    pub(super) fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let until = *self.waiting_since.get_or_insert_with(Instant::now) + self.left;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        timer.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::time::timeout;

    async fn is_late(pace: &mut Pace, wait: Duration) -> bool {
        timeout(wait, poll_fn(|context| pace.poll_late(context))).await.is_ok()
    }

    #[tokio::test]
    async fn standing_still_ends_and_so_does_trickling() {
        let ms = Duration::from_millis;
        let mut still = Pace::new(ms(50), 1_000);
        assert!(is_late(&mut still, ms(1_000)).await);
        // A byte every 20 ms earns 1 ms each.
        let mut trickle = Pace::new(ms(50), 1_000);
        let mut pieces = 0;
        while !is_late(&mut trickle, ms(20)).await {
            trickle.moved(1);
            pieces += 1;
            assert!(pieces < 20, "it may go on for ever");
        }
        // Who keeps up the rate goes on; what is earned beyond the patience is not saved.
        let mut good = Pace::new(ms(200), 1_000);
        for _ in 0..10 {
            assert!(!is_late(&mut good, ms(10)).await);
            good.moved(1_000_000);
        }
        assert_eq!(good.left, ms(200));
    }
}
