//! The end: who is being answered may finish, and whoever is not done in time is cut off.

use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How far the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not begun.
    Serving,
    /// What was asked is answered, and nothing new.
    Finishing,
    /// Nothing is answered any more.
    Ended,
}

/// Tells connections of the end.
pub(super) struct Phases(watch::Sender<Phase>);

/// Hears of the end. Handlers whose answers have no end of their own find it among their request's extensions.
#[derive(Clone)]
pub(crate) struct Stopping(watch::Receiver<Phase>);

impl Phases {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Phase::Serving))
    }

    pub(super) fn stopping(&self) -> Stopping {
        Stopping(self.0.subscribe())
    }

    /// Gives those who are being answered so much time, then cuts them off. Gives whether all of them finished.
    pub(super) async fn finish(&self, patience: Duration) -> bool {
        self.0.send_replace(Phase::Finishing);
        let finished = timeout(patience, self.0.closed()).await.is_ok();
        self.0.send_replace(Phase::Ended);
        // Only threads that are computing can outlast this, and the process does not wait for them.
        let _ = timeout(Duration::from_millis(500), self.0.closed()).await;
        finished
    }
}

impl Stopping {
    /// Waits for the next phase. Whoever is left behind without a server has ended.
    pub(super) async fn changed(&mut self) -> Phase {
        match self.0.changed().await {
            Ok(()) => *self.0.borrow_and_update(),
            Err(_) => Phase::Ended,
        }
    }

    /// Waits until the server is asked to stop.
    pub(crate) async fn begun(mut self) {
        let _ = self.0.wait_for(|phase| *phase != Phase::Serving).await;
    }
}
