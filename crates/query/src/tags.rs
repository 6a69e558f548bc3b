//! Values of tags and cost categories, which are stored as one JSON object per row.
//!
//! Report formats write one key in several ways: `user:CostCenter` (legacy CUR), `user_cost_center` (CUR 2.0
//! and Athena), `CostCenter` (FOCUS). A key that is in use is taken as it is; one that is not stands for the key
//! in use that says the same: without the leading `user`, without case, without separators. Two keys that are
//! both in use (`Owner`, `owner`) are never merged.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Column of the tags.
pub(crate) const TAGS: &str = "Tags";
/// Column of the cost categories.
pub(crate) const COST_CATEGORIES: &str = "x_CostCategories";

/// The value of a key in a set; `None` when untagged: no such key, or an empty value.
pub(crate) fn value_in(set: &str, wanted: &str) -> Option<String> {
    let mut found = None;
    each(set, |key, value| {
        if key == wanted && !value.is_empty() {
            found = Some(value.to_owned());
        }
    });
    found
}

/// The key in use that a key stands for, if it is not in use itself.
pub(crate) fn spelling<'a>(wanted: &str, in_use: &'a [String]) -> Option<&'a str> {
    if in_use.iter().any(|key| key == wanted) {
        return None;
    }
    let says = folded(wanted);
    in_use.iter().find(|key| folded(key) == says).map(String::as_str)
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

    #[test]
    fn finds_the_key_in_use_however_a_format_writes_it() {
        for in_use in ["user:CostCenter", "user_cost_center", "CostCenter", "cost-center", "Cost Center"] {
            for key in ["CostCenter", "user:CostCenter", "user_cost_center", "cost_center", "costcenter"] {
                let spelt = spelling(key, &[in_use.to_owned()]).map(ToOwned::to_owned);
                assert_eq!(spelt.unwrap_or_else(|| key.to_owned()), in_use, "{key}");
            }
        }
        assert_eq!(spelling("aws:createdBy", &["aws_created_by".to_owned()]), Some("aws_created_by"));
        assert_eq!(spelling("createdBy", &["aws:createdBy".to_owned()]), None);
    }

    #[test]
    fn keys_that_collide_keep_their_own_values() {
        let set = r#"{"team":"low","Team":"high"}"#;
        assert_eq!(value_in(set, "team").as_deref(), Some("low"));
        assert_eq!(value_in(set, "Team").as_deref(), Some("high"));
        assert_eq!(value_in(set, "TEAM"), None);
        let in_use = keys(set);
        assert_eq!(in_use, ["team", "Team"]);
        assert_eq!(spelling("Team", &in_use), None);
    }

    #[test]
    fn empty_and_odd_values_are_untagged() {
        for set in
            ["", "{}", "null", "[1]", "{\"Team\":\"\"}", "{\"Team\":null}", "{\"Team\":[1,{}]}", "{broken"]
        {
            assert_eq!(value_in(set, "Team"), None, "{set}");
        }
        assert_eq!(value_in(r#"{"team":"a\"b","n":42}"#, "team").as_deref(), Some("a\"b"));
    }
}
