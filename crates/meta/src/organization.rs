//! Organizations and their connections.

use crate::store::parsed;
use crate::{Meta, MetaError};
use model::{ConnectionId, OrganizationId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::fmt;
use std::str::FromStr;

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

/// What kind of source a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionKind {
    /// A folder of this machine.
    Local,
    /// A bucket, or a prefix of one, of an S3-compatible store.
    S3,
}

/// A source of billing data of an organization.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Connection {
    /// Identifier.
    pub id: ConnectionId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What kind of source it is.
    pub kind: ConnectionKind,
    /// Folder or `s3://` address; unique within the organization.
    pub location: String,
    /// Name on screen.
    pub name: String,
}

impl fmt::Display for ConnectionKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Local => "local",
            Self::S3 => "s3",
        })
    }
}

impl FromStr for ConnectionKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            "s3" => Ok(Self::S3),
            other => Err(format!("'{other}' is not a kind of connection")),
        }
    }
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

    /// Creates the connection, or brings its name up to date. A conflict when its identifier belongs to
    /// another organization or another connection of the organization has its location.
    pub async fn ensure_connection(&self, connection: &Connection) -> Result<(), MetaError> {
        let done = sqlx::query(
            "INSERT INTO connections (id, organization_id, kind, location, name) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE
             SET kind = excluded.kind, location = excluded.location, name = excluded.name
             WHERE connections.organization_id = excluded.organization_id",
        )
        .bind(connection.id.as_str())
        .bind(connection.organization_id.as_str())
        .bind(connection.kind.to_string())
        .bind(&connection.location)
        .bind(&connection.name)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            let text = format!("connection '{}' belongs to another organization", connection.id);
            return Err(MetaError::Conflict(text));
        }
        Ok(())
    }

    /// The connections of an organization, by identifier.
    pub async fn connections(&self, organization: &OrganizationId) -> Result<Vec<Connection>, MetaError> {
        let rows = sqlx::query("SELECT * FROM connections WHERE organization_id = ? ORDER BY id")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(connection).collect()
    }

    /// The connection of an organization to a location.
    pub async fn connection_by_location(
        &self,
        organization: &OrganizationId,
        location: &str,
    ) -> Result<Option<Connection>, MetaError> {
        let row = sqlx::query("SELECT * FROM connections WHERE organization_id = ? AND location = ?")
            .bind(organization.as_str())
            .bind(location)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(connection).transpose()
    }
}

pub(crate) fn organization(row: &SqliteRow) -> Result<Organization, MetaError> {
    Ok(Organization {
        id: parsed("organization", row.try_get("id")?)?,
        name: row.try_get("name")?,
        demo: row.try_get("demo")?,
    })
}

fn connection(row: &SqliteRow) -> Result<Connection, MetaError> {
    Ok(Connection {
        id: parsed("connection", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        kind: parsed("kind of connection", row.try_get("kind")?)?,
        location: row.try_get("location")?,
        name: row.try_get("name")?,
    })
}
