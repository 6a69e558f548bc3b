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
/// Part of the memory for statements that files of rows get beside them: rows wait sorted for slow readers.
pub(crate) const FILES_SHARE: usize = 4;
/// Pieces of rows that wait for a slow reader.
pub(crate) const PIECES: usize = 2;
/// Bytes of a result of free SQL.
pub(crate) const SQL_BYTES: usize = 64 << 20;
