//! Organizations.

use crate::store::parsed;
use crate::{Meta, MetaError};
use model::OrganizationId;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A tenant of the service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Organization {
    /// Identifier.
    pub id: OrganizationId,
    /// Name on screen.
    pub name: String,
    /// Whether it is the demo company.
    pub demo: bool,
}

impl Meta {
    /// Creates the organization, or brings its name up to date.
    pub async fn ensure_organization(&self, organization: &Organization) -> Result<(), MetaError> {
        sqlx::query(
            "INSERT INTO organizations (id, name, demo) VALUES (?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, demo = excluded.demo",
        )
        .bind(organization.id.as_str())
        .bind(&organization.name)
        .bind(organization.demo)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Every organization, by identifier.
    pub async fn organizations(&self) -> Result<Vec<Organization>, MetaError> {
        let rows =
            sqlx::query("SELECT id, name, demo FROM organizations ORDER BY id").fetch_all(&self.pool).await?;
        rows.iter().map(organization).collect()
    }
}

pub(crate) fn organization(row: &SqliteRow) -> Result<Organization, MetaError> {
    Ok(Organization {
        id: parsed("organization", row.try_get("id")?)?,
        name: row.try_get("name")?,
        demo: row.try_get("demo")?,
    })
}
