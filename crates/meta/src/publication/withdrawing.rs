//! Taking back a publication whose line items were refused: what stood before it stands again, as if it had never been.

use crate::store::parsed;
use crate::{Meta, MetaError, lake_files, outbox};
use model::{BillingPeriod, ConnectionId, Table};
use sqlx::{Row, SqliteConnection};

impl Meta {
    /// Takes back a current publication that has no line items. The one that it replaced counts again, unless its files
    /// are gone; those that earlier tries with the same delivery left without line items are taken back with it. None of
    /// them ever was, whatever day one looks back to. Returns the roll-up files of what counts again, none where nothing
    /// was published before; `None` where nothing changed: it is not current, it is complete, or it took the place of other
    /// connections' months as well.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn withdraw(&self, publication: i64, now_ms: i64) -> Result<Option<Vec<String>>, MetaError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "SELECT connection_id, period, fingerprint FROM publications
             WHERE id = ? AND superseded_at_ms IS NULL AND stage = 'dashboards' AND NOT EXISTS (
                 SELECT 1 FROM publications AS retired WHERE retired.period = publications.period
                     AND retired.connection_id <> publications.connection_id
                     AND retired.superseded_at_ms = publications.published_at_ms)",
        )
        .bind(publication)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let connection: ConnectionId = parsed("connection", row.try_get("connection_id")?)?;
        let period: BillingPeriod = parsed("period", row.try_get("period")?)?;
        let fingerprint: String = row.try_get("fingerprint")?;
        let mut former = Some(publication);
        while let Some(id) = former {
            let before = before(&mut transaction, id).await?;
            erase(&mut transaction, id, now_ms).await?;
            former = before.as_ref().map(|before| before.id);
            if before.is_none_or(|before| before.complete || before.fingerprint != fingerprint) {
                break;
            }
        }
        let mut rollup_files = vec![];
        if let Some(former) = former {
            sqlx::query("UPDATE publications SET superseded_at_ms = NULL WHERE id = ?")
                .bind(former)
                .execute(&mut *transaction)
                .await?;
            rollup_files = lake_files::revive(&mut transaction, former, Table::Rollup).await?;
            lake_files::revive(&mut transaction, former, Table::LineItems).await?;
        }
        outbox::insert(&mut transaction, former.unwrap_or(publication), &connection, period, now_ms).await?;
        transaction.commit().await?;
        Ok(Some(rollup_files))
    }
}

struct Before {
    id: i64,
    complete: bool,
    fingerprint: String,
}

/// What a publication replaced, where its files are still kept: it ended at the instant at which this one began.
async fn before(from: &mut SqliteConnection, publication: i64) -> Result<Option<Before>, MetaError> {
    let row = sqlx::query(
        "SELECT former.id, former.stage = 'complete' AS complete, former.fingerprint
         FROM publications AS former JOIN publications AS own USING (connection_id, period)
         WHERE own.id = ? AND former.id < own.id AND former.superseded_at_ms = own.published_at_ms
             AND former.files_gone_ms IS NULL
         ORDER BY former.id DESC LIMIT 1",
    )
    .bind(publication)
    .fetch_optional(from)
    .await?;
    let before = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Before {
            id: row.try_get("id")?,
            complete: row.try_get("complete")?,
            fingerprint: row.try_get("fingerprint")?,
        })
    };
    row.as_ref().map(before).transpose()
}

/// A publication that lasted no time counts on no day; its files go once those who found them before are done.
async fn erase(to: &mut SqliteConnection, publication: i64, now_ms: i64) -> Result<(), MetaError> {
    sqlx::query("UPDATE publications SET superseded_at_ms = published_at_ms, files_gone_ms = ? WHERE id = ?")
        .bind(now_ms)
        .bind(publication)
        .execute(&mut *to)
        .await?;
    sqlx::query("UPDATE publication_files SET state = 'deletable', since_ms = ? WHERE publication_id = ?")
        .bind(now_ms)
        .bind(publication)
        .execute(to)
        .await?;
    Ok(())
}
