//! Names that say that a file or folder is a copy of another one beside it, as file managers and browsers write them.

use super::Place;
use std::collections::{BTreeSet, HashMap};

/// What stands behind the name of a copy, before its extension.
const ENDS: [&str; 6] = [" - copy", " (copy)", " copy", " - kopie", " (kopie)", " kopie"];
/// What stands in front of it.
const BEGINNINGS: [&str; 2] = ["copy of ", "kopie von "];

/// Originals and their copies, by their places.
pub(super) fn copies(places: &[Place]) -> BTreeSet<(usize, usize)> {
    let at: HashMap<String, usize> =
        places.iter().enumerate().map(|(at, place)| (place.path.to_lowercase(), at)).collect();
    let mut found = BTreeSet::new();
    for (copy, place) in places.iter().enumerate() {
        let path = place.path.to_lowercase();
        let (folder, name) =
            path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
        let beside =
            |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let originals = originals(name).into_iter().filter_map(|name| at.get(&beside(&name)).copied());
        found.extend(originals.map(|original| (original, copy)));
    }
    found
}

/// What a name may be the copy of: `costs (1).csv.gz` and `Copy of costs.csv.gz` are of `costs.csv.gz`.
fn originals(name: &str) -> Vec<String> {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    let mut found: Vec<String> =
        ends.filter_map(|end| Some(format!("{}{}", unmarked(&name[..end])?, &name[end..]))).collect();
    found.extend(
        BEGINNINGS.iter().filter_map(|beginning| name.strip_prefix(beginning)).map(ToOwned::to_owned),
    );
    found
}

/// The stem without what marks it as a copy.
fn unmarked(stem: &str) -> Option<&str> {
    if let Some(stem) = ENDS.iter().find_map(|end| stem.strip_suffix(end)) {
        return Some(stem);
    }
    // ` (2)` of browsers, and the second copy of a file manager: ` - copy (2)`, ` copy 2`.
    let (before, number) = match stem.strip_suffix(')') {
        Some(stem) => stem.rsplit_once(" (")?,
        None => {
            let (before, number) = stem.rsplit_once(' ')?;
            (ENDS.iter().any(|end| before.ends_with(end)).then_some(before)?, number)
        }
    };
    let number = number.trim_end_matches(" copy");
    let counts = !number.is_empty() && number.len() < 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    counts.then(|| ENDS.iter().find_map(|end| before.strip_suffix(end)).unwrap_or(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_by_their_names() {
        for (copy, original) in [
            ("costs (1).csv", "costs.csv"),
            ("costs.csv (1).gz", "costs.csv.gz"),
            ("costs (copy).csv.gz", "costs.csv.gz"),
            ("costs - copy", "costs"),
            ("costs - copy (3).csv", "costs.csv"),
            ("costs copy 2.csv", "costs.csv"),
            ("copy of costs.csv", "costs.csv"),
            ("costs - kopie.csv", "costs.csv"),
        ] {
            assert!(originals(copy).contains(&original.to_owned()), "{copy}: {:?}", originals(copy));
        }
        for name in ["costs.csv", "costs (eu).csv", "2026 08.csv", "costs 2.csv", "costs (202608).csv"] {
            assert!(originals(name).is_empty(), "{name}: {:?}", originals(name));
        }
    }

    #[test]
    fn a_copy_is_one_of_what_lies_beside_it() {
        let place = |path: &str| Place { path: path.to_owned(), files: vec![] };
        let places = ["x", "x (Copy)", "y/A.csv", "y/a (1).csv", "z/a (1).csv"].map(place);
        assert_eq!(copies(&places), BTreeSet::from([(0, 1), (2, 3)]));
    }
}
