//! What engines say differently, in one table. The statement that is shown and the one that we run are written by one writer
//! (`sql.rs`), which takes every such word from here: they cannot come to mean different things.

use crate::tags::{COST_CATEGORIES, TAGS};
use chrono::NaiveDate;

/// A column that holds a JSON object for each row, and what reads one of its keys.
pub(crate) struct Keyed {
    /// Our own engine's function: `tag("Tags", 'Team')`.
    pub(crate) function: &'static str,
    column: &'static str,
}

/// Tags of resources.
pub(crate) const TAG: Keyed = Keyed { function: "tag", column: TAGS };
/// Cost categories.
pub(crate) const COST_CATEGORY: Keyed = Keyed { function: "cost_category", column: COST_CATEGORIES };

/// DuckDB's function for a key of a JSON object. Our own engine has it too, so that what is shown can be asked here as it is.
pub(crate) const JSON_FUNCTION: &str = "json_extract_string";

/// The words of an engine.
pub(crate) struct Dialect {
    /// The value of a key; NULL or empty where there is none.
    pub(crate) key: fn(of: &Keyed, key: &str) -> String,
    /// The start of a day (UTC).
    pub(crate) midnight: fn(day: NaiveDate) -> String,
    /// What clocks show in UTC at an instant.
    pub(crate) utc: fn(column: &str) -> String,
}

/// Our own engine, whose sessions are in UTC.
pub(crate) const OURS: Dialect = Dialect {
    key: |of, key| format!("{}({}, {})", of.function, identifier(of.column), literal(key)),
    midnight: |day| format!("TIMESTAMP '{day} 00:00:00'"),
    utc: str::to_owned,
};

/// DuckDB, wherever its session is.
pub(crate) const DUCKDB: Dialect = Dialect {
    key: |of, key| format!("{JSON_FUNCTION}({}, {})", identifier(of.column), literal(&pointer(key))),
    midnight: |day| format!("TIMESTAMPTZ '{day} 00:00:00+00:00'"),
    utc: |column| format!("({column} AT TIME ZONE 'UTC')"),
};

/// Where a key stands in an object (RFC 6901).
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The key that a pointer points at; `None` for what is no pointer to a key of the object itself.
pub(crate) fn pointed_at(pointer: &str) -> Option<String> {
    let key = pointer.strip_prefix('/').filter(|key| !key.contains('/'))?;
    Some(key.replace("~1", "/").replace("~0", "~"))
}

/// A quoted name.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A quoted text.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_is_pointed_at() {
        for key in ["Team", "user:Team", "a/b", "~", "~1", "a~0/", "it's", "", "\"x\\"] {
            assert_eq!(pointed_at(&pointer(key)).as_deref(), Some(key));
        }
        assert_eq!(pointed_at("/a/b"), None);
        assert_eq!(pointed_at("$.Team"), None);
        assert_eq!((DUCKDB.key)(&TAG, "it's/x"), "json_extract_string(\"Tags\", '/it''s~1x')");
        assert_eq!((OURS.key)(&COST_CATEGORY, "Unit"), "cost_category(\"x_CostCategories\", 'Unit')");
    }
}
