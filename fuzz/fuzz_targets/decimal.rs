//! What parses prints itself back, and doubles count as their shortest text.
#![no_main]

use model::Decimal;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    if let Ok((amount, _)) = Decimal::parse(text) {
        let printed = amount.to_string();
        assert_eq!(Decimal::parse(printed.as_bytes()), Ok((amount, false)), "{printed}");
    }
    if let Some(bytes) = text.first_chunk::<8>() {
        let double = f64::from_le_bytes(*bytes);
        let by_text = Decimal::parse(double.to_string().as_bytes());
        assert_eq!(Decimal::from_f64(double).ok(), by_text.ok(), "{double:e}");
    }
});
