//! The dictionary of one column chunk: distinct values in order of appearance, with their ids.

use super::statistics::{Extremes, Kind};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Distinct texts, already in the plain encoding of their dictionary page.
#[derive(Default)]
pub(super) struct Texts {
    page: Vec<u8>,
    /// Where each text starts in `page`, and its length.
    places: Vec<(u32, u32)>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    pub(super) fn intern(&mut self, text: &[u8]) -> u32 {
        let Self { page, places, table, hasher } = self;
        let at = |id: u32| text_at(page, places, id);
        let hash = hasher.hash_one(text);
        if let Some(id) = table.find(hash, |id| at(*id) == text) {
            return *id;
        }
        let id = places.len() as u32;
        table.insert_unique(hash, id, |id| hasher.hash_one(at(*id)));
        put_text(text, page);
        places.push(((page.len() - text.len()) as u32, text.len() as u32));
        id
    }

    pub(super) fn text(&self, id: u32) -> &[u8] {
        text_at(&self.page, &self.places, id)
    }
}

fn text_at<'a>(page: &'a [u8], places: &[(u32, u32)], id: u32) -> &'a [u8] {
    let (start, length) = places[id as usize];
    &page[start as usize..(start + length) as usize]
}

/// Appends the plain encoding of a text.
pub(super) fn put_text(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
}

/// A number with a plain encoding.
pub(super) trait Number: Copy + Ord {
    const KIND: Kind;
    fn hash(self) -> u64;
    fn put(self, out: &mut Vec<u8>);
}

/// Odd, and without a pattern: the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(value: u64) -> u64 {
    let product = u128::from(value ^ SPREAD).wrapping_mul(u128::from(SPREAD));
    (product as u64) ^ ((product >> 64) as u64)
}

impl Number for i128 {
    const KIND: Kind = Kind::Amount;
    fn hash(self) -> u64 {
        mix((self as u64) ^ mix((self >> 64) as u64))
    }
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }
}

impl Number for i64 {
    const KIND: Kind = Kind::Long;
    fn hash(self) -> u64 {
        mix(self.cast_unsigned())
    }
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
}

impl Number for i32 {
    const KIND: Kind = Kind::Int;
    fn hash(self) -> u64 {
        mix(u64::from(self.cast_unsigned()))
    }
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
}

/// Distinct numbers.
pub(super) struct Numbers<T> {
    values: Vec<T>,
    table: HashTable<u32>,
    last: Option<(T, u32)>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { values: Vec::new(), table: HashTable::new(), last: None }
    }
}

impl<T: Number> Numbers<T> {
    pub(super) fn intern(&mut self, value: T) -> u32 {
        if let Some((last, id)) = self.last
            && last == value
        {
            return id;
        }
        let Self { values, table, .. } = self;
        let hash = value.hash();
        let id = if let Some(id) = table.find(hash, |id| values[*id as usize] == value) {
            *id
        } else {
            let id = values.len() as u32;
            table.insert_unique(hash, id, |id| values[*id as usize].hash());
            values.push(value);
            id
        };
        self.last = Some((value, id));
        id
    }
}

/// What the column encoder asks of a dictionary, whatever it holds.
pub(super) trait Dictionary {
    /// Number of distinct values.
    fn len(&self) -> usize;
    /// Size of the dictionary page before compression.
    fn plain_size(&self) -> usize;
    /// The dictionary page's body; leaves the dictionary empty.
    fn take_page(&mut self) -> Vec<u8>;
    /// Least and greatest of the values with these ids.
    fn extremes(&self, ids: &mut dyn Iterator<Item = u32>) -> Option<Extremes>;
}

impl Dictionary for Texts {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn plain_size(&self) -> usize {
        self.page.len()
    }

    fn take_page(&mut self) -> Vec<u8> {
        self.places.clear();
        self.table.clear();
        std::mem::take(&mut self.page)
    }

    fn extremes(&self, ids: &mut dyn Iterator<Item = u32>) -> Option<Extremes> {
        let first = self.text(ids.next()?);
        let (least, greatest) = ids
            .map(|id| self.text(id))
            .fold((first, first), |(least, greatest), text| (least.min(text), greatest.max(text)));
        Some(Extremes { least: least.to_vec(), greatest: greatest.to_vec() })
    }
}

impl<T: Number> Dictionary for Numbers<T> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn plain_size(&self) -> usize {
        self.values.len() * size_of::<T>()
    }

    fn take_page(&mut self) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.plain_size());
        for value in self.values.drain(..) {
            value.put(&mut page);
        }
        self.table.clear();
        self.last = None;
        page
    }

    fn extremes(&self, ids: &mut dyn Iterator<Item = u32>) -> Option<Extremes> {
        let values = &self.values;
        number_extremes(ids.map(|id| values[id as usize]))
    }
}

/// Least and greatest of some numbers.
pub(super) fn number_extremes<T: Number>(mut values: impl Iterator<Item = T>) -> Option<Extremes> {
    let first = values.next()?;
    let (least, greatest) =
        values.fold((first, first), |(least, greatest), value| (least.min(value), greatest.max(value)));
    let bytes = |value: T| {
        let mut bytes = Vec::with_capacity(size_of::<T>());
        value.put(&mut bytes);
        bytes
    };
    Some(Extremes { least: bytes(least), greatest: bytes(greatest) })
}
