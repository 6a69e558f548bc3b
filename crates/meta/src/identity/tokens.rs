//! API tokens.

use super::{NewAudit, SecretHash, audit};
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, Organization};
use model::{OrganizationId, Role, TokenId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A token for scripts, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Identifier.
    pub id: TokenId,
    /// For whose data.
    pub organization_id: OrganizationId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Ids of the subsets that it may see, as a subset viewer.
    pub subsets: Vec<String>,
    /// Name of who made it.
    pub created_by: String,
    /// When (ms).
    pub created_at_ms: i64,
    /// When it stops working (ms).
    pub expires_at_ms: Option<i64>,
    /// Last request, to the minute (ms).
    pub last_used_ms: Option<i64>,
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// The token.
    pub token: ApiToken,
    /// Of its secret.
    pub token_hash: SecretHash,
}

impl Meta {
    /// Makes a token.
    pub async fn create_token(&self, new: &NewApiToken, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let token = &new.token;
        sqlx::query(
            "INSERT INTO api_tokens
             (id, organization_id, name, role, subsets, token_hash, created_by, created_at_ms, expires_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(token.id.as_str())
        .bind(token.organization_id.as_str())
        .bind(&token.name)
        .bind(token.role.name())
        .bind(to_json("subsets", &token.subsets)?)
        .bind(new.token_hash.as_slice())
        .bind(&token.created_by)
        .bind(token.created_at_ms)
        .bind(token.expires_at_ms)
        .execute(&mut *transaction)
        .await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// The tokens of an organization, newest first.
    pub async fn tokens(&self, organization: &OrganizationId) -> Result<Vec<ApiToken>, MetaError> {
        let rows =
            sqlx::query("SELECT * FROM api_tokens WHERE organization_id = ? ORDER BY created_at_ms DESC, id")
                .bind(organization.as_str())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(token).collect()
    }

    /// The token of that secret that still works, and its organization.
    pub async fn token_by_secret(
        &self,
        token_hash: &SecretHash,
        now_ms: i64,
    ) -> Result<Option<(ApiToken, Organization)>, MetaError> {
        let row = sqlx::query(
            "SELECT api_tokens.*, organizations.name AS organization_name, organizations.demo
             FROM api_tokens JOIN organizations ON organizations.id = api_tokens.organization_id
             WHERE token_hash = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?)",
        )
        .bind(token_hash.as_slice())
        .bind(now_ms)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let token = token(&row)?;
        let organization = Organization {
            id: token.organization_id.clone(),
            name: row.try_get("organization_name")?,
            demo: row.try_get("demo")?,
        };
        Ok(Some((token, organization)))
    }

    /// Notes a request.
    pub async fn touch_token(&self, id: &TokenId, now_ms: i64) -> Result<(), MetaError> {
        sqlx::query("UPDATE api_tokens SET last_used_ms = ? WHERE id = ?")
            .bind(now_ms)
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Revokes a token.
    pub async fn revoke_token(
        &self,
        organization: &OrganizationId,
        id: &TokenId,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM api_tokens WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::NotFound { what: "token", id: id.to_string() });
        }
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Revokes every token, of one organization or of all. Gives how many there were.
    pub async fn revoke_tokens(
        &self,
        organization: Option<&OrganizationId>,
        entries: &[NewAudit],
    ) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM api_tokens WHERE ?1 IS NULL OR organization_id = ?1")
            .bind(organization.map(OrganizationId::as_str))
            .execute(&mut *transaction)
            .await?;
        for entry in entries {
            audit::insert(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}

fn token(row: &SqliteRow) -> Result<ApiToken, MetaError> {
    Ok(ApiToken {
        id: parsed("token", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        name: row.try_get("name")?,
        role: parsed("role", row.try_get("role")?)?,
        subsets: from_json("subsets", row.try_get("subsets")?)?,
        created_by: row.try_get("created_by")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
        last_used_ms: row.try_get("last_used_ms")?,
    })
}
