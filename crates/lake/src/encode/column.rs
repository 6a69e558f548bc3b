//! One column of a row group: values in, pages and at last a column chunk out.

use super::chunk::{Chunk, OpenPage};
use super::dictionary::{Dictionary, Numbers, Texts, number_extremes};
use super::output::{Output, UNSEEN};
use super::runs::Runs;
use super::statistics::{Extremes, Kind};
use super::{delta_binary, hybrid};
use crate::LakeError;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::schema::types::ColumnDescPtr;
use std::sync::Arc;
use zstd::bulk::Compressor;

/// Rows of a page: fine enough to skip within a row group, coarse enough for headers not to matter.
const PAGE_ROWS: usize = 32 * 1024;
/// Rows looked at in one go; page limits are checked in between.
const STEP_ROWS: usize = 4096;
/// A page is closed once its values take this many bytes.
const PAGE_BYTES: usize = 1024 * 1024;
/// A dictionary that outgrows this is left for plain pages.
const DICTIONARY_BYTES: usize = 4 * 1024 * 1024;
/// A page is closed early once its dictionary takes this many bytes: megabytes in single cells.
const DICTIONARY_LIMIT: usize = 64 * 1024 * 1024;

/// Which statistics a column gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageIndex {
    /// Least and greatest of every page: rows can be skipped within a row group.
    EveryPage,
    /// Least and greatest of the whole chunk.
    ChunkOnly,
}

enum Values {
    Text {
        dictionary: Texts,
        source: Option<ArrayRef>,
        remap: Vec<u32>,
    },
    Amount(Numbers<i128>),
    Long(Numbers<i64>),
    Int(Numbers<i32>),
    /// Row numbers: all different, nearly sequential.
    Sequence(Vec<i64>),
    Boolean(Runs),
}

pub(crate) struct ColumnEncoder {
    descriptor: ColumnDescPtr,
    nullable: bool,
    page_index: bool,
    values: Values,
    /// Dictionary ids of the open page (while the dictionary is in use).
    ids: Runs,
    /// Plain values of the open page (once the dictionary was left).
    plain: Vec<u8>,
    plain_extremes: Option<Extremes>,
    use_plain: bool,
    levels: Runs,
    nulls: usize,
    extremes: Option<Extremes>,
    chunk: Chunk,
    seen: Vec<u32>,
}

impl ColumnEncoder {
    /// An encoder for values of an Arrow type; `sequence` picks the encoding for row numbers.
    pub(crate) fn try_new(
        descriptor: ColumnDescPtr,
        data_type: &DataType,
        sequence: bool,
        page_index: PageIndex,
    ) -> Result<Self, LakeError> {
        let values = match data_type {
            DataType::Utf8 => Values::Text { dictionary: Texts::default(), source: None, remap: Vec::new() },
            DataType::Decimal128(38, 18) => Values::Amount(Numbers::default()),
            DataType::Int64 if sequence => Values::Sequence(Vec::new()),
            DataType::Int64 | DataType::Timestamp(..) => Values::Long(Numbers::default()),
            DataType::Date32 => Values::Int(Numbers::default()),
            DataType::Boolean => Values::Boolean(Runs::default()),
            _ => return Err(LakeError::Internal("a column of the schema has a type without an encoder")),
        };
        Ok(Self {
            nullable: descriptor.max_def_level() > 0,
            descriptor,
            page_index: page_index == PageIndex::EveryPage,
            values,
            ids: Runs::default(),
            plain: Vec::new(),
            plain_extremes: None,
            use_plain: false,
            levels: Runs::default(),
            nulls: 0,
            extremes: None,
            chunk: Chunk::new(),
            seen: Vec::new(),
        })
    }

    /// Bytes held for the open row group, roughly.
    pub(crate) fn size(&self) -> usize {
        self.chunk.size() + self.plain.len() + self.ids.items().len() * 4
    }

    /// Appends a column of a batch.
    pub(crate) fn append(
        &mut self,
        array: &ArrayRef,
        compressor: &mut Compressor<'static>,
    ) -> Result<(), LakeError> {
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        if nulls.is_some() && !self.nullable {
            return Err(LakeError::Internal("a required column holds a null"));
        }
        let mut at = 0;
        while at < array.len() {
            let open = PAGE_ROWS - self.levels.len();
            // A column without any value, however long, costs nothing.
            let all_null = nulls.as_ref().is_some_and(|nulls| nulls.null_count() == array.len());
            let take = (array.len() - at).min(open).min(if all_null { PAGE_ROWS } else { STEP_ROWS });
            let valid = nulls.as_ref().map(|nulls| nulls.slice(at, take));
            match valid.filter(|valid| valid.null_count() > 0) {
                Some(valid) if valid.null_count() == take => {
                    self.levels.push_run(0, take);
                    self.nulls += take;
                }
                valid => self.append_step(array, valid.as_ref(), at, take)?,
            }
            at += take;
            let dictionary = self.dictionary().map_or(0, Dictionary::plain_size);
            let full = self.plain.len() >= PAGE_BYTES || (dictionary > DICTIONARY_LIMIT && !self.use_plain);
            if full || self.levels.len() >= PAGE_ROWS {
                self.finish_page(compressor)?;
            }
        }
        Ok(())
    }

