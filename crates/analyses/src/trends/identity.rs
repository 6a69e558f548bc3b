//! Identifiers of events: the same data give the same ones.

use super::event::Direction;
use super::input::Measure;
use super::object::Object;
use chrono::NaiveDate;

/// An identifier from what an event is about and its first day.
pub(super) fn event_id(
    currency: &str,
    object: &Object,
    measure: Measure,
    direction: Direction,
    first_day: NaiveDate,
) -> String {
    hashed(&format!("{currency}\n{object}\n{measure:?}\n{direction:?}\n{first_day}"))
}

/// An identifier of a price that rose: its usage may rise on the same day, which is another event.
pub(super) fn unit_price_id(currency: &str, object: &Object, first_day: NaiveDate) -> String {
    hashed(&format!("{currency}\n{object}\nunit_price\n{first_day}"))
}

fn hashed(text: &str) -> String {
    format!("{:020x}", fnv(text.as_bytes()) >> 48)
}

/// FNV-1a with 128 bits: not of this release alone, as the hashes of the standard library are.
fn fnv(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_stays_what_it_was() {
        assert_eq!(fnv(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let id = |object: &Object| event_id("USD", object, Measure::Usage, Direction::Increase, day);
        assert_eq!(id(&Object::account("1")).len(), 20);
        assert_ne!(id(&Object::account("1")), id(&Object::account("2")));
        assert_ne!(id(&Object::account("1")), unit_price_id("USD", &Object::account("1"), day));
    }
}
