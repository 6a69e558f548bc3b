//! What was reckoned, kept by the state of the bills: reckoned behind, once, for all who ask meanwhile.

use super::elastic::excluded_ids;
use super::reckoned::{Months, Now, by_month, now};
use crate::read::{Published, SeenPart};
use crate::{App, ErrorKind, Result};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// States that are kept: of each organization and of each part of it that somebody sees.
const MOST: usize = 32;
/// How long a page waits before it is told that figures are being reckoned.
const PATIENCE: Duration = Duration::from_millis(600);

/// Bills as they stand, what of them is seen, and what else the figures rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    state: String,
    part: Option<SeenPart>,
    more: u64,
}

/// How far it is.
#[derive(Clone, Debug, Default)]
pub struct Stand {
    /// By currency, or why it cannot be told; `None` while it is being reckoned.
    pub now: Option<Result<Arc<BTreeMap<String, Now>>, String>>,
    /// Months; `None` while they are being reckoned.
    pub months: Option<Arc<Months>>,
    /// Names what it rests on beside the state of the bills, and how far it is.
    pub name: String,
}

impl Stand {
    /// Whether all is there.
    pub fn is_whole(&self) -> bool {
        self.now.is_some() && self.months.is_some()
    }
}

/// What was reckoned, or is being so.
#[derive(Debug, Default)]
pub(crate) struct KeptEfficiency {
    known: Mutex<Vec<(Key, watch::Receiver<Stand>)>>,
}

/// How far the efficiency of some bills is: begun if nobody asked before, and waited for a moment.
///
/// # Errors
/// What it rests on cannot be read.
pub async fn stand(app: &App, published: &Published) -> Result<Stand> {
    let mut hasher = DefaultHasher::new();
    excluded_ids(app, published).await?.hash(&mut hasher);
    if let Some(organization) = &published.organization {
        let files = app.meta().price_files(&organization.id).await?;
        files.iter().for_each(|file| (file.id, file.imported_at_ms).hash(&mut hasher));
    }
    let key = Key { state: published.id.clone(), part: published.part().cloned(), more: hasher.finish() };
    let mut receiver = receiver(app, published, &key);
    // A reckoning that ended early leaves what it had.
    let _ = tokio::time::timeout(PATIENCE, receiver.wait_for(|stand| stand.now.is_some())).await;
    let mut stand = receiver.borrow().clone();
    if receiver.has_changed().is_err() && stand.now.is_none() {
        app.kept_efficiency().forget(&key);
        stand.now = Some(Err("the reckoning ended early: ask again".to_owned()));
    }
    stand.name = format!("{:x}-{}", key.more, if stand.is_whole() { "whole" } else { "part" });
    Ok(stand)
}

fn receiver(app: &App, published: &Published, key: &Key) -> watch::Receiver<Stand> {
    let mut known = app.kept_efficiency().known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, receiver)) = known.iter().find(|(one, _)| one == key) {
        return receiver.clone();
    }
    let (sender, receiver) = watch::channel(Stand::default());
    known.insert(0, (key.clone(), receiver.clone()));
    known.truncate(MOST);
    drop(known);
    tokio::spawn(reckon(app.clone(), published.clone(), key.clone(), sender));
    receiver
}

async fn reckon(app: App, published: Published, key: Key, sender: watch::Sender<Stand>) {
    let found = now(&app, &published).await;
    let some = found.is_ok();
    let told = found.map(Arc::new).map_err(|error| {
        if matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable) {
            tracing::warn!(%error, "efficiency cannot be reckoned");
            // Whoever asks next tries again.
            app.kept_efficiency().forget(&key);
        }
        let error = if published.part().is_some() { error.of_part() } else { error };
        error.message
    });
    sender.send_modify(|stand| stand.now = Some(told));
    let months = if some { by_month(&app, &published).await } else { Months::default() };
    sender.send_modify(|stand| stand.months = Some(Arc::new(months)));
}

impl KeptEfficiency {
    fn forget(&self, key: &Key) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|(one, _)| one != key);
    }
}
