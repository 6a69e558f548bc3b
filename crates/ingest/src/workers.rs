//! Some threads that take units from a queue, largest first; the first failure stops them all.

use crate::decode::{Unit, guarded};
use crate::error::{ErrorKind, IngestError};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs `work` over all units and returns the workers' states.
pub(crate) fn run<W: Send>(
    units: &[Unit],
    threads: usize,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &Unit) -> Result<(), IngestError> + Sync,
) -> Result<Vec<W>, IngestError> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(units[*at].bytes));
    let next = AtomicUsize::new(0);
    let failure: Mutex<Option<IngestError>> = Mutex::new(None);
    let failed = || failure.lock().map_or(true, |failure| failure.is_some());
    let worker = || {
        let mut state = make();
        while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !failed()) {
            let unit = &units[*at];
            let outcome = guarded(unit.file.name(), || work(&mut state, unit));
            if let Err(error) = outcome {
                if let Ok(mut failure) = failure.lock() {
                    failure.get_or_insert(error);
                }
                break;
            }
        }
        state
    };
    let threads = threads.clamp(1, units.len().max(1));
    let states = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().filter_map(|handle| handle.join().ok()).collect::<Vec<_>>()
    });
    match failure.into_inner() {
        Ok(None) => Ok(states),
        Ok(Some(error)) => Err(error),
        Err(_) => {
            Err(IngestError::new(ErrorKind::Undecodable, "the delivery", "a reader stopped", "Run it again"))
        }
    }
}
