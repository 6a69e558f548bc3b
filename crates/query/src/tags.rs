//! Values of tags and cost categories, which are stored as one JSON object per row.
//!
//! Report formats write one key in several ways: `user:CostCenter` (legacy CUR), `user_cost_center` (CUR 2.0
//! and Athena), `CostCenter` (FOCUS). A key therefore finds the key that is written exactly so, else one that
//! says the same: without the leading `user`, without case, without separators. Keys are never merged in
//! storage, and in a set that has several of the same saying, the exact one wins, then the first in order.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A key that is looked for.
pub(crate) struct Key<'a> {
    exact: &'a str,
    folded: String,
}

impl<'a> Key<'a> {
    pub(crate) fn new(key: &'a str) -> Self {
        Self { exact: key, folded: folded(key) }
    }

    /// The value in a set; `None` when untagged: no such key, or an empty value.
    pub(crate) fn value_in(&self, set: &str) -> Option<String> {
        let mut best: Option<(bool, String, String)> = None;
        let mut found = Vec::new();
        each(set, |key, value| {
            if !value.is_empty() && (key == self.exact || folded(key) == self.folded) {
                found.push((key != self.exact, key.to_owned(), value.to_owned()));
            }
        });
        for candidate in found {
            if best.as_ref().is_none_or(|best| (candidate.0, &candidate.1) < (best.0, &best.1)) {
                best = Some(candidate);
            }
        }
        best.map(|(_, _, value)| value)
    }
}

/// Keys of a set that have a value.
pub(crate) fn keys(set: &str) -> Vec<String> {
    let mut keys = Vec::new();
    each(set, |key, value| {
        if !value.is_empty() {
            keys.push(key.to_owned());
        }
    });
    keys
}

/// What a key says, however a format writes it.
fn folded(key: &str) -> String {
    let lower = key.to_lowercase();
    let rest = lower.strip_prefix("user:").or_else(|| lower.strip_prefix("user_"));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(&lower).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Calls back for each key of a JSON object; what is no object has no keys.
fn each(set: &str, call: impl FnMut(&str, &str)) {
    let mut reader = serde_json::Deserializer::from_str(set);
    // Text that is no JSON object cannot come from our own writer; it then has no tags.
    let _ = reader.deserialize_map(Entries(call));
}

struct Entries<F>(F);

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key::<Text<'de>>()? {
            match map.next_value::<Value<'de>>()? {
                Value::Text(value) => (self.0)(&key, &value),
                Value::None => {}
            }
        }
        Ok(())
    }
}

struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Text(text) => Ok(Self(text)),
            Value::None => Ok(Self(Cow::Borrowed(""))),
        }
    }
}

enum Value<'a> {
    Text(Cow<'a, str>),
    None,
}

impl<'de> serde::Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a tag value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_string())))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_string())))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_string())))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(value.to_string())))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::None)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::None)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(key: &str, set: &str) -> Option<String> {
        Key::new(key).value_in(set)
    }

    #[test]
    fn finds_a_key_however_the_format_writes_it() {
        for set in [
            r#"{"user:CostCenter":"42"}"#,
            r#"{"user_cost_center":"42"}"#,
            r#"{"CostCenter":"42"}"#,
            r#"{"cost-center":"42"}"#,
            r#"{"Cost Center":42}"#,
        ] {
            for key in ["CostCenter", "user:CostCenter", "user_cost_center", "cost_center", "costcenter"] {
                assert_eq!(value(key, set).as_deref(), Some("42"), "{key} in {set}");
            }
        }
        assert_eq!(value("aws:createdBy", r#"{"aws_created_by":"x"}"#).as_deref(), Some("x"));
        assert_eq!(value("createdBy", r#"{"aws:createdBy":"x"}"#), None);
    }

    #[test]
    fn keys_that_collide_keep_their_own_values() {
        let set = r#"{"team":"low","Team":"high","TEAM":"loud"}"#;
        assert_eq!(value("team", set).as_deref(), Some("low"));
        assert_eq!(value("Team", set).as_deref(), Some("high"));
        assert_eq!(value("tEAM", set).as_deref(), Some("loud"));
        assert_eq!(keys(set), ["team", "Team", "TEAM"]);
    }

    #[test]
    fn empty_and_odd_values_are_untagged() {
        for set in
            ["", "{}", "null", "[1]", "{\"Team\":\"\"}", "{\"Team\":null}", "{\"Team\":[1,{}]}", "{broken"]
        {
            assert_eq!(value("Team", set), None, "{set}");
        }
        assert_eq!(value("Team", r#"{"Team":"","team":"a\"b"}"#).as_deref(), Some("a\"b"));
    }
}
