//! Removing a connection and its data.

use super::record;
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, Result};
use lake::Table;
use model::{BillingPeriod, ConnectionId, OrganizationId};
use std::collections::BTreeSet;

/// Removes a connection, its months and its history; `name` must be its name, typed by whoever asks.
///
/// The row goes first: from then on no page shows the data. The files follow; what a stop in between leaves is
/// removed by the next vacuum.
///
/// # Errors
/// `Invalid` for another name; `Conflict` while another process reads. What reads it in this one is stopped.
pub async fn remove(app: &App, caller: &Caller, id: &ConnectionId, name: &str) -> Result<()> {
    let organization = &caller.organization()?.id;
    let record = record(app, organization, id).await?;
    if name.trim() != record.connection.name {
        return Err(AppError::invalid(format!("the connection is not named '{}'", name.trim()))
            .advise(format!("To remove it and its data, type its name: {}", record.connection.name)));
    }
    let through = app.meta().connections_through(id).await?.len();
    if through > 0 {
        return Err(AppError::new(
            crate::ErrorKind::Conflict,
            format!("{through} customers read their accounts through {}", record.connection.name),
        )
        .advise("Empty its account list first: that removes what they have of this bill."));
    }
    let _writing = app.writing().await?;
    let _at_work = app.at_work_alone(id).await?;
    let mut months: BTreeSet<_> = months(app, organization, id).await?.into_iter().collect();
    months.extend(held(app, id).await?);
    let removed = entry(app, caller, "connection.remove", name.trim(), &[("id", id.as_str())]);
    app.meta().delete_connection(organization, id, &[removed]).await?;
    crate::allocation::forget_accounts(app, organization, id).await?;
    remove_months(app, id, &months.into_iter().collect::<Vec<_>>()).await?;
    crate::counted::nowhere(app, organization).await?;
    // What was found in its bills is found no more.
    crate::trends::queue_look(app, organization).await?;
    app.vacuum_behind().await;
    Ok(())
}

/// The months of a connection that are published.
pub(super) async fn months(
    app: &App,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Vec<BillingPeriod>> {
    let publications = app.meta().publications(organization).await?;
    let own = publications.iter().filter(|publication| publication.connection_id == *id);
    Ok(own.map(|publication| publication.period).collect())
}

/// The months of a connection that the tables hold: also one that a reading gave them which was stopped before it was
/// published.
async fn held(app: &App, id: &ConnectionId) -> Result<Vec<BillingPeriod>> {
    let mut months = vec![];
    for table in Table::ALL {
        let files = app.lake().active_files(table).await?;
        let own = files.iter().filter(|file| file.connection_id == id.as_str());
        months.extend(own.filter_map(|file| file.billing_period.parse::<BillingPeriod>().ok()));
    }
    Ok(months)
}

/// Removes what the tables hold of a connection's months.
pub(super) async fn remove_months(app: &App, id: &ConnectionId, months: &[BillingPeriod]) -> Result<()> {
    for month in months {
        for table in [Table::Rollup, Table::LineItems] {
            app.lake().remove_partition(table, id, *month).await?;
        }
    }
    Ok(())
}
