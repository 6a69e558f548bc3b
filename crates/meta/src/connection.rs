//! Connections: from draft to source of bills, with the last verification.

mod leaving;

pub use leaving::Split;

use crate::identity::insert_entries;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit};
use model::{ConnectionId, OrganizationId};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::fmt;
use std::str::FromStr;

/// What kind of source a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// A folder of this machine.
    Local,
    /// A bucket of an S3-compatible endpoint, with keys.
    S3Compatible,
    /// A bucket that the machine's own credentials may read.
    AwsOwn,
    /// A bucket that is read through a customer's role.
    AwsRole,
    /// Some accounts of the bill that a connection of another organization holds.
    Shared,
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
    /// Folder or `s3://` address, unique within the organization; empty while it is not known.
    pub location: String,
    /// Name on screen.
    pub name: String,
}

impl fmt::Display for ConnectionKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Local => "local",
            Self::S3Compatible => "s3_compatible",
            Self::AwsOwn => "aws_own",
            Self::AwsRole => "aws_role",
            Self::Shared => "shared",
        })
    }
}

impl FromStr for ConnectionKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            "s3_compatible" => Ok(Self::S3Compatible),
            "aws_own" => Ok(Self::AwsOwn),
            "aws_role" => Ok(Self::AwsRole),
            "shared" => Ok(Self::Shared),
            other => Err(format!("'{other}' is not a kind of connection")),
        }
    }
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Being set up.
    Draft,
    /// Verified; no report is there yet.
    Waiting,
    /// Verified: reports are read.
    Ready,
    /// It worked once and does not now.
    Failing,
}

impl fmt::Display for ConnectionState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Draft => "draft",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Failing => "failing",
        })
    }
}

impl FromStr for ConnectionState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "draft" => Ok(Self::Draft),
            "waiting" => Ok(Self::Waiting),
            "ready" => Ok(Self::Ready),
            "failing" => Ok(Self::Failing),
            other => Err(format!("'{other}' is not a state of a connection")),
        }
    }
}

/// Everything that is kept of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// What it is.
    pub connection: Connection,
    /// Where it stands.
    pub state: ConnectionState,
    /// What was entered, as the application keeps it.
    pub settings: Value,
    /// External ID of a role's trust policy: made by us, never changed.
    pub external_id: Option<String>,
    /// The secret, encrypted.
    pub sealed_secret: Option<Vec<u8>>,
    /// Minutes between looks for new deliveries.
    pub poll_minutes: u32,
    /// The last verification, as the application keeps it.
    pub verification: Option<Value>,
    /// When it was.
    pub verified_at_ms: Option<i64>,
    /// When the draft was made.
    pub created_at_ms: i64,
    /// The connection through which a shared one reads.
    pub parent: Option<ConnectionId>,
    /// Whether the operator, at the command line, said where it reads.
    pub by_operator: bool,
    /// Whether it is neither read nor looked at until somebody goes on with it.
    pub paused: bool,
    /// Who is told of bill diffs, as the application keeps it.
    pub bill_diff_mails: Option<Value>,
}

