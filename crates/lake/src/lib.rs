//! The lake: line items and roll-ups as Delta tables of Parquet files that we write ourselves ([`model::Table`] has
//! the one definition of each).
//!
//! A (connection, billing period) is one partition and is always replaced whole: files are staged under
//! the partition's path, invisible to every reader, and one Delta commit removes the old ones and adds the
//! new ones. Delta gives atomicity, versions and readers in every language; the layout, the statistics and
//! the speed of the files stay ours ([`FileWriter`]).
//!
//! Staged files belong to a *generation*, which holds a file lock for as long as its process works on it.
//! A killed process loses the lock, and a vacuum then removes what it left behind. Which files of former versions stay,
//! and for how long, is no matter of this crate: [`Lake::unused`] tells what no Delta table needs, and whoever keeps
//! account of publications decides what of it goes ([`Lake::remove`]).
//!
//! Tables lie in a folder or below a prefix of a bucket, behind one door (`door`) that alone knows which
//! ([ADR 23](../../../docs/adr/0023-lake-in-a-bucket.md)). Locks stay files of this machine.

mod address;
mod data_file;
mod delta;
mod door;
mod encode;
mod error;
mod file_writer;
mod lake;
mod new_place;
mod owner;
mod proof;
mod staging;
mod table;
mod vacuum;

pub use address::{BucketAddress, BucketKeys, LakeOptions};
pub use data_file::DataFile;
pub use door::{Chunks, LOG, Probe};
pub use error::{ErrorKind, LakeError};
pub use file_writer::FileWriter;
pub use lake::{ActiveFile, Lake};
pub use model::Table;
pub use new_place::{NewFile, NewPlace};
pub use proof::{StoredSum, StoredSums, SumKey};
pub use staging::{StagedFile, Staging};
pub use vacuum::{Unused, VacuumReport};
