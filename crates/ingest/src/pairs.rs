//! Keys and values from text, in the forms in which exports write tags.

use crate::fields::is_absent;
use crate::limits;
use serde_json::Value;

/// The pairs of a cell: a JSON object, an array of objects with a key and a value (Google), an object without its
/// braces (Azure's older exports), JSON within a JSON string, `null`. Values that are no text keep their JSON; null is
/// no value. `None` when it is nothing of the kind, or more than is read.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let text = text.trim();
    if is_absent(text.as_bytes()) {
        return Some(vec![]);
    }
    if text.len() > limits::JSON {
        return None;
    }
    let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&format!("{{{text}}}"))).ok()?;
    let found = match value {
        Value::String(inner) if inner.trim_start().starts_with(['{', '[']) => {
            of_value(serde_json::from_str(&inner).ok()?)
        }
        value => of_value(value),
    };
    found.filter(|pairs| pairs.len() <= limits::KEYS)
}

fn of_value(value: Value) -> Option<Vec<(String, String)>> {
    match value {
        Value::Null => Some(vec![]),
        Value::Object(object) => {
            Some(object.into_iter().filter_map(|(key, value)| Some((key, shown(value)?))).collect())
        }
        Value::Array(items) => {
            let mut found = vec![];
            for item in items {
                let Value::Object(mut item) = item else { return None };
                let name = |names: &[&str]| -> Option<String> {
                    item.keys().find(|key| names.contains(&key.to_ascii_lowercase().as_str())).cloned()
                };
                match (name(KEY_NAMES), name(VALUE_NAMES)) {
                    (Some(key), value) => {
                        let key = item.remove(&key).and_then(shown);
                        let value = value.and_then(|value| item.remove(&value)).and_then(shown);
                        found.extend(key.zip(value));
                    }
                    (None, _) => found.extend(of_value(Value::Object(item))?),
                }
            }
            Some(found)
        }
        _ => None,
    }
}

/// How lists of pairs call the key, in lower case.
pub(crate) const KEY_NAMES: &[&str] = &["key", "name", "tagkey"];
/// And the value.
pub(crate) const VALUE_NAMES: &[&str] = &["value", "val", "tagvalue"];

fn shown(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_pair() {
        for text in [
            r#"{"team":"oak"}"#,
            r#"{"team":"oak","owner":null}"#,
            r#"[{"key":"team","value":"oak"}]"#,
            r#"[{"Key":"team","Value":"oak","inherited":true},{"key":"x","value":null}]"#,
            r#"[{"team":"oak"}]"#,
            r#""team": "oak""#,
            r#""{\"team\":\"oak\"}""#,
        ] {
            assert_eq!(pairs(text), Some(vec![("team".into(), "oak".into())]), "{text}");
        }
        for text in ["", "null", "NULL", "{}", "[]", " "] {
            assert_eq!(pairs(text), Some(vec![]), "{text}");
        }
        for text in ["oak", "[1]", "{team:oak}", "7", "true"] {
            assert_eq!(pairs(text), None, "{text}");
        }
        let many = |count: usize| -> String {
            let keys: Vec<String> = (0..count).map(|at| format!("\"{at}\":1")).collect();
            format!("{{{}}}", keys.join(","))
        };
        assert_eq!(pairs(&many(10_000)).unwrap().len(), 10_000);
        assert_eq!(pairs(&many(limits::KEYS + 1)), None);
        assert_eq!(pairs(&format!("{{\"a\":\"{}\"}}", "x".repeat(limits::JSON))), None);
        assert_eq!(pairs(&format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000))), None);
        let nested = pairs(r#"{"team":{"name":"oak"},"env":"prod","spot":true}"#).unwrap();
        assert_eq!(nested.iter().find(|(key, _)| key == "env").unwrap().1, "prod");
        assert_eq!(nested.iter().find(|(key, _)| key == "spot").unwrap().1, "true");
    }
}
