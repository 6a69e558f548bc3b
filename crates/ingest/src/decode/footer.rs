//! Looking at a Parquet footer before the parquet crate does. Its schema parser calls itself for each level, which four
//! hundred levels take beyond the end of the stack, and a stack that ends takes the process along; it reserves room for as
//! many row groups and children as a footer claims. So what a footer claims is counted first.

use super::parquet::Chunks;
use super::thrift::{I32, LIST_TYPE, STRUCT, Unreadable, Walk};
use crate::error::{ErrorKind, IngestError};
use crate::limits;
use crate::source::SourceFile;
use bytes::Bytes;
use std::sync::Arc;

/// Length and magic word that end a file.
const TAIL: u64 = 8;

/// The end of a file with its footer, looked at.
pub(super) fn read(file: &Arc<dyn SourceFile>) -> Result<Chunks, IngestError> {
    let name = file.name();
    let size = file.size();
    let read = |start: u64| file.read_range(start..size).map_err(|error| IngestError::io(name, &error));
    let damaged = |what: &str| IngestError::parquet(name, &what);
    // A far file is asked once: most footers are smaller than this.
    let first = if file.is_far() { 256 * 1024 } else { TAIL };
    let mut start = size.saturating_sub(first);
    let mut end = read(start)?;
    let tail = end.len().checked_sub(8).and_then(|at| end[at..].first_chunk::<8>()).copied();
    let Some([a, b, c, d, b'P', b'A', b'R', b'1']) = tail else {
        return Err(damaged("its end is not that of a Parquet file"));
    };
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let whole = length.saturating_add(TAIL);
    if length > limits::FOOTER {
        return Err(refusal(name, &format!("a footer of {} MiB", length >> 20), limits::FOOTER >> 20, "MiB"));
    }
    if whole > size {
        return Err(damaged("its footer is longer than the file"));
    }
    if whole > end.len() as u64 {
        start = size - whole;
        end = read(start)?;
    }
    let from = end.len().saturating_sub(usize::try_from(whole).unwrap_or(usize::MAX));
    let footer = end.slice(from..end.len().saturating_sub(8));
    check(&footer).map_err(|fault| fault.of(name))?;
    Ok(Chunks::with_end(file, start, end))
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Damaged,
    Strange,
    TooMany { what: &'static str, most: usize },
}

impl Fault {
    fn of(&self, file: &str) -> IngestError {
        match self {
            Self::Damaged => IngestError::parquet(file, &"its footer is damaged"),
            Self::Strange => IngestError::parquet(file, &"its footer holds what no Parquet footer holds"),
            Self::TooMany { what, most } => refusal(file, what, *most as u64, ""),
        }
    }
}

fn refusal(file: &str, what: &str, most: u64, unit: &str) -> IngestError {
    IngestError::new(
        ErrorKind::TooMuch,
        file,
        format!("the Parquet file has {what}; up to {most} {unit}").trim_end().to_owned() + " are read",
        "No billing report is like that: export it again with the standard columns",
    )
}

impl From<Unreadable> for Fault {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Damaged => Self::Damaged,
            Unreadable::Strange => Self::Strange,
        }
    }
}

/// Walks a footer (`FileMetaData`).
fn check(footer: &Bytes) -> Result<(), Fault> {
    let mut walk = Walk::new(footer);
    let mut last = 0;
    let mut chunks = 0_usize;
    while let Some(field) = walk.field(&mut last)? {
        match (field.id, field.kind) {
            (2, LIST_TYPE) => schema(&mut walk)?,
            (4, LIST_TYPE) => {
                let (kind, count) = walk.list()?;
                at_most(count, "more row groups than the format counts", limits::ROW_GROUPS)?;
                for _ in 0..count {
                    if kind != STRUCT {
                        return Err(Fault::Damaged);
                    }
                    row_group(&mut walk, &mut chunks)?;
                }
            }
            (2 | 4, _) => return Err(Fault::Damaged),
            (_, kind) => walk.skip(kind)?,
        }
    }
    Ok(())
}

fn at_most(count: usize, what: &'static str, most: usize) -> Result<(), Fault> {
    if count > most { Err(Fault::TooMany { what, most }) } else { Ok(()) }
}

