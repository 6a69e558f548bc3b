//! Random trees of names and manifests: discovery never panics, and every file is read or said not to be, never both.
//! The modules alone: their crate would bring the object stores into this build.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "listing and putting together alone are under test")]
#[path = "../../crates/connect/src/discovery"]
mod discovery {
    mod assemble;
    mod effort;
    mod fate;
    mod folders;
    mod found;
    mod listing;
    mod merge;
    mod runs;
    mod table;
    pub(crate) mod trees;

    pub(crate) use assemble::{ReadManifest, assemble, not_complete};
    pub(crate) use effort::affordable;
    pub use found::{Delivery, Discovery, FileRef, Layout, Part, Problem};
    pub(crate) use listing::{Listed, Listing, manifests_to_read, older_manifests};
    pub(crate) use table::live_files;
}
#[allow(dead_code, reason = "the limits of listings alone are needed")]
#[path = "../../crates/connect/src/limits.rs"]
mod limits;
#[allow(dead_code, unreachable_pub, reason = "reading a manifest alone is needed")]
#[path = "../../crates/connect/src/manifest.rs"]
mod manifest;
#[allow(dead_code, unreachable_pub, reason = "what a path says is needed, not who else asks")]
#[path = "../../crates/connect/src/place.rs"]
mod place;

libfuzzer_sys::fuzz_target!(|data: &[u8]| discovery::trees::check(data));
