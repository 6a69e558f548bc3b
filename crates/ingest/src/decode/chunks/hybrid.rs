//! Parquet's hybrid of run lengths and bit packing (format specification, "Run Length Encoding / Bit-Packing
//! Hybrid"), which both definition levels and dictionary codes are written in.

use ::parquet::errors::{ParquetError, Result};
use bytes::Bytes;

/// Small whole numbers out of an encoded buffer, run by run.
#[derive(Debug, Default)]
pub(super) struct Hybrid {
    data: Bytes,
    at: usize,
    width: usize,
    run: Run,
}

/// What is left of the current run.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// So many times this value.
    Repeated { value: u32, left: usize },
    /// So many packed values, from this bit on.
    Packed { bit: usize, left: usize },
}

impl Default for Run {
    fn default() -> Self {
        Self::Repeated { value: 0, left: 0 }
    }
}

fn broken() -> ParquetError {
    ParquetError::EOF("a page ends before its values do".into())
}

impl Hybrid {
    pub(super) fn new(data: Bytes, width: u8) -> Result<Self> {
        if width > 32 {
            return Err(ParquetError::General(format!("a page has codes of {width} bits")));
        }
        Ok(Self { data, at: 0, width: usize::from(width), run: Run::default() })
    }

    fn next_run(&mut self) -> Result<()> {
        let mut header = 0_u64;
        for shift in (0..).step_by(7).take(5) {
            let byte = *self.data.get(self.at).ok_or_else(broken)?;
            self.at += 1;
            header |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let count = usize::try_from(header >> 1).map_err(|_| broken())?;
        if header & 1 == 1 {
            let bytes = count.checked_mul(self.width).ok_or_else(broken)?;
            // Writers may cut the last group short.
            let present = bytes.min(self.data.len() - self.at);
            let left =
                (present * 8).checked_div(self.width).map_or(count * 8, |present| present.min(count * 8));
            self.run = Run::Packed { bit: self.at * 8, left };
            self.at += present;
        } else {
            let bytes = self.width.div_ceil(8);
            let raw = self.data.get(self.at..self.at + bytes).ok_or_else(broken)?;
            let value = raw.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            self.at += bytes;
            self.run = Run::Repeated { value, left: count };
        }
        match self.run {
            // A run of nothing would let a broken file go on for ever.
            Run::Repeated { left: 0, .. } | Run::Packed { left: 0, .. } => Err(broken()),
            _ => Ok(()),
        }
    }

    /// Takes the next levels, 0 or 1, into `out`, which they replace, and counts the ones.
    pub(super) fn levels(&mut self, count: usize, out: &mut Levels) -> Result<usize> {
        out.clear();
        let mut ones = 0;
        while out.length < count {
            let open = count - out.length;
            match &mut self.run {
                Run::Repeated { left: 0, .. } | Run::Packed { left: 0, .. } => self.next_run()?,
                Run::Repeated { value, left } => {
                    let taken = open.min(*left);
                    out.repeat(*value != 0, taken);
                    ones += if *value == 0 { 0 } else { taken };
                    *left -= taken;
                }
                Run::Packed { bit, left } => {
                    let bits = self.data.get(*bit / 8..).ok_or_else(broken)?;
                    let whole = open.min(*left) / 8;
                    let taken = if *bit % 8 == 0 && whole > 0 {
                        for bits in bits.get(..whole).ok_or_else(broken)? {
                            out.push(*bits, 8);
                            ones += bits.count_ones() as usize;
                        }
                        whole * 8
                    } else {
                        let level = bits.first().ok_or_else(broken)? >> (*bit % 8) & 1;
                        out.push(level, 1);
                        ones += usize::from(level);
                        1
                    };
                    *bit += taken;
                    *left -= taken;
                }
            }
        }
        Ok(ones)
    }

    /// Fills `out` with the next values.
    pub(super) fn fill(&mut self, mut out: &mut [u32]) -> Result<()> {
        while !out.is_empty() {
            let count;
            match &mut self.run {
                Run::Repeated { left: 0, .. } | Run::Packed { left: 0, .. } => {
                    self.next_run()?;
                    continue;
                }
                Run::Repeated { value, left } => {
                    count = out.len().min(*left);
                    out[..count].fill(*value);
                    *left -= count;
                }
                Run::Packed { bit, left } => {
                    count = out.len().min(*left);
                    unpack(&self.data, *bit, self.width, &mut out[..count]);
                    *bit += count * self.width;
                    *left -= count;
                }
            }
            out = &mut out[count..];
        }
        Ok(())
    }
}

/// Levels of 0 and 1, one bit each, the first lowest.
#[derive(Debug, Default)]
pub(super) struct Levels {
    words: Vec<u64>,
    length: usize,
}

impl Levels {
    fn clear(&mut self) {
        self.words.clear();
        self.length = 0;
    }

