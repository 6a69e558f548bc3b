//! Names of values that are the same in every build and on every machine, unlike the standard library's hash.

use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};

/// A short name of a value: equal values have equal names, others have others.
pub(crate) fn name_of(value: &(impl Hash + ?Sized)) -> String {
    let mut hasher = Stable(Sha256::new());
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// SHA-256 of everything that a value hashes; numbers in one order of bytes, sizes in one length.
struct Stable(Sha256);

impl Hasher for Stable {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u16(&mut self, number: u16) {
        self.0.update(number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.0.update(number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.0.update(number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_every_build() {
        assert_eq!(name_of("a"), name_of(&"a".to_owned()));
        assert_ne!(name_of(&("a", "bc")), name_of(&("ab", "c")));
        // Of the bytes "a" and 0xff, which end a text, as sha256sum has them.
        let mut hasher = Stable(Sha256::new());
        hasher.write(b"a\xff");
        assert_eq!(name_of("a"), format!("{:016x}", hasher.finish()));
        assert_eq!(name_of(&1_u32), "67abdd721024f0ff");
    }
}
