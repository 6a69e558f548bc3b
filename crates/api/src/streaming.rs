//! Files that are sent while they are written: the first bytes leave at once, and no file is ever whole in memory.

use crate::limits;
use crate::shares::Share;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
                () = tokio::time::sleep(limits::FILE_LIFE.saturating_sub(self.begun.elapsed())) => Err(too_late()),
            }
        })
    }

    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        if self.begun.elapsed() > limits::FILE_LIFE {
            return Err(too_late());
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

fn too_late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the file took too long to be read")
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
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(pieces(shares, write))).into_response()
}

/// The pieces of a file. They end in an error unless it was written and sent to its end: who reads slowly has no room for
/// an error among the pieces, and who panics says nothing.
fn pieces<E: std::fmt::Display>(
    shares: Vec<Share>,
    write: impl FnOnce(&mut Pipe) -> Result<(), E> + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (to, from) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    let whole = Arc::new(AtomicBool::new(false));
    let said = Arc::clone(&whole);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { piece: Vec::with_capacity(PIECE), to, runtime, begun: Instant::now() };
        let written = write(&mut pipe).map_err(|error| error.to_string());
        match written.and_then(|()| pipe.flush().map_err(|error| error.to_string())) {
            // Before the pipe ends, which lets the reader look.
            Ok(()) => said.store(true, Ordering::Release),
            Err(error) => tracing::warn!(%error, "a file could not be sent to its end"),
        }
        drop(shares);
    });
    let broken = std::iter::once_with(move || {
        let broken = !whole.load(Ordering::Acquire);
        broken.then(|| Err(io::Error::other("the file could not be sent to its end")))
    });
    ReceiverStream::new(from).chain(tokio_stream::iter(broken.flatten()))
}

/// A text as part of a file name.
pub(crate) fn safe(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Pieces that came whole, and whether an error stands at their end.
    async fn read(
        write: impl FnOnce(&mut Pipe) -> Result<(), io::Error> + Send + 'static,
        slowly: bool,
    ) -> (usize, bool) {
        let mut pieces = Box::pin(pieces(vec![], write));
        if slowly {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let (mut bytes, mut broken) = (0, false);
        while let Some(piece) = pieces.next().await {
            assert!(!broken, "nothing comes after an error");
            match piece {
                Ok(piece) => bytes += piece.len(),
                Err(_) => broken = true,
            }
        }
        (bytes, broken)
    }

    fn fill(pipe: &mut Pipe) -> io::Result<()> {
        (0..WAITING).try_for_each(|_| pipe.write_all(&[0; PIECE]))
    }

    #[tokio::test]
    async fn a_file_that_fails_never_ends_as_if_it_were_whole() {
        for slowly in [false, true] {
            let whole = read(|pipe| fill(pipe).and_then(|()| pipe.write_all(b"end")), slowly).await;
            assert_eq!(whole, (WAITING * PIECE + 3, false));
            // All places are taken when it fails.
            let failed =
                read(|pipe| fill(pipe).and_then(|()| Err(io::Error::other("no more"))), slowly).await;
            assert_eq!(failed, (WAITING * PIECE, true));
            let panicked = read(|pipe| fill(pipe).map(|()| panic!("by a test")), slowly).await;
            assert_eq!(panicked, (WAITING * PIECE, true));
        }
    }
}
