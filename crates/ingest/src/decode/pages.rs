//! Looking at the page headers of a row group before its pages are unpacked: what they claim to hold is bounded, and bounds
//! how many rows are decoded at a time. Headers may lie; what unpacks to more than was claimed is refused by the unpacking
//! itself, except where gzip is used, which is therefore inflated once to be counted.

use super::parquet::Chunks;
use super::thrift::{FALSE, I32, STRUCT, TRUE, Unreadable, Walk};
use crate::error::{ErrorKind, IngestError};
use crate::limits;
use ::parquet::basic::{Compression, Type};
use ::parquet::column::page::{Page, PageReader};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::serialized_reader::SerializedPageReader;
use std::io::Read;
use std::sync::Arc;

/// Fewest rows decoded at a time, however large their values.
const FEWEST_ROWS: usize = 16;
/// Deflate's highest ratio.
const DEFLATE_RATIO: u64 = 1032;
/// What a page may inflate to without being counted first.
const UNCOUNTED: u64 = 4 << 20;

/// A column chunk that is about to be decoded.
pub(super) struct Looked<'a> {
    pub(super) name: &'a str,
    pub(super) chunk: &'a ColumnChunkMetaData,
    /// Whether our own page reader takes it, which holds text as the dictionary has it.
    pub(super) flat: bool,
}

/// Looks at the pages of a row group's chunks: how many rows may be decoded at a time, up to `rows`.
pub(super) fn batch_rows(
    file: &str,
    source: &Chunks,
    group_rows: u64,
    chunks: &[Looked<'_>],
    rows: usize,
) -> Result<usize, IngestError> {
    let (mut pages, mut text) = (0_u64, 0_u64);
    for column in chunks {
        let found = look(source, group_rows, column).map_err(|fault| {
            let (kind, message) = match fault {
                Fault::Damaged(what) => {
                    (ErrorKind::Undecodable, format!("is not a readable Parquet file: {what}"))
                }
                Fault::TooMuch(what) => (ErrorKind::TooMuch, what),
            };
            IngestError::new(
                kind,
                file,
                message,
                "Fetch the file again; if it is the same, export the report again",
            )
            .column(column.name)
        })?;
        pages = pages.saturating_add(found.largest).saturating_add(found.dictionary);
        text = text.saturating_add(found.row);
        if pages > limits::PAGES {
            let message = format!(
                "the pages of a row group's columns take more than {} MiB at once",
                limits::PAGES >> 20
            );
            let advice = "Write the report with pages of the usual size, a mebibyte";
            return Err(IngestError::new(ErrorKind::TooMuch, file, message, advice).column(column.name));
        }
    }
    let fitting = limits::BATCH_TEXT.checked_div(usize::try_from(text).unwrap_or(usize::MAX)).unwrap_or(rows);
    Ok(fitting.max(FEWEST_ROWS).min(rows))
}

enum Fault {
    Damaged(String),
    TooMuch(String),
}

impl From<Unreadable> for Fault {
    fn from(_: Unreadable) -> Self {
        Self::Damaged("a page header is damaged".to_owned())
    }
}

/// What a chunk's pages take, in bytes.
#[derive(Default)]
struct Found {
    /// The largest data page.
    largest: u64,
    dictionary: u64,
    /// A row's text in a decoded batch, where all rows have the largest.
    row: u64,
}

/// A page header, as far as it counts.
#[derive(Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    stored: i64,
    values: i64,
    encoding: i64,
}

const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;
const DELTA_BYTE_ARRAY: i64 = 7;

