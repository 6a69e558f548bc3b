//! Identities at an OpenID provider, and sign-ins that are under way there.

use super::{NewAudit, NewUser, SecretHash, audit, users};
use crate::store::parsed;
use crate::{Meta, MetaError};
use model::{Email, UserId};
use sqlx::{Row, SqliteConnection};

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

/// Somebody, as a provider knows them. Only the pair lasts: addresses move from one person to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdIdentity {
    /// The provider.
    pub issuer: String,
    /// Their name there, never given to anybody else.
    pub subject: String,
}

/// What to write down when it comes so.
#[derive(Clone, Debug, Default)]
pub struct LinkEntries {
    /// The account's address was proven for the first time.
    pub first: Vec<NewAudit>,
    /// The account follows its person to another address.
    pub moved: Vec<NewAudit>,
}

/// How binding an identity to an account ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// The account is theirs.
    Known,
    /// It is, and it was shown for the first time that its address is: what was set before is theirs no more.
    FirstProof,
    /// The account belongs to another identity of that provider.
    ToAnother,
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
    pub async fn openid_user(&self, identity: &OpenIdIdentity) -> Result<Option<UserId>, MetaError> {
        let row = sqlx::query("SELECT user_id FROM openid_identities WHERE issuer = ? AND subject = ?")
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| parsed("user", row.try_get("user_id")?)).transpose()
    }

    /// Binds an identity to an account. `address` is what the provider says to be theirs and has checked: an account that
    /// is theirs already follows it, unless somebody else has it here. Where the account's address is theirs and nobody
    /// has shown that before, what was set before may be a stranger's, who was invited under the address: password and
    /// sessions are dropped, and memberships wait for the person to accept them.
    pub async fn link_openid(
        &self,
        identity: &OpenIdIdentity,
        user: &UserId,
        address: Option<&Email>,
        now_ms: i64,
        entries: &LinkEntries,
    ) -> Result<Linked, MetaError> {
        let mut transaction = self.write().await?;
        let bound = sqlx::query("SELECT subject FROM openid_identities WHERE issuer = ? AND user_id = ?")
            .bind(&identity.issuer)
            .bind(user.as_str())
            .fetch_all(&mut *transaction)
            .await?;
        let subjects: Vec<&str> = bound.iter().map(|row| row.try_get("subject")).collect::<Result<_, _>>()?;
        let known = subjects.contains(&identity.subject.as_str());
        if subjects.is_empty() {
            bind(&mut transaction, identity, user, now_ms).await?;
        } else if !known {
            return Ok(Linked::ToAnother);
        }
        let mut linked = Linked::Known;
        if let Some(address) = address {
            if known {
                let moved = sqlx::query(
                    "UPDATE users SET email = ?1 WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM users WHERE email = ?1)",
                )
                .bind(address.as_str())
                .bind(user.as_str())
                .execute(&mut *transaction)
                .await?;
                if moved.rows_affected() == 1 {
                    note_all(&mut transaction, &entries.moved).await?;
                }
            }
            let first = sqlx::query(
                "UPDATE users SET email_proven_ms = ?, password_hash = NULL
                 WHERE id = ? AND email = ? AND email_proven_ms IS NULL",
            )
            .bind(now_ms)
            .bind(user.as_str())
            .bind(address.as_str())
            .execute(&mut *transaction)
            .await?;
            if first.rows_affected() == 1 {
                give_back(&mut transaction, user, now_ms).await?;
                note_all(&mut transaction, &entries.first).await?;
                linked = Linked::FirstProof;
            }
        }
        transaction.commit().await?;
        Ok(linked)
    }

    /// Makes an account that signs in with an identity; its address counts as proven.
    pub async fn add_openid_user(
        &self,
        new: &NewUser,
        identity: &OpenIdIdentity,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        users::insert(&mut transaction, new).await?;
        bind(&mut transaction, identity, &new.user.id, new.created_at_ms).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets an account's identities, so that the next one with its address is bound. Gives how many there were.
    pub async fn forget_openid(&self, user: &UserId, entries: &[NewAudit]) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM openid_identities WHERE user_id = ?")
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = ?")
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await?;
        note_all(&mut transaction, entries).await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}

async fn note_all(to: &mut SqliteConnection, entries: &[NewAudit]) -> Result<(), MetaError> {
    for entry in entries {
        audit::insert(&mut *to, entry).await?;
    }
    Ok(())
}

/// Ends what a stranger may have begun in an account: its sessions, and its memberships, which its person is asked
/// about like about invitations. Whoever did it all themselves accepts them again, within a year.
async fn give_back(to: &mut SqliteConnection, user: &UserId, now_ms: i64) -> Result<(), MetaError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.as_str()).execute(&mut *to).await?;
    sqlx::query(
        "INSERT INTO invitations
             (id, organization_id, email, role, subsets, token_hash, invited_by, created_at_ms, expires_at_ms)
         SELECT lower(hex(randomblob(12))), memberships.organization_id, users.email, memberships.role,
             memberships.subsets, randomblob(32), 'a membership from before the address was proven', ?2, ?2 + 31536000000
         FROM memberships JOIN users ON users.id = memberships.user_id
         WHERE memberships.user_id = ?1
         ON CONFLICT (organization_id, email) DO UPDATE SET role = excluded.role, subsets = excluded.subsets",
    )
    .bind(user.as_str())
    .bind(now_ms)
    .execute(&mut *to)
    .await?;
    sqlx::query("DELETE FROM memberships WHERE user_id = ?").bind(user.as_str()).execute(to).await?;
    Ok(())
}

async fn bind(
    to: &mut SqliteConnection,
    identity: &OpenIdIdentity,
    user: &UserId,
    now_ms: i64,
) -> Result<(), MetaError> {
    sqlx::query(
        "INSERT INTO openid_identities (issuer, subject, user_id, created_at_ms) VALUES (?, ?, ?, ?)",
    )
    .bind(&identity.issuer)
    .bind(&identity.subject)
    .bind(user.as_str())
    .bind(now_ms)
    .execute(to)
    .await?;
    Ok(())
}
