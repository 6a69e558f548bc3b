//! Dimensions to group by, as one text: `DIM[,DIM]`; a comma or backslash in a tag key is escaped by a backslash. The
//! same grammar on the command line, in addresses and in the API.

use crate::limits::MOST_GROUP_BY;
use crate::{Dimension, DimensionError};

/// The text names no dimensions to group by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupByError {
    /// One of the names.
    #[error(transparent)]
    Dimension(#[from] DimensionError),
    /// One of them stands twice.
    #[error("the dimension '{0}' is given twice: name each dimension once")]
    Twice(String),
    /// Too many of them.
    #[error("there are more than {MOST_GROUP_BY} dimensions to group by: name fewer")]
    TooMany,
}

/// Reads `DIM[,DIM]`; empty names count as absent.
pub fn parse_group_by(text: &str) -> Result<Vec<Dimension>, GroupByError> {
    let mut dimensions: Vec<Dimension> = vec![];
    let mut name = String::new();
    let mut characters = text.chars();
    loop {
        let character = characters.next();
        match character {
            Some('\\') => name.extend(characters.next()),
            Some(other) if other != ',' => name.push(other),
            _ => {
                if !name.is_empty() {
                    if dimensions.len() == MOST_GROUP_BY {
                        return Err(GroupByError::TooMany);
                    }
                    let dimension = name.parse()?;
                    if dimensions.contains(&dimension) {
                        return Err(GroupByError::Twice(name));
                    }
                    dimensions.push(dimension);
                    name.clear();
                }
                if character.is_none() {
                    return Ok(dimensions);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dimensions_with_commas_in_tag_keys() {
        let found = parse_group_by("account_id,tag:a\\,b,").unwrap();
        assert_eq!(found[1], Dimension::Tag("a,b".into()));
        assert_eq!(found.len(), 2);
        assert!(matches!(parse_group_by("region,region"), Err(GroupByError::Twice(_))));
        assert!(parse_group_by("colour").unwrap_err().to_string().contains("account_id"));
        assert!(parse_group_by("").unwrap().is_empty());
        let many: Vec<String> = (0..=MOST_GROUP_BY).map(|at| format!("tag:{at}")).collect();
        assert_eq!(parse_group_by(&many.join(",")), Err(GroupByError::TooMany));
        assert_eq!(parse_group_by(&many[1..].join(",")).unwrap().len(), MOST_GROUP_BY);
    }
}
