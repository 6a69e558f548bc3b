//! Who belongs to an organization, as what.

use super::{NewAudit, Person, User, audit, users};
use crate::organization::organization;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, Organization};
use model::{OrganizationId, Role, Standing, UserId};
use sqlx::{Row, SqliteConnection};

/// A person of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: User,
    /// Their role.
    pub role: Role,
    /// Ids of the subsets that a subset viewer may see.
    pub subsets: Vec<String>,
    /// When they joined (ms).
    pub since_ms: i64,
    /// Last request in a session of theirs (ms).
    pub last_seen_ms: Option<i64>,
}

impl Meta {
    /// The people of an organization, by name.
    pub async fn members(&self, organization: &OrganizationId) -> Result<Vec<Member>, MetaError> {
        let rows = sqlx::query(
            "SELECT users.id, users.email, users.name, memberships.role, memberships.subsets,
                    memberships.created_at_ms AS since_ms,
                    (SELECT max(last_seen_ms) FROM sessions WHERE sessions.user_id = users.id) AS last_seen_ms
             FROM memberships JOIN users ON users.id = memberships.user_id
             WHERE memberships.organization_id = ? ORDER BY users.name, users.email",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Member {
                    user: users::user(row)?,
                    role: parsed("role", row.try_get("role")?)?,
                    subsets: from_json("subsets", row.try_get("subsets")?)?,
                    since_ms: row.try_get("since_ms")?,
                    last_seen_ms: row.try_get("last_seen_ms")?,
                })
            })
            .collect()
    }

    /// The organizations of a person, by name.
    pub async fn memberships(&self, user: &UserId) -> Result<Vec<(Organization, Role)>, MetaError> {
        let rows = sqlx::query(
            "SELECT organizations.id, organizations.name, organizations.demo, memberships.role
             FROM memberships JOIN organizations ON organizations.id = memberships.organization_id
             WHERE memberships.user_id = ? ORDER BY organizations.name, organizations.id",
        )
        .bind(user.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((organization(row)?, parsed("role", row.try_get("role")?)?))).collect()
    }

    /// Ids of the subsets that a person may see in an organization, as a subset viewer there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn subsets_of_member(
        &self,
        user: &UserId,
        organization: &OrganizationId,
    ) -> Result<Vec<String>, MetaError> {
        let row = sqlx::query("SELECT subsets FROM memberships WHERE user_id = ? AND organization_id = ?")
            .bind(user.as_str())
            .bind(organization.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(vec![]), |row| from_json("subsets", row.try_get("subsets")?))
    }

    /// Makes a person a member: with a new account, or with the one they have.
    pub async fn add_member(
        &self,
        organization: &OrganizationId,
        person: Person<'_>,
        standing: impl Into<Standing>,
        at_ms: i64,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let user = person.stored(&mut transaction).await?;
        insert(&mut transaction, organization, user, &standing.into(), at_ms).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes an organization, with its first administrator where a person makes it.
    pub async fn found_organization(
        &self,
        organization: &Organization,
        administrator: Option<&UserId>,
        at_ms: i64,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("INSERT INTO organizations (id, name, demo) VALUES (?, ?, ?)")
            .bind(organization.id.as_str())
            .bind(&organization.name)
            .bind(organization.demo)
            .execute(&mut *transaction)
            .await?;
        if let Some(administrator) = administrator {
            insert(&mut transaction, &organization.id, administrator, &Role::Administrator.into(), at_ms)
                .await?;
        }
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives an organization another name.
    pub async fn rename_organization(
        &self,
        organization: &OrganizationId,
        name: &str,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE organizations SET name = ? WHERE id = ?")
            .bind(name)
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives a member another role. A conflict when the organization would be left without administrator.
    pub async fn set_role(
        &self,
        organization: &OrganizationId,
        user: &UserId,
        standing: impl Into<Standing>,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let standing = standing.into();
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE memberships SET role = ?, subsets = ? WHERE organization_id = ? AND user_id = ?",
        )
        .bind(standing.role().name())
        .bind(to_json("subsets", &standing.subsets())?)
        .bind(organization.as_str())
        .bind(user.as_str())
        .execute(&mut *transaction)
        .await?;
        changed(done.rows_affected(), user)?;
        uninvited(&mut transaction, organization, user).await?;
        administered(&mut transaction, organization).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a member out. A conflict when the organization would be left without administrator.
    pub async fn remove_member(
        &self,
        organization: &OrganizationId,
        user: &UserId,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM memberships WHERE organization_id = ? AND user_id = ?")
            .bind(organization.as_str())
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await?;
        changed(done.rows_affected(), user)?;
        // Their own reports go with them; the shared ones stay, and are nobody's in particular from now on.
        for statement in [
            "DELETE FROM saved_reports WHERE organization_id = ? AND owner_id = ? AND shared = 0",
            "UPDATE saved_reports SET owner_id = NULL WHERE organization_id = ? AND owner_id = ?",
        ] {
            sqlx::query(statement)
                .bind(organization.as_str())
                .bind(user.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        administered(&mut transaction, organization).await?;
        audit::insert(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }
}

/// The membership, in the transaction of what it is made for; one that is there takes the role, unless it is the
/// last administrator's.
pub(super) async fn insert(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    user: &UserId,
    standing: &Standing,
    at_ms: i64,
) -> Result<(), MetaError> {
    let before = sqlx::query("SELECT role FROM memberships WHERE user_id = ? AND organization_id = ?")
        .bind(user.as_str())
        .bind(organization.as_str())
        .fetch_optional(&mut *to)
        .await?;
    sqlx::query(
        "INSERT INTO memberships (user_id, organization_id, role, subsets, created_at_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (user_id, organization_id) DO UPDATE SET role = excluded.role, subsets = excluded.subsets",
    )
    .bind(user.as_str())
    .bind(organization.as_str())
    .bind(standing.role().name())
    .bind(to_json("subsets", &standing.subsets())?)
    .bind(at_ms)
    .execute(&mut *to)
    .await?;
    uninvited(to, organization, user).await?;
    match before {
        Some(row) if row.try_get::<&str, _>("role")? == Role::Administrator.name() => {
            administered(to, organization).await
        }
        _ => Ok(()),
    }
}

/// Whoever is a member is not invited any more: what an invitation says is older than what they are.
async fn uninvited(
    to: &mut SqliteConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), MetaError> {
    sqlx::query(
        "DELETE FROM invitations WHERE organization_id = ? AND email = (SELECT email FROM users WHERE id = ?)",
    )
    .bind(organization.as_str())
    .bind(user.as_str())
    .execute(to)
    .await?;
    Ok(())
}

fn changed(rows: u64, user: &UserId) -> Result<(), MetaError> {
    if rows == 1 { Ok(()) } else { Err(MetaError::NotFound { what: "member", id: user.to_string() }) }
}

/// Somebody must be left who can let others in.
async fn administered(from: &mut SqliteConnection, organization: &OrganizationId) -> Result<(), MetaError> {
    let row = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM memberships WHERE organization_id = ? AND role = 'administrator') AS found",
    )
    .bind(organization.as_str())
    .fetch_one(from)
    .await?;
    if row.try_get("found")? {
        return Ok(());
    }
    Err(MetaError::Conflict("the organization would be left without an administrator".to_owned()))
}
