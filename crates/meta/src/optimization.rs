//! What people decided about what could be saved: findings that were put away, and workloads that are not to run on spot.

use crate::identity::insert_audit;
use crate::store::parsed;
use crate::{Meta, MetaError, NewAudit};
use model::{Day, OrganizationId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A finding of waste that somebody put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WasteDismissal {
    /// Identifier.
    pub id: String,
    /// Number of the rule.
    pub rule: u8,
    /// Account.
    pub account: String,
    /// The resource; empty where the finding names none.
    pub resource: String,
    /// The region where no resource is named, else empty.
    pub region: String,
    /// Why.
    pub reason: String,
    /// The last day; `None`: for good.
    pub until: Option<Day>,
    /// Who.
    pub by: String,
    /// When (ms).
    pub at_ms: i64,
}

/// A workload that is not to run on spot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpotExclusion {
    /// The workload, as the program writes it.
    pub workload: String,
    /// Why; may be empty.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When (ms).
    pub at_ms: i64,
}

impl Meta {
    /// The findings that were put away, the newest first; also those whose time is over.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn waste_dismissals(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WasteDismissal>, MetaError> {
        let rows =
            sqlx::query("SELECT * FROM waste_dismissals WHERE organization_id = ? ORDER BY at_ms DESC, id")
                .bind(organization.as_str())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(dismissal).collect()
    }

    /// Puts a finding away; what was said of it before is replaced.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn dismiss_waste(
        &self,
        organization: &OrganizationId,
        new: &WasteDismissal,
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO waste_dismissals (id, organization_id, rule, account, resource, region, reason, until, by, at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (organization_id, rule, account, resource, region) DO UPDATE SET
                 id = excluded.id, reason = excluded.reason, until = excluded.until, by = excluded.by,
                 at_ms = excluded.at_ms",
        )
        .bind(&new.id)
        .bind(organization.as_str())
        .bind(new.rule)
        .bind(&new.account)
        .bind(&new.resource)
        .bind(&new.region)
        .bind(&new.reason)
        .bind(new.until.map(|day| day.date().to_string()))
        .bind(&new.by)
        .bind(new.at_ms)
        .execute(&mut *transaction)
        .await?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes back that a finding was put away. False: it was not.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn restore_waste(
        &self,
        organization: &OrganizationId,
        id: &str,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM waste_dismissals WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The workloads that are not to run on spot.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn spot_exclusions(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<SpotExclusion>, MetaError> {
        let rows = sqlx::query("SELECT * FROM spot_exclusions WHERE organization_id = ? ORDER BY workload")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        let one = |row: &SqliteRow| {
            Ok(SpotExclusion {
                workload: row.try_get("workload")?,
                reason: row.try_get("reason")?,
                by: row.try_get("by")?,
                at_ms: row.try_get("at_ms")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Keeps workloads off spot; what was said of them before is replaced.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn exclude_from_spot(
        &self,
        organization: &OrganizationId,
        new: &[SpotExclusion],
        entry: &NewAudit,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        for one in new {
            sqlx::query(
                "INSERT OR REPLACE INTO spot_exclusions (organization_id, workload, reason, by, at_ms)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(organization.as_str())
            .bind(&one.workload)
            .bind(&one.reason)
            .bind(&one.by)
            .bind(one.at_ms)
            .execute(&mut *transaction)
            .await?;
        }
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets workloads run on spot again. The number of those that were excluded; where it is none, nothing is written.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn include_in_spot(
        &self,
        organization: &OrganizationId,
        workloads: &[String],
        entry: &NewAudit,
    ) -> Result<u64, MetaError> {
        let mut transaction = self.write().await?;
        let mut included = 0;
        for workload in workloads {
            let done = sqlx::query("DELETE FROM spot_exclusions WHERE organization_id = ? AND workload = ?")
                .bind(organization.as_str())
                .bind(workload)
                .execute(&mut *transaction)
                .await?;
            included += done.rows_affected();
        }
        if included > 0 {
            insert_audit(&mut transaction, entry).await?;
            transaction.commit().await?;
        }
        Ok(included)
    }
}

fn dismissal(row: &SqliteRow) -> Result<WasteDismissal, MetaError> {
    let until: Option<&str> = row.try_get("until")?;
    Ok(WasteDismissal {
        id: row.try_get("id")?,
        rule: row.try_get("rule")?,
        account: row.try_get("account")?,
        resource: row.try_get("resource")?,
        region: row.try_get("region")?,
        reason: row.try_get("reason")?,
        until: until.map(|day| parsed("day", day)).transpose()?,
        by: row.try_get("by")?,
        at_ms: row.try_get("at_ms")?,
    })
}