fn look(source: &Chunks, group_rows: u64, column: &Looked<'_>) -> Result<Found, Fault> {
    let damaged = |what: &str| Fault::Damaged(what.to_owned());
    let (start, length) = column.chunk.byte_range();
    let length = usize::try_from(length).map_err(|_| damaged("a column chunk has no length"))?;
    let bytes = source.slice(start, Some(length)).map_err(|error| Fault::Damaged(error.to_string()))?;
    let nested = column.chunk.column_descr().max_rep_level() > 0;
    let most_values = if nested { limits::NESTED_VALUES } else { group_rows };
    let mut found = Found::default();
    let (mut at, mut values, mut per_value) = (0_usize, 0_u64, 0_u64);
    let mut repeats = false;
    while at < bytes.len() {
        let mut walk = Walk::new(&bytes[at..]);
        let header = header(&mut walk)?;
        at += walk.position();
        let (Ok(stored), Ok(unpacked)) = (usize::try_from(header.stored), u64::try_from(header.unpacked))
        else {
            return Err(damaged("a page has no size"));
        };
        let body = bytes
            .get(at..at.saturating_add(stored))
            .ok_or_else(|| damaged("a page is longer than its chunk"))?;
        at += stored;
        if unpacked.max(stored as u64) > limits::PAGE {
            let message =
                format!("a page takes {} MiB; up to {} are read", unpacked >> 20, limits::PAGE >> 20);
            return Err(Fault::TooMuch(message));
        }
        let unpacked = unpacked.max(counted(column.chunk.compression(), body, unpacked)?);
        let count = u64::try_from(header.values).map_err(|_| damaged("a page has no number of values"))?;
        match header.kind {
            DICTIONARY_PAGE => {
                let room = unpacked / smallest(column.chunk);
                if count > limits::DICTIONARY {
                    let message =
                        format!("a dictionary has {count} values; up to {} are read", limits::DICTIONARY);
                    return Err(Fault::TooMuch(message));
                }
                if count > room {
                    return Err(damaged("a dictionary is shorter than its number of values"));
                }
                found.dictionary = found.dictionary.max(unpacked);
            }
            DATA_PAGE | DATA_PAGE_V2 => {
                values = values.saturating_add(count);
                if values > most_values {
                    return Err(if nested {
                        Fault::TooMuch(format!("has more than {most_values} values in one row group"))
                    } else {
                        damaged("a column chunk has more values than the row group has rows")
                    });
                }
                found.largest = found.largest.max(unpacked);
                per_value = per_value.max(unpacked.div_ceil(count.max(1)));
                repeats |= header.encoding == DELTA_BYTE_ARRAY;
            }
            _ => {}
        }
    }
    let fixed = column.chunk.column_type() == Type::FIXED_LEN_BYTE_ARRAY;
    if column.flat || !(fixed || column.chunk.column_type() == Type::BYTE_ARRAY) {
        return Ok(found);
    }
    if repeats {
        // A value may repeat the one before it, whole.
        per_value = found.largest;
    }
    if fixed {
        per_value = smallest(column.chunk);
    }
    if found.dictionary > 0 && !fixed {
        per_value = per_value.max(largest_word(source, column.chunk, group_rows, found.dictionary)?);
    }
    if per_value > limits::CELL as u64 {
        let message = format!("a value is longer than {} MiB", limits::CELL >> 20);
        return Err(Fault::TooMuch(message));
    }
    found.row = per_value.saturating_mul(values.div_ceil(group_rows.max(1)).max(1));
    Ok(found)
}

/// Reads a page header. A field of another type than the format gives it is damage: whoever reads the header after us
/// may not look at types, and must not see another header than we did.
fn header(walk: &mut Walk<'_>) -> Result<Header, Fault> {
    let damaged = || Fault::Damaged("a page header is damaged".to_owned());
    let mut header = Header::default();
    let mut last = 0;
    while let Some(field) = walk.field(&mut last)? {
        match (field.id, field.kind) {
            (1, I32) => header.kind = walk.small()?,
            (2, I32) => header.unpacked = walk.small()?,
            (3, I32) => header.stored = walk.small()?,
            (5, STRUCT) => (header.values, header.encoding) = numbers(walk, 4, 2)?,
            (7, STRUCT) => (header.values, header.encoding) = numbers(walk, 2, 2)?,
            (8, STRUCT) => (header.values, header.encoding) = numbers(walk, 6, 4)?,
            (4, I32) | (6, STRUCT) => walk.skip(field.kind)?,
            (1..=8, _) => return Err(damaged()),
            (_, kind) => walk.skip(kind)?,
        }
    }
    Ok(header)
}

