//! Costs as CSV (RFC 4180).
//!
//! Spreadsheets run what looks like a formula, also out of a CSV file, and tags, names and resources are anybody's to
//! choose. In files that people open, a text that would run gets an apostrophe before it, which spreadsheets take for
//! "this is text"; figures are numbers by our own hand and stay as they are. The command line's output is for scripts,
//! which need values exactly: it is not guarded.

use super::{change_columns, change_figures, figure_columns, figures, key_text, rows, text_columns, texts};
use crate::allocation::is_subset_id;
use crate::read::costs::{Costs, bucket_text};
use model::{CostGroup, Decimal, TimeView};
use std::borrow::Cow;
use std::io::{self, Write};

/// What a cell holds.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Words of anybody.
    Text(&'a str),
    /// A number or an instant that we wrote.
    Figure(&'a str),
}

/// Who the lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// People, who open them in a spreadsheet.
    Spreadsheet,
    /// Scripts, which want each value as it is.
    Script,
}

/// CSV as the page's table: the dimensions, one column per bucket, the total, and where a comparison is asked for both
/// spans' totals and the change, empty where it is not known. For people.
pub fn csv(costs: &Costs, out: &mut impl Write) -> io::Result<()> {
    let names = text_columns(costs);
    let buckets = [figure_columns(costs), change_columns(costs)].concat();
    let header = names.iter().map(|name| Cell::Text(name)).chain(buckets.iter().map(|it| Cell::Figure(it)));
    line(out, Reader::Spreadsheet, header)?;
    for (at, (group, labels)) in rows(costs).enumerate() {
        let mut figures: Vec<String> = figures(costs, group).map(|figure| figure.to_string()).collect();
        figures.extend(change_figures(costs, Some(at)).into_iter().map(Option::unwrap_or_default));
        let texts = texts(costs, group, labels).into_iter().map(Cell::Text);
        line(out, Reader::Spreadsheet, texts.chain(figures.iter().map(|it| Cell::Figure(it))))?;
    }
    Ok(())
}

/// A figure of a group with its labels; its bucket, where there are buckets.
type LongCell<'a> = ((&'a CostGroup, &'a [String]), Option<String>, Decimal);

/// CSV with one line per group and bucket, ordered by figure, largest first: one column per dimension, the
/// bucket if the question has a view, the exact figure last. Buckets without cost are left out. For scripts.
pub fn csv_long(costs: &Costs, out: &mut impl Write) -> io::Result<()> {
    let (query, answer) = (&costs.query, &costs.answer);
    let mut header: Vec<String> = query.group_by.iter().map(ToString::to_string).collect();
    let bucketed = query.view != TimeView::Total;
    if bucketed {
        header.push("period".into());
    }
    header.push(query.metric.name().into());
    let mut cells: Vec<LongCell<'_>> = vec![];
    for (group, labels) in rows(costs) {
        if bucketed {
            let figures = answer.buckets.iter().zip(&group.figures).filter(|(_, figure)| !figure.is_zero());
            cells.extend(
                figures.map(|(bucket, figure)| ((group, labels), Some(bucket_text(bucket)), *figure)),
            );
        } else {
            cells.push(((group, labels), None, group.total));
        }
    }
    // Stable: equal figures keep the order of the groups and buckets.
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.2));
    line(out, Reader::Script, header.iter().map(|name| Cell::Text(name)))?;
    for ((group, labels), bucket, figure) in cells {
        let keys = query.group_by.iter().zip(&group.keys).zip(labels);
        let keys = keys.map(|((dimension, key), label)| {
            // Scripts ask for identifiers to get them.
            let label = key.as_ref().filter(|_| is_subset_id(dimension)).unwrap_or(label);
            Cell::Text(key_text(dimension, key.as_deref(), label, group.other))
        });
        let figure = figure.to_string();
        line(
            out,
            Reader::Script,
            keys.chain(bucket.as_deref().map(Cell::Figure)).chain([Cell::Figure(&figure)]),
        )?;
    }
    Ok(())
}

