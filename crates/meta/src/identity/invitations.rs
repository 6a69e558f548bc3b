//! Invitations that nobody accepted yet; an accepted one is gone, so that its link works once.

use super::{Basis, NewAudit, Person, SecretHash, audit, members, sessions};
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError};
use model::{Email, InvitationId, OrganizationId, Role, Standing};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An invitation to make.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// Of the secret in its link.
    pub token_hash: SecretHash,
}

/// An invitation that nobody accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Identifier.
    pub id: InvitationId,
    /// Into which organization.
    pub organization_id: OrganizationId,
    /// Who is invited.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// Ids of the subsets that they will see, as a subset viewer.
    pub subsets: Vec<String>,
    /// Name of who invited.
    pub invited_by: String,
    /// When (ms).
    pub created_at_ms: i64,
    /// When its link stops working (ms).
    pub expires_at_ms: i64,
    /// Whether the link went to the invited address alone.
    pub mailed: bool,
}

impl Meta {
    /// Makes an invitation; an earlier one of the same address is replaced.
    pub async fn invite(&self, new: &NewInvitation, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let invitation = &new.invitation;
        sqlx::query("DELETE FROM invitations WHERE organization_id = ? AND email = ?")
            .bind(invitation.organization_id.as_str())
            .bind(invitation.email.as_str())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO invitations
             (id, organization_id, email, role, subsets, token_hash, invited_by, created_at_ms, expires_at_ms, mailed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(invitation.id.as_str())
        .bind(invitation.organization_id.as_str())
        .bind(invitation.email.as_str())
        .bind(invitation.role.name())
        .bind(to_json("subsets", &invitation.subsets)?)
        .bind(new.token_hash.as_slice())
        .bind(&invitation.invited_by)
        .bind(invitation.created_at_ms)
        .bind(invitation.expires_at_ms)
        .bind(invitation.mailed)
        .execute(&mut *transaction)
        .await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Invitations into an organization, newest first.
    pub async fn invitations(&self, organization: &OrganizationId) -> Result<Vec<Invitation>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM invitations WHERE organization_id = ? ORDER BY created_at_ms DESC, id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(invitation).collect()
    }

    /// Invitations of an address that have not expired, and the names of who invites, oldest first.
    pub async fn invitations_of(
        &self,
        email: &Email,
        now_ms: i64,
    ) -> Result<Vec<(Invitation, String)>, MetaError> {
        let rows = sqlx::query(
            "SELECT invitations.*, organizations.name AS organization_name
             FROM invitations JOIN organizations ON organizations.id = invitations.organization_id
             WHERE email = ? AND expires_at_ms > ? ORDER BY created_at_ms, invitations.id",
        )
        .bind(email.as_str())
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((invitation(row)?, row.try_get("organization_name")?))).collect()
    }

    /// The invitation of a link that still works.
    pub async fn invitation_by_token(
        &self,
        token_hash: &SecretHash,
        now_ms: i64,
    ) -> Result<Option<Invitation>, MetaError> {
        let row = sqlx::query("SELECT * FROM invitations WHERE token_hash = ? AND expires_at_ms > ?")
            .bind(token_hash.as_slice())
            .bind(now_ms)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(invitation).transpose()
    }

    /// Makes the invited person a member and uses the invitation up; a conflict when somebody else did, or when
    /// what the person has shown holds no more.
    pub async fn accept_invitation(
        &self,
        invitation: &Invitation,
        (person, basis): (Person<'_>, Basis<'_>),
        at_ms: i64,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        if let Person::Known(user) = person {
            sessions::holds(&mut transaction, user, basis).await?;
        }
        let done = sqlx::query("DELETE FROM invitations WHERE id = ? AND expires_at_ms > ?")
            .bind(invitation.id.as_str())
            .bind(at_ms)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::Conflict("the invitation was accepted or withdrawn".to_owned()));
        }
        let user = person.stored(&mut transaction).await?;
        let standing = Standing::new(invitation.role, invitation.subsets.iter().cloned());
        members::insert(&mut transaction, &invitation.organization_id, user, &standing, at_ms).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes an invitation back.
    pub async fn withdraw_invitation(
        &self,
        organization: &OrganizationId,
        id: &InvitationId,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM invitations WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(MetaError::NotFound { what: "invitation", id: id.to_string() });
        }
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }
}

fn invitation(row: &SqliteRow) -> Result<Invitation, MetaError> {
    Ok(Invitation {
        id: parsed("invitation", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        email: parsed("e-mail address", row.try_get("email")?)?,
        role: parsed("role", row.try_get("role")?)?,
        subsets: from_json("subsets", row.try_get("subsets")?)?,
        invited_by: row.try_get("invited_by")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
        mailed: row.try_get("mailed")?,
    })
}
