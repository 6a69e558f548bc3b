//! The port to files: a local folder or an object store behind the same two calls.

use bytes::Bytes;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// One file of a delivery; read from blocking threads, several at once.
pub trait SourceFile: Send + Sync {
    /// Path as messages and provenance show it.
    fn name(&self) -> &str;
    /// Size in bytes, as delivered.
    fn size(&self) -> u64;
    /// A range of bytes; an error when fewer come.
    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes>;
    /// Several ranges, in their order; a far file may be asked for all at once.
    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        ranges.iter().map(|range| self.read_range(range.clone())).collect()
    }
    /// The whole file as a stream.
    fn stream(&self) -> io::Result<Box<dyn Read + Send>>;
    /// Whether each read waits for a network: then it pays to ask for more at once, and ahead.
    fn is_far(&self) -> bool {
        false
    }
}

/// A file on a local disk.
pub struct LocalFile {
    name: String,
    path: std::path::PathBuf,
    size: u64,
}

impl LocalFile {
    /// A file by its path; `name` is what messages show.
    pub fn open(name: &str, path: &std::path::Path) -> io::Result<Arc<dyn SourceFile>> {
        let size = std::fs::metadata(path)?.len();
        Ok(Arc::new(Self { name: name.to_owned(), path: path.to_owned(), size }))
    }
}

impl SourceFile for LocalFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        use std::os::unix::fs::FileExt;
        let length = usize::try_from(range.end.saturating_sub(range.start)).map_err(io::Error::other)?;
        let mut buffer = vec![0; length];
        std::fs::File::open(&self.path)?.read_exact_at(&mut buffer, range.start)?;
        Ok(buffer.into())
    }

    fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::fs::File::open(&self.path)?))
    }
}
