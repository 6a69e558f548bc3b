//! Filters: `DIM=V[,V]` includes, `DIM!=V[,V]` excludes; the same grammar on the command line, in
//! addresses and in the API. A comma or backslash in a value is escaped by a backslash; an empty value
//! means "none" (untagged, no region, …).

use crate::dimension::{Dimension, DimensionError};
use std::fmt;
use std::str::FromStr;

/// Keeps the rows whose value is, or is not, among some values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The dimension looked at.
    pub dimension: Dimension,
    /// Whether rows with these values are left out rather than kept.
    pub exclude: bool,
    /// The values; an empty one (or the dimension's word for none) stands for rows without a value.
    pub values: Vec<String>,
}

/// The text is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No `=` in it.
    #[error("'{0}' is not a filter: write DIMENSION=VALUE[,VALUE] or DIMENSION!=VALUE[,VALUE]")]
    NoOperator(String),
    /// The part before the operator.
    #[error(transparent)]
    Dimension(#[from] DimensionError),
}

impl Filter {
    /// Whether a value (`None`: the row has none) passes.
    pub fn accepts(&self, value: Option<&str>) -> bool {
        let listed = self.dimension.lists(&self.values, value);
        listed != self.exclude
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let at = text.find('=').ok_or_else(|| FilterError::NoOperator(text.to_owned()))?;
        let (name, values) = (&text[..at], &text[at + 1..]);
        let (name, exclude) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        Ok(Self { dimension: name.parse()?, exclude, values: split(values) })
    }
}

fn split(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ',' => values.push(String::new()),
            '\\' => values.last_mut().into_iter().for_each(|value| value.extend(characters.next())),
            other => values.last_mut().into_iter().for_each(|value| value.push(other)),
        }
    }
    values
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> =
            self.values.iter().map(|value| value.replace('\\', "\\\\").replace(',', "\\,")).collect();
        write!(out, "{}{}={}", self.dimension, if self.exclude { "!" } else { "" }, values.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn untagged_passes_by_its_word_and_by_nothing() {
        for text in ["tag:Team=", "tag:Team=Untagged"] {
            assert!(text.parse::<Filter>().unwrap().accepts(None));
        }
        let exclude: Filter = "tag:Team!=platform,".parse().unwrap();
        assert!(!exclude.accepts(None) && !exclude.accepts(Some("platform")) && exclude.accepts(Some("x")));
    }

    #[test]
    fn errors_say_what_to_write() {
        assert!("region".parse::<Filter>().unwrap_err().to_string().contains("DIMENSION=VALUE"));
        assert!("colour=red".parse::<Filter>().unwrap_err().to_string().contains("account_id"));
    }

    proptest! {
        #[test]
        fn round_trips(values in proptest::collection::vec(".*", 1..4), exclude: bool) {
            let filter = Filter { dimension: Dimension::Tag("a b".into()), exclude, values };
            prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter);
        }
    }
}
