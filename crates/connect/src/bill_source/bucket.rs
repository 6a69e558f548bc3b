//! A prefix of an S3 bucket, or of anything that speaks its protocol.

use super::changed;
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Bytes per request of a stream.
const PART: u64 = 8 << 20;
/// Parts of a stream fetched at once, and ready parts that wait.
const AHEAD: usize = 3;
/// Ranges of a file fetched at once.
const AT_ONCE: usize = 8;
/// Attempts at a part, after the client's own retries of the request.
const ATTEMPTS: u32 = 3;

#[derive(Debug)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    name: String,
    prefix: Path,
    handle: Handle,
}

impl Bucket {
    /// Keys, region and endpoint from the environment.
    pub(super) fn open(bucket: &str, prefix: &str) -> Result<Self, ConnectError> {
        Self::open_with(AmazonS3Builder::from_env().with_bucket_name(bucket), bucket, prefix)
    }

    pub(super) fn open_with(
        builder: AmazonS3Builder,
        bucket: &str,
        prefix: &str,
    ) -> Result<Self, ConnectError> {
        let name = format!("s3://{bucket}/{prefix}");
        let handle = Handle::try_current()
            .map_err(|error| ConnectError::new(ErrorKind::Unavailable, format!("{name}: {error}")))?;
        let prefix = Path::parse(prefix)
            .map_err(|error| ConnectError::new(ErrorKind::BadLocation, format!("{name}: {error}")))?;
        let store = builder.build().map_err(|error| ConnectError::of_store(&name, &error))?;
        Ok(Self { store: Arc::new(store), name: bucket.to_owned(), prefix, handle })
    }

    pub(super) fn base(&self) -> String {
        format!("s3://{}/{}", self.name, self.prefix).trim_end_matches('/').to_owned()
    }

    fn key(&self, path: &str) -> Result<Path, ConnectError> {
        // An object that is itself the location has the empty path's place taken by its name.
        let joined = match (self.prefix.as_ref(), path) {
            ("", path) => path.to_owned(),
            (prefix, path) if self.is_object(path) => prefix.to_owned(),
            (prefix, path) => format!("{prefix}/{path}"),
        };
        Path::parse(joined)
            .map_err(|error| ConnectError::new(ErrorKind::BadLocation, format!("{path}: {error}")))
    }

    fn is_object(&self, path: &str) -> bool {
        path.strip_prefix(OBJECT).is_some_and(|name| self.prefix.filename() == Some(name))
    }

    pub(super) async fn list(&self) -> Result<Vec<FileRef>, ConnectError> {
        let name = self.base();
        let failed = |error: object_store::Error| ConnectError::of_store(&name, &error);
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let found: Vec<ObjectMeta> = self.store.list(prefix).try_collect().await.map_err(failed)?;
        if found.is_empty()
            && let Some(file) = self.prefix.filename()
        {
            // Perhaps the location is an object.
            return match self.store.head(&self.prefix).await {
                Ok(meta) => Ok(vec![file_ref(&format!("{OBJECT}{file}"), &meta)]),
                // The listing was allowed. A role that may read below the prefix alone is denied the prefix itself.
                Err(object_store::Error::NotFound { .. } | object_store::Error::PermissionDenied { .. }) => {
                    Ok(Vec::new())
                }
                Err(error) => Err(failed(error)),
            };
        }
        let below = |meta: &ObjectMeta| {
            let mut path = meta.location.as_ref();
            if let Some(prefix) = prefix {
                path = path.strip_prefix(prefix.as_ref()).unwrap_or(path).trim_start_matches('/');
            }
            path.to_owned()
        };
        Ok(found.iter().map(|meta| file_ref(&below(meta), meta)).collect())
    }

    pub(super) async fn head(&self, path: &str) -> Result<FileRef, ConnectError> {
        let meta =
            self.store.head(&self.key(path)?).await.map_err(|error| ConnectError::of_store(path, &error))?;
        Ok(file_ref(path, &meta))
    }

    pub(super) async fn fetch(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        fetch(Arc::clone(&self.store), self.key(&file.path)?, file.clone(), range).await
    }

