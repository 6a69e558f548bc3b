//! As much of Thrift's compact protocol as it takes to look at a stranger's Parquet headers before the parquet crate does:
//! nothing is allocated, lists are counted before they are believed, and nesting ends.

/// Why a header cannot be walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It ends early, or is no Thrift.
    Damaged,
    /// It has something that the format never has: maps, lists of flags, lists beyond all measure, deep nesting.
    Strange,
}

type Result<T> = std::result::Result<T, Unreadable>;

/// Nesting of structs and lists in a header; the format has six.
const DEPTH: usize = 24;
/// Elements of a list in a header that is not counted by its own limit.
const LIST: usize = 1 << 18;

/// Types on the wire.
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
pub(super) const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
pub(super) const LIST_TYPE: u8 = 9;
pub(super) const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// A field of a struct: its number and its type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) id: i16,
    pub(super) kind: u8,
}

/// Bytes being walked.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes walked so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.at).ok_or(Unreadable::Damaged)?;
        self.at = self.at.saturating_add(1);
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Unreadable::Damaged)
    }

    /// A signed number of any width.
    pub(super) fn number(&mut self) -> Result<i64> {
        let raw = self.varint()?;
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    /// A signed number of 32 bits.
    pub(super) fn small(&mut self) -> Result<i64> {
        let number = self.number()?;
        i32::try_from(number).map(i64::from).map_err(|_| Unreadable::Damaged)
    }

    fn skip_bytes(&mut self, count: u64) -> Result<()> {
        let count = usize::try_from(count).map_err(|_| Unreadable::Damaged)?;
        if count > self.left() {
            return Err(Unreadable::Damaged);
        }
        self.at = self.at.saturating_add(count);
        Ok(())
    }

    /// The next field of a struct, `None` at its end. `last` is the number of the field before.
    pub(super) fn field(&mut self, last: &mut i16) -> Result<Option<Field>> {
        let byte = self.byte()?;
        let kind = byte & 0x0F;
        if kind == 0 {
            return Ok(None);
        }
        let id = match byte >> 4 {
            0 => i16::try_from(self.number()?).map_err(|_| Unreadable::Damaged)?,
            delta => last.checked_add(i16::from(delta)).ok_or(Unreadable::Damaged)?,
        };
        *last = id;
        Ok(Some(Field { id, kind }))
    }

    /// Type and length of a list: never longer than what is left, and never of flags, which take no room.
    pub(super) fn list(&mut self) -> Result<(u8, usize)> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok((BYTE, 0));
        }
        let kind = byte & 0x0F;
        let count = match byte >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| Unreadable::Damaged)?,
            short => usize::from(short),
        };
        if count > self.left() {
            return Err(Unreadable::Damaged);
        }
        if count > 0 && matches!(kind, TRUE | FALSE) {
            return Err(Unreadable::Strange);
        }
        Ok((kind, count))
    }

    /// Walks over a value.
    pub(super) fn skip(&mut self, kind: u8) -> Result<()> {
        self.skip_within(kind, DEPTH)
    }

    fn skip_within(&mut self, kind: u8, depth: usize) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or(Unreadable::Strange)?;
        match kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.skip_bytes(1),
            I16 | I32 | I64 => self.varint().map(drop),
            DOUBLE => self.skip_bytes(8),
            UUID => self.skip_bytes(16),
            BINARY => {
                let length = self.varint()?;
                self.skip_bytes(length)
            }
            LIST_TYPE => {
                let (kind, count) = self.list()?;
                if count > LIST {
                    return Err(Unreadable::Strange);
                }
                (0..count).try_for_each(|_| self.skip_within(kind, depth))
            }
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(&mut last)? {
                    self.skip_within(field.kind, depth)?;
                }
                Ok(())
            }
            _ => Err(Unreadable::Strange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_fields_as_the_protocol_writes_them() {
        let mut walk = Walk::new(&[0x15, 0x02, 0x25, 0x03, 0x05, 0x10, 0xAC, 0x02, 0x00]);
        let mut last = 0;
        let mut found = vec![];
        while let Some(field) = walk.field(&mut last).unwrap() {
            found.push((field.id, walk.number().unwrap()));
        }
        assert_eq!(found, [(1, 1), (3, -2), (8, 150)]);
        assert_eq!(walk.position(), 9);
    }

    #[test]
    fn what_takes_no_room_or_never_ends_is_strange() {
        // A list of two milliard flags, a map, and structs within structs.
        let flags = [0xF1, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        assert_eq!(Walk::new(&flags).skip(LIST_TYPE), Err(Unreadable::Damaged));
        assert_eq!(Walk::new(&[0x21, 1, 1]).skip(LIST_TYPE), Err(Unreadable::Strange));
        assert_eq!(Walk::new(&[0x01, 0x11, 1, 1]).skip(11), Err(Unreadable::Strange));
        assert_eq!(Walk::new(&[0x1C; 100]).skip(STRUCT), Err(Unreadable::Strange));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..16_u8) {
            let _ = Walk::new(&bytes).skip(kind);
        }
    }
}
