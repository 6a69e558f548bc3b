//! What an organization defines over its bills, one JSON document a kind.

use crate::identity::insert_audit;
use crate::store::{from_json, stored, to_json};
use crate::{Meta, MetaError, NewAudit};
use model::OrganizationId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;

/// Kinds of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefinitionKind {
    /// Named groups of accounts.
    Subsets,
    /// Tags by rules.
    VirtualTags,
    /// Costs that are split over others.
    SharedCosts,
    /// Where AWS Organizations places accounts, and their names there, by connection.
    OrganizationalUnits,
    /// Names that people gave to accounts, each with those before it.
    AccountNames,
    /// Which values of a tag are spellings of one, by key.
    TagSpellings,
}

impl DefinitionKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Subsets => "subsets",
            Self::VirtualTags => "virtual_tags",
            Self::SharedCosts => "shared_costs",
            Self::OrganizationalUnits => "organizational_units",
            Self::AccountNames => "account_names",
            Self::TagSpellings => "tag_spellings",
        }
    }
}

impl Meta {
    /// A document and its revision; the empty one at revision 0 while nothing is defined.
    pub async fn definition<T: DeserializeOwned + Default>(
        &self,
        organization: &OrganizationId,
        kind: DefinitionKind,
    ) -> Result<(T, u64), MetaError> {
        let row =
            sqlx::query("SELECT document, revision FROM definitions WHERE organization_id = ? AND kind = ?")
                .bind(organization.as_str())
                .bind(kind.name())
                .fetch_optional(&self.pool)
                .await?;
        let Some(row) = row else { return Ok((T::default(), 0)) };
        let revision: i64 = row.try_get("revision")?;
        Ok((from_json(kind.name(), row.try_get("document")?)?, revision.unsigned_abs()))
    }

    /// Replaces a document that was read at a revision; `entry` tells who did, where a person did.
    ///
    /// # Errors
    /// `Conflict` when somebody changed it meanwhile.
    pub async fn define<T: Serialize>(
        &self,
        organization: &OrganizationId,
        kind: DefinitionKind,
        document: &T,
        revision: u64,
        entry: Option<&NewAudit>,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "INSERT INTO definitions (organization_id, kind, document, revision) VALUES (?1, ?2, ?3, ?4 + 1)
             ON CONFLICT DO UPDATE SET document = excluded.document, revision = excluded.revision
             WHERE revision = ?4",
        )
        .bind(organization.as_str())
        .bind(kind.name())
        .bind(to_json(kind.name(), document)?)
        .bind(stored("the revision", revision)?)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(MetaError::Conflict(
                "somebody else changed this meanwhile: load it again and repeat the change".to_owned(),
            ));
        }
        if let Some(entry) = entry {
            insert_audit(&mut transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }
}
