//! The careful splitter: one field at a time, every corner of RFC 4180, and the errors. It runs where the
//! fast splitter's check fails.

use super::error::{CsvErrorKind, Fault};
use crate::limits::{CELL as MAX_FIELD, FIELDS_TOO_MANY};
use memchr::{memchr, memchr2};

/// Rows found by the careful splitter.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Start and end of each field, quotes included, row by row.
    pub(super) spans: Vec<(u32, u32)>,
    pub(super) rows: usize,
    /// End of the last complete row, line end included.
    pub(super) end: usize,
    /// Blank lines that were skipped.
    pub(super) blank: usize,
    /// What is wrong with the row after these.
    pub(super) fault: Option<Fault>,
}

/// A field and what ends it.
enum Next {
    Field { end: usize, after: usize, last: bool },
    Incomplete,
}

/// Splits `text[begin..]`, which begins at a row, into rows of `width` fields (any width if `None`, one row
/// only: the header). Stops before a row that has no end yet or is wrong. `first_row` is for messages.
pub(super) fn split(text: &[u8], begin: usize, width: Option<usize>, first_row: u64) -> Split {
    let mut found = Split { end: begin, ..Split::default() };
    let mut at = begin;
    let mut fields = 0usize;
    while at < text.len() {
        let (end, after, last) = match field(text, at) {
            Ok(Next::Field { end, after, last }) if end.saturating_sub(at) <= MAX_FIELD => (end, after, last),
            Ok(Next::Incomplete) if text.len().saturating_sub(at) <= MAX_FIELD => break,
            Ok(_) => {
                found.fault = Some(too_large(text[at] == b'"').at_column(fields));
                break;
            }
            Err(fault) => {
                found.fault = Some(fault.at_column(fields));
                break;
            }
        };
        if last && fields == 0 && end == at {
            found.end = after;
            found.blank = found.blank.saturating_add(1);
            at = after;
            continue;
        }
        found.spans.push((to_u32(at), to_u32(end)));
        fields = fields.saturating_add(1);
        at = after;
        if !last && width.is_some_and(|width| fields > width.saturating_add(FIELDS_TOO_MANY)) {
            let message =
                format!("the row has more than {fields} fields, the header has {}", width.unwrap_or(0));
            found.fault = Some(Fault::new(CsvErrorKind::FieldCount, message));
            break;
        }
        if last {
            if let Some(width) = width.filter(|width| *width != fields) {
                let message = format!("the row has {fields} fields, the header has {width}");
                found.fault = Some(Fault::new(CsvErrorKind::FieldCount, message));
                break;
            }
            found.rows = found.rows.saturating_add(1);
            found.end = at;
            fields = 0;
            if width.is_none() {
                break;
            }
        }
    }
    let complete = found.spans.len().saturating_sub(fields);
    found.spans.truncate(complete);
    let row = first_row.saturating_add(found.rows as u64);
    found.fault = found.fault.map(|fault| fault.at_row(row));
    found
}

fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn too_large(quoted: bool) -> Fault {
    let what = if quoted { "a quoted field is longer than" } else { "a field is longer than" };
    Fault::new(CsvErrorKind::TooLarge, format!("{what} {} MiB", MAX_FIELD >> 20))
}

fn field(text: &[u8], at: usize) -> Result<Next, Fault> {
    if text.get(at) == Some(&b'"') {
        return quoted(text, at);
    }
    let Some(length) = memchr2(b',', b'\n', &text[at..]) else { return Ok(Next::Incomplete) };
    let end = at.saturating_add(length);
    let last = text[end] == b'\n';
    let trimmed =
        if last && length > 0 && text[end.saturating_sub(1)] == b'\r' { end.saturating_sub(1) } else { end };
    Ok(Next::Field { end: trimmed, after: end.saturating_add(1), last })
}

fn quoted(text: &[u8], at: usize) -> Result<Next, Fault> {
    let mut from = at.saturating_add(1);
    while let Some(length) = text.get(from..).and_then(|rest| memchr(b'"', rest)) {
        let after = from.saturating_add(length).saturating_add(1);
        let field = |skip: usize, last| Next::Field { end: after, after: after.saturating_add(skip), last };
        return Ok(match text.get(after..).unwrap_or_default() {
            [b'"', ..] => {
                from = after.saturating_add(1);
                continue;
            }
            [b',', ..] => field(1, false),
            [b'\n', ..] => field(1, true),
            [b'\r', b'\n', ..] => field(2, true),
            [] | [b'\r'] => Next::Incomplete,
            _ => return Err(Fault::new(CsvErrorKind::Quote, "text follows the closing quote of a field")),
        });
    }
    Ok(Next::Incomplete)
}

/// Takes the quotes off a quoted field in place; gives its new span.
pub(super) fn unquote(text: &mut [u8], start: u32, end: u32) -> (u32, u32) {
    let Some(field) = text.get_mut(start as usize..end as usize) else { return (start, end) };
    if field.len() < 2 {
        return (start, end);
    }
    let inner = field.len().saturating_sub(1);
    let Some(first) = memchr(b'"', &field[1..inner]) else {
        return (start.saturating_add(1), end.saturating_sub(1));
    };
    let mut write = first.saturating_add(1);
    let mut read = write;
    while read < inner {
        field[write] = field[read];
        write = write.saturating_add(1);
        let doubled = field[read] == b'"';
        read = read.saturating_add(if doubled { 2 } else { 1 });
    }
    (start.saturating_add(1), start.saturating_add(to_u32(write)))
}
