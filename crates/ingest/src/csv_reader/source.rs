//! Reading and inflating, on a thread of its own, into chunks that go round between it and the splitter.
//! What the file is (gzip, zip, plain) is seen from its first bytes, never from its name.

use super::error::{CsvErrorKind, Fault};
use super::zip::ZipReader;
use crate::limits::{INFLATED, RATIO, RATIO_AFTER};
use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Chunks that may wait between the threads.
const IN_FLIGHT: usize = 3;

/// Text: `buffer[head..end]`; the first `head` bytes are free for what was left of the chunk before.
pub(super) struct Chunk {
    pub(super) buffer: Vec<u8>,
    pub(super) end: usize,
}

/// The splitter's end of the two channels.
pub(super) struct Chunks {
    full: Receiver<Result<Option<Chunk>, Fault>>,
    empty: SyncSender<Vec<u8>>,
    done: bool,
}

/// Sizes of the buffers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Text per chunk, bytes.
    pub(super) chunk: usize,
    /// Room in front of it, bytes.
    pub(super) head: usize,
}

impl Chunks {
    pub(super) fn spawn(raw: Box<dyn Read + Send>, sizes: Sizes) -> Result<Self, Fault> {
        let (to_splitter, full) = sync_channel(IN_FLIGHT);
        let (empty, recycled) = sync_channel(IN_FLIGHT.saturating_add(2));
        std::thread::Builder::new()
            .name("csv-inflate".to_owned())
            .spawn(move || {
                let result = run(raw, sizes, &to_splitter, &recycled);
                // The splitter may be gone: then nobody wants to know.
                let _ = to_splitter.send(result.map(|()| None));
            })
            .map_err(|error| Fault::new(CsvErrorKind::Io, format!("no thread to read it: {error}")))?;
        Ok(Self { full, empty, done: false })
    }

    /// The next chunk; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, Fault> {
        if self.done {
            return Ok(None);
        }
        let chunk = self
            .full
            .recv()
            .unwrap_or_else(|_| Err(Fault::new(CsvErrorKind::Io, "the reading thread stopped unexpectedly")));
        self.done = !matches!(chunk, Ok(Some(_)));
        chunk
    }

    /// Gives a buffer back.
    pub(super) fn recycle(&self, buffer: Vec<u8>) {
        if buffer.is_empty() {
            return;
        }
        match self.empty.try_send(buffer) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

/// Counts the stored bytes that were used.
pub(super) struct Counted<R> {
    inner: R,
    used: Arc<AtomicU64>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(out)?;
        self.used.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.used.fetch_add(amount as u64, Ordering::Relaxed);
        self.inner.consume(amount);
    }
}

type Source = Counted<BufReader<std::io::Chain<std::io::Cursor<Vec<u8>>, Box<dyn Read + Send>>>>;

fn run(
    mut raw: Box<dyn Read + Send>,
    sizes: Sizes,
    out: &SyncSender<Result<Option<Chunk>, Fault>>,
    recycled: &Receiver<Vec<u8>>,
) -> Result<(), Fault> {
    let mut magic = Vec::with_capacity(8);
    raw.by_ref().take(8).read_to_end(&mut magic).map_err(|error| io(&error, 0, 0))?;
    let packing = Packing::of(&magic)?;
    let used = Arc::new(AtomicU64::new(0));
    let chained = std::io::Cursor::new(magic).chain(raw);
    let source: Source =
        Counted { inner: BufReader::with_capacity(256 << 10, chained), used: Arc::clone(&used) };
    match packing {
        Packing::Plain => pump(source, None, &used, sizes, out, recycled),
        Packing::Gzip => pump(MultiGzDecoder::new(source), Some("gzip"), &used, sizes, out, recycled),
        Packing::Zip => pump(ZipReader::new(source), Some("zip"), &used, sizes, out, recycled),
    }
}

enum Packing {
    Plain,
    Gzip,
    Zip,
}

impl Packing {
    fn of(magic: &[u8]) -> Result<Self, Fault> {
        let other = |what: &str| Err(Fault::new(CsvErrorKind::Format, format!("this is {what}, not CSV")));
        match magic {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [b'P', b'K', 3, 4, ..] => Ok(Self::Zip),
            [b'P', b'K', 5, 6, ..] => Err(Fault::new(CsvErrorKind::Archive, "the zip archive holds no file")),
            [b'P', b'A', b'R', b'1', ..] => other("Parquet"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => other("a Zstandard file"),
            [b'B', b'Z', b'h', ..] => other("a bzip2 file"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => other("an xz file"),
            [b'%', b'P', b'D', b'F', ..] => other("a PDF file"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                Err(Fault::new(CsvErrorKind::Charset, "the file is UTF-16"))
            }
            _ => Ok(Self::Plain),
        }
    }
}

fn pump(
    mut text: impl Read,
    packed: Option<&str>,
    used: &AtomicU64,
    sizes: Sizes,
    out: &SyncSender<Result<Option<Chunk>, Fault>>,
    recycled: &Receiver<Vec<u8>>,
) -> Result<(), Fault> {
    let size = sizes.head.saturating_add(sizes.chunk);
    let mut total = 0u64;
    loop {
        let mut buffer = recycled.try_recv().unwrap_or_default();
        buffer.resize(size, 0);
        let mut end = sizes.head;
        while end < size {
            match text.read(&mut buffer[end..]) {
                Ok(0) => break,
                Ok(read) => end = end.saturating_add(read),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(failure(
                        &error,
                        packed,
                        used,
                        total.saturating_add((end - sizes.head) as u64),
                    ));
                }
            }
        }
        if end == sizes.head {
            return Ok(());
        }
        total = total.saturating_add((end - sizes.head) as u64);
        let stored = used.load(Ordering::Relaxed);
        if packed.is_some() && total > RATIO_AFTER && total / stored.max(1) > RATIO {
            let message = format!("{stored} bytes inflate to more than {total}, over {RATIO} to 1");
            return Err(Fault::new(CsvErrorKind::Bomb, message));
        }
        if total > INFLATED {
            let message = format!("the text of the file is longer than {} GiB", INFLATED >> 30);
            return Err(Fault::new(CsvErrorKind::TooLarge, message));
        }
        let full = end == size;
        if out.send(Ok(Some(Chunk { buffer, end }))).is_err() || !full {
            return Ok(());
        }
    }
}

fn io(error: &std::io::Error, stored: u64, text: u64) -> Fault {
    Fault::new(
        CsvErrorKind::Io,
        format!("reading failed at byte {stored} (byte {text} of the text): {error}"),
    )
}

fn failure(error: &std::io::Error, packed: Option<&str>, used: &AtomicU64, text: u64) -> Fault {
    let stored = used.load(Ordering::Relaxed);
    if let Some(fault) = error.get_ref().and_then(|inner| inner.downcast_ref::<super::zip::ZipFault>()) {
        return Fault::new(fault.kind, format!("{} (at byte {stored})", fault.message));
    }
    let (kind, what) = match (packed, error.kind()) {
        (Some(packed), std::io::ErrorKind::UnexpectedEof) => {
            (CsvErrorKind::Truncated, format!("the {packed} data ends early"))
        }
        (Some(packed), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData) => {
            (CsvErrorKind::Corrupt, format!("the {packed} data is damaged ({error})"))
        }
        _ => return io(error, stored, text),
    };
    Fault::new(kind, format!("{what} at byte {stored} of the file, byte {text} of the text"))
}
