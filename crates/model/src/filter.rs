//! Filters: `DIM=V[,V]` includes, `DIM!=V[,V]` excludes; the same grammar on the command line, in
//! addresses and in the API. A comma or backslash in a value is escaped by a backslash, and so are an equals sign and a
//! backslash in a dimension, and an exclamation mark at its end; an empty value means "none" (untagged, no region, …).

use crate::dimension::{Dimension, DimensionError};
use std::collections::HashSet;
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
    /// What a filter said before names could be escaped: its name ends at the first equals sign, and a backslash in it
    /// stands for itself.
    pub(crate) fn of_before(text: &str) -> Option<Self> {
        let (name, values) = text.split_once('=')?;
        let (name, exclude) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        Some(Self { dimension: name.parse().ok()?, exclude, values: split(values) })
    }

    /// Whether a value (`None`: the row has none) passes.
    pub fn accepts(&self, value: Option<&str>) -> bool {
        let listed = self.dimension.lists(&self.values, value);
        listed != self.exclude
    }
}

/// Values made ready to be looked for many times, whether in a row or among the values of a dimension.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Few are compared one by one, which is faster than hashing.
    few: Vec<Box<str>>,
    many: HashSet<Box<str>>,
    none: bool,
    none_label: &'static str,
}

/// Values that are still compared one by one.
const FEW: usize = 8;

impl Listed {
    /// Values of a dimension; an empty one and the dimension's word for none stand for rows without a value.
    pub fn new(dimension: &Dimension, values: &[String]) -> Self {
        let none_label = dimension.none_label();
        let is_none = |value: &String| value.is_empty() || value == none_label;
        let texts = values.iter().filter(|value| !is_none(value)).map(|value| value.as_str().into());
        let (few, many) = if values.len() > FEW {
            (Vec::new(), texts.collect())
        } else {
            (texts.collect(), HashSet::new())
        };
        Self { few, many, none: values.iter().any(is_none), none_label }
    }

    /// Whether a value (`None`: the row has none) is among them.
    pub fn contains(&self, value: Option<&str>) -> bool {
        match value.filter(|value| !value.is_empty() && *value != self.none_label) {
            None => self.none,
            Some(value) if self.many.is_empty() => self.few.iter().any(|known| **known == *value),
            Some(value) => self.many.contains(value),
        }
    }
}

/// The same filters with one for each dimension: what a row has to pass stays the same, however often a dimension is
/// filtered by. A filter that keeps nothing has no values.
pub fn merge_filters(filters: Vec<Filter>) -> Vec<Filter> {
    let mut merged: Vec<Vec<Filter>> = Vec::new();
    for filter in filters {
        match merged.iter_mut().find(|known| known[0].dimension == filter.dimension) {
            Some(known) => known.push(filter),
            None => merged.push(vec![filter]),
        }
    }
    merged.into_iter().filter_map(merge).collect()
}

/// One filter of several on one dimension.
fn merge(mut filters: Vec<Filter>) -> Option<Filter> {
    if filters.len() < 2 {
        return filters.pop();
    }
    let (excluding, keeping): (Vec<Filter>, Vec<Filter>) = filters.into_iter().partition(|it| it.exclude);
    let mut keeping = keeping.into_iter();
    let Some(mut kept) = keeping.next() else {
        let mut excluding = excluding.into_iter();
        let mut all = excluding.next()?;
        let mut seen: HashSet<String> = all.values.iter().cloned().collect();
        all.values.extend(excluding.flat_map(|it| it.values).filter(|value| seen.insert(value.clone())));
        return Some(all);
    };
    for filter in keeping.chain(excluding) {
        let listed = Listed::new(&filter.dimension, &filter.values);
        kept.values.retain(|value| listed.contains(Some(value)) != filter.exclude);
    }
    Some(kept)
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut name = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['=', '\\']) {
            name.push_str(&rest[..at]);
            let (sign, behind) = (&rest[at..=at], &rest[at + 1..]);
            if sign == "=" {
                // An exclamation mark of the name's own is behind a backslash, which the name does not hold any more.
                let exclude = rest[..at].ends_with('!') && !name.is_empty();
                if exclude {
                    name.pop();
                }
                return Ok(Self { dimension: name.parse()?, exclude, values: split(behind) });
            }
            let escaped = behind.chars().next().filter(|next| matches!(next, '=' | '!' | '\\'));
            name.push(escaped.unwrap_or('\\'));
            rest = &behind[escaped.map_or(0, char::len_utf8)..];
        }
        // A key that ends in a backslash, as it was written before.
        Self::of_before(text).ok_or_else(|| FilterError::NoOperator(text.to_owned()))
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
        // A key may hold what ends it.
        let mut name = self.dimension.to_string().replace('\\', "\\\\").replace('=', "\\=");
        if name.ends_with('!') {
            name.insert(name.len() - 1, '\\');
        }
        write!(out, "{name}{}={}", if self.exclude { "!" } else { "" }, values.join(","))
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

    #[test]
    fn filters_on_one_dimension_become_one() {
        let merged = |texts: &[&str]| -> Vec<String> {
            let filters = texts.iter().map(|text| text.parse().unwrap()).collect();
            merge_filters(filters).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            merged(&["tag:Team=a,b,", "region=x", "tag:Team=b,Untagged"]),
            ["tag:Team=b,", "region=x"]
        );
        assert_eq!(merged(&["region!=x", "region!=y,x", "region!=Global"]), ["region!=x,y,Global"]);
        assert_eq!(merged(&["region=x,y", "region!=y"]), ["region=x"]);
        let nothing = merge_filters(vec!["region=x".parse().unwrap(), "region=y".parse().unwrap()]);
        assert!(!nothing[0].exclude && nothing[0].values.is_empty());
    }

    proptest! {
        #[test]
        fn merged_filters_keep_the_same_rows(
            filters in proptest::collection::vec(
                (0_usize..3, any::<bool>(), proptest::collection::vec(0_usize..6, 1..12)), 1..8),
            values in proptest::collection::vec(0_usize..7, 3),
        ) {
            let names = ["tag:Team", "region", "service"];
            let words = ["", "Untagged", "Global", "a", "b", "c"];
            let filters: Vec<Filter> = filters
                .into_iter()
                .map(|(dimension, exclude, values)| Filter {
                    dimension: names[dimension].parse().unwrap(),
                    exclude,
                    values: values.into_iter().map(|value| words[value].to_owned()).collect(),
                })
                .collect();
            let of = |filter: &Filter| {
                let at = names.iter().position(|name| *name == filter.dimension.to_string()).unwrap();
                let value = words.get(values[at]).copied();
                // Rows that say the word for none have none.
                value.filter(|value| *value != filter.dimension.none_label())
            };
            let pass = |filters: &[Filter]| filters.iter().all(|filter| filter.accepts(of(filter)));
            let listed = |filter: &Filter| {
                Listed::new(&filter.dimension, &filter.values).contains(of(filter)) != filter.exclude
            };
            let merged = merge_filters(filters.clone());
            prop_assert_eq!(pass(&filters), pass(&merged));
            prop_assert_eq!(pass(&filters), merged.iter().all(listed));
            prop_assert!(merged.len() <= 3);
        }

        #[test]
        fn round_trips(values in proptest::collection::vec(".*", 1..4), exclude: bool, key in "[a !=\\\\]{1,5}") {
            let filter = Filter { dimension: Dimension::Tag(key), exclude, values };
            prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter);
        }
    }
}
