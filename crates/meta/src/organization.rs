//! Organizations.

use crate::identity::insert_audit;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit};
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

    /// The organization of that name, of the demo or not; made as given when there is none. Two who ask at once get
    /// the same one. The entry tells of one that was made.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn organization_named(
        &self,
        new: &Organization,
        entry: &NewAudit,
    ) -> Result<Organization, MetaError> {
        let mut transaction = self.write().await?;
        let found =
            sqlx::query("SELECT id, name, demo FROM organizations WHERE name = ? AND demo = ? ORDER BY id")
                .bind(&new.name)
                .bind(new.demo)
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some(row) = found {
            return organization(&row);
        }
        sqlx::query("INSERT INTO organizations (id, name, demo) VALUES (?, ?, ?)")
            .bind(new.id.as_str())
            .bind(&new.name)
            .bind(new.demo)
            .execute(&mut *transaction)
            .await?;
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(new.clone())
    }

    /// Domains whose addresses get an organization's reports without being members', sorted.
    pub async fn mail_domains(&self, organization: &OrganizationId) -> Result<Vec<String>, MetaError> {
        let row = sqlx::query("SELECT mail_domains FROM organizations WHERE id = ?")
            .bind(organization.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(vec![]), |row| from_json("mail domains", row.try_get("mail_domains")?))
    }

    /// Replaces these domains.
    pub async fn set_mail_domains(
        &self,
        organization: &OrganizationId,
        domains: &[String],
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE organizations SET mail_domains = ? WHERE id = ?")
            .bind(to_json("mail domains", &domains)?)
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
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