    fn append_step(
        &mut self,
        array: &ArrayRef,
        valid: Option<&NullBuffer>,
        at: usize,
        take: usize,
    ) -> Result<(), LakeError> {
        match valid {
            None => self.levels.push_run(1, take),
            Some(valid) => {
                // Rows are sorted: those with a value stand together.
                let mut done = 0;
                for (start, end) in valid.valid_slices() {
                    self.levels.push_run(0, start - done);
                    self.levels.push_run(1, end - start);
                    done = end;
                }
                self.levels.push_run(0, take - done);
                self.nulls += valid.null_count();
            }
        }
        let Self { values, ids, plain, plain_extremes, use_plain, .. } = self;
        let mut out = Output { ids, plain, extremes: plain_extremes, use_plain: *use_plain };
        match values {
            Values::Text { dictionary, source, remap } => match array.data_type() {
                DataType::Dictionary(..) => {
                    let array = array.as_dictionary_opt::<Int32Type>();
                    let array = array.ok_or(LakeError::Internal("dictionary keys are not 32 bits wide"))?;
                    let texts = array.values().as_string_opt::<i32>();
                    let texts = texts.ok_or(LakeError::Internal("a dictionary holds no texts"))?;
                    if !source.as_ref().is_some_and(|source| Arc::ptr_eq(source, array.values())) {
                        *source = Some(Arc::clone(array.values()));
                        remap.clear();
                        remap.resize(texts.len(), UNSEEN);
                    }
                    let keys = &array.keys().values()[at..at + take];
                    out.dictionary_texts(dictionary, remap, texts, keys, valid);
                }
                DataType::Utf8 => out.texts(dictionary, array.as_string::<i32>(), at, take, valid),
                _ => return Err(LakeError::Internal("a text column of a batch holds no text")),
            },
            Values::Amount(numbers) => {
                out.numbers(
                    numbers,
                    array.as_primitive_opt::<Decimal128Type>().map(|a| &a.values()[at..at + take]),
                    valid,
                )?;
            }
            Values::Long(numbers) => {
                let longs = array.as_primitive_opt::<Int64Type>().map(|array| &array.values()[at..at + take]);
                let instants = array.as_primitive_opt::<TimestampMicrosecondType>();
                out.numbers(numbers, longs.or(instants.map(|array| &array.values()[at..at + take])), valid)?;
            }
            Values::Int(numbers) => {
                out.numbers(
                    numbers,
                    array.as_primitive_opt::<Date32Type>().map(|a| &a.values()[at..at + take]),
                    valid,
                )?;
            }
            Values::Sequence(sequence) => {
                let array = array.as_primitive_opt::<Int64Type>();
                let array = array.ok_or(LakeError::Internal("row numbers are not 64 bits wide"))?;
                let numbers = array.values()[at..at + take].iter().enumerate();
                sequence.extend(
                    numbers.filter(|(at, _)| valid.is_none_or(|valid| valid.is_valid(*at))).map(|(_, n)| n),
                );
            }
            Values::Boolean(flags) => {
                let array = array.as_boolean_opt().ok_or(LakeError::Internal("flags are not boolean"))?;
                let slice = array.values().slice(at, take);
                match slice.count_set_bits() {
                    _ if valid.is_some() => flags.push_all(
                        (0..take)
                            .filter(|at| valid.is_none_or(|valid| valid.is_valid(*at)))
                            .map(|at| u32::from(slice.value(at))),
                    ),
                    0 => flags.push_run(0, take),
                    set if set == take => flags.push_run(1, take),
                    _ => flags.push_all(slice.iter().map(u32::from)),
                }
            }
        }
        Ok(())
    }

