//! What one connection, one request and one reader may take, each with its reason. What is beyond is answered in words
//! where somebody listens, and closed where nobody does.

use std::time::Duration;

/// Connections at once, where descriptors allow it. A waiting one costs some 20 KiB, one that fills its head with rubbish
/// [`HEAD_BYTES`]: 200 MB at the very worst.
pub(crate) const CONNECTIONS: usize = 2_048;
/// Connections at once of one address (of one /64, for IPv6). Waiting ones make room for new ones, so that an office
/// behind one address is not held to it: only what is being answered counts in the end.
pub(crate) const CONNECTIONS_OF_ADDRESS: usize = 512;
/// Of the descriptors of the process, connections take one in so many: files, the metadata store and outgoing
/// requests need theirs while every connection is taken.
pub(crate) const DESCRIPTORS_SHARE: u64 = 2;

/// Bytes of a request's line and headers. The address alone may be 64 KiB: filters of hundreds of values lie there.
pub(crate) const HEAD_BYTES: usize = 96 << 10;
/// From the first byte of a request's head to its last. People's browsers send it in one piece.
pub(crate) const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// A connection without a request. Longer than the minute of common load balancers: they must be the ones that
/// close, or they meet a closed connection with a request in hand.
pub(crate) const IDLE: Duration = Duration::from_secs(90);

/// Bytes of a request's body: account lists and rules of virtual tags are the largest.
pub(crate) const BODY_BYTES: usize = 2 << 20;
/// Bytes of a body of somebody who is not signed in: an address and a password.
pub(crate) const OPEN_BODY_BYTES: usize = 16 << 10;
/// Bytes of a body that is too large which are still taken in, so that its sender is told why: closing on them would
/// take the answer away.
pub(crate) const DISCARDED_BYTES: usize = 8 << 20;
/// A body that stands still, and the bytes per second that it has to keep up over time.
pub(crate) const BODY_PATIENCE: Duration = Duration::from_secs(15);
pub(crate) const BODY_RATE: u32 = 4 << 10;

/// An answer that nobody takes, and the bytes per second that a reader has to keep up over time. Exports hold a thread
/// while they are read.
pub(crate) const ANSWER_PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const ANSWER_RATE: u32 = 1 << 10;

/// Event streams at once of a person or token, of an organization, and of all. A browser opens six connections to a
/// server at most; three of them, and scripts, are enough.
pub(crate) const STREAMS_OF_PERSON: usize = 20;
pub(crate) const STREAMS_OF_ORGANIZATION: usize = 150;
pub(crate) const STREAMS: usize = 600;
/// How long a stream lasts before its reader has to ask (and to prove who they are) again; browsers do so by
/// themselves.
pub(crate) const STREAM_LIFE: Duration = Duration::from_mins(15);

/// Requests at once of one address behind a proxy, where all connections are the proxy's.
pub(crate) const REQUESTS_OF_ADDRESS: usize = 512;

/// From a stop signal until what is not answered is cut off. Kubernetes and systemd wait for 30 and 90 seconds, Docker
/// for ten.
pub(crate) const STOP_PATIENCE: Duration = Duration::from_secs(4);

/// Files that are written while they are read, at once, in all and by one organization: each has a thread.
pub(crate) const FILES: usize = 16;
pub(crate) const FILES_OF_ORGANIZATION: usize = 4;
/// Bytes that are held for them and for large answers, in all and for one organization.
pub(crate) const HELD_BYTES: usize = 384 << 20;
pub(crate) const HELD_BYTES_OF_ORGANIZATION: usize = 192 << 20;
/// How long a file waits for a reader that does not read, and how long one may take in all.
pub(crate) const FILE_PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const FILE_LIFE: Duration = Duration::from_hours(1);
const _: () = assert!(
    FILE_LIFE.as_secs() < model::limits::LAKE_GRACE.as_secs() / 2,
    "files of the lake stay for as long as exports are read"
);
