//! The one-time link that makes the first administrator.

use super::{NewAudit, NewSession, NewUser, Person, SecretHash, audit, members, sessions};
use crate::{Meta, MetaError, Organization};
use model::Role;
use sqlx::Row;

/// The first administrator, their organization, and their session.
#[derive(Clone, Debug)]
pub struct FirstAdministrator {
    /// The person.
    pub user: NewUser,
    /// Made, or renamed if it is there.
    pub organization: Organization,
    /// Begun with it.
    pub session: NewSession,
    /// Says so.
    pub audit: NewAudit,
}

impl Meta {
    /// Makes a set-up link; earlier ones stop working.
    pub async fn create_setup_link(
        &self,
        token_hash: &SecretHash,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM setup_links").execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO setup_links (token_hash, created_at_ms, expires_at_ms) VALUES (?, ?, ?)")
            .bind(token_hash.as_slice())
            .bind(now_ms)
            .bind(expires_at_ms)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Whether a set-up link still works.
    pub async fn setup_link_works(&self, token_hash: &SecretHash, now_ms: i64) -> Result<bool, MetaError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM setup_links WHERE token_hash = ? AND expires_at_ms > ?) AS found",
        )
        .bind(token_hash.as_slice())
        .bind(now_ms)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get("found")?)
    }

    /// Uses the link up and makes the first administrator, all or nothing. A conflict when the link does not
    /// work or somebody has an account already.
    pub async fn set_up(
        &self,
        token_hash: &SecretHash,
        now_ms: i64,
        first: &FirstAdministrator,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "DELETE FROM setup_links WHERE token_hash = ? AND expires_at_ms > ?
             AND NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(token_hash.as_slice())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::Conflict("the set-up link was used or has expired".to_owned()));
        }
        let organization = &first.organization;
        sqlx::query(
            "INSERT INTO organizations (id, name, demo) VALUES (?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        )
        .bind(organization.id.as_str())
        .bind(&organization.name)
        .bind(organization.demo)
        .execute(&mut *transaction)
        .await?;
        let user = Person::New(&first.user).stored(&mut transaction).await?;
        members::insert(&mut transaction, &organization.id, user, &Role::Administrator.into(), now_ms)
            .await?;
        sessions::insert(&mut transaction, &first.session).await?;
        audit::insert(&mut transaction, &first.audit).await?;
        sqlx::query("DELETE FROM setup_links").execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}
