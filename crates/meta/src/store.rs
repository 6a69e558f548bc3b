//! Opening the database, and the conversions that every table needs.

use crate::{MetaError, migrations};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// The metadata store. Cheap to clone; clones share one pool.
#[derive(Clone, Debug)]
pub struct Meta {
    pub(crate) pool: SqlitePool,
}

impl Meta {
    /// Opens the database file, creating it and bringing its schema up to date.
    pub async fn open(path: &Path) -> Result<Self, MetaError> {
        let meta = Self::open_as_it_is(path).await?;
        meta.bring_up_to_date().await?;
        Ok(meta)
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A newer program changed it; the database cannot be written.
    pub async fn bring_up_to_date(&self) -> Result<(), MetaError> {
        Ok(migrations::all()?.run(&self.pool).await?)
    }

    /// Opens the database file and leaves its schema as it is; one that is missing is made, without any.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub async fn open_as_it_is(path: &Path) -> Result<Self, MetaError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// Takes the schema back to before a migration (its number, the date and time in its file name); 0
    /// empties the database. For going back to an older version of the program.
    pub async fn migrate_down(&self, before: i64) -> Result<(), MetaError> {
        let migrations = migrations::all()?;
        let target = migrations.iter().map(|migration| migration.version).filter(|version| *version < before);
        Ok(migrations.undo(&self.pool, target.max().unwrap_or(0)).await?)
    }

    /// Whether the schema is the one that this program knows: neither one that is still to be changed, nor one that a
    /// newer version changed since this process opened it.
    pub async fn is_current(&self) -> Result<bool, MetaError> {
        Ok(self.migrations_done().await? == known_migrations()?)
    }

    /// Whether there is a schema that bringing it up to date would change: an older program wrote it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn is_outdated(&self) -> Result<bool, MetaError> {
        let done = self.migrations_done().await?;
        Ok(!done.is_empty() && !known_migrations()?.is_subset(&done))
    }

    async fn migrations_done(&self) -> Result<BTreeSet<i64>, MetaError> {
        let noted: bool =
            sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_master WHERE name = '_sqlx_migrations'")
                .fetch_one(&self.pool)
                .await?;
        if !noted {
            return Ok(BTreeSet::new());
        }
        let done: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(&self.pool)
            .await?;
        Ok(done.into_iter().collect())
    }

    /// Names the data folder; a restored one has its name, too.
    pub async fn installation(&self) -> Result<String, MetaError> {
        Ok(sqlx::query_scalar("SELECT id FROM installation").fetch_one(&self.pool).await?)
    }

    /// Ends what waited to be told to people when a copy was made, and moves reports that were due since to their next
    /// time: whoever restores a copy sends nothing twice, and nothing that is long past.
    pub async fn settle_copy(&self, now_ms: i64) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "UPDATE jobs SET state = 'done', cancelled = 1, finished_at_ms = ?, lease = NULL, lease_until_ms = NULL
             WHERE name IN ('tell', 'announce', 'report', 'notify', 'deliver', 'channel_off') AND finished_at_ms IS NULL",
        )
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        // What was published shortly before, and not told yet.
        sqlx::query("UPDATE outbox SET relayed_at_ms = ? WHERE relayed_at_ms IS NULL")
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        // Made now, they would be told as if they were new.
        sqlx::query("UPDATE outbox SET diffs = NULL WHERE diffs IS NOT NULL")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE bill_changes SET told_at_ms = ? WHERE told_at_ms IS NULL")
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE notifications SET state = 'dropped' WHERE state = 'waiting'")
            .execute(&mut *transaction)
            .await?;
        // The house that the copy is of tells them, too; which one goes on is for its people to say.
        sqlx::query(
            "UPDATE notification_channels SET state = 'disabled', disabled_reason = ? WHERE state = 'active'",
        )
        .bind("the data were restored from a backup: turn it on where nothing else tells what happens")
        .execute(&mut *transaction)
        .await?;
        loop {
            let moved = sqlx::query(
                "UPDATE saved_reports SET next_run_ms = CASE frequency
                     WHEN 'daily' THEN next_run_ms + 86400000
                     WHEN 'weekly' THEN next_run_ms + 604800000
                     ELSE 1000 * CAST(strftime('%s', next_run_ms / 1000, 'unixepoch', '+1 month') AS INTEGER) END
                 WHERE next_run_ms <= ?",
            )
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
            if moved.rows_affected() == 0 {
                break;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Writes the store as it is at one moment into a new file, while others read and write.
    pub async fn copy_to(&self, path: &Path) -> Result<(), MetaError> {
        let path = path.to_str().ok_or(MetaError::OutOfRange("the path of a copy"))?;
        sqlx::query("VACUUM INTO ?").bind(path).execute(&self.pool).await?;
        Ok(())
    }

    /// Whether the file is whole, as SQLite sees it.
    pub async fn is_whole(&self) -> Result<bool, MetaError> {
        let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&self.pool).await?;
        Ok(found == "ok")
    }

    /// Begins a transaction that will write: it waits for its turn now, not in the middle, so that what it reads
    /// is what it changes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, MetaError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Those that the program carries. They are compared one by one: one that was made earlier may come later.
fn known_migrations() -> Result<BTreeSet<i64>, MetaError> {
    Ok(migrations::all()?.iter().map(|migration| migration.version).collect())
}

/// Parses a stored text.
pub(crate) fn parsed<T: FromStr<Err: Display>>(what: &'static str, text: &str) -> Result<T, MetaError> {
    text.parse().map_err(|error| MetaError::corrupt(what)(&error))
}

/// Parses stored JSON.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, MetaError> {
    serde_json::from_str(text).map_err(|error| MetaError::corrupt(what)(&error))
}

/// JSON to store.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, MetaError> {
    serde_json::to_string(value).map_err(|error| MetaError::corrupt(what)(&error))
}

/// A count to store.
pub(crate) fn stored(what: &'static str, count: u64) -> Result<i64, MetaError> {
    i64::try_from(count).map_err(|_| MetaError::OutOfRange(what))
}

/// A stored count.
pub(crate) fn count(what: &'static str, stored: i64) -> Result<u64, MetaError> {
    u64::try_from(stored).map_err(|error| MetaError::corrupt(what)(&error))
}
