//! Files that are sent while they are written: the first bytes leave at once, and no file is ever whole in memory.

use crate::limits;
use crate::shares::Share;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::io::{self, Write};
use std::time::Instant;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};

/// Bytes of a piece, and pieces that wait for a slow reader.
const PIECE: usize = 64 << 10;
const WAITING: usize = 4;

/// Where a file is written to.
pub(crate) struct Pipe {
    piece: Vec<u8>,
    to: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
    begun: Instant,
}

impl Pipe {
    /// The next of what the file is made of. Whoever waits for it may leave: then there is no next, and what makes it ends.
    pub(crate) fn next<T>(&self, from: &mut (impl Stream<Item = T> + Unpin)) -> io::Result<Option<T>> {
        self.runtime.block_on(async {
            tokio::select! {
                next = from.next() => Ok(next),
                () = self.to.closed() => Err(gone()),
            }
        })
    }

    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        if self.begun.elapsed() > limits::FILE_LIFE {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the file took too long to be read"));
        }
        let send = self.to.send(Ok(Bytes::from(piece)));
        // A timer is made where there is a runtime.
        match self.runtime.block_on(async { tokio::time::timeout(limits::FILE_PATIENCE, send).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the reader of the file does not read")),
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads the file any more")
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

/// A file to be saved, written by a blocking function as fast as it is read. If it fails the transfer breaks off, so that
/// nobody takes half a file for the whole. What is held for it is given back at its end.
pub(crate) fn file<E: std::fmt::Display>(
    name: &str,
    kind: &'static str,
    shares: Vec<Share>,
    write: impl FnOnce(&mut Pipe) -> Result<(), E> + Send + 'static,
) -> Response {
    let (to, from) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { piece: Vec::with_capacity(PIECE), to, runtime, begun: Instant::now() };
        let written = write(&mut pipe).map_err(|error| error.to_string());
        let ended = written.and_then(|()| pipe.flush().map_err(|error| error.to_string()));
        if let Err(error) = ended {
            tracing::warn!(%error, "a file could not be sent to its end");
            // The reader may be gone, or not read: then nobody needs to be told.
            let _ = pipe.to.try_send(Err(io::Error::other(error)));
        }
        drop(shares);
    });
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(ReceiverStream::new(from))).into_response()
}

/// A text as part of a file name.
pub(crate) fn safe(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}
