//! What goes with a connection: its removal, and the list of those who read one bill, which replaces the one before.

use super::{ConnectionRecord, insert, update};
use crate::identity::insert_entries;
use crate::{Meta, MetaError, NewAudit, NewJob, Reason, bill_choice, job, work};
use model::{ConnectionId, OrganizationId};
use sqlx::SqliteConnection;

/// What is kept of a connection's readings. Conflicts with other connections stay where it is read anew: that reading
/// decides about them.
const READINGS: [&str; 6] = ["bill_changes", "ingests", "publications", "failures", "deliveries", "outbox"];

/// Another list of those who read accounts of one bill, as a whole.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// Whose connections go.
    pub removed: Vec<(OrganizationId, ConnectionId)>,
    /// Connections that read other accounts from now on: what they have is forgotten.
    pub changed: Vec<ConnectionRecord>,
    /// New ones.
    pub made: Vec<ConnectionRecord>,
    /// Tell what goes with those that are removed.
    pub jobs: Vec<NewJob>,
}

impl Meta {
    /// Removes a connection and everything that is kept of it, and queues what tells of that, in one step.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete_connection(
        &self,
        organization: &OrganizationId,
        id: &ConnectionId,
        entries: &[NewAudit],
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        delete(&mut transaction, organization, id).await?;
        work::insert_all(&mut transaction, jobs).await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Splits a bill anew, in one step; what changed is queued to be read.
    ///
    /// # Errors
    /// `NotFound`: somebody removed one of them meanwhile. Nothing is changed then.
    pub async fn split(&self, split: &Split, now_ms: i64, entries: &[NewAudit]) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        for (organization, id) in &split.removed {
            delete(&mut transaction, organization, id).await?;
        }
        for record in &split.changed {
            update(&mut transaction, record).await?;
            let (organization, id) = (&record.connection.organization_id, &record.connection.id);
            for table in READINGS {
                delete_of(&mut transaction, table, organization, id).await?;
            }
        }
        for record in &split.made {
            insert(&mut transaction, record).await?;
        }
        for record in split.changed.iter().chain(&split.made) {
            job::queue(&mut transaction, &record.connection.id, Reason::Asked, now_ms).await?;
        }
        work::insert_all(&mut transaction, &split.jobs).await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }
}

async fn delete(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<(), MetaError> {
    for table in ["jobs", "notices", "bill_conflicts"].into_iter().chain(READINGS) {
        delete_of(to, table, organization, id).await?;
    }
    let done = sqlx::query("DELETE FROM connections WHERE id = ? AND organization_id = ?")
        .bind(id.as_str())
        .bind(organization.as_str())
        .execute(&mut *to)
        .await?;
    if done.rows_affected() == 0 {
        return Err(MetaError::NotFound { what: "connection", id: id.to_string() });
    }
    bill_choice::connection_gone(to, organization, id).await
}

/// Deletes a connection's rows of a table. What belongs to another organization's connection stays, whoever names
/// its identifier.
async fn delete_of(
    transaction: &mut SqliteConnection,
    table: &'static str,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<(), MetaError> {
    let statement = format!(
        "DELETE FROM {table} WHERE connection_id IN
         (SELECT id FROM connections WHERE id = ? AND organization_id = ?)"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id.as_str())
        .bind(organization.as_str())
        .execute(transaction)
        .await?;
    Ok(())
}
