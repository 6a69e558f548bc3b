//! Files of the lake as rows. A file goes one way: *staged* (written, named by nothing), *published* (named by a current
//! publication), *superseded* (its publication was replaced; kept for whoever looks back; published again where what
//! replaced it is taken back), *deletable* (nothing reads it any more, and it goes once those who found it before are
//! done).
//!
//! Every step but the first is one statement beside the one that causes it, in its transaction. A file that is deletable
//! never comes back: publishing one is refused.

use crate::identity::insert_entries;
use crate::store::{parsed, stored, to_json};
use crate::{Meta, MetaError, NewAudit};
use model::Table;
use sqlx::{Row, SqliteConnection};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

/// How long superseded files are kept unless somebody says otherwise (ms): a month and some days, so that a closed month
/// can be looked at as it stood when it was invoiced.
pub const KEEP_SUPERSEDED_MS: i64 = 35 * 24 * 60 * 60 * 1000;

/// Sizes that are kept in one step.
const SIZES_AT_ONCE: usize = 2_000;

/// The last complete publications of months whose current one has no line items yet: they count again where these are
/// refused.
const MAY_COME_BACK: &str = "SELECT max(former.id) FROM publications AS former
    JOIN publications AS own USING (connection_id, period)
    WHERE own.superseded_at_ms IS NULL AND own.stage = 'dashboards'
        AND former.superseded_at_ms IS NOT NULL AND former.stage = 'complete'
    GROUP BY former.connection_id, former.period";

/// Publications of which a bill diff is still to be made, but for those that were never complete where the one that is
/// compared with them is not either.
const COMPARED: &str = "SELECT compared.id FROM outbox JOIN json_each(outbox.diffs) AS diff
    JOIN publications AS own ON own.id = outbox.publication_id
    JOIN publications AS compared
        ON compared.id IN (json_extract(diff.value, '$.before'), json_extract(diff.value, '$.after'))
    WHERE outbox.diffs IS NOT NULL AND 'complete' IN (own.stage, compared.stage)";

/// What becomes of a file of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileState {
    /// Written; no publication names it yet.
    Staged,
    /// A current publication names it.
    Published,
    /// The publication that names it was replaced.
    Superseded,
    /// Nothing reads it any more.
    Deletable,
}

impl FileState {
    const ALL: [Self; 4] = [Self::Staged, Self::Published, Self::Superseded, Self::Deletable];

    const fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Published => "published",
            Self::Superseded => "superseded",
            Self::Deletable => "deletable",
        }
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for FileState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| format!("'{text}' is no state of a file"))
    }
}

/// A file of the lake, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeFile {
    /// Publication that names it.
    pub publication: Option<i64>,
    /// Path relative to the table.
    pub path: String,
    /// Size in bytes; `None` of an earlier version's until a vacuum came by.
    pub bytes: Option<u64>,
    /// Version of its columns.
    pub schema_version: u32,
    /// What becomes of it.
    pub state: FileState,
    /// Since when (ms).
    pub since_ms: i64,
}

/// What lies in a table's folder, for [`Meta::condemn`].
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Files that the table itself does not need.
    pub unused: &'a [String],
    /// Every file that is there, with its size.
    pub present: &'a HashMap<String, u64>,
}

