//! Definitions: what is looked for.

use crate::identity::insert_audit;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit, NewJob, work};
use model::OrganizationId;
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A definition as it is kept: an own one, or what is changed of a predefined one.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendDefinition {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What is looked for, as the application keeps it.
    pub definition: Value,
    /// Whether it is looked for.
    pub on: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made (ms).
    pub created_at_ms: i64,
}

impl Meta {
    /// The kept definitions of an organization, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trend_definitions(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<TrendDefinition>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM trend_definitions WHERE organization_id = ? ORDER BY created_at_ms, id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(definition).collect()
    }

    /// Writes a definition, new or changed, with the jobs that follow from it; its version is one more than what is there.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn put_trend_definition(
        &self,
        new: &TrendDefinition,
        jobs: &[NewJob],
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO trend_definitions (organization_id, id, name, description, definition, is_on, version,
                 created_at_ms) VALUES (?, ?, ?, ?, ?, ?, 1, ?)
             ON CONFLICT (organization_id, id) DO UPDATE SET name = excluded.name,
                 description = excluded.description, definition = excluded.definition, is_on = excluded.is_on,
                 version = version + 1",
        )
        .bind(new.organization_id.as_str())
        .bind(&new.id)
        .bind(&new.name)
        .bind(&new.description)
        .bind(to_json("definition", &new.definition)?)
        .bind(new.on)
        .bind(new.created_at_ms)
        .execute(&mut *transaction)
        .await?;
        work::insert_all(&mut transaction, jobs).await?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes a definition, with the jobs that follow from it. False when there is none.
    ///
    /// # Errors
    /// The database cannot be written to: then nothing changed.
    pub async fn delete_trend_definition(
        &self,
        organization: &OrganizationId,
        id: &str,
        jobs: &[NewJob],
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM trend_definitions WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        work::insert_all(&mut transaction, jobs).await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn definition(row: &SqliteRow) -> Result<TrendDefinition, MetaError> {
    Ok(TrendDefinition {
        id: row.try_get("id")?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        definition: from_json("definition", row.try_get("definition")?)?,
        on: row.try_get("is_on")?,
        version: row.try_get("version")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