/// One line of CSV.
pub fn line<'a>(
    out: &mut impl Write,
    reader: Reader,
    cells: impl Iterator<Item = Cell<'a>>,
) -> io::Result<()> {
    let mut count = 0;
    let mut blank = false;
    for cell in cells {
        if count > 0 {
            out.write_all(b",")?;
        }
        count += 1;
        let (Cell::Text(text) | Cell::Figure(text)) = cell;
        let signs = signs(text);
        let field = match cell {
            Cell::Text(text) if reader == Reader::Spreadsheet => harmless(text, signs),
            _ => Cow::Borrowed(text),
        };
        blank = field.is_empty();
        let may_separate = if reader == Reader::Spreadsheet { QUOTED | NEXT } else { QUOTED };
        if signs & may_separate != 0 {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    // A lone empty field needs quotes, or the line would read as blank.
    out.write_all(if count == 1 && blank { b"\"\"\r\n" } else { b"\r\n" })
}

/// Characters that make a spreadsheet run what follows them, also in the full width of East Asian keyboards.
const RUN: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Where a spreadsheet may begin a new cell: with semicolons for separators, as in much of Europe, or when it takes a
/// quote in the middle of a line for a character.
const NEXT_CELL: [char; 5] = [';', '\t', '\n', '\r', '|'];

/// Signs of a text that its cell has to look at: it needs quotes, a spreadsheet may begin a new cell in it, or run it.
const QUOTED: u8 = 1;
const NEXT: u8 = 2;
const RUNS: u8 = 4;

/// The signs of each byte: files have millions of cells, of which a byte is looked at once.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut at = 0;
    while at < NEXT_CELL.len() {
        signs[NEXT_CELL[at] as usize] |= NEXT;
        at += 1;
    }
    at = 0;
    while at < RUN.len() {
        // Of what is not ASCII, the first byte of its UTF-8.
        let byte = if RUN[at].is_ascii() { RUN[at] as usize } else { WIDE };
        signs[byte] |= RUNS;
        at += 1;
    }
    let quoted = [b',', b'"', b'\n', b'\r'];
    at = 0;
    while at < quoted.len() {
        signs[quoted[at] as usize] |= QUOTED;
        at += 1;
    }
    signs
};

/// First byte of the characters of full width.
const WIDE: usize = 0xef;

fn signs(text: &str) -> u8 {
    text.bytes().fold(0, |signs, byte| signs | SIGNS[usize::from(byte)])
}

/// A text that no spreadsheet runs: the same, or with an apostrophe before each part that would be.
fn harmless(text: &str, signs: u8) -> Cow<'_, str> {
    if signs & RUNS == 0 || is_number(text) {
        return Cow::Borrowed(text);
    }
    if signs & NEXT == 0 {
        return if runs(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    }
    let mut safe = String::with_capacity(text.len() + 2);
    let mut parts = text.split_inclusive(NEXT_CELL).peekable();
    if runs(text) && !parts.peek().is_some_and(|first| runs(first)) {
        // A tab or a break that begins no cell is passed over like a blank.
        safe.push('\'');
    }
    for part in parts {
        if runs(part) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    Cow::Owned(safe)
}

/// Whether a spreadsheet would run it: blanks, and characters that show nothing, are passed over before a formula.
fn runs(text: &str) -> bool {
    let begin = text.trim_start_matches(|it: char| {
        it.is_whitespace()
            || it.is_control()
            || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    });
    begin.starts_with(RUN)
}

/// Whether a text is a plain number: it is shown as one and runs nothing.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut points = 0;
    let plain = digits.chars().all(|it| {
        points += usize::from(it == '.');
        it.is_ascii_digit() || it == '.'
    });
    plain && points < 2 && digits.chars().any(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use crate::read::{ComparedCosts, GroupChange, Known};
    use model::{Change, Compared, DaySpan};

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = vec![];
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn long_csv_orders_by_figure_and_keeps_every_digit() {
        assert_eq!(
            text(|out| csv_long(&sample(TimeView::Hour), out)),
            "tag:Team,period,amortized\r\n\"a,\"\"b\"\"<&\",2026-10-01T00:00:00Z,1.1\r\n\
             Untagged,2026-10-01T01:00:00Z,1\r\nUntagged,2026-10-01T00:00:00Z,0.000000000000000001\r\n"
        );
    }

    #[test]
    fn pivot_csv_has_a_column_per_bucket_and_the_total() {
        assert_eq!(
            text(|out| csv(&sample(TimeView::Day), out)),
            "tag:Team,2026-10-01,2026-10-02,total\r\n\"a,\"\"b\"\"<&\",1.1,0,1.1\r\n\
             Untagged,0.000000000000000001,1,1.000000000000000001\r\n"
        );
    }

    #[test]
    fn a_comparison_stands_beside_the_total() {
        let mut costs = sample(TimeView::Day);
        let span = |from: &str, to: &str| DaySpan { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let spans =
            Compared { now: span("2026-10-01", "2026-10-02"), before: span("2026-09-01", "2026-09-02") };
        let amount = |text: &str| text.parse::<Decimal>().unwrap();
        let group = |now: &str, before: Option<&str>| GroupChange {
            now: amount(now),
            before: before.map(amount),
            change: Change::between(before.map(amount), amount(now), false),
        };
        let groups = vec![group("1.1", Some("0.8")), group("0", None)];
        let (now, before) = (amount("1.1"), amount("0.8"));
        let change = Change::between(Some(before), now, false);
        costs.compared = Some(ComparedCosts { spans, known: Known::Whole, now, before, change, groups });
        assert_eq!(
            text(|out| csv(&costs, out)),
            "tag:Team,2026-10-01,2026-10-02,total,2026-10-01 to 2026-10-01,2026-09-01 to 2026-09-01,change,\
             change_percent\r\n\"a,\"\"b\"\"<&\",1.1,0,1.1,1.1,0.8,0.3,37.500\r\n\
             Untagged,0.000000000000000001,1,1.000000000000000001,0,,,\r\n"
        );
    }

    #[test]
    fn a_line_of_one_empty_field_is_no_blank_line() {
        let empty = |count: usize| std::iter::repeat_n(Cell::Text(""), count);
        assert_eq!(text(|out| line(out, Reader::Script, empty(1))), "\"\"\r\n");
        assert_eq!(text(|out| line(out, Reader::Spreadsheet, empty(2))), ",\r\n");
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_made_harmless() {
        for bad in [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{200b}@x",
            "\u{ff1d}1+1",
            "\u{ff0d}cmd|' /C calc'!A0",
            "-5%",
            "--1",
        ] {
            assert!(harmless(bad, signs(bad)).starts_with('\''), "{bad:?}");
        }
        assert_eq!(harmless("a;=1", NEXT | RUNS), "a;'=1");
        assert_eq!(harmless("a\n=1", NEXT | RUNS), "a\n'=1");
        for good in [
            "",
            "a=b",
            "i-1",
            "arn:aws:s3:::x",
            "-5",
            "+4.25",
            "-",
            "a;b",
            "10.0.0.0/8",
            "it's",
            "2026-10-01",
        ] {
            let expected = if good == "-" { "'-" } else { good };
            assert_eq!(harmless(good, signs(good)), expected, "{good:?}");
        }
        // Figures are numbers whatever their sign; scripts get what is stored.
        let cells = || [Cell::Text("=1"), Cell::Figure("-1.5")].into_iter();
        assert_eq!(text(|out| line(out, Reader::Spreadsheet, cells())), "'=1,-1.5\r\n");
        assert_eq!(text(|out| line(out, Reader::Script, cells())), "=1,-1.5\r\n");
    }
}
