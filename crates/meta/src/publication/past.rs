//! What was published at an instant that is over, and the files behind a publication.

use super::withdrawing::COUNTED;
use super::{Publication, publication};
use crate::store::{from_json, parsed};
use crate::{Meta, MetaError};
use model::{OrganizationId, Table};
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

/// A file as a row tells of it.
type Told = (String, String, Option<u64>);

/// The files of a row that was asked for with either of these, by table, and their bytes, by path.
pub(super) fn files(
    row: &SqliteRow,
) -> Result<(BTreeMap<Table, Vec<String>>, HashMap<String, u64>), MetaError> {
    let mut files: BTreeMap<Table, Vec<String>> = BTreeMap::new();
    let mut sizes = HashMap::new();
    for (table, path, bytes) in from_json::<Vec<Told>>("files", row.try_get("files")?)? {
        sizes.extend(bytes.map(|bytes| (path.clone(), bytes)));
        files.entry(parsed("table", &table)?).or_default().push(path);
    }
    Ok((files, sizes))
}

impl Meta {
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