    pub(super) fn read_range(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        self.handle.block_on(self.fetch(file, range))
    }

    pub(super) fn read_ranges(
        &self,
        file: &FileRef,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, ConnectError> {
        let parts = ranges.iter().cloned().map(|range| self.fetch(file, range));
        self.handle.block_on(futures::stream::iter(parts).buffered(AT_ONCE).try_collect())
    }

    pub(super) fn stream(&self, file: &FileRef) -> Stream {
        let (sender, parts) = mpsc::channel(AHEAD);
        let (stream_path, stream_size) = (file.path.clone(), file.size);
        let (store, file, key) = (Arc::clone(&self.store), file.clone(), self.key(&file.path));
        self.handle.spawn(async move {
            let key = match key {
                Ok(key) => key,
                Err(error) => {
                    let _ = sender.send(Err(error)).await;
                    return;
                }
            };
            let part = usize::try_from(PART).unwrap_or(usize::MAX);
            let mut ordered = futures::stream::iter((0..file.size).step_by(part))
                .map(|start| {
                    let range = start..start.saturating_add(PART).min(file.size);
                    fetch(Arc::clone(&store), key.clone(), file.clone(), range)
                })
                .buffered(AHEAD);
            while let Some(part) = ordered.next().await {
                let stop = part.is_err();
                // The reader may be gone: then nobody wants the rest.
                if sender.send(part).await.is_err() || stop {
                    return;
                }
            }
        });
        Stream { parts, current: Bytes::new(), path: stream_path, left: stream_size }
    }
}

/// Marks the path of an object that is itself the location.
const OBJECT: &str = "./";

async fn fetch(
    store: Arc<AmazonS3>,
    key: Path,
    file: FileRef,
    range: Range<u64>,
) -> Result<Bytes, ConnectError> {
    let length = range.end.saturating_sub(range.start);
    if length == 0 {
        return Ok(Bytes::new());
    }
    let mut attempt = 1;
    loop {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            if_match: (!file.etag.starts_with(NO_ETAG)).then(|| file.etag.clone()),
            ..GetOptions::default()
        };
        let got = match store.get_opts(&key, options).await {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        let error = match got {
            Ok(bytes) if bytes.len() as u64 == length => return Ok(bytes),
            Ok(bytes) => {
                let message = format!("{} bytes came where {length} were asked for", bytes.len());
                return Err(changed(&file.path, &message));
            }
            Err(object_store::Error::Precondition { .. }) => {
                return Err(changed(&file.path, "the file was replaced since it was found"));
            }
            Err(error) => ConnectError::of_store(&file.path, &error),
        };
        if error.kind != ErrorKind::Unavailable || attempt >= ATTEMPTS {
            return Err(error);
        }
        tracing::warn!(file = %file.path, attempt, error = %error, "reading a part failed, trying again");
        tokio::time::sleep(std::time::Duration::from_millis(250 << attempt)).await;
        attempt = attempt.saturating_add(1);
    }
}

/// Begins the version of an object whose store gives none.
const NO_ETAG: &str = "modified-";

fn file_ref(path: &str, meta: &ObjectMeta) -> FileRef {
    let etag = meta
        .e_tag
        .clone()
        .unwrap_or_else(|| format!("{NO_ETAG}{}-{}", meta.last_modified.timestamp_micros(), meta.size));
    FileRef { path: path.to_owned(), size: meta.size, etag, modified: meta.last_modified }
}

/// An object being read, some parts ahead.
pub(super) struct Stream {
    parts: mpsc::Receiver<Result<Bytes, ConnectError>>,
    current: Bytes,
    path: String,
    left: u64,
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.current = part?,
                None if self.left > 0 && !out.is_empty() => {
                    return Err(ConnectError::new(
                        ErrorKind::Unavailable,
                        format!("{}: reading stopped", self.path),
                    )
                    .into());
                }
                None => return Ok(0),
            }
        }
        let length = out.len().min(self.current.len());
        let (now, _) = self.current.split_at(length);
        out[..length].copy_from_slice(now);
        bytes::Buf::advance(&mut self.current, length);
        self.left = self.left.saturating_sub(length as u64);
        Ok(length)
    }
}