    /// Appends up to eight bits; those above `count` are zero.
    #[inline]
    fn push(&mut self, bits: u8, count: usize) {
        let at = self.length % 64;
        if at == 0 {
            self.words.push(0);
        }
        if let Some(last) = self.words.last_mut() {
            *last |= u64::from(bits) << at;
        }
        if at + count > 64 {
            self.words.push(u64::from(bits) >> (64 - at));
        }
        self.length += count;
    }

    fn repeat(&mut self, level: bool, count: usize) {
        let end = self.length + count;
        let filled = if level { u64::MAX } else { 0 };
        let at = self.length % 64;
        if at > 0
            && let Some(last) = self.words.last_mut()
        {
            *last |= filled << at;
        }
        self.words.resize(end.div_ceil(64), filled);
        self.length = end;
        // Bits above the end stay zero, so that more can be added.
        if !end.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (end % 64)) - 1;
        }
    }

    /// Spreads the values of those that are present over `out`, one place for each level.
    pub(super) fn scatter<T: Copy>(&self, present: &[T], out: &mut [T]) {
        let mut rest = present;
        for (word, out) in self.words.iter().zip(out.chunks_mut(64)) {
            let count = word.count_ones() as usize;
            let Some((values, after)) = rest.split_at_checked(count) else { return };
            rest = after;
            if count == out.len() {
                out.copy_from_slice(values);
                continue;
            }
            let mut open = *word;
            for value in values {
                if let Some(place) = out.get_mut(open.trailing_zeros() as usize) {
                    *place = *value;
                }
                open &= open.wrapping_sub(1);
            }
        }
    }
}

/// Unpacks `out.len()` values of `width` bits from bit `bit` on; the bytes are there.
fn unpack(data: &[u8], mut bit: usize, width: usize, mut out: &mut [u32]) {
    if width == 0 {
        return out.fill(0);
    }
    // Up to a whole byte one by one, then eight at a time, then the rest.
    while !out.is_empty() && !bit.is_multiple_of(8) {
        out[0] = single(data, bit, width);
        bit += width;
        out = &mut out[1..];
    }
    let whole = out.len() / 8;
    let (eights, rest) = out.split_at_mut(whole * 8);
    let bytes = &data[bit / 8..];
    let packed = &bytes[..whole * width];
    macro_rules! widths {
        ($($width:literal)*) => {
            match width {
                $($width => eight_by_eight::<$width>(packed, eights),)*
                _ => {
                    for (at, value) in eights.iter_mut().enumerate() {
                        *value = single(data, bit + at * width, width);
                    }
                }
            }
        };
    }
    widths!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    bit += whole * 8 * width;
    for value in rest {
        *value = single(data, bit, width);
        bit += width;
    }
}

