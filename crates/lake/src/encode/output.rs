//! Where a column's values go while a page is open: dictionary ids, or plain bytes once the dictionary
//! was left.

use super::dictionary::{Number, Numbers, Texts, number_extremes, put_text};
use super::runs::Runs;
use super::statistics::{Extremes, Kind};
use crate::LakeError;
use arrow::array::StringArray;
use arrow::buffer::NullBuffer;

/// Entry of a remap table for values of a batch's dictionary that no row has used yet.
pub(super) const UNSEEN: u32 = u32::MAX;

pub(super) struct Output<'a> {
    pub(super) ids: &'a mut Runs,
    pub(super) plain: &'a mut Vec<u8>,
    pub(super) extremes: &'a mut Option<Extremes>,
    pub(super) use_plain: bool,
}

impl Output<'_> {
    /// Rows of a dictionary-coded column: each value of the batch's dictionary is interned once.
    pub(super) fn dictionary_texts(
        &mut self,
        dictionary: &mut Texts,
        remap: &mut [u32],
        texts: &StringArray,
        keys: &[i32],
        valid: Option<&NullBuffer>,
    ) {
        let keys = keys.iter().enumerate().filter(|(at, _)| valid.is_none_or(|valid| valid.is_valid(*at)));
        let keys = keys.map(|(_, key)| key.cast_unsigned() as usize);
        if self.use_plain {
            return self.plain_texts(keys.map(|key| texts.value(key).as_bytes()));
        }
        let mut id_of = |key: usize| {
            if remap[key] == UNSEEN {
                remap[key] = dictionary.intern(texts.value(key).as_bytes());
            }
            remap[key]
        };
        let mut keys = keys;
        if let Some((key, count)) = constant(keys.clone()) {
            self.ids.push_run(id_of(key), count);
        } else {
            self.ids.push_all(keys.by_ref().map(id_of));
        }
    }

    /// Rows of a plain text column.
    pub(super) fn texts(
        &mut self,
        dictionary: &mut Texts,
        array: &StringArray,
        at: usize,
        take: usize,
        valid: Option<&NullBuffer>,
    ) {
        let rows = (0..take).filter(|row| valid.is_none_or(|valid| valid.is_valid(*row)));
        let texts = rows.map(|row| array.value(at + row).as_bytes());
        if self.use_plain {
            self.plain_texts(texts);
        } else {
            self.ids.push_all(texts.map(|text| dictionary.intern(text)));
        }
    }

    /// Rows of a numeric column.
    pub(super) fn numbers<T: Number>(
        &mut self,
        dictionary: &mut Numbers<T>,
        values: Option<&[T]>,
        valid: Option<&NullBuffer>,
    ) -> Result<(), LakeError> {
        let values = values.ok_or(LakeError::Internal("a column of a batch has another type"))?;
        if let Some(valid) = valid {
            let present: Vec<T> = valid.valid_indices().map(|at| values[at]).collect();
            self.present_numbers(dictionary, &present);
        } else {
            self.present_numbers(dictionary, values);
        }
        Ok(())
    }

    fn present_numbers<T: Number>(&mut self, dictionary: &mut Numbers<T>, values: &[T]) {
        let Some(first) = values.first() else { return };
        if self.use_plain {
            T::KIND.widen(self.extremes, number_extremes(values.iter().copied()));
            for value in values {
                value.put(self.plain);
            }
        } else if values.iter().all(|value| value == first) {
            self.ids.push_run(dictionary.intern(*first), values.len());
        } else {
            self.ids.push_all(values.iter().map(|value| dictionary.intern(*value)));
        }
    }

    fn plain_texts<'t>(&mut self, texts: impl Iterator<Item = &'t [u8]>) {
        let mut both: Option<(&[u8], &[u8])> = None;
        for text in texts {
            both = Some(both.map_or((text, text), |(least, greatest)| (least.min(text), greatest.max(text))));
            put_text(text, self.plain);
        }
        let extremes =
            both.map(|(least, greatest)| Extremes { least: least.to_vec(), greatest: greatest.to_vec() });
        Kind::Text.widen(self.extremes, extremes);
    }
}

/// The one item of an iterator whose items are all equal, and how many there are.
fn constant(mut items: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let first = items.next()?;
    let mut count = 1;
    for item in items {
        if item != first {
            return None;
        }
        count += 1;
    }
    Some((first, count))
}