/// Walks the list of schema elements, which is the tree written down depth first.
fn schema(walk: &mut Walk<'_>) -> Result<(), Fault> {
    let (kind, count) = walk.list()?;
    at_most(count, "too many columns", limits::SCHEMA)?;
    // Children that are still to come, by level.
    let mut open: Vec<usize> = vec![];
    let mut leaves = 0_usize;
    for at in 0..count {
        if kind != STRUCT {
            return Err(Fault::Damaged);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        let children = children(walk)?;
        if children > count - at {
            return Err(Fault::Damaged);
        }
        if children == 0 {
            leaves += 1;
        } else {
            open.push(children);
            at_most(open.len(), "columns nested too deep", limits::DEPTH)?;
        }
    }
    at_most(leaves, "too many columns", limits::COLUMNS)
}

/// Walks a schema element: how many children it has.
fn children(walk: &mut Walk<'_>) -> Result<usize, Fault> {
    let mut last = 0;
    let mut children = 0;
    while let Some(field) = walk.field(&mut last)? {
        match (field.id, field.kind) {
            (5, I32) => children = usize::try_from(walk.small()?).map_err(|_| Fault::Damaged)?,
            (5, _) => return Err(Fault::Damaged),
            (_, kind) => walk.skip(kind)?,
        }
    }
    Ok(children)
}

fn row_group(walk: &mut Walk<'_>, chunks: &mut usize) -> Result<(), Fault> {
    let mut last = 0;
    while let Some(field) = walk.field(&mut last)? {
        if (field.id, field.kind) == (1, LIST_TYPE) {
            let (kind, count) = walk.list()?;
            *chunks += count;
            at_most(*chunks, "too many column chunks", limits::CHUNKS)?;
            for _ in 0..count {
                walk.skip(kind)?;
            }
        } else {
            walk.skip(field.kind)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(mut value: usize, out: &mut Vec<u8>) {
        while value > 0x7F {
            out.push(u8::try_from(value & 0x7F).unwrap() | 0x80);
            value >>= 7;
        }
        out.push(u8::try_from(value).unwrap());
    }

    /// A footer whose schema has these numbers of children, and as many row groups as it claims.
    fn footer(children: &[usize], row_groups: usize) -> Bytes {
        let mut out = vec![0x15, 0x02, 0x19];
        let list = |count: usize, out: &mut Vec<u8>| {
            out.push(0xFC);
            varint(count, out);
        };
        list(children.len(), &mut out);
        for count in children {
            out.extend([0x48, 0x01, b'c']);
            if *count > 0 {
                out.push(0x15);
                varint(count * 2, &mut out);
            }
            out.push(0);
        }
        out.extend([0x16, 0x00, 0x19]);
        list(row_groups, &mut out);
        out.extend(vec![0; row_groups.min(100_000)]);
        out.push(0);
        out.into()
    }

    #[test]
    fn depth_and_numbers_are_counted_before_they_are_believed() {
        assert_eq!(check(&footer(&[2, 1, 1, 0, 0], 3)), Ok(()));
        let nested = |levels: usize| {
            let mut children = vec![1; levels];
            children.push(0);
            footer(&children, 0)
        };
        assert_eq!(check(&nested(limits::DEPTH)), Ok(()));
        for levels in [limits::DEPTH + 1, 400, 100_000] {
            let found = check(&nested(levels));
            assert!(matches!(found, Err(Fault::TooMany { most: limits::DEPTH, .. })), "{found:?}");
        }
        assert_eq!(check(&footer(&[2_000_000_000, 0], 0)), Err(Fault::Damaged));
        assert_eq!(check(&footer(&[1, 0], 2_000_000_000)), Err(Fault::Damaged));
        let groups = check(&footer(&[1, 0], 50_000));
        assert!(matches!(groups, Err(Fault::TooMany { most: limits::ROW_GROUPS, .. })), "{groups:?}");
        let mut wide = vec![limits::COLUMNS + 1];
        wide.resize(limits::COLUMNS + 2, 0);
        assert!(matches!(check(&footer(&wide, 0)), Err(Fault::TooMany { .. })));
        wide.pop();
        wide[0] -= 1;
        assert_eq!(check(&footer(&wide, 0)), Ok(()));
    }
}
