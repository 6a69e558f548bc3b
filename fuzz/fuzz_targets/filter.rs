//! Filters from addresses and the command line: written out, they parse to themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Filter;

fuzz_target!(|text: &str| {
    if let Ok(filter) = text.parse::<Filter>() {
        let _ = filter.accepts(Some(text));
        assert_eq!(filter.to_string().parse::<Filter>().as_ref(), Ok(&filter));
    }
});