/// The struct of a page's kind: its number of values, and its encoding. It begins with `count` numbers; a flag or the
/// statistics follow.
fn numbers(walk: &mut Walk<'_>, count: i16, encoding: i16) -> Result<(i64, i64), Fault> {
    let (mut values, mut encoded) = (0, 0);
    let mut last = 0;
    while let Some(field) = walk.field(&mut last)? {
        match (field.id, field.kind) {
            (1, I32) => values = walk.small()?,
            (id, I32) if id == encoding => encoded = walk.small()?,
            (id, kind) if id > count || kind == I32 => {
                let expected = match (count, id) {
                    (2, 3) | (6, 7) => matches!(kind, TRUE | FALSE),
                    (4, 5) | (6, 8) => kind == STRUCT,
                    _ => true,
                };
                if !expected {
                    return Err(Fault::Damaged("a page header is damaged".to_owned()));
                }
                walk.skip(kind)?;
            }
            _ => return Err(Fault::Damaged("a page header is damaged".to_owned())),
        }
    }
    Ok((values, encoded))
}

/// Fewest bytes that a plain value takes.
fn smallest(chunk: &ColumnChunkMetaData) -> u64 {
    match chunk.column_type() {
        Type::BOOLEAN => 1,
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(chunk.column_descr().type_length()).unwrap_or(1).max(1),
    }
}

/// What a page really unpacks to, where its unpacking would not stop at what the header says.
fn counted(compression: Compression, body: &[u8], claimed: u64) -> Result<u64, Fault> {
    const LZ4_FRAME: &[u8] = &[0x04, 0x22, 0x4D, 0x18];
    let stored = body.len() as u64;
    let too_much = || Fault::TooMuch(format!("a page of {stored} bytes unpacks to more than {claimed}"));
    match compression {
        Compression::GZIP(_) if stored.saturating_mul(DEFLATE_RATIO) > UNCOUNTED => {
            let mut inflated = flate2::read::MultiGzDecoder::new(body).take(claimed.saturating_add(1));
            // Damage is for the decoder to name.
            let count = std::io::copy(&mut inflated, &mut std::io::sink()).unwrap_or(claimed);
            if count > claimed { Err(too_much()) } else { Ok(claimed) }
        }
        Compression::GZIP(_) => Ok(stored.saturating_mul(DEFLATE_RATIO)),
        // The older of the two ways that files of this kind are read stops nowhere; it unpacks 255 times at most.
        Compression::LZ4 if body.starts_with(LZ4_FRAME) => {
            let most = stored.saturating_mul(255);
            if most > limits::PAGE { Err(too_much()) } else { Ok(most) }
        }
        _ => Ok(claimed),
    }
}

/// Length of a dictionary's longest text.
fn largest_word(
    source: &Chunks,
    chunk: &ColumnChunkMetaData,
    rows: u64,
    unpacked: u64,
) -> Result<u64, Fault> {
    // Short dictionaries, nearly all there are, need no look.
    const SHORT: u64 = 2 << 10;
    if unpacked <= SHORT {
        return Ok(unpacked);
    }
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let first = SerializedPageReader::new(Arc::new(source.clone()), chunk, rows, None)
        .and_then(|mut pages| pages.get_next_page())
        .map_err(|error| Fault::Damaged(error.to_string()))?;
    let Some(Page::DictionaryPage { buf, .. }) = first else { return Ok(unpacked) };
    let (mut rest, mut largest) = (&buf[..], 0_u64);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length);
        largest = largest.max(u64::from(length));
        rest = after.get(length as usize..).unwrap_or_default();
    }
    Ok(largest.min(unpacked))
}
