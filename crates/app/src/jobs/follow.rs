//! What follows from publications: the rows of the outbox become jobs, the same whoever published. A new follower is a
//! job that is named here.

use super::announce::Announce;
use super::budgets::{Budgets, look_at_budgets};
use super::detect::{self, Detect};
use super::vacuum::Vacuum;
use super::{Job, queue, queued, runner};
use crate::ingest_job::make_bill_diffs;
use crate::panics::caught;
use crate::{App, ErrorKind, Result};
use model::{ConnectionId, OrganizationId};

/// Rows whose reading ended without a word are looked at after so long.
const LEFT_MS: i64 = 10_000;

/// After a reading, however it ended: queues what follows from what it published. None of it changes how the reading
/// went.
pub(crate) async fn follow(app: &App, organization: &OrganizationId, connection: &ConnectionId) {
    followed(app, organization, connection, false).await;
}

async fn followed(app: &App, organization: &OrganizationId, connection: &ConnectionId, by_hand: bool) {
    let work = async {
        // What a reading changed that did not come to its end, before those who wish to hear of it are told.
        if let Err(error) = caught(Box::pin(make_bill_diffs(app, organization, connection))).await {
            tracing::warn!(connection.id = %connection, %error, "what a restatement changed is found out later");
        }
        // Most readings are looks that find nothing; what they leave is found by the hour.
        if relay(app, organization, connection, by_hand).await? {
            queue(app, &Vacuum {}).await?;
        }
        Ok(())
    };
    if let Err(error) = caught(work).await {
        tracing::warn!(connection.id = %connection, %error, "what follows from a reading is done later");
    }
}

/// The same where somebody reads by hand, and no server need be running: it is done now. Whoever reads so sees that the
/// months are there: nobody is told.
pub(crate) async fn follow_here(app: &App, organization: &OrganizationId, connection: &ConnectionId) {
    followed(app, organization, connection, true).await;
    if let Err(error) = caught(detect::done_here(app, Budgets::NAME, organization)).await {
        tracing::warn!(%error, "budgets could not be looked at");
    }
    if let Err(error) = caught(detect::done_here(app, Detect::NAME, organization)).await {
        tracing::warn!(%error, "what is irregular could not be looked for: a server, or the next reading, does it");
    }
    if let Err(error) = caught(runner::run_now(app, Vacuum::NAME)).await {
        tracing::warn!(%error, "superseded files could not be removed");
    }
}

/// Queues what follows from publications whose reading ended without a word.
pub(super) async fn relay_left(app: &App) -> Result<()> {
    let before = app.now().timestamp_millis() - LEFT_MS;
    let left = app.meta().unrelayed(before).await?;
    if left.is_empty() {
        return Ok(());
    }
    // Whoever writes from another process, as the command line does, does this itself at its end.
    let _writing = match app.writing().await {
        Err(error) if error.kind == ErrorKind::Conflict => return Ok(()),
        writing => writing?,
    };
    for (organization, connection) in left {
        // So does whoever reads it in this one.
        if app.at_work(&connection).is_err() {
            continue;
        }
        followed(app, &organization, &connection, false).await;
    }
    Ok(())
}

async fn relay(
    app: &App,
    organization: &OrganizationId,
    connection: &ConnectionId,
    by_hand: bool,
) -> Result<bool> {
    let told = Announce { organization: organization.clone(), connection: connection.clone(), by_hand };
    let look = Detect::new(organization);
    let jobs = [queued(app, &told)?, queued(app, &look)?, look_at_budgets(app, organization)?];
    let found = app.meta().relay(connection, app.now().timestamp_millis(), &jobs).await?;
    if found {
        app.queued().wake();
    }
    Ok(found)
}