impl Meta {
    /// Creates the connection of whoever holds the data folder, or brings its name up to date. A conflict when its identifier belongs to
    /// another organization or another connection of the organization has its location.
    pub async fn ensure_connection(
        &self,
        connection: &Connection,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO connections (id, organization_id, kind, location, name, by_operator)
             VALUES (?, ?, ?, ?, ?, 1)
             ON CONFLICT (id) DO UPDATE
             SET kind = excluded.kind, location = excluded.location, name = excluded.name
             WHERE connections.organization_id = excluded.organization_id",
        )
        .bind(connection.id.as_str())
        .bind(connection.organization_id.as_str())
        .bind(connection.kind.to_string())
        .bind(&connection.location)
        .bind(&connection.name)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            let text = format!("connection '{}' belongs to another organization", connection.id);
            return Err(MetaError::Conflict(text));
        }
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Identifiers of the connections of every organization.
    pub async fn connection_ids(&self) -> Result<Vec<ConnectionId>, MetaError> {
        let rows = sqlx::query("SELECT id FROM connections").fetch_all(&self.pool).await?;
        rows.iter().map(|row| parsed("connection", row.try_get("id")?)).collect()
    }

    /// The connections of an organization, by identifier.
    pub async fn connections(&self, organization: &OrganizationId) -> Result<Vec<Connection>, MetaError> {
        let rows = sqlx::query("SELECT * FROM connections WHERE organization_id = ? ORDER BY id")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(connection).collect()
    }

    /// Connections in use, of real organizations, whose last verification was before that instant.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn connections_verified_before(
        &self,
        instant_ms: i64,
    ) -> Result<Vec<(OrganizationId, ConnectionId)>, MetaError> {
        let rows = sqlx::query(
            "SELECT connections.id, organization_id FROM connections
             JOIN organizations ON organizations.id = connections.organization_id
             WHERE state <> 'draft' AND paused = 0 AND verified_at_ms < ? AND organizations.demo = 0
             ORDER BY verified_at_ms",
        )
        .bind(instant_ms)
        .fetch_all(&self.pool)
        .await?;
        let both = |row: &SqliteRow| {
            Ok((
                parsed("organization", row.try_get("organization_id")?)?,
                parsed("connection", row.try_get("id")?)?,
            ))
        };
        rows.iter().map(both).collect()
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

    /// Keeps a new connection.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn create_connection(
        &self,
        record: &ConnectionRecord,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        insert(&mut transaction, record).await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps what was changed of a connection. Kind, external ID and time of making never change.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when another one of the organization reads that place.
    pub async fn update_connection(
        &self,
        record: &ConnectionRecord,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        update(&mut transaction, record).await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps where a connection stands, and nothing else of it.
    pub async fn set_connection_state(
        &self,
        id: &ConnectionId,
        state: ConnectionState,
    ) -> Result<(), MetaError> {
        sqlx::query("UPDATE connections SET state = ? WHERE id = ?")
            .bind(state.to_string())
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps a verification, what it says of the connection's state, and the region that it found.
    pub async fn keep_verification(
        &self,
        id: &ConnectionId,
        state: ConnectionState,
        verification: &Value,
        region: Option<&str>,
        now_ms: i64,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE connections SET state = ?1, verification = ?2, verified_at_ms = ?3,
                    settings = CASE WHEN ?4 IS NULL THEN settings ELSE json_set(settings, '$.region', ?4) END
             WHERE id = ?5",
        )
        .bind(state.to_string())
        .bind(to_json("verification", verification)?)
        .bind(now_ms)
        .bind(region)
        .bind(id.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Pauses a connection, or goes on with it.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn pause_connection(
        &self,
        id: &ConnectionId,
        paused: bool,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE connections SET paused = ? WHERE id = ?")
            .bind(paused)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps another name, polling interval and recipients of bill diffs of a connection, and changes nothing else of it.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn rename_connection(
        &self,
        record: &ConnectionRecord,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE connections SET name = ?, poll_minutes = ?, bill_diff_mails = ? WHERE id = ?")
            .bind(&record.connection.name)
            .bind(record.poll_minutes)
            .bind(mails(record)?)
            .bind(record.connection.id.as_str())
            .execute(&mut *transaction)
            .await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// A connection of an organization.
    pub async fn connection_record(
        &self,
        organization: &OrganizationId,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, MetaError> {
        let row = sqlx::query("SELECT * FROM connections WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(record).transpose()
    }

    /// The connections of an organization, drafts too, oldest first.
    pub async fn connection_records(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ConnectionRecord>, MetaError> {
        let rows =
            sqlx::query("SELECT * FROM connections WHERE organization_id = ? ORDER BY created_at_ms, id")
                .bind(organization.as_str())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(record).collect()
    }

    /// A connection of whatever organization: for those whose connections read through it.
    pub async fn parent_connection(
        &self,
        child: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, MetaError> {
        let row = sqlx::query(
            "SELECT * FROM connections WHERE id = (SELECT parent_id FROM connections WHERE id = ?)",
        )
        .bind(child.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(record).transpose()
    }

    /// The connections of other organizations that read through one, by organization.
    pub async fn connections_through(
        &self,
        parent: &ConnectionId,
    ) -> Result<Vec<ConnectionRecord>, MetaError> {
        let rows = sqlx::query("SELECT * FROM connections WHERE parent_id = ? ORDER BY organization_id, id")
            .bind(parent.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(record).collect()
    }
}

/// A new connection, in a transaction of its own or another's.
async fn insert(to: &mut SqliteConnection, record: &ConnectionRecord) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO connections (id, organization_id, kind, location, name, state, settings, external_id,
                                  sealed_secret, poll_minutes, created_at_ms, parent_id, by_operator)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(record.connection.id.as_str())
    .bind(record.connection.organization_id.as_str())
    .bind(record.connection.kind.to_string())
    .bind(&record.connection.location)
    .bind(&record.connection.name)
    .bind(record.state.to_string())
    .bind(to_json("settings", &record.settings)?)
    .bind(&record.external_id)
    .bind(&record.sealed_secret)
    .bind(record.poll_minutes)
    .bind(record.created_at_ms)
    .bind(record.parent.as_ref().map(ConnectionId::as_str))
    .bind(record.by_operator)
    .execute(to)
    .await?;
    Ok(())
}

/// Who is told of bill diffs, as it is stored.
fn mails(record: &ConnectionRecord) -> Result<Option<String>, MetaError> {
    record.bill_diff_mails.as_ref().map(|wish| to_json("bill diff mails", wish)).transpose()
}

/// What was changed of a connection, likewise.
async fn update(to: &mut SqliteConnection, record: &ConnectionRecord) -> Result<(), MetaError> {
    let verification =
        record.verification.as_ref().map(|found| to_json("verification", found)).transpose()?;
    let done = sqlx::query(
        "UPDATE connections
         SET location = ?, name = ?, state = ?, settings = ?, sealed_secret = ?, poll_minutes = ?,
             verification = ?, verified_at_ms = ?, by_operator = ?, bill_diff_mails = ?
         WHERE id = ? AND organization_id = ?",
    )
    .bind(&record.connection.location)
    .bind(&record.connection.name)
    .bind(record.state.to_string())
    .bind(to_json("settings", &record.settings)?)
    .bind(&record.sealed_secret)
    .bind(record.poll_minutes)
    .bind(verification)
    .bind(record.verified_at_ms)
    .bind(record.by_operator)
    .bind(mails(record)?)
    .bind(record.connection.id.as_str())
    .bind(record.connection.organization_id.as_str())
    .execute(to)
    .await?;
    if done.rows_affected() == 0 {
        return Err(MetaError::NotFound { what: "connection", id: record.connection.id.to_string() });
    }
    Ok(())
}

fn record(row: &SqliteRow) -> Result<ConnectionRecord, MetaError> {
    let verification: Option<String> = row.try_get("verification")?;
    Ok(ConnectionRecord {
        connection: connection(row)?,
        state: parsed("state of a connection", row.try_get("state")?)?,
        settings: from_json("settings", row.try_get("settings")?)?,
        external_id: row.try_get("external_id")?,
        sealed_secret: row.try_get("sealed_secret")?,
        poll_minutes: row.try_get("poll_minutes")?,
        verification: verification.map(|text| from_json("verification", &text)).transpose()?,
        verified_at_ms: row.try_get("verified_at_ms")?,
        created_at_ms: row.try_get("created_at_ms")?,
        parent: row
            .try_get::<Option<&str>, _>("parent_id")?
            .map(|id| parsed("connection", id))
            .transpose()?,
        by_operator: row.try_get("by_operator")?,
        paused: row.try_get("paused")?,
        bill_diff_mails: row
            .try_get::<Option<&str>, _>("bill_diff_mails")?
            .map(|wish| from_json("bill diff mails", wish))
            .transpose()?,
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