impl Meta {
    /// Notes files that are written and about to be the table's, before anything names them: path and size.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn stage_files(
        &self,
        table: Table,
        files: &[(&str, u64)],
        now_ms: i64,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        for (path, bytes) in files {
            sqlx::query(
                "INSERT INTO publication_files (table_name, path, byte_count, schema_version, state, since_ms)
                 VALUES (?, ?, ?, ?, 'staged', ?) ON CONFLICT DO NOTHING",
            )
            .bind(table.name())
            .bind(path)
            .bind(stored("bytes", *bytes)?)
            .bind(model::schema::VERSION)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Everything that is kept about the files of a table, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn lake_files(&self, table: Table) -> Result<Vec<LakeFile>, MetaError> {
        files_of(&mut *self.pool.acquire().await?, table).await
    }

    /// Superseded files of publications that were replaced at `until_ms` or before are deletable from now on, but for those
    /// that may have to come back or are still to be compared; the entries tell of it where somebody asked for it.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn retire_files(
        &self,
        until_ms: i64,
        now_ms: i64,
        entries: &[NewAudit],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE publication_files SET state = 'deletable', since_ms = ?
                 WHERE state = 'superseded' AND since_ms <= ? AND publication_id NOT IN ({MAY_COME_BACK} UNION {COMPARED})"
        )))
        .bind(now_ms)
        .bind(until_ms)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE publications SET files_gone_ms = ?
                 WHERE superseded_at_ms <= ? AND files_gone_ms IS NULL AND id NOT IN ({MAY_COME_BACK} UNION {COMPARED})"
        )))
        .bind(now_ms)
        .bind(until_ms)
        .execute(&mut *transaction)
        .await?;
        insert_entries(&mut transaction, entries).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether there are superseded files of publications that were replaced at `replaced_until_ms` or before, or files
    /// that are deletable since `over_until_ms` or longer.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn files_are_over(
        &self,
        replaced_until_ms: i64,
        over_until_ms: i64,
    ) -> Result<bool, MetaError> {
        let found = sqlx::query(
            "SELECT 1 FROM publication_files
             WHERE (state = 'superseded' AND since_ms <= ?) OR (state = 'deletable' AND since_ms <= ?) LIMIT 1",
        )
        .bind(replaced_until_ms)
        .bind(over_until_ms)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.is_some())
    }

    /// Which files of a table may be removed now: those that are deletable since `until_ms` or longer, and those that
    /// no publication ever named. From now on none of them can be published. Keeps sizes that were not known, too.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn condemn(
        &self,
        table: Table,
        found: Found<'_>,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<String>, MetaError> {
        let known = self.lake_files(table).await?;
        let mut named: HashMap<&str, Vec<&LakeFile>> = HashMap::new();
        for file in &known {
            named.entry(&file.path).or_default().push(file);
        }
        let over = |file: &&LakeFile| file.state == FileState::Deletable && file.since_ms <= until_ms;
        // Of no publication: written by a process that was killed, and seen by no reader; or taken along by its staging.
        let unused = found.unused.iter().map(String::as_str);
        let vanished = known.iter().filter(|file| {
            file.state == FileState::Staged
                && file.since_ms <= until_ms
                && !found.present.contains_key(&file.path)
        });
        let leftovers: HashSet<&str> = unused
            .chain(vanished.map(|file| file.path.as_str()))
            .filter(|path| {
                named.get(path).is_none_or(|files| files.iter().all(|file| file.publication.is_none()))
            })
            .collect();
        let mut dead: HashSet<&str> =
            named.iter().filter(|(_, files)| files.iter().all(over)).map(|(path, _)| *path).collect();
        self.note_sizes(table, &known, found.present).await?;
        if !leftovers.is_empty() {
            // Looked at again: somebody may have published one of them meanwhile.
            let mut transaction = self.write().await?;
            for path in leftovers {
                if leftover(&mut transaction, table, path, now_ms).await? {
                    dead.insert(path);
                }
            }
            transaction.commit().await?;
        }
        Ok(dead.into_iter().map(ToOwned::to_owned).collect())
    }

    /// Keeps sizes that an earlier version did not: some at a time, so that nobody waits for all of a large folder.
    async fn note_sizes(
        &self,
        table: Table,
        known: &[LakeFile],
        present: &HashMap<String, u64>,
    ) -> Result<(), MetaError> {
        let unknown = known.iter().filter(|file| file.bytes.is_none());
        let sizes: HashMap<&str, u64> = unknown
            .filter_map(|file| Some((file.path.as_str(), *present.get(&file.path)?)))
            .take(SIZES_AT_ONCE)
            .collect();
        if sizes.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE publication_files SET byte_count = found.value
             FROM (SELECT key, value FROM json_each(?)) AS found
             WHERE table_name = ? AND path = found.key AND byte_count IS NULL",
        )
        .bind(to_json("sizes", &sizes)?)
        .bind(table.name())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets files that were removed.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn forget_files(&self, table: Table, paths: &[String]) -> Result<(), MetaError> {
        sqlx::query(
            "DELETE FROM publication_files WHERE table_name = ? AND state = 'deletable'
             AND path IN (SELECT value FROM json_each(?))",
        )
        .bind(table.name())
        .bind(to_json("files", &paths)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How long superseded files are kept (ms).
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn keep_superseded_ms(&self) -> Result<i64, MetaError> {
        let row =
            sqlx::query("SELECT keep_superseded_ms FROM lake_settings").fetch_optional(&self.pool).await?;
        row.map_or(Ok(KEEP_SUPERSEDED_MS), |row| Ok(row.try_get("keep_superseded_ms")?))
    }

    /// Decides how long superseded files are kept (ms): by whichever process removes them.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn keep_superseded_for(&self, ms: i64) -> Result<(), MetaError> {
        sqlx::query(
            "INSERT INTO lake_settings (id, keep_superseded_ms) VALUES (1, ?)
             ON CONFLICT (id) DO UPDATE SET keep_superseded_ms = excluded.keep_superseded_ms",
        )
        .bind(ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

async fn files_of(from: &mut SqliteConnection, table: Table) -> Result<Vec<LakeFile>, MetaError> {
    let rows = sqlx::query(
        "SELECT publication_id, path, byte_count, schema_version, state, since_ms FROM publication_files
         WHERE table_name = ? ORDER BY id",
    )
    .bind(table.name())
    .fetch_all(from)
    .await?;
    let file = |row: &sqlx::sqlite::SqliteRow| {
        let bytes: Option<i64> = row.try_get("byte_count")?;
        Ok(LakeFile {
            publication: row.try_get("publication_id")?,
            path: row.try_get("path")?,
            bytes: bytes.map(|bytes| crate::store::count("bytes", bytes)).transpose()?,
            schema_version: row.try_get("schema_version")?,
            state: parsed("state", row.try_get("state")?)?,
            since_ms: row.try_get("since_ms")?,
        })
    };
    rows.iter().map(file).collect()
}

/// A file that no publication names is deletable from now on; `false` where one does.
async fn leftover(
    to: &mut SqliteConnection,
    table: Table,
    path: &str,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let named = sqlx::query(
        "SELECT 1 FROM publication_files WHERE table_name = ? AND path = ? AND publication_id IS NOT NULL",
    )
    .bind(table.name())
    .bind(path)
    .fetch_optional(&mut *to)
    .await?;
    if named.is_some() {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO publication_files (table_name, path, schema_version, state, since_ms)
         VALUES (?, ?, ?, 'deletable', ?)
         ON CONFLICT DO UPDATE SET state = 'deletable', since_ms = excluded.since_ms",
    )
    .bind(table.name())
    .bind(path)
    .bind(model::schema::VERSION)
    .bind(now_ms)
    .execute(to)
    .await?;
    Ok(true)
}

/// The files of a publication are published with it.
///
/// # Errors
/// A conflict when one of them is about to be removed.
pub(crate) async fn publish(
    to: &mut SqliteConnection,
    publication: i64,
    table: Table,
    paths: &[String],
    now_ms: i64,
) -> Result<(), MetaError> {
    for path in paths {
        let gone = sqlx::query(
            "SELECT 1 FROM publication_files WHERE table_name = ? AND path = ? AND state = 'deletable'",
        )
        .bind(table.name())
        .bind(path)
        .fetch_optional(&mut *to)
        .await?;
        if gone.is_some() {
            return Err(MetaError::Conflict(format!("the file {path} of {table} is about to be removed")));
        }
        let staged = sqlx::query(
            "UPDATE publication_files SET publication_id = ?, state = 'published', since_ms = ?
             WHERE table_name = ? AND path = ? AND state = 'staged'",
        )
        .bind(publication)
        .bind(now_ms)
        .bind(table.name())
        .bind(path)
        .execute(&mut *to)
        .await?;
        if staged.rows_affected() == 0 {
            sqlx::query(
                "INSERT INTO publication_files
                     (publication_id, table_name, path, schema_version, state, since_ms)
                 VALUES (?, ?, ?, ?, 'published', ?)",
            )
            .bind(publication)
            .bind(table.name())
            .bind(path)
            .bind(model::schema::VERSION)
            .bind(now_ms)
            .execute(&mut *to)
            .await?;
        }
    }
    Ok(())
}

/// The files of a publication that was replaced are superseded from then on (ms).
pub(crate) async fn supersede(
    to: &mut SqliteConnection,
    publication: i64,
    at_ms: i64,
) -> Result<(), MetaError> {
    sqlx::query(
        "UPDATE publication_files SET state = 'superseded', since_ms = ?
         WHERE publication_id = ? AND state = 'published'",
    )
    .bind(at_ms)
    .bind(publication)
    .execute(to)
    .await?;
    Ok(())
}

/// The files of a publication that counts again are published as before; their paths in a table.
pub(crate) async fn revive(
    to: &mut SqliteConnection,
    publication: i64,
    table: Table,
) -> Result<Vec<String>, MetaError> {
    let rows = sqlx::query(
        "UPDATE publication_files SET state = 'published', since_ms = (SELECT published_at_ms FROM publications WHERE id = ?1)
         WHERE publication_id = ?1 AND table_name = ?2 AND state = 'superseded' RETURNING path",
    )
    .bind(publication)
    .bind(table.name())
    .fetch_all(to)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("path")?)).collect()
}
