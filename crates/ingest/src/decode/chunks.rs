//! Flat column chunks read page by page into what the kernels want: dictionary codes with -1 for absent,
//! exact amounts, microseconds. arrow-rs would give the same by way of padded arrays with validity bitmaps,
//! which cost more than all the rest of the first stage together (docs/adr/0001). Chunks of any other kind (nested,
//! mixed encodings, unusual types) are left to arrow-rs.

mod hybrid;

use super::parquet::Chunks;
use super::parquet_columns::to_micros;
use crate::batch::{NO_TIME, TextColumn};
use crate::fields::is_absent;
use crate::limits;
use crate::numbers::{BAD, NULL, NumberColumn, WIDE, short_double};
use ::parquet::basic::{Encoding, Type};
use ::parquet::column::page::{Page, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use ::parquet::file::serialized_reader::SerializedPageReader;
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, TimeUnit};
use bytes::Bytes;
use hybrid::{Hybrid, Levels};
use std::sync::Arc;

/// What a chunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Instant(TimeUnit),
}

/// The rows of a batch.
pub(super) enum Decoded {
    /// `None`: all absent.
    Text(Option<TextColumn>),
    /// With the values that are no numbers.
    Number(NumberColumn, Vec<(usize, String)>),
    Times(Vec<i64>),
}

/// How a column can be read here, or `None` when arrow-rs has to.
pub(super) fn kind(
    metadata: &ParquetMetaData,
    group: usize,
    leaf: usize,
    data_type: &DataType,
) -> Option<Kind> {
    let column = metadata.file_metadata().schema_descr().column(leaf);
    if column.max_rep_level() > 0 || column.max_def_level() > 1 || column.path().parts().len() > 1 {
        return None;
    }
    let chunk = metadata.row_group(group).column(leaf);
    let encodings = chunk.page_encoding_stats_mask()?;
    let codes_only = chunk.dictionary_page_offset().is_some() && encodings.encodings().all(is_dictionary);
    let simple = encodings.encodings().all(|encoding| encoding == Encoding::PLAIN || is_dictionary(encoding));
    match (chunk.column_type(), data_type) {
        (Type::BYTE_ARRAY, DataType::Dictionary(..)) if codes_only => Some(Kind::Text),
        (Type::DOUBLE, DataType::Float64) if simple => Some(Kind::Number),
        (Type::INT64, DataType::Timestamp(unit, _)) if simple => Some(Kind::Instant(*unit)),
        _ => None,
    }
}

