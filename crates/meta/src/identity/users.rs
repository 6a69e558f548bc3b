//! People with an account.

use super::{Basis, NewAudit, SecretHash, audit, sessions};
use crate::store::parsed;
use crate::{Meta, MetaError};
use model::{Email, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// What they sign in as.
    pub email: Email,
    /// Name on screen.
    pub name: String,
}

/// A person, and how they prove who they are.
#[derive(Clone, Debug)]
pub struct StoredUser {
    /// The person.
    pub user: User,
    /// argon2id in PHC form; `None`: signs in elsewhere.
    pub password_hash: Option<String>,
    /// When the address was proven to be theirs (ms); `None`: never, so that the password may be a stranger's.
    pub email_proven_ms: Option<i64>,
}

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The person.
    pub user: User,
    /// argon2id in PHC form.
    pub password_hash: Option<String>,
    /// When (ms).
    pub created_at_ms: i64,
    /// Whether what makes the account proves the address, too.
    pub email_proven: bool,
}

/// Whoever becomes a member.
#[derive(Clone, Copy, Debug)]
pub enum Person<'a> {
    /// Gets an account with it.
    New(&'a NewUser),
    /// Has one.
    Known(&'a UserId),
}

impl<'a> Person<'a> {
    /// The account, made in the transaction where it is new.
    pub(super) async fn stored(self, to: &mut SqliteConnection) -> Result<&'a UserId, MetaError> {
        match self {
            Self::Known(id) => Ok(id),
            Self::New(new) => {
                insert(to, new).await?;
                Ok(&new.user.id)
            }
        }
    }
}

impl Meta {
    /// Whether anybody has an account.
    pub async fn has_users(&self) -> Result<bool, MetaError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM users) AS found").fetch_one(&self.pool).await?;
        Ok(row.try_get("found")?)
    }

    /// Every account, by address.
    pub async fn users(&self) -> Result<Vec<User>, MetaError> {
        let rows =
            sqlx::query("SELECT id, email, name FROM users ORDER BY email").fetch_all(&self.pool).await?;
        rows.iter().map(user).collect()
    }

    /// The account of an address.
    pub async fn user_by_email(&self, email: &Email) -> Result<Option<StoredUser>, MetaError> {
        let row = sqlx::query("SELECT * FROM users WHERE email = ?")
            .bind(email.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    /// The account.
    pub async fn user(&self, id: &UserId) -> Result<Option<StoredUser>, MetaError> {
        let row = sqlx::query("SELECT * FROM users WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    /// Changes the password from the one that was shown, and ends the person's sessions except the one to keep.
    ///
    /// # Errors
    /// `Conflict` when the password is another one by now, or the session has ended.
    pub async fn change_password(
        &self,
        id: &UserId,
        (from, to): (&str, &str),
        keep: &SecretHash,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sessions::holds(&mut transaction, id, Basis::Session(keep)).await?;
        let done = sqlx::query("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
            .bind(to)
            .bind(id.as_str())
            .bind(from)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::Conflict("the password was changed meanwhile".to_owned()));
        }
        sqlx::query("DELETE FROM sessions WHERE user_id = ? AND token_hash IS NOT ?")
            .bind(id.as_str())
            .bind(keep.as_slice())
            .execute(&mut *transaction)
            .await?;
        for entry in entries {
            audit::insert(&mut transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Sets the password by the word of whoever holds the data, who vouches for the address, and ends all the
    /// person's sessions.
    pub async fn reset_password(
        &self,
        id: &UserId,
        password_hash: &str,
        at_ms: i64,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE users SET password_hash = ?, email_proven_ms = coalesce(email_proven_ms, ?) WHERE id = ?",
        )
        .bind(password_hash)
        .bind(at_ms)
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = ?")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        for entry in entries {
            audit::insert(&mut transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// The account, in the transaction of what it is made for.
pub(super) async fn insert(to: &mut SqliteConnection, new: &NewUser) -> Result<(), MetaError> {
    let done = sqlx::query(
        "INSERT INTO users (id, email, name, password_hash, created_at_ms, email_proven_ms)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
    )
    .bind(new.user.id.as_str())
    .bind(new.user.email.as_str())
    .bind(&new.user.name)
    .bind(&new.password_hash)
    .bind(new.created_at_ms)
    .bind(new.email_proven.then_some(new.created_at_ms))
    .execute(to)
    .await?;
    if done.rows_affected() == 0 {
        return Err(MetaError::Conflict(format!("{} has an account already", new.user.email)));
    }
    Ok(())
}

/// The columns `id`, `email` and `name`.
pub(super) fn user(row: &SqliteRow) -> Result<User, MetaError> {
    Ok(User {
        id: parsed("user", row.try_get("id")?)?,
        email: parsed("e-mail address", row.try_get("email")?)?,
        name: row.try_get("name")?,
    })
}

fn stored(row: &SqliteRow) -> Result<StoredUser, MetaError> {
    Ok(StoredUser {
        user: user(row)?,
        password_hash: row.try_get("password_hash")?,
        email_proven_ms: row.try_get("email_proven_ms")?,
    })
}
