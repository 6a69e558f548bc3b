//! Folders that are tables: their log says which files count, not the folder. Files that the log has removed stay
//! there for days.

use serde_json::Value;
use std::collections::BTreeSet;

/// Folder of a Delta table's log.
pub(super) const DELTA_LOG: &str = "_delta_log";
/// A table whose log cannot be followed, and what to do.
const ADVICE: &str = "Export the table's current rows as Parquet or CSV files into a folder of their own, and give that folder";

/// Whether a file is a commit of a Delta log: twenty digits.
pub(super) fn is_commit(name: &str) -> bool {
    name.strip_suffix(".json")
        .is_some_and(|digits| digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The files that a Delta table consists of now, relative to its folder, from its commits in their order.
///
/// # Errors
/// What in the log cannot be followed, and what to do: a guess would count rows that were removed.
pub(crate) fn live_files(commits: &[(String, bytes::Bytes)]) -> Result<BTreeSet<String>, (String, String)> {
    let refuse = |why: String| (why, ADVICE.to_owned());
    if commits.is_empty() {
        return Err(refuse(
            "the Delta table's log has no commits any more (a checkpoint alone is not read)".to_owned(),
        ));
    }
    for (at, (name, _)) in commits.iter().enumerate() {
        if name.strip_suffix(".json").and_then(|digits| digits.parse::<u64>().ok()) != u64::try_from(at).ok()
        {
            return Err(refuse(format!(
                "the Delta table's log does not begin with its first commit, or lacks the one before {name}"
            )));
        }
    }
    let mut live = BTreeSet::new();
    for (name, json) in commits {
        for line in json.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            let action: Value = serde_json::from_slice(line).map_err(|error| {
                refuse(format!("the Delta table's commit {name} cannot be read: {error}"))
            })?;
            let path =
                |kind: &str| action.get(kind).and_then(|action| action.get("path")).and_then(Value::as_str);
            if let Some(path) = path("add") {
                if action.pointer("/add/deletionVector").is_some_and(|vector| !vector.is_null()) {
                    return Err(refuse(
                        "the Delta table marks rows as deleted within files (deletion vectors)".to_owned(),
                    ));
                }
                live.insert(decoded(path));
            }
            if let Some(path) = path("remove") {
                live.remove(&decoded(path));
            }
            let mapping = action.pointer("/metaData/configuration/delta.columnMapping.mode");
            if mapping.and_then(Value::as_str).is_some_and(|mode| mode != "none") {
                return Err(refuse(
                    "the Delta table's files name their columns otherwise than the table (column mapping)"
                        .to_owned(),
                ));
            }
        }
    }
    Ok(live)
}

/// Paths in the log are URL-encoded.
fn decoded(path: &str) -> String {
    let source = path.as_bytes();
    let mut bytes = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(byte) = source.get(at) {
        let code = source.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commits(texts: &[&str]) -> Vec<(String, bytes::Bytes)> {
        texts
            .iter()
            .enumerate()
            .map(|(at, text)| (format!("{at:020}.json"), (*text).to_owned().into()))
            .collect()
    }

    #[test]
    fn what_the_log_removed_is_gone() {
        let log = commits(&[
            "{\"protocol\":{}}\n{\"add\":{\"path\":\"a%20b.parquet\"}}",
            "{\"remove\":{\"path\":\"a%20b.parquet\"}}\n{\"add\":{\"path\":\"p=1/c.parquet\",\"deletionVector\":null}}\n",
        ]);
        assert_eq!(live_files(&log[..1]).unwrap(), BTreeSet::from(["a b.parquet".to_owned()]));
        assert_eq!(live_files(&log).unwrap(), BTreeSet::from(["p=1/c.parquet".to_owned()]));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for (log, why) in [
            (commits(&["{"]), "cannot be read"),
            (commits(&["{\"add\":{\"path\":\"a\",\"deletionVector\":{\"x\":1}}}"]), "deletion vectors"),
            (
                commits(&["{\"metaData\":{\"configuration\":{\"delta.columnMapping.mode\":\"name\"}}}"]),
                "column mapping",
            ),
            (vec![("00000000000000000010.json".to_owned(), "".into())], "first commit"),
            (vec![], "no commits"),
        ] {
            assert!(live_files(&log).unwrap_err().0.contains(why), "{why}");
        }
    }
}
