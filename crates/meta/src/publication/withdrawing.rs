//! Taking back a publication whose line items were refused: what stood before it stands again, as if it had never been.

use crate::store::parsed;
use crate::{Meta, MetaError, lake_files, outbox};
use model::{BillingPeriod, ConnectionId, Table};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Whether a publication counts or did: not so of one that was taken back, which lasted no time.
pub(super) const COUNTED: &str =
    "(superseded_at_ms IS NULL OR files_gone_ms IS NULL OR superseded_at_ms <> published_at_ms)";

impl Meta {
    /// Takes back a current publication that has no line items. The last complete one counts again, if it was the
    /// connection's until the first of the tries that followed it; where none was ever complete, what another delivery left
    /// without line items. What is taken back never was, whatever day one looks back to. Returns the roll-up files of what
    /// counts again, none where nothing was published before.
    ///
    /// `None` where nothing changed: the publication is not current, or complete; or other connections' months changed with
    /// one of those that would be taken back, or hold a bill of what would count again. Then one bill might count twice, or
    /// nowhere.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn withdraw(&self, publication: i64, now_ms: i64) -> Result<Option<Vec<String>>, MetaError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "SELECT connection_id, period FROM publications
             WHERE id = ? AND superseded_at_ms IS NULL AND stage = 'dashboards'",
        )
        .bind(publication)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let connection: ConnectionId = parsed("connection", row.try_get("connection_id")?)?;
        let period: BillingPeriod = parsed("period", row.try_get("period")?)?;
        let mut chain = chain(&mut transaction, publication).await?;
        let fingerprint = chain.first().map(|own| own.fingerprint.clone()).unwrap_or_default();
        let tries = match chain.iter().position(|one| one.complete) {
            Some(complete) => complete,
            None => chain.iter().take_while(|one| one.fingerprint == fingerprint).count(),
        };
        let former = chain.drain(tries..).next().filter(|former| !former.gone);
        if shared(&mut transaction, &chain, former.as_ref(), &connection).await? {
            return Ok(None);
        }
        for one in &chain {
            outbox::forget_diffs(&mut transaction, one.id).await?;
            erase(&mut transaction, one.id, now_ms).await?;
        }
        let mut rollup_files = vec![];
        if let Some(former) = &former {
            sqlx::query("UPDATE publications SET superseded_at_ms = NULL WHERE id = ?")
                .bind(former.id)
                .execute(&mut *transaction)
                .await?;
            rollup_files = lake_files::revive(&mut transaction, former.id, Table::Rollup).await?;
            lake_files::revive(&mut transaction, former.id, Table::LineItems).await?;
        }
        let follows = former.map_or(publication, |former| former.id);
        outbox::insert(&mut transaction, follows, &connection, period, now_ms, &[]).await?;
        transaction.commit().await?;
        Ok(Some(rollup_files))
    }
}

struct Link {
    id: i64,
    published_at_ms: i64,
    superseded_at_ms: Option<i64>,
    complete: bool,
    gone: bool,
    fingerprint: String,
}

/// A publication and those before it without a gap, each ending as the next begins, back to the first complete one.
async fn chain(from: &mut SqliteConnection, publication: i64) -> Result<Vec<Link>, MetaError> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT id, published_at_ms, superseded_at_ms, stage = 'complete' AS complete, files_gone_ms IS NOT NULL AS gone,
             fingerprint
         FROM publications
         WHERE (connection_id, period) = (SELECT connection_id, period FROM publications WHERE id = ?1)
             AND id <= ?1 AND {COUNTED}
         ORDER BY id DESC"
    )))
    .bind(publication)
    .fetch_all(from)
    .await?;
    let link = |row: &SqliteRow| -> Result<Link, MetaError> {
        Ok(Link {
            id: row.try_get("id")?,
            published_at_ms: row.try_get("published_at_ms")?,
            superseded_at_ms: row.try_get("superseded_at_ms")?,
            complete: row.try_get("complete")?,
            gone: row.try_get("gone")?,
            fingerprint: row.try_get("fingerprint")?,
        })
    };
    let mut chain: Vec<Link> = vec![];
    for row in &rows {
        let one = link(row)?;
        let last = chain.last();
        if last.is_some_and(|last| last.complete || one.superseded_at_ms != Some(last.published_at_ms)) {
            break;
        }
        chain.push(one);
    }
    Ok(chain)
}

/// Whether a month of another connection of the organization ended or began with one of these, or counts a bill that the
/// former one holds as well.
async fn shared(
    from: &mut SqliteConnection,
    tries: &[Link],
    former: Option<&Link>,
    connection: &ConnectionId,
) -> Result<bool, MetaError> {
    let instants: Vec<i64> = tries.iter().map(|one| one.published_at_ms).collect();
    let found = sqlx::query(
        "SELECT 1 FROM publications AS other
         JOIN connections AS theirs ON theirs.id = other.connection_id
         JOIN connections AS ours ON ours.id = ?1 AND ours.organization_id = theirs.organization_id
         WHERE other.connection_id <> ?1 AND other.period = (SELECT period FROM publications WHERE id = ?2) AND (
             other.superseded_at_ms IN (SELECT value FROM json_each(?3))
             OR other.published_at_ms IN (SELECT value FROM json_each(?3))
             OR (other.superseded_at_ms IS NULL AND EXISTS (
                 SELECT 1 FROM json_each(other.proof, '$.owners') AS own
                 WHERE json_extract(own.value, '$[0]') IN (
                     SELECT json_extract(held.value, '$[0]')
                     FROM publications AS former, json_each(former.proof, '$.owners') AS held
                     WHERE former.id = ?4))))
         LIMIT 1",
    )
    .bind(connection.as_str())
    .bind(tries.first().map(|own| own.id))
    .bind(crate::store::to_json("instants", &instants)?)
    .bind(former.map(|former| former.id))
    .fetch_optional(from)
    .await?;
    Ok(found.is_some())
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
