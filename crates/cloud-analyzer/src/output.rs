//! Printing results. Names come from bills: what a terminal would act on is written out (`model::shown`).

use model::{AsOf, shown};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a result to standard output.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(shown::lines(text).as_bytes())?;
    out.flush()
}

/// Says on standard error what is wrong and what to do. What strangers wrote into it begins no line.
pub(crate) fn complain(message: &str, advice: Option<&str>) {
    let part = |text: &str| shown::lines(text.trim_end()).replace('\n', "\n    ");
    let advice = advice.map(|advice| format!("  what to do: {}\n", part(advice))).unwrap_or_default();
    // Nobody is left to tell when standard error is closed.
    let _ = io::stderr().write_all(format!("error: {}\n{advice}", part(message)).as_bytes());
}

/// Says on standard error what a reader of the result should know.
pub(crate) fn remark(note: &str) {
    let note = shown::lines(note.trim_end()).replace('\n', "\n    ");
    // Nobody is left to tell when standard error is closed.
    let _ = io::stderr().write_all(format!("note: {note}\n").as_bytes());
}

/// Writes a result as JSON to standard output.
pub(crate) fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(print(&shown::json(&text))?)
}

/// The same of bills that may be shown as they stood: then the answer says so.
pub(crate) fn print_json_as_of(value: &impl serde::Serialize, as_of: Option<AsOf>) -> anyhow::Result<()> {
    let Some(as_of) = as_of else { return print_json(value) };
    let mut value = serde_json::to_value(value)?;
    value["as_of"] = serde_json::json!({ "at": as_of.to_string(), "words": as_of.words() });
    print_json(&value)
}

/// Side of a column that its cells stand at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows in aligned columns under a header.
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[(&str, Align)]) -> Self {
        Self {
            columns: columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect(),
            rows: vec![],
        }
    }

    pub(crate) fn row(&mut self, mut cells: Vec<String>) {
        for cell in &mut cells {
            if let Cow::Owned(clean) = shown::line(cell) {
                *cell = clean;
            }
        }
        self.rows.push(cells);
    }

    pub(crate) fn text(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let width = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.chain(header.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        let mut out = String::new();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        for row in [&header, &rule].into_iter().chain(&self.rows) {
            let cells =
                row.iter().zip(&self.columns).zip(&widths).map(|((cell, (_, align)), width)| match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                });
            out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            out.push('\n');
        }
        out
    }
}

/// A whole number with separators: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in words: `1.5 GB` (powers of ten, as disks and networks count).
pub(crate) fn bytes(count: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.iter().find(|(unit, _)| count >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", count as f64 / *unit as f64),
        None => format!("{count} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_columns() {
        let mut table = Table::new(&[("service", Align::Left), ("cost", Align::Right)]);
        table.row(vec!["EC2".into(), "10.5".into()]);
        table.row(vec!["Größe".into(), "7".into()]);
        assert_eq!(table.text(), "service  cost\n-------  ----\nEC2      10.5\nGröße       7\n");
    }

    #[test]
    fn a_name_stays_in_its_cell() {
        let mut table = Table::new(&[("service", Align::Left), ("cost", Align::Right)]);
        table.row(vec!["EC2\n\u{1b}[2Kforged".into(), "7".into()]);
        let text = table.text();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("EC2\\n\\u{1b}[2Kforged     7"), "{text}");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        assert_eq!(bytes(1_530_000_000), "1.5 GB");
        assert_eq!(bytes(12), "12 B");
    }
}
