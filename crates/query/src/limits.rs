//! What questions may take of the process together. How large one question may be stands in [`model::limits`].

use std::time::Duration;

/// How long a question may be worked on: longer than the largest honest one, and nobody waits longer for a page.
pub(crate) const ANSWER_TIME: Duration = Duration::from_mins(2);
/// How long a question waits for its turn before it is told to come again.
pub(crate) const WAIT_TIME: Duration = Duration::from_secs(30);
const _: () = assert!(
    ANSWER_TIME.as_secs() + WAIT_TIME.as_secs() < model::limits::LAKE_GRACE.as_secs() / 2,
    "files stay for as long as questions take"
);
/// Questions of one organization that wait: a hundred people who open a page with ten questions at once.
pub(crate) const WAITING_EACH: usize = 1_000;
/// Questions that wait in all (some ten kilobytes each).
pub(crate) const WAITING: usize = 4_000;
/// Stack of the threads that plan and run statements: plans are flat by construction (`crate::sql`), and where one
/// nests after all there is eight times the room of other threads. Pages of it that are never touched cost nothing.
pub(crate) const STACK: usize = 16 << 20;
/// Threads that read files for statements.
pub(crate) const READERS: usize = 16;
/// Bytes that statements may put on disk when memory does not suffice, in all.
pub(crate) const SPILL: u64 = 8 << 30;
/// Of the memory for statements, what each takes of what the others left: two fifths, so that one alone has much of it and
/// two more still have a good part (40, 24 and 14 % for the three that run at once on two processors).
pub(crate) const PART: (usize, usize) = (2, 5);
/// Of the memory for statements, what each has at least, in so many parts. Beyond the turns come those alone whose readers
/// are slow and whose rows do not fit into [`SPOOL`].
pub(crate) const LEAST_PART: usize = 16;
/// Part of a statement's memory that each of its sorts keeps for putting pieces together that were on disk.
pub(crate) const MERGE_PART: usize = 16;
/// Rows of a batch of a file: a batch waits in memory for a slow reader, and pieces on disk are read by batches when they
/// are put together, each with some hundred bytes a row.
pub(crate) const FILE_BATCH: usize = 2_048;
/// Rows of a file that are put into words at once.
pub(crate) const PIECE: usize = 512;
/// Batches of a result that wait in memory.
pub(crate) const BATCHES: usize = 2;
/// How long a statement waits for its reader in all; then the rest of its rows goes to disk, and its memory and its turn
/// to others.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of rows of one result that wait on disk. Beyond, the statement waits for its reader after all.
pub(crate) const SPOOL: usize = 1 << 30;
/// Bytes of rows of all results together that wait on disk, so that slow readers leave room for sorts and joins; beyond, each
/// has its own [`SPOOL_LEAST`].
pub(crate) const SPOOLS: usize = 2 << 30;
const _: () = assert!(SPOOLS as u64 * 2 <= SPILL, "what slow readers hold leaves room to spill");
/// Bytes of rows of one result that may wait on disk whatever others take.
pub(crate) const SPOOL_LEAST: usize = 32 << 20;
/// Bytes of one file of them: it goes when it was read.
pub(crate) const SPOOL_FILE: usize = 32 << 20;
/// How long the rows of a file may take, from the first turn to the last row. Who reads them has as long.
pub(crate) const FILE_TIME: Duration = Duration::from_hours(1);
const _: () = assert!(
    FILE_TIME.as_secs() + WAIT_TIME.as_secs() < model::limits::LAKE_GRACE.as_secs() / 2,
    "files stay for as long as their rows are read"
);
