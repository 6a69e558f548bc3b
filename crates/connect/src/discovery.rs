//! What lies in a source: deliveries, each with exactly the files that belong to it, and what becomes of every other file.
//!
//! Decided from the listing, the manifests and the logs of tables alone, by pure functions: [`manifests_to_read`]
//! says which JSON files matter, [`assemble`] puts deliveries together. File times decide nothing: they do not survive
//! copying. A delivery whose files are not all there, or whose manifest is of another period, carries a problem that
//! blocks it: it is never half read. Where nothing says which of two deliveries is newer, neither is guessed.

mod assemble;
mod effort;
mod fate;
mod folders;
mod found;
mod listing;
mod merge;
mod runs;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trees;

pub(crate) use assemble::{ReadManifest, assemble, not_complete};
pub(crate) use effort::affordable;
pub use fate::{Fate, Unread};
pub use found::{Delivery, Discovery, FileRef, Layout, Part, Problem};
pub(crate) use listing::{Listed, Listing, manifests_to_read, older_manifests};
pub(crate) use table::live_files;
