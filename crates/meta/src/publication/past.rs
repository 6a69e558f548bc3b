//! What was published at an instant that is over, and the files behind a publication.

use super::withdrawing::COUNTED;
use super::{Publication, Stage, publication};
use crate::store::{from_json, parsed};
use crate::{Meta, MetaError};
use model::{BillingPeriod, ConnectionId, OrganizationId, Table};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::{BTreeMap, HashMap};

/// Tables, paths and bytes of the files of a publication: which states count is said by whoever asks.
macro_rules! files {
    ($states:literal) => {
        concat!(
            "(SELECT json_group_array(json_array(table_name, path, byte_count)) FROM (SELECT table_name, path, byte_count
                FROM publication_files WHERE publication_id = publications.id AND state IN ",
            $states,
            " ORDER BY id)) AS files"
        )
    };
}

/// Those that a current publication names.
pub(super) const CURRENT_FILES: &str = files!("('published')");
/// Those of a publication that may have been replaced.
const KEPT_FILES: &str = files!("('published', 'superseded')");

/// Those of a publication whatever became of it, as long as they are known.
const ALL_FILES: &str = files!("('published', 'superseded', 'deletable')");

/// A file as a row tells of it.
type Told = (String, String, Option<u64>);

/// Files by table, and their bytes by path.
type Files = (BTreeMap<Table, Vec<String>>, HashMap<String, u64>);

/// The files of a row that was asked for with any of these.
pub(super) fn files(row: &SqliteRow) -> Result<Files, MetaError> {
    let mut files: BTreeMap<Table, Vec<String>> = BTreeMap::new();
    let mut sizes = HashMap::new();
    for (table, path, bytes) in from_json::<Vec<Told>>("files", row.try_get("files")?)? {
        sizes.extend(bytes.map(|bytes| (path.clone(), bytes)));
        files.entry(parsed("table", &table)?).or_default().push(path);
    }
    Ok((files, sizes))
}

/// What is published of a month in one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedMonth {
    /// The connection.
    pub connection_id: ConnectionId,
    /// The month.
    pub period: BillingPeriod,
    /// Paths of the files, relative to the table.
    pub files: Vec<String>,
    /// Whether its line items are not there yet.
    pub awaited: bool,
}

impl Meta {
    /// The months that are published, of whatever organization, with their files in a table.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn published_months(&self, table: Table) -> Result<Vec<PublishedMonth>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT connection_id, period, stage, {CURRENT_FILES} FROM publications WHERE superseded_at_ms IS NULL"
        )))
        .fetch_all(&self.pool)
        .await?;
        let month = |row: &SqliteRow| {
            let stage: Stage = parsed("stage", row.try_get("stage")?)?;
            Ok(PublishedMonth {
                connection_id: parsed("connection", row.try_get("connection_id")?)?,
                period: parsed("period", row.try_get("period")?)?,
                files: files(row)?.0.remove(&table).unwrap_or_default(),
                awaited: stage == Stage::Dashboards,
            })
        };
        rows.iter().map(month).collect()
    }

    /// The publications of an organization that were current at an instant (ms), by period and connection: those that
    /// were replaced or retired since, too. `None` when the files of one of them are not kept any more: see
    /// [`Self::kept_from`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn publications_as_of(
        &self,
        organization: &OrganizationId,
        at_ms: i64,
    ) -> Result<Option<Vec<Publication>>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT publications.*, {KEPT_FILES} FROM publications
             JOIN connections ON connections.id = publications.connection_id
             WHERE connections.organization_id = ?1 AND published_at_ms <= ?2
                 AND (superseded_at_ms IS NULL OR superseded_at_ms > ?2)
             ORDER BY period, connection_id"
        )))
        .bind(organization.as_str())
        .bind(at_ms)
        .fetch_all(&self.pool)
        .await?;
        for row in &rows {
            if row.try_get::<Option<i64>, _>("files_gone_ms")?.is_some() {
                return Ok(None);
            }
        }
        rows.iter().map(publication).collect::<Result<_, _>>().map(Some)
    }

    /// First instant (ms) from which on an organization's bills can be looked at as they stood; `None`: the files
    /// of all that was ever published are there. What was removed with its connection is no part of it: see
    /// [`Self::kept_again`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn kept_from(&self, organization: &OrganizationId) -> Result<Option<i64>, MetaError> {
        let row = sqlx::query(
            "SELECT max(coalesce((SELECT max(superseded_at_ms) FROM publications
                     JOIN connections ON connections.id = publications.connection_id
                     WHERE connections.organization_id = ?1 AND files_gone_ms IS NOT NULL
                         AND superseded_at_ms > published_at_ms), 0),
                 coalesce((SELECT past_from_ms FROM organizations WHERE id = ?1), 0)) AS kept_from",
        )
        .bind(organization.as_str())
        .fetch_one(&self.pool)
        .await?;
        let kept_from: i64 = row.try_get("kept_from")?;
        Ok(Some(kept_from).filter(|from| *from > 0))
    }

    /// The first instant from one on (ms) at which an organization's bills can be looked at as they stood, where that one is
    /// none: files are not kept any more, or what counted then was removed with its connection.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn kept_again(
        &self,
        organization: &OrganizationId,
        at_ms: i64,
    ) -> Result<Option<i64>, MetaError> {
        let mut kept = self.kept_from(organization).await?.unwrap_or(at_ms).max(at_ms);
        let gaps = sqlx::query(
            "SELECT from_ms, until_ms FROM past_gaps WHERE organization_id = ? AND until_ms > ? ORDER BY from_ms",
        )
        .bind(organization.as_str())
        .bind(kept)
        .fetch_all(&self.pool)
        .await?;
        for gap in &gaps {
            let (from, until): (i64, i64) = (gap.try_get("from_ms")?, gap.try_get("until_ms")?);
            if from <= kept {
                kept = kept.max(until);
            }
        }
        Ok(Some(kept).filter(|kept| *kept > at_ms))
    }

    /// A publication, current or not, with all of its files that are known: those of one that was replaced may be gone.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn publication(&self, id: i64) -> Result<Option<Publication>, MetaError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT publications.*, {ALL_FILES} FROM publications WHERE id = ?"
        )))
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(publication).transpose()
    }

    /// When something was published first of an organization (ms).
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn first_published(&self, organization: &OrganizationId) -> Result<Option<i64>, MetaError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT min(published_at_ms) AS first FROM publications
             JOIN connections ON connections.id = publications.connection_id
             WHERE connections.organization_id = ? AND {COUNTED}"
        )))
        .bind(organization.as_str())
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get("first")?)
    }
}
