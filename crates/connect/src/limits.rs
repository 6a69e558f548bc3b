//! Limits on what strangers answer, each with what it protects and why it is this number.
//!
//! Addresses that users name are answered by whoever listens there. Nothing that they send may take the server's
//! memory, workers or time; real reports stay far below every number here.

use std::time::Duration;

/// Until a connection stands. A machine that is there answers within a fraction of a second.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// From a request to the head of its answer, and between two pieces of a body: a silent server holds a place no longer.
pub(crate) const SILENCE: Duration = Duration::from_secs(20);
/// A body may take this long, whatever its size…
pub(crate) const BODY: Duration = Duration::from_secs(20);
/// …and a second more for each of these bytes that came: the slowest line over which reading a bill makes sense. A
/// server that drips byte by byte is let go.
pub(crate) const SLOWEST: u64 = 64 << 10;
/// Bytes of an answer that is not an object: errors, regions. S3's own have some hundreds.
pub(crate) const ANSWER_BYTES: u64 = 64 << 10;
/// Bytes of a page of a listing: 1,000 keys of 1,024 bytes, each byte written as an entity, with what stands around.
pub(crate) const PAGE_BYTES: u64 = 8 << 20;
/// Keys of a page that is asked for: the most that S3 gives.
pub(crate) const PAGE_KEYS: usize = 1_000;
/// Pages of a listing. Twice what full pages need: a server that sends empty ones forever is let go.
pub(crate) const PAGES: usize = 500;
/// Files of a source. Three years of a large company's report in all its versions have about 100,000; each takes
/// about 800 bytes of memory while deliveries are put together.
pub(crate) const FILES: usize = 250_000;
/// Bytes of all paths of a source: 250,000 keys of the usual length twice over. Long keys must not multiply the
/// memory of many.
pub(crate) const PATH_BYTES: usize = 64 << 20;
/// Bytes of a key: S3's own limit.
pub(crate) const KEY_BYTES: usize = 1_024;
/// Folders in a key. Reports lie about eight deep; paths are compared part by part.
pub(crate) const KEY_PARTS: usize = 64;
/// Bytes of a continuation token. S3's have about a hundred.
pub(crate) const TOKEN_BYTES: usize = 4 << 10;
/// A listing, however large it is: 250 pages take about a minute.
pub(crate) const LISTING: Duration = Duration::from_mins(4);
/// Finding deliveries: the listing, the manifests, and putting them together.
pub(crate) const DISCOVERY: Duration = Duration::from_mins(6);
/// A verification with all its steps.
pub(crate) const VERIFICATION: Duration = Duration::from_mins(8);
/// Manifests that are read: one for each report and month, ten reports for fifteen years.
pub(crate) const MANIFESTS: usize = 2_000;
/// Bytes of all manifests that are read.
pub(crate) const MANIFESTS_BYTES: u64 = 256 << 20;
/// Files that all manifests name together.
pub(crate) const NAMED_FILES: usize = 500_000;
/// Files that say READY or UPDATING: a report has one.
pub(crate) const STATUS_FILES: usize = 64;
/// Comparisons of a file's name with those that manifests name, some seconds' worth: three years of three deliveries a
/// day, with a hundred files each, take half of it.
pub(crate) const NAME_COMPARISONS: u64 = 25_000_000;
/// Comparisons of a file's month with the months that there are: 1,000 months of 250,000 files.
pub(crate) const COMPARISONS: u64 = 250_000_000;
/// Months of reports in one source: ten reports for forty years.
pub(crate) const DELIVERIES: usize = 5_000;
/// Characters of what a step of a verification shows of its answer.
pub(crate) const STEP_CHARS: usize = 2_000;
/// Characters of a stranger's reason that are shown.
pub(crate) const REASON_CHARS: usize = 300;
/// Letters of an error's code.
pub(crate) const CODE_CHARS: usize = 64;
