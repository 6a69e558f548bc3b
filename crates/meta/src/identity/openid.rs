//! Identities at an OpenID provider, and sign-ins that are under way there.

use super::SecretHash;
use crate::store::parsed;
use crate::{Meta, MetaError};
use model::UserId;
use sqlx::Row;

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdFlow {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves that who began redeems the code (PKCE).
    pub verifier: String,
    /// Path of the web app to go to afterwards.
    pub return_to: String,
    /// Where the provider sends the browser.
    pub redirect_uri: String,
    /// When it is given up (ms).
    pub expires_at_ms: i64,
}

impl Meta {
    /// Keeps a sign-in that begins.
    pub async fn start_openid(
        &self,
        browser: &SecretHash,
        flow: &OpenIdFlow,
        now_ms: i64,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM openid_flows WHERE expires_at_ms <= ?")
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO openid_flows
             (browser_hash, state, nonce, verifier, return_to, redirect_uri, expires_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(browser.as_slice())
        .bind(&flow.state)
        .bind(&flow.nonce)
        .bind(&flow.verifier)
        .bind(&flow.return_to)
        .bind(&flow.redirect_uri)
        .bind(flow.expires_at_ms)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Takes the sign-in of that browser out: it can come back once.
    pub async fn take_openid(
        &self,
        browser: &SecretHash,
        now_ms: i64,
    ) -> Result<Option<OpenIdFlow>, MetaError> {
        let row = sqlx::query("DELETE FROM openid_flows WHERE browser_hash = ? RETURNING *")
            .bind(browser.as_slice())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let flow = OpenIdFlow {
            state: row.try_get("state")?,
            nonce: row.try_get("nonce")?,
            verifier: row.try_get("verifier")?,
            return_to: row.try_get("return_to")?,
            redirect_uri: row.try_get("redirect_uri")?,
            expires_at_ms: row.try_get("expires_at_ms")?,
        };
        Ok(Some(flow).filter(|flow| flow.expires_at_ms > now_ms))
    }

    /// Whose account an identity belongs to.
    pub async fn openid_user(&self, issuer: &str, subject: &str) -> Result<Option<UserId>, MetaError> {
        let row = sqlx::query("SELECT user_id FROM openid_identities WHERE issuer = ? AND subject = ?")
            .bind(issuer)
            .bind(subject)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| parsed("user", row.try_get("user_id")?)).transpose()
    }

    /// Notes whose account an identity belongs to; the first to say so is right.
    pub async fn link_openid(
        &self,
        issuer: &str,
        subject: &str,
        user: &UserId,
        now_ms: i64,
    ) -> Result<(), MetaError> {
        sqlx::query(
            "INSERT INTO openid_identities (issuer, subject, user_id, created_at_ms) VALUES (?, ?, ?, ?)
             ON CONFLICT (issuer, subject) DO NOTHING",
        )
        .bind(issuer)
        .bind(subject)
        .bind(user.as_str())
        .bind(now_ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
