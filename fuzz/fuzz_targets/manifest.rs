//! Any bytes as a manifest. The module alone: its crate would bring the object stores into this build.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "one function of the module is under test")]
#[path = "../../crates/connect/src/manifest.rs"]
mod manifest;
#[allow(dead_code, unreachable_pub, reason = "the days of a run alone are needed")]
#[path = "../../crates/connect/src/place.rs"]
mod place;

libfuzzer_sys::fuzz_target!(|json: &[u8]| {
    let _ = manifest::Manifest::parse("report/20261001-20261101/report-Manifest.json", "etag", json);
});
