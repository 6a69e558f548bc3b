//! Which values of a tag are spellings of one: `prd` and `prod` of `production`. They hold wherever a tag's values are
//! merged: in tables, filters and rules.

use super::change;
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, Result};
use meta::DefinitionKind;
use model::limits::{LONGEST_TAG, MOST_SPELLINGS, MOST_SPELT_KEYS};
use model::plain_value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value and its other spellings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct SpeltValue {
    /// The value, as merged values are written: lower case, no blanks around it.
    pub value: String,
    /// What else stands for it.
    pub spellings: Vec<String>,
}

/// By the key of a tag.
pub type Spellings = BTreeMap<String, Vec<SpeltValue>>;

/// What each spelling of a key's values stands for.
pub(super) fn of(spellings: &Spellings, key: &str) -> Arc<BTreeMap<String, String>> {
    let pairs = |one: &SpeltValue| {
        let value = one.value.clone();
        one.spellings.iter().map(|spelling| (spelling.clone(), value.clone())).collect::<Vec<_>>()
    };
    Arc::new(spellings.get(key).into_iter().flatten().flat_map(pairs).collect())
}

/// Replaces the spellings of one key; none at all forgets the key.
///
/// # Errors
/// What is empty or too long, a spelling of two values, more than are kept.
pub async fn set_spellings(app: &App, caller: &Caller, key: &str, values: Vec<SpeltValue>) -> Result<()> {
    let values = checked(key, values)?;
    change(app, caller, DefinitionKind::TagSpellings, |known: &mut Spellings| {
        if values.is_empty() {
            known.remove(key);
        } else {
            known.insert(key.to_owned(), values.clone());
        }
        if known.len() > MOST_SPELT_KEYS {
            return Err(AppError::invalid(format!("{} tags would have spellings", known.len()))
                .advise(format!("{MOST_SPELT_KEYS} are the most: forget those of another.")));
        }
        let count = values.len().to_string();
        Ok(((), entry(app, caller, "tag_spellings.changed", key, &[("values", &count)])))
    })
    .await
}

fn checked(key: &str, values: Vec<SpeltValue>) -> Result<Vec<SpeltValue>> {
    let sound = |text: &str| !text.is_empty() && text.len() <= LONGEST_TAG;
    if !sound(key) {
        return Err(AppError::invalid("the tag's key is empty or too long").advise("Name a key of the data."));
    }
    let count: usize = values.iter().map(|one| 1 + one.spellings.len()).sum();
    if count > MOST_SPELLINGS {
        return Err(AppError::invalid(format!("{count} spellings are too many for one tag"))
            .advise(format!("{MOST_SPELLINGS} are the most.")));
    }
    let mut merged: Vec<SpeltValue> = vec![];
    let mut stands_for: BTreeMap<String, String> = BTreeMap::new();
    for one in values {
        let value = plain_value(&one.value);
        let mut spellings: Vec<String> = one.spellings.iter().map(|text| plain_value(text)).collect();
        spellings.retain(|spelling| *spelling != value);
        spellings.sort();
        spellings.dedup();
        if !sound(&value) || !spellings.iter().all(|spelling| sound(spelling)) {
            return Err(AppError::invalid(format!("a value or a spelling of '{key}' is empty or too long"))
                .advise("Write both out; rows without a value cannot be merged with others."));
        }
        for spelling in &spellings {
            if let Some(other) = stands_for.insert(spelling.clone(), value.clone()) {
                return Err(AppError::invalid(format!(
                    "'{spelling}' stands for '{other}' and for '{value}'"
                ))
                .advise("Let each spelling stand for one value."));
            }
        }
        if !spellings.is_empty() {
            merged.push(SpeltValue { value, spellings });
        }
    }
    if let Some(one) = merged.iter().find(|one| stands_for.contains_key(&one.value)) {
        return Err(AppError::invalid(format!("'{}' has spellings and is one of another value", one.value))
            .advise("Let all of them stand for the same value."));
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, spellings: &[&str]) -> SpeltValue {
        let spellings = spellings.iter().map(|text| (*text).to_owned()).collect();
        SpeltValue { value: value.into(), spellings }
    }

    #[test]
    fn spellings_are_kept_as_merged_values_are_written() {
        let kept =
            checked("Team", vec![value(" Prod ", &["PRD", "prd ", "prod"]), value("x", &["X"])]).unwrap();
        assert_eq!(kept, [value("prod", &["prd"])]);
        let known = Spellings::from([("Team".to_owned(), kept)]);
        assert_eq!(of(&known, "Team").get("prd").map(String::as_str), Some("prod"));
        assert!(of(&known, "Stage").is_empty());
    }

    #[test]
    fn what_stands_for_two_values_is_refused() {
        for bad in [
            vec![value("a", &["c"]), value("b", &["c"])],
            vec![value("a", &["b"]), value("b", &["c"])],
            vec![value(" ", &["b"])],
            vec![value("a", &[" "])],
        ] {
            assert!(checked("Team", bad).is_err());
        }
        assert!(checked("", vec![value("a", &["b"])]).is_err());
    }
}
