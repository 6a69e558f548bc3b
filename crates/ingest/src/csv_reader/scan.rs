//! The fast splitter: finds all separators, 64 bytes at a time, as bit masks, and trusts that rows are
//! well formed; a cheap check afterwards tells whether they are. Whatever fails the check is split
//! again by the careful splitter, which knows every corner and says what is wrong.

/// What the fast splitter found; its buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Field indices (row by row) of fields that begin with a quote.
    pub(super) quoted: Vec<u32>,
    /// Separators outside quotes; `starts` holds one more entry.
    pub(super) separators: usize,
    /// Line ends outside quotes.
    pub(super) newlines: usize,
    /// Whether every byte is ASCII.
    pub(super) ascii: bool,
}

/// Quote state carried from one 64-byte word to the next.
struct Quotes {
    inside: bool,
    after_separator: bool,
    after_close: bool,
}

impl Scan {
    /// Splits `text[begin..]`, which begins at a row. Puts the field starts (positions in `text`) into
    /// `starts`. `false`: quotes are not where they belong; split carefully.
    pub(super) fn run(&mut self, text: &[u8], begin: usize, starts: &mut Vec<u32>) -> bool {
        self.quoted.clear();
        self.newlines = 0;
        if starts.len() < 1024 {
            starts.resize(1024, 0);
        }
        starts[0] = position(begin);
        let mut filled = 1usize;
        let mut high = 0u8;
        let mut quotes = Quotes { inside: false, after_separator: true, after_close: false };
        let window = text.get(begin..).unwrap_or_default();
        let (words, rest) = window.as_chunks::<64>();
        let mut last = [0u8; 64];
        last[..rest.len()].copy_from_slice(rest);
        let mut base = position(begin).wrapping_add(1);
        for word in words.iter().chain(std::iter::once(&last)) {
            let masks = Masks::of(word);
            high |= masks.high;
            let mut separators = masks.separators;
            if masks.quote || quotes.inside || quotes.after_close {
                let Some(inside) = quotes.step(word, separators) else { return false };
                separators &= !inside.mask;
                let mut opened = inside.opened;
                let before = filled.wrapping_sub(1);
                while opened != 0 {
                    let below = separators & (opened & opened.wrapping_neg()).wrapping_sub(1);
                    self.quoted.push(position(before.wrapping_add(below.count_ones() as usize)));
                    opened &= opened.wrapping_sub(1);
                }
                let newlines = bits(&word.map(|byte| u8::from(byte == b'\n'))) & separators;
                self.newlines = self.newlines.wrapping_add(newlines.count_ones() as usize);
            } else {
                quotes.after_separator = separators >> 63 != 0;
                self.newlines = self.newlines.wrapping_add(usize::from(masks.newlines));
            }
            filled = flatten(separators, base, filled, starts);
            base = base.wrapping_add(64);
        }
        self.separators = filled.wrapping_sub(1);
        self.ascii = high < 0x80;
        true
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What one 64-byte word holds.
struct Masks {
    separators: u64,
    newlines: u8,
    quote: bool,
    high: u8,
}

impl Masks {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "vectorised only when inlined into the loop")]
    fn of(word: &[u8; 64]) -> Self {
        let mut separators = [0u8; 64];
        let (mut newlines, mut quote, mut high) = (0u8, 0u8, 0u8);
        for (byte, separator) in word.iter().zip(&mut separators) {
            let newline = u8::from(*byte == b'\n');
            *separator = newline | u8::from(*byte == b',');
            newlines = newlines.wrapping_add(newline);
            quote |= u8::from(*byte == b'"');
            high |= *byte;
        }
        Self { separators: bits(&separators), newlines, quote: quote != 0, high }
    }
}

/// Gathers 64 bytes of 0 or 1 into 64 bits.
#[inline(always)]
fn bits(bytes: &[u8; 64]) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = bytes.as_chunks::<8>();
    let mut mask = 0;
    for (at, eight) in eights.iter().enumerate() {
        mask |= (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << at.wrapping_mul(8);
    }
    mask
}

/// Appends the positions of the set bits.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the hot loop")]
fn flatten(mut mask: u64, base: u32, filled: usize, starts: &mut Vec<u32>) -> usize {
    let count = mask.count_ones() as usize;
    if filled.wrapping_add(64) > starts.len() {
        starts.resize(starts.len().saturating_mul(2), 0);
    }
    let Some(out) = starts.get_mut(filled..).and_then(|rest| rest.first_chunk_mut::<64>()) else {
        return filled;
    };
    for start in &mut out[..8] {
        *start = base.wrapping_add(mask.trailing_zeros());
        mask &= mask.wrapping_sub(1);
    }
    if count > 8 {
        for start in &mut out[8..] {
            *start = base.wrapping_add(mask.trailing_zeros());
            mask &= mask.wrapping_sub(1);
            if mask == 0 {
                break;
            }
        }
    }
    filled.wrapping_add(count)
}

/// Where a word's bytes are inside quotes.
struct Inside {
    mask: u64,
    opened: u64,
}

impl Quotes {
    /// Advances over a word. `None`: a quote where none may be (inside an unquoted field, or text after a
    /// closing quote).
    fn step(&mut self, word: &[u8; 64], separators: u64) -> Option<Inside> {
        let quote = bits(&word.map(|byte| u8::from(byte == b'"')));
        let mut inside = quote;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        if self.inside {
            inside = !inside;
        }
        let opening = quote & inside;
        let closing = quote & !inside;
        let outer = separators & !inside;
        let after_separator = (outer << 1) | u64::from(self.after_separator);
        let after_close = (closing << 1) | u64::from(self.after_close);
        if opening & !(after_separator | after_close) != 0 || after_close & !(outer | quote) != 0 {
            return None;
        }
        self.inside = inside >> 63 != 0;
        self.after_separator = outer >> 63 != 0;
        self.after_close = closing >> 63 != 0;
        Some(Inside { mask: inside, opened: opening & after_separator })
    }
}
