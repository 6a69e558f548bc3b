//! Sessions of browsers.

use super::{NewAudit, SecretHash, User, audit, users};
use crate::store::{from_json, parsed};
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
    /// Ids of the subsets that they may see there, as a subset viewer.
    pub subsets: Vec<String>,
    /// Last request (ms).
    pub last_seen_ms: i64,
}

/// What shows that a person is who they say. It is looked at again in the transaction that acts on it: an account may
/// have been given back to its address's holder, or its password changed, since it was shown.
#[derive(Clone, Copy, Debug)]
pub enum Basis<'a> {
    /// Shown elsewhere, or made with what it is for.
    Given,
    /// The account's password has this hash.
    Password(&'a str),
    /// A session of the account has this secret.
    Session(&'a SecretHash),
}

impl Meta {
    /// Begins a session; one that it is based on is ended.
    ///
    /// # Errors
    /// `Conflict` when what it is based on holds no more.
    pub async fn start_session(
        &self,
        new: &NewSession,
        basis: Basis<'_>,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        holds(&mut transaction, &new.user_id, basis).await?;
        if let Basis::Session(earlier) = basis {
            sqlx::query("DELETE FROM sessions WHERE token_hash = ?")
                .bind(earlier.as_slice())
                .execute(&mut *transaction)
                .await?;
        }
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
            "SELECT users.id, users.email, users.name, sessions.last_seen_ms, memberships.role, memberships.subsets,
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
        let subsets: Option<&str> = row.try_get("subsets")?;
        let subsets = subsets.map_or(Ok(vec![]), |text| from_json("subsets", text))?;
        Ok(Some(Session {
            user: users::user(&row)?,
            place,
            subsets,
            last_seen_ms: row.try_get("last_seen_ms")?,
        }))
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
        let done = sqlx::query(
            "UPDATE sessions SET organization_id = ?1 WHERE token_hash = ?2 AND created_at_ms >=
                 (SELECT sessions_from_ms FROM organizations WHERE organizations.id = ?1)",
        )
        .bind(organization.as_str())
        .bind(token_hash.as_slice())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::Conflict(
                "an administrator there has ended all sessions since".to_owned(),
            ));
        }
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends the sessions in an organization, and keeps its people's other ones out of it: they belong to other
    /// organizations, too, which have no part in this. Gives how many ended.
    pub async fn end_sessions_of(
        &self,
        organization: &OrganizationId,
        keep: Option<&SecretHash>,
        at_ms: i64,
        entry: &NewAudit,
    ) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM sessions WHERE organization_id = ? AND token_hash IS NOT ?")
            .bind(organization.as_str())
            .bind(keep.map(SecretHash::as_slice))
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE organizations SET sessions_from_ms = ? WHERE id = ?")
            .bind(at_ms)
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
        audit::insert(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Ends everybody's session, and every sign-in that is under way. Gives how many ended.
    pub async fn end_all_sessions(&self, entries: &[NewAudit]) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM sessions").execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM openid_flows").execute(&mut *transaction).await?;
        for entry in entries {
            audit::insert(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(done.rows_affected())
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

/// A conflict when what somebody has shown holds no more.
pub(super) async fn holds(
    from: &mut SqliteConnection,
    user: &UserId,
    basis: Basis<'_>,
) -> Result<(), MetaError> {
    let found = match basis {
        Basis::Given => return Ok(()),
        Basis::Password(hash) => {
            sqlx::query("SELECT 1 FROM users WHERE id = ? AND password_hash = ?")
                .bind(user.as_str())
                .bind(hash)
                .fetch_optional(from)
                .await?
        }
        Basis::Session(secret) => {
            sqlx::query("SELECT 1 FROM sessions WHERE user_id = ? AND token_hash = ?")
                .bind(user.as_str())
                .bind(secret.as_slice())
                .fetch_optional(from)
                .await?
        }
    };
    if found.is_some() {
        return Ok(());
    }
    Err(MetaError::Conflict("the account's password or session is another one by now".to_owned()))
}
