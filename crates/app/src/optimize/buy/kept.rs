//! Cases that were read last: whoever drags an amount asks many times of one look-back.

use super::Ask;
use super::reading::{self, Read};
use crate::read::Published;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// Look-backs that are kept.
const MOST: usize = 3;
/// Amounts of one that is kept: of sixteen bytes.
const MOST_AMOUNTS: usize = 4_000_000;

/// What a case is of: bills as they stand, what of them may be seen, and hours.
type Key = (String, String, usize, Option<DateTime<Utc>>, bool);

/// Cases that were read last, and the turn of long searches: one at a time, so that what is dragged goes on.
#[derive(Debug, Default)]
pub(crate) struct KeptCases {
    known: Mutex<Vec<(Key, Arc<Read>)>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl KeptCases {
    /// Whoever holds it may search for long.
    pub(super) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    fn get(&self, key: &Key) -> Option<Arc<Read>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == key).map(|(_, read)| Arc::clone(read))
    }

    fn keep(&self, key: Key, read: &Arc<Read>) {
        let series = read.cases.iter().flat_map(|case| &case.usage.series);
        if series.map(|one| one.amounts.len()).sum::<usize>() > MOST_AMOUNTS {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(one, _)| *one != key);
        known.insert(0, (key, Arc::clone(read)));
        known.truncate(MOST);
    }
}

/// The cases of a question, read once.
pub(super) async fn cases(app: &App, published: &Published, ask: &Ask) -> Result<Arc<Read>> {
    let part = published.part().map_or_else(String::new, |part| format!("{part:?}"));
    let key = (published.id.clone(), part, ask.look_back, ask.as_of, ask.by_account);
    if let Some(known) = app.kept_cases().get(&key) {
        return Ok(known);
    }
    let read = Arc::new(reading::cases(app, published, ask).await?);
    app.kept_cases().keep(key, &read);
    Ok(read)
}
