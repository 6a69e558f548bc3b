//! The end of `serve`: a signal asks for it, and soon after it the process is gone, whatever still runs. Nothing is lost
//! by that: whatever is not published can be killed at any line and is done again.

use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::oneshot;

/// From the signal until the process ends by itself. Whoever stops services waits for ten seconds before a kill.
const LONGEST: Duration = Duration::from_secs(8);

/// Watches for the signal, from now on; done when it came. It is watched by a thread of its own: the runtime's threads may
/// all be computing when it comes.
pub(crate) fn asked() -> impl Future<Output = ()> + Send + 'static {
    let (tell, told) = oneshot::channel();
    let (begin, begun) = mpsc::channel();
    let thread = std::thread::Builder::new().name("stop".to_owned()).spawn(move || watch(&begin, tell));
    // Whoever starts a server may stop it as soon as it says where it is.
    if thread.is_err() || begun.recv().is_err() {
        tracing::warn!("stop signals cannot be watched; they end the process at once");
    }
    async {
        if told.await.is_err() {
            // Then the signal's own effect, which is the end, is what there is.
            std::future::pending::<()>().await;
        }
        tracing::info!("stopping: answering what was asked already");
    }
}

fn watch(begin: &mpsc::Sender<()>, tell: oneshot::Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    let ended = runtime.block_on(async {
        let mut signals = Signals::new().ok()?;
        begin.send(()).ok()?;
        signals.next().await;
        tell.send(()).ok()?;
        tokio::select! {
            () = signals.next() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
        Some(())
    });
    if ended.is_none() {
        return;
    }
    tracing::warn!("stopped with work left; it is done again at the next start");
    #[expect(clippy::exit, reason = "threads that compute cannot be asked to end")]
    std::process::exit(0);
}

/// Interrupted from the keyboard, or terminated.
#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