fn eight_by_eight<const WIDTH: usize>(packed: &[u8], out: &mut [u32]) {
    let mask = (1_u32 << WIDTH) - 1;
    for (bytes, values) in packed.as_chunks::<WIDTH>().0.iter().zip(out.as_chunks_mut::<8>().0) {
        if WIDTH <= 8 {
            let mut word = [0; 8];
            word[..WIDTH].copy_from_slice(bytes);
            let word = u64::from_le_bytes(word);
            for (at, value) in values.iter_mut().enumerate() {
                *value = low(word >> (at * WIDTH)) & mask;
            }
        } else {
            let mut word = [0; 16];
            word[..WIDTH].copy_from_slice(bytes);
            let word = u128::from_le_bytes(word);
            for (at, value) in values.iter_mut().enumerate() {
                #[expect(clippy::cast_possible_truncation, reason = "masked")]
                let bits = (word >> (at * WIDTH)) as u32;
                *value = bits & mask;
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "masked")]
fn low(word: u64) -> u32 {
    word as u32
}

fn single(data: &[u8], bit: usize, width: usize) -> u32 {
    let first = bit / 8;
    let mut word = [0; 8];
    let bytes = &data[first..data.len().min(first + 8)];
    word[..bytes.len()].copy_from_slice(bytes);
    let mask = (1_u64 << width) - 1;
    low((u64::from_le_bytes(word) >> (bit % 8)) & mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The encoding written plainly, as the specification says it.
    fn encode(runs: &[(bool, Vec<u32>)], width: usize) -> Vec<u8> {
        let mut out = vec![];
        let varint = |mut value: usize, out: &mut Vec<u8>| {
            while value > 0x7F {
                out.push(u8::try_from(value & 0x7F).unwrap() | 0x80);
                value >>= 7;
            }
            out.push(u8::try_from(value).unwrap());
        };
        for (packed, values) in runs {
            if *packed {
                varint((values.len() / 8) << 1 | 1, &mut out);
                let bits: Vec<bool> = values
                    .iter()
                    .flat_map(|value| (0..width).map(move |bit| value >> bit & 1 == 1))
                    .collect();
                out.extend(bits.chunks(8).map(|byte| {
                    byte.iter().enumerate().fold(0_u8, |sum, (at, bit)| sum | u8::from(*bit) << at)
                }));
            } else {
                varint(values.len() << 1, &mut out);
                out.extend(&values[0].to_le_bytes()[..width.div_ceil(8)]);
            }
        }
        out
    }

    fn runs() -> impl Strategy<Value = (usize, Vec<(bool, Vec<u32>)>)> {
        (1..=20_usize).prop_flat_map(|width| {
            let value = 0..1_u32 << width;
            let packed = (1..5_usize)
                .prop_flat_map({
                    let value = value.clone();
                    move |groups| prop::collection::vec(value.clone(), groups * 8)
                })
                .prop_map(|values| (true, values));
            let repeated = (value, 1..300_usize).prop_map(|(value, times)| (false, vec![value; times]));
            (Just(width), prop::collection::vec(prop_oneof![packed, repeated], 1..8))
        })
    }

    proptest! {
        #[test]
        fn reads_what_was_written_in_any_steps((width, runs) in runs(), steps in prop::collection::vec(1..40_usize, 1..20)) {
            let wanted: Vec<u32> = runs.iter().flat_map(|(_, values)| values.clone()).collect();
            let mut hybrid = Hybrid::new(encode(&runs, width).into(), u8::try_from(width).unwrap()).unwrap();
            let mut found = vec![];
            for step in steps.iter().cycle() {
                let mut out = vec![0; *step.min(&(wanted.len() - found.len()))];
                if out.is_empty() {
                    break;
                }
                hybrid.fill(&mut out).unwrap();
                found.extend(out);
            }
            prop_assert_eq!(found, wanted);
            prop_assert!(hybrid.fill(&mut [0]).is_err());
        }

        #[test]
        fn levels_are_values_of_one_bit(runs in prop::collection::vec(prop_oneof![
            prop::collection::vec(0..2_u32, 16).prop_map(|values| (true, values)),
            (0..2_u32, 1..150_usize).prop_map(|(value, times)| (false, vec![value; times])),
        ], 1..6), step in 1..200_usize) {
            let wanted: Vec<u32> = runs.iter().flat_map(|(_, values)| values.clone()).collect();
            let mut hybrid = Hybrid::new(encode(&runs, 1).into(), 1).unwrap();
            let mut found: Vec<u32> = vec![];
            while found.len() < wanted.len() {
                let count = step.min(wanted.len() - found.len());
                let mut levels = Levels::default();
                let ones = hybrid.levels(count, &mut levels).unwrap();
                let mut out = vec![0; count];
                levels.scatter(&vec![1; ones], &mut out);
                prop_assert_eq!(ones, usize::try_from(out.iter().sum::<u32>()).unwrap());
                found.extend(out);
            }
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn any_bytes_end(data in prop::collection::vec(any::<u8>(), 0..200), width in 0..=32_u8) {
            let mut hybrid = Hybrid::new(data.into(), width).unwrap();
            let mut out = vec![0; 100];
            for _ in 0..1_000 {
                if hybrid.fill(&mut out).is_err() {
                    break;
                }
            }
        }
    }
}
