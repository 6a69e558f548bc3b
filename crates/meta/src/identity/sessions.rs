//! Sessions of browsers.

use super::{NewAudit, SecretHash, User, audit, users};
use crate::store::parsed;
use crate::{Meta, MetaError, Organization};
use model::{OrganizationId, Role, UserId};
use sqlx::{Row, SqliteConnection};

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Of the secret in the cookie.
    pub token_hash: SecretHash,
    /// Whose.
    pub user_id: UserId,
    /// Where they work.
    pub organization_id: Option<OrganizationId>,
    /// When (ms).
    pub created_at_ms: i64,
    /// When it ends whatever happens (ms).
    pub expires_at_ms: i64,
}

/// A session, with what its person may do right now.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub user: User,
    /// Where they work, while they belong there.
    pub place: Option<(Organization, Role)>,
    /// Last request (ms).
    pub last_seen_ms: i64,
}

impl Meta {
    /// Begins a session.
    pub async fn start_session(&self, new: &NewSession, entries: &[NewAudit]) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        insert(&mut transaction, new).await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at_ms <= ?")
            .bind(new.created_at_ms)
            .execute(&mut *transaction)
            .await?;
        for entry in entries {
            audit::insert(&mut transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The session of that secret, if it has not ended by `now_ms` and was seen since `seen_since_ms`.
    pub async fn session(
        &self,
        token_hash: &SecretHash,
        now_ms: i64,
        seen_since_ms: i64,
    ) -> Result<Option<Session>, MetaError> {
        let row = sqlx::query(
            "SELECT users.id, users.email, users.name, sessions.last_seen_ms, memberships.role,
                    organizations.id AS organization_id, organizations.name AS organization_name,
                    organizations.demo
             FROM sessions JOIN users ON users.id = sessions.user_id
             LEFT JOIN memberships ON memberships.user_id = sessions.user_id
                  AND memberships.organization_id = sessions.organization_id
             LEFT JOIN organizations ON organizations.id = memberships.organization_id
             WHERE sessions.token_hash = ? AND sessions.expires_at_ms > ? AND sessions.last_seen_ms > ?",
        )
        .bind(token_hash.as_slice())
        .bind(now_ms)
        .bind(seen_since_ms)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let place = match row.try_get::<Option<&str>, _>("organization_id")? {
            None => None,
            Some(id) => Some((
                Organization {
                    id: parsed("organization", id)?,
                    name: row.try_get("organization_name")?,
                    demo: row.try_get("demo")?,
                },
                parsed("role", row.try_get("role")?)?,
            )),
        };
        Ok(Some(Session { user: users::user(&row)?, place, last_seen_ms: row.try_get("last_seen_ms")? }))
    }

    /// Notes a request.
    pub async fn touch_session(&self, token_hash: &SecretHash, now_ms: i64) -> Result<(), MetaError> {
        sqlx::query("UPDATE sessions SET last_seen_ms = ? WHERE token_hash = ?")
            .bind(now_ms)
            .bind(token_hash.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Goes to another organization.
    pub async fn move_session(
        &self,
        token_hash: &SecretHash,
        organization: &OrganizationId,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        place(&mut transaction, token_hash, organization).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &SecretHash, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE token_hash = ?")
            .bind(token_hash.as_slice())
            .execute(&mut *transaction)
            .await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }
}

/// The session, in the transaction of what it is begun for.
pub(super) async fn insert(to: &mut SqliteConnection, new: &NewSession) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO sessions (token_hash, user_id, organization_id, created_at_ms, last_seen_ms, expires_at_ms)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    )
    .bind(new.token_hash.as_slice())
    .bind(new.user_id.as_str())
    .bind(new.organization_id.as_ref().map(OrganizationId::as_str))
    .bind(new.created_at_ms)
    .bind(new.expires_at_ms)
    .execute(to)
    .await?;
    Ok(())
}

/// Where the session's person works from now on.
pub(super) async fn place(
    to: &mut SqliteConnection,
    token_hash: &SecretHash,
    organization: &OrganizationId,
) -> Result<(), MetaError> {
    sqlx::query("UPDATE sessions SET organization_id = ? WHERE token_hash = ?")
        .bind(organization.as_str())
        .bind(token_hash.as_slice())
        .execute(to)
        .await?;
    Ok(())
}
