//! Some threads that take units from a queue, largest first; the first failure stops them all. Where units come from
//! far, each thread has another one that reads its next unit while it decodes.

use crate::decode::{Fetched, Unit, Wanted, guarded};
use crate::error::{ErrorKind, IngestError};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

/// Runs `work` over all units and returns the workers' states.
pub(crate) fn run<W: Send>(
    units: &[Unit],
    threads: usize,
    wanted: Wanted,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &Unit, Fetched) -> Result<(), IngestError> + Sync,
) -> Result<Vec<W>, IngestError> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(units[*at].bytes));
    let next = AtomicUsize::new(0);
    let failure: Mutex<Option<IngestError>> = Mutex::new(None);
    let failed = || failure.lock().map_or(true, |failure| failure.is_some());
    let take = || order.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !failed()).map(|at| &units[*at]);
    let fetch = |unit: &Unit| guarded(unit.file.name(), || unit.fetch(wanted));
    // Whether to go on.
    let decode = |state: &mut W, unit: &Unit, fetched: Result<Fetched, IngestError>| {
        let outcome = fetched.and_then(|fetched| guarded(unit.file.name(), || work(state, unit, fetched)));
        let Err(error) = outcome else { return true };
        if let Ok(mut failure) = failure.lock() {
            failure.get_or_insert(error);
        }
        false
    };
    let far = units.iter().all(Unit::is_worth_reading_ahead);
    let worker = || {
        let mut state = make();
        if far {
            std::thread::scope(|scope| {
                // Hands over only when it is wanted: one unit waits, no more.
                let (sender, ready) = mpsc::sync_channel(0);
                scope.spawn(move || {
                    while let Some(unit) = take() {
                        if sender.send((unit, fetch(unit))).is_err() {
                            break;
                        }
                    }
                });
                for (unit, fetched) in ready {
                    if !decode(&mut state, unit, fetched) {
                        break;
                    }
                }
            });
        } else {
            while let Some(unit) = take() {
                if !decode(&mut state, unit, fetch(unit)) {
                    break;
                }
            }
        }
        state
    };
    let threads = threads.clamp(1, units.len().max(1));
    let states = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Result<Vec<_>, _>>()
    });
    let stopped =
        || IngestError::new(ErrorKind::Undecodable, "the delivery", "a reader stopped", "Run it again");
    let states = states.map_err(|_| stopped())?;
    match failure.into_inner() {
        Ok(None) => Ok(states),
        Ok(Some(error)) => Err(error),
        Err(_) => Err(stopped()),
    }
}
