//! Pausing a connection: it is neither read nor looked at, and nobody is told that nothing comes.

use crate::connections::{ConnectionState, get};
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, Result};
use meta::FailureKind;
use model::ConnectionId;

/// Pauses a connection, or goes on with it. What reads it is stopped; going on looks for new deliveries at once.
///
/// # Errors
/// There is no such connection; `Conflict` when what reads it does not stop.
pub async fn pause(app: &App, caller: &Caller, id: &ConnectionId, paused: bool) -> Result<()> {
    let organization = &caller.organization()?.id;
    let connection = get(app, organization, id).await?;
    if connection.paused == paused {
        return Ok(());
    }
    // First the word, then the deed: nothing begins in between.
    let detail = [("fields", "paused"), ("id", id.as_str())];
    let changed = entry(app, caller, "connection.change", &connection.name, &detail);
    app.meta().pause_connection(id, paused, &[changed]).await?;
    if paused {
        app.meta().is_well(id, &[FailureKind::Stopped], app.now().timestamp_millis()).await?;
        super::cancel(app, organization, id, &[]).await?;
        // What others read through it is not read either.
        for child in app.meta().connections_through(id).await? {
            let child = child.connection;
            super::cancel(app, &child.organization_id, &child.id, &[]).await?;
        }
        return Ok(());
    }
    if connection.state != ConnectionState::Draft {
        super::ask(app, organization, id, &[]).await?;
    }
    Ok(())
}
