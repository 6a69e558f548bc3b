//! What happens in an organization, for whoever has a page open. Others write it: processes that read, the command line.
//! So it is looked for, once for all of an organization's readers, and for as long as there is one.

use crate::{App, Result, stable};
use model::OrganizationId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Between looks: as soon as people notice, and a few cheap questions an hour for a page that stays open.
const LOOK: Duration = Duration::from_secs(1);

/// How an organization stands: short names, each another one once something of it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stand {
    /// What is published and proven.
    pub data: String,
    /// What fails, and how connections stand.
    pub health: String,
    /// What is being read, or waits for it.
    pub work: String,
}

/// Who looks for what, by organization.
#[derive(Debug, Default)]
pub(crate) struct Watches(Mutex<HashMap<OrganizationId, Arc<watch::Sender<Stand>>>>);

impl Watches {
    fn all(&self) -> MutexGuard<'_, HashMap<OrganizationId, Arc<watch::Sender<Stand>>>> {
        // A map of senders is whole whatever a panicking thread left.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How an organization stands, from now on.
///
/// # Errors
/// The metadata cannot be read.
pub async fn watch(app: &App, organization: &OrganizationId) -> Result<watch::Receiver<Stand>> {
    let now = stand(app, organization).await?;
    let mut all = app.watches().all();
    if let Some(sender) = all.get(organization) {
        return Ok(sender.subscribe());
    }
    let (sender, receiver) = watch::channel(now);
    let sender = Arc::new(sender);
    all.insert(organization.clone(), Arc::clone(&sender));
    tokio::spawn(look(app.clone(), organization.clone(), sender));
    Ok(receiver)
}

/// Who looks; however that ends, those who come later begin anew, and those who listen are told that it ended.
struct Looking {
    app: App,
    organization: OrganizationId,
    sender: Arc<watch::Sender<Stand>>,
}

impl Drop for Looking {
    fn drop(&mut self) {
        let mut all = self.app.watches().all();
        if all.get(&self.organization).is_some_and(|known| Arc::ptr_eq(known, &self.sender)) {
            all.remove(&self.organization);
        }
    }
}

/// Looks until nobody listens.
async fn look(app: App, organization: OrganizationId, sender: Arc<watch::Sender<Stand>>) {
    let looking = Looking { app, organization, sender };
    let Looking { app, organization, sender } = &looking;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopping() => return,
        }
        {
            let mut all = app.watches().all();
            // Under the lock: whoever comes now finds either this one, or none.
            if sender.receiver_count() == 0 {
                all.remove(organization);
                return;
            }
        }
        match stand(app, organization).await {
            Ok(now) => {
                sender.send_if_modified(|known| {
                    let changed = *known != now;
                    *known = now;
                    changed
                });
            }
            Err(error) => tracing::warn!(%error, "what happens could not be looked at"),
        }
    }
}

async fn stand(app: &App, organization: &OrganizationId) -> Result<Stand> {
    let found = app.meta().happening(organization).await?;
    let reading = app.live().progress(organization).is_some();
    let failing: Vec<String> =
        app.live().failures(organization).into_iter().map(|failure| failure.message).collect();
    Ok(Stand {
        data: stable::name_of(&found.data),
        health: stable::name_of(&(&found.health, failing)),
        work: stable::name_of(&(&found.work, reading)),
    })
}