    fn finish_page(&mut self, compressor: &mut Compressor<'static>) -> Result<(), LakeError> {
        if self.levels.len() == 0 {
            return Ok(());
        }
        let mut body = Vec::new();
        let mut extremes = None;
        let kind = self.kind();
        let encoding = match &mut self.values {
            Values::Sequence(sequence) => {
                extremes = number_extremes(sequence.iter().copied());
                delta_binary::encode(sequence, &mut body);
                sequence.clear();
                Encoding::DELTA_BINARY_PACKED
            }
            Values::Boolean(flags) => {
                let (mut any, mut all) = (false, true);
                let constant = flags.constant().map(|flag| vec![flag; flags.len()]);
                let items = constant.as_deref().unwrap_or(flags.items());
                for group in items.chunks(8) {
                    let byte =
                        group.iter().enumerate().fold(0, |byte, (at, flag)| byte | (*flag as u8) << at);
                    any |= byte != 0;
                    all &= byte.count_ones() as usize == group.len();
                    body.push(byte);
                }
                if !items.is_empty() {
                    extremes = Some(Extremes { least: vec![u8::from(all)], greatest: vec![u8::from(any)] });
                }
                flags.clear();
                Encoding::PLAIN
            }
            _ if self.use_plain => {
                std::mem::swap(&mut body, &mut self.plain);
                extremes = self.plain_extremes.take();
                Encoding::PLAIN
            }
            _ => {
                let dictionary = self.dictionary().ok_or(LakeError::Internal("no dictionary"))?;
                let (distinct, size) = (dictionary.len(), dictionary.plain_size());
                let width = hybrid::bits_for((distinct.max(1) - 1) as u32);
                body.push(width as u8);
                hybrid::encode(&self.ids, width, &mut body);
                if self.page_index {
                    extremes = self.page_extremes();
                }
                // Mostly distinct values gain nothing from a dictionary: decided on the first full page.
                let mostly_distinct = distinct >= 8192 && distinct * 4 > self.ids.len() * 3;
                let first = self.chunk.size() == 0;
                self.use_plain = size > DICTIONARY_BYTES || (first && mostly_distinct);
                Encoding::RLE_DICTIONARY
            }
        };
        if encoding != Encoding::RLE_DICTIONARY {
            kind.widen(&mut self.extremes, extremes.clone());
        }
        let page = OpenPage {
            levels: &self.levels,
            nullable: self.nullable,
            nulls: self.nulls,
            values: &body,
            encoding,
            extremes,
        };
        self.chunk.add_page(page, compressor)?;
        body.clear();
        if self.plain.capacity() == 0 {
            self.plain = body;
        }
        self.ids.clear();
        self.levels.clear();
        self.nulls = 0;
        Ok(())
    }

    /// Least and greatest of the open page, looking at every distinct id once.
    fn page_extremes(&mut self) -> Option<Extremes> {
        let mut distinct = Vec::new();
        if let Some(id) = self.ids.constant() {
            distinct.push(id);
        } else {
            let page = self.chunk.pages() + 1;
            let length = self.dictionary().map_or(0, Dictionary::len);
            self.seen.resize(length, 0);
            for id in self.ids.items() {
                let seen = &mut self.seen[*id as usize];
                if *seen != page {
                    *seen = page;
                    distinct.push(*id);
                }
            }
        }
        self.dictionary().and_then(|dictionary| dictionary.extremes(&mut distinct.into_iter()))
    }

    /// Closes the row group's column chunk and starts the next.
    pub(crate) fn finish_chunk(
        &mut self,
        compressor: &mut Compressor<'static>,
    ) -> Result<(Bytes, ColumnCloseResult), LakeError> {
        self.finish_page(compressor)?;
        let kind = self.kind();
        let mut extremes = self.extremes.take();
        let mut page = None;
        if let Some(dictionary) = self.dictionary_mut()
            && dictionary.len() > 0
        {
            let values = dictionary.len();
            kind.widen(&mut extremes, dictionary.extremes(&mut (0..values as u32)));
            page = Some((dictionary.take_page(), values));
        } else if !self.use_plain && self.dictionary().is_some() {
            // Every value is null: readers still expect the dictionary that the pages' encoding names.
            page = Some((Vec::new(), 0));
        }
        if let Values::Text { remap, .. } = &mut self.values {
            remap.fill(UNSEEN);
        }
        self.use_plain = false;
        self.seen.clear();
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new());
        chunk.close(&self.descriptor, kind, page, extremes, self.page_index, compressor)
    }

    fn kind(&self) -> Kind {
        match self.values {
            Values::Text { .. } => Kind::Text,
            Values::Amount(_) => Kind::Amount,
            Values::Long(_) | Values::Sequence(_) => Kind::Long,
            Values::Int(_) => Kind::Int,
            Values::Boolean(_) => Kind::Boolean,
        }
    }

    fn dictionary(&self) -> Option<&dyn Dictionary> {
        match &self.values {
            Values::Text { dictionary, .. } => Some(dictionary),
            Values::Amount(numbers) => Some(numbers),
            Values::Long(numbers) => Some(numbers),
            Values::Int(numbers) => Some(numbers),
            Values::Sequence(_) | Values::Boolean(_) => None,
        }
    }

    fn dictionary_mut(&mut self) -> Option<&mut dyn Dictionary> {
        match &mut self.values {
            Values::Text { dictionary, .. } => Some(dictionary),
            Values::Amount(numbers) => Some(numbers),
            Values::Long(numbers) => Some(numbers),
            Values::Int(numbers) => Some(numbers),
            Values::Sequence(_) | Values::Boolean(_) => None,
        }
    }
}