fn broken(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Reads one column chunk.
pub(super) struct Chunk {
    pages: SerializedPageReader<Chunks>,
    kind: Kind,
    optional: bool,
    has_dictionary: bool,
    /// Values of the dictionary; one of the three is in use.
    text: ArrayRef,
    amounts: NumberColumn,
    instants: Vec<i64>,
    /// Places in `amounts` that are no numbers, with what is there.
    bad: Vec<(usize, String)>,
    /// The current page.
    left: usize,
    levels: Hybrid,
    values: Values,
    /// Reused.
    codes: Vec<u32>,
    present: Levels,
}

/// An amount that needs a look of its own, in order of rows.
enum Special {
    /// 10⁻¹⁸ units.
    Wide(i128),
    Bad(String),
}

enum Values {
    Codes(Hybrid),
    /// Eight bytes each.
    Plain(Bytes),
}

impl Chunk {
    pub(super) fn open(
        source: &Chunks,
        chunk: &ColumnChunkMetaData,
        rows: usize,
        kind: Kind,
    ) -> Result<Self> {
        Ok(Self {
            pages: SerializedPageReader::new(Arc::new(source.clone()), chunk, rows, None)?,
            kind,
            optional: chunk.column_descr().max_def_level() > 0,
            has_dictionary: false,
            text: Arc::new(StringArray::from(Vec::<&str>::new())),
            amounts: NumberColumn::default(),
            instants: vec![],
            bad: vec![],
            left: 0,
            levels: Hybrid::default(),
            values: Values::Plain(Bytes::new()),
            codes: vec![],
            present: Levels::default(),
        })
    }

    /// The next rows.
    pub(super) fn read(&mut self, rows: usize) -> Result<Decoded> {
        Ok(match self.kind {
            Kind::Text => Decoded::Text(self.read_text(rows)?),
            Kind::Number => {
                let (column, bad) = self.read_numbers(rows)?;
                Decoded::Number(column, bad)
            }
            Kind::Instant(_) => Decoded::Times(self.read_rows(rows, NO_TIME, Chunk::next_instants)?),
        })
    }

    fn read_text(&mut self, rows: usize) -> Result<Option<TextColumn>> {
        let codes = self.read_rows(rows, -1, Chunk::next_codes)?;
        if codes.iter().all(|code| *code < 0) {
            return Ok(None);
        }
        Ok(Some(TextColumn { codes: ScalarBuffer::from(codes), nulls: None, values: Arc::clone(&self.text) }))
    }

    fn read_numbers(&mut self, rows: usize) -> Result<(NumberColumn, Vec<(usize, String)>)> {
        let mut found = NumberColumn::default();
        let mut bad = vec![];
        let mut special = vec![];
        let mut rounded = 0;
        let mut values = self.read_rows(rows, NULL, |chunk, count, out| {
            chunk.next_amounts(count, out, &mut special, &mut rounded)
        })?;
        if !special.is_empty() {
            // In order of rows; rare, so that a walk over all of them does no harm.
            let mut special = special.into_iter();
            for (row, value) in values.iter_mut().enumerate() {
                match *value {
                    WIDE => {
                        if let Some(Special::Wide(units)) = special.next() {
                            found.wide.push((u32::try_from(row).unwrap_or(u32::MAX), units));
                        }
                    }
                    BAD => {
                        if let Some(Special::Bad(text)) = special.next() {
                            bad.push((row, text));
                        }
                        *value = NULL;
                    }
                    _ => {}
                }
            }
        }
        found.values = values;
        found.rounded = rounded;
        Ok((found, bad))
    }

    /// Reads rows over page bounds; `next` appends as many present values as asked for.
    fn read_rows<T: Copy>(
        &mut self,
        rows: usize,
        absent: T,
        mut next: impl FnMut(&mut Self, usize, &mut Vec<T>) -> Result<()>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(rows);
        let mut dense = vec![];
        while out.len() < rows {
            if self.left == 0 {
                self.next_page()?;
                continue;
            }
            let count = (rows - out.len()).min(self.left);
            self.left -= count;
            if !self.optional {
                next(self, count, &mut out)?;
                continue;
            }
            match self.levels.levels(count, &mut self.present)? {
                0 => out.resize(out.len() + count, absent),
                all if all == count => next(self, count, &mut out)?,
                some => {
                    dense.clear();
                    next(self, some, &mut dense)?;
                    let from = out.len();
                    out.resize(from + count, absent);
                    self.present.scatter(&dense, &mut out[from..]);
                }
            }
        }
        Ok(out)
    }

    fn next_page(&mut self) -> Result<()> {
        let page =
            self.pages.get_next_page()?.ok_or_else(|| broken("a column chunk ends before its rows do"))?;
        let (levels, values, encoding) = match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                if std::mem::replace(&mut self.has_dictionary, true) {
                    return Err(broken("a column chunk has two dictionaries"));
                }
                return self.read_dictionary(&buf, num_values as usize);
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                self.left = num_values as usize;
                if !self.optional {
                    (Bytes::new(), buf, encoding)
                } else if def_level_encoding == Encoding::RLE {
                    let length: [u8; 4] =
                        buf.first_chunk().copied().ok_or_else(|| broken("a page has no levels"))?;
                    let end = usize::try_from(u32::from_le_bytes(length))?.saturating_add(4);
                    if end > buf.len() {
                        return Err(broken("the levels of a page are longer than the page"));
                    }
                    (buf.slice(4..end), buf.slice(end..), encoding)
                } else {
                    return Err(broken("a page has levels in an encoding that is out of use since 2013"));
                }
            }
            Page::DataPageV2 {
                buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                self.left = num_values as usize;
                let start = rep_levels_byte_len as usize;
                let end = start.saturating_add(def_levels_byte_len as usize);
                if end > buf.len() {
                    return Err(broken("the levels of a page are longer than the page"));
                }
                (buf.slice(start..end), buf.slice(end..), encoding)
            }
        };
        if self.optional {
            self.levels = Hybrid::new(levels, 1)?;
        }
        self.values = if encoding == Encoding::PLAIN {
            Values::Plain(values)
        } else if is_dictionary(encoding) {
            // A page without present values may have no bytes at all.
            match values.first() {
                Some(width) => Values::Codes(Hybrid::new(values.slice(1..), *width)?),
                None => Values::Codes(Hybrid::default()),
            }
        } else {
            return Err(broken("a page is encoded otherwise than the footer says"));
        };
        Ok(())
    }

    fn read_dictionary(&mut self, buf: &Bytes, count: usize) -> Result<()> {
        match self.kind {
            Kind::Text => self.text = Arc::new(texts(buf, count)?),
            Kind::Number => {
                let mut amounts = NumberColumn::default();
                for value in doubles(buf, count)? {
                    if amounts.push_f64(value).is_err() {
                        amounts.values.push(BAD);
                        self.bad.push((amounts.values.len() - 1, value.to_string()));
                    }
                }
                self.amounts = amounts;
            }
            Kind::Instant(unit) => {
                self.instants =
                    words(buf, count)?.map(|word| to_micros(unit, i64::from_le_bytes(word))).collect();
            }
        }
        Ok(())
    }

    /// The next codes, all within the dictionary.
    fn take_codes(&mut self, count: usize, dictionary: usize) -> Result<&[u32]> {
        self.codes.resize(count.max(self.codes.len()), 0);
        let found = &mut self.codes[..count];
        let Values::Codes(codes) = &mut self.values else {
            return Err(broken("a page of text has no codes"));
        };
        codes.fill(found)?;
        if found.iter().fold(0, |most, code| (*code).max(most)) as usize >= dictionary {
            return Err(broken("a page refers to values that its dictionary lacks"));
        }
        Ok(found)
    }

    #[expect(clippy::cast_possible_wrap, reason = "within the dictionary, which is indexed by i32")]
    fn next_codes(&mut self, count: usize, out: &mut Vec<i32>) -> Result<()> {
        let dictionary = self.text.len();
        out.extend(self.take_codes(count, dictionary)?.iter().map(|code| *code as i32));
        Ok(())
    }

    fn next_amounts(
        &mut self,
        count: usize,
        out: &mut Vec<i64>,
        special: &mut Vec<Special>,
        rounded: &mut u64,
    ) -> Result<()> {
        if let Values::Plain(bytes) = &mut self.values {
            let plain = take_words(bytes, count)?;
            let mut column = NumberColumn::default();
            for value in doubles(&plain, count)? {
                out.push(match short_double(value) {
                    Some(short) => short,
                    None => match column.push_f64(value) {
                        Ok(()) => {
                            special.extend(column.wide.pop().map(|(_, units)| Special::Wide(units)));
                            column.values.pop().unwrap_or(NULL)
                        }
                        Err(_) => {
                            special.push(Special::Bad(value.to_string()));
                            BAD
                        }
                    },
                });
            }
            *rounded += column.rounded;
            return Ok(());
        }
        let dictionary = self.amounts.values.len();
        self.take_codes(count, dictionary)?;
        let (codes, amounts) = (&self.codes[..count], &self.amounts);
        out.extend(codes.iter().map(|code| amounts.values[*code as usize]));
        if !amounts.wide.is_empty() || !self.bad.is_empty() {
            for code in codes {
                let at = *code as usize;
                match amounts.values[at] {
                    WIDE => special.extend(amounts.units(at).map(Special::Wide)),
                    BAD => {
                        let text = self.bad.iter().find(|(bad, _)| *bad == at);
                        special.extend(text.map(|(_, text)| Special::Bad(text.clone())));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn next_instants(&mut self, count: usize, out: &mut Vec<i64>) -> Result<()> {
        let Kind::Instant(unit) = self.kind else { return Err(broken("no instants")) };
        if let Values::Plain(bytes) = &mut self.values {
            let plain = take_words(bytes, count)?;
            out.extend(words(&plain, count)?.map(|word| to_micros(unit, i64::from_le_bytes(word))));
            return Ok(());
        }
        let dictionary = self.instants.len();
        self.take_codes(count, dictionary)?;
        out.extend(self.codes[..count].iter().map(|code| self.instants[*code as usize]));
        Ok(())
    }
}

fn is_dictionary(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
}

/// Values of plain byte arrays: each its length and its bytes.
fn texts(buf: &[u8], count: usize) -> Result<StringArray> {
    let short = || broken("a dictionary ends before its values do");
    let mut lengths = Vec::with_capacity(count.min(buf.len() / 4));
    let mut bytes = Vec::with_capacity(buf.len());
    let mut rest = buf;
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (text, after) = after.split_at_checked(length).ok_or_else(short)?;
        if length > limits::CELL {
            return Err(broken("a value is longer than 16 MiB"));
        }
        let text = if is_absent(text) { &[] } else { text };
        lengths.push(text.len());
        bytes.extend_from_slice(text);
        rest = after;
    }
    StringArray::try_new(OffsetBuffer::from_lengths(lengths), bytes.into(), None)
        .map_err(|error| ParquetError::ArrowError(error.to_string()))
}

fn words(buf: &[u8], count: usize) -> Result<impl Iterator<Item = [u8; 8]>> {
    let bytes =
        buf.get(..count.saturating_mul(8)).ok_or_else(|| broken("a page ends before its values do"))?;
    Ok(bytes.as_chunks::<8>().0.iter().copied())
}

fn doubles(buf: &[u8], count: usize) -> Result<impl Iterator<Item = f64>> {
    Ok(words(buf, count)?.map(f64::from_le_bytes))
}

/// Cuts the next values off.
fn take_words(bytes: &mut Bytes, count: usize) -> Result<Bytes> {
    let length = count.saturating_mul(8);
    if length > bytes.len() {
        return Err(broken("a page ends before its values do"));
    }
    Ok(bytes.split_to(length))
}
