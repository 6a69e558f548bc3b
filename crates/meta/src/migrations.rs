//! The migrations that the program carries, in the order of their numbers.

use crate::MetaError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Name and text of every file in `migrations/`, listed by `build.rs`.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// All migrations. Names are `NUMBER_words.up.sql` and `NUMBER_words.down.sql`, the number being date and time.
///
/// # Errors
///
/// A file's name has no number.
pub(crate) fn all() -> Result<Migrator, MetaError> {
    let read = |&(file, sql): &(&'static str, &'static str)| {
        let (version, words) = file.split_once('_').unwrap_or((file, ""));
        let version = version.parse().map_err(|error| MetaError::corrupt("migration")(&error))?;
        let words = words.trim_end_matches(".up.sql").trim_end_matches(".down.sql").replace('_', " ");
        let kind = MigrationType::from_filename(file);
        Ok(Migration::new(version, words.into(), kind, sql.into_sql_str(), false))
    };
    Ok(Migrator::with_migrations(FILES.iter().map(read).collect::<Result<Vec<_>, MetaError>>()?))
}
