//! The format of the data files: comma-separated, no quoting, `#` starts a comment line, the first other line is the
//! header. Strict on purpose: a cell that needs quoting would be a sign that the table is the wrong place for it.

/// The data rows of `text`, each with exactly `N` cells. A line of another width is left out; the tables' tests prove
/// with [`malformed`] that there is none.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    lines(text).skip(1).filter_map(cells)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

fn cells<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let mut row = [""; N];
    let mut parts = line.split(',');
    for cell in &mut row {
        *cell = parts.next()?.trim();
    }
    parts.next().is_none().then_some(row)
}

/// The lines, header included, that do not have `N` cells.
#[cfg(test)]
pub(super) fn malformed<const N: usize>(text: &'static str) -> Vec<&'static str> {
    lines(text).filter(|line| cells::<N>(line).is_none()).collect()
}

/// The keys that occur more than once.
#[cfg(test)]
pub(super) fn duplicates<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    keys.filter(|key| !seen.insert(*key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# comment\na,b\n1, two\n\n# more\n3\n4,5,6\n,7\n";

    #[test]
    fn reads_rows_and_reports_malformed_lines() {
        let read: Vec<_> = rows::<2>(TEXT).collect();
        assert_eq!(read, [["1", "two"], ["", "7"]]);
        assert_eq!(malformed::<2>(TEXT), ["3", "4,5,6"]);
        assert_eq!(duplicates(["a", "b", "a"].into_iter()), ["a"]);
    }
}
