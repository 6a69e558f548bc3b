//! A prefix of an S3 bucket, or of anything that speaks its protocol.

mod listing;

use super::changed;
use crate::aws::{Answer, Listed, S3, Session, Trouble, region_info};
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use crate::outgoing::{Outgoing, Whose};
use crate::source::{Source, endpoint_of_environment};
use crate::verification::{Asked, of_reading};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
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

#[derive(Clone, Debug)]
pub(super) struct Bucket {
    s3: Arc<S3>,
    name: String,
    /// Without slashes at its ends.
    prefix: String,
    handle: Handle,
    /// The connection's way in; `None`: the command line's.
    source: Option<Arc<Source>>,
}

impl Bucket {
    /// Keys, region and endpoint from the environment: for the command line, whose locations are the operator's.
    pub(super) fn open(bucket: &str, prefix: &str) -> Result<Self, ConnectError> {
        let of_environment = |names: &[&str]| {
            names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        let region = of_environment(&["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let partition = region_info(&region).map(|info| info.partition).unwrap_or_default();
        let endpoint = endpoint_of_environment().or_else(|| of_environment(&["AWS_ENDPOINT"]));
        let endpoint = endpoint.unwrap_or_else(|| partition.s3_endpoint(&region));
        let session = Arc::new(Session::environment());
        Self::open_with(
            S3::new(Outgoing::default(), Whose::Operators, session, &endpoint, &region),
            bucket,
            prefix,
            None,
        )
    }

    pub(super) fn open_with(
        s3: S3,
        bucket: &str,
        prefix: &str,
        source: Option<Source>,
    ) -> Result<Self, ConnectError> {
        let handle = Handle::try_current().map_err(|error| {
            ConnectError::new(ErrorKind::Unavailable, format!("s3://{bucket}/{prefix}: {error}"))
        })?;
        let prefix = prefix.trim_matches('/').to_owned();
        let source = source.map(Arc::new);
        Ok(Self { s3: Arc::new(s3.patient()), name: bucket.to_owned(), prefix, handle, source })
    }

    /// What an answer means to whoever reads.
    fn error(&self, asked: Asked<'_>, answer: &Answer) -> ConnectError {
        match (&self.source, asked) {
            // Replaced since it was found, or it will be found out at once: words of its own.
            (Some(source), _) if answer.status != Some(412) => of_reading(source, asked, answer),
            (_, Asked::List) => ConnectError::of_answer(&self.base(), answer),
            (_, Asked::Read { path, .. }) => ConnectError::of_answer(path, answer),
        }
    }

    pub(super) fn base(&self) -> String {
        format!("s3://{}/{}", self.name, self.prefix).trim_end_matches('/').to_owned()
    }

    /// The prefix as keys have it.
    fn folder(&self) -> String {
        if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) }
    }

    fn key(&self, path: &str) -> String {
        // An object that is itself the location has the empty path's place taken by its name.
        if self.is_object(path) { self.prefix.clone() } else { self.folder() + path }
    }

    fn is_object(&self, path: &str) -> bool {
        path.strip_prefix(OBJECT).is_some_and(|name| self.own_name() == Some(name))
    }

    /// The last part of the prefix.
    fn own_name(&self) -> Option<&str> {
        self.prefix.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// Everything below the prefix, and what cannot be read of it, with the reason.
    pub(super) async fn list(&self) -> Result<(Vec<FileRef>, Vec<(String, String)>), ConnectError> {
        let name = self.base();
        let wrong = |answer: &Answer| self.error(Asked::List, answer);
        let found = listing::all(&self.s3, &self.name, &self.folder(), &name, &wrong).await?;
        if found.0.is_empty()
            && found.1.is_empty()
            && let Some(file) = self.own_name()
        {
            // Perhaps the location is an object.
            return match self.s3.head(&self.name, &self.prefix).await {
                Ok(object) => Ok((vec![file_ref(format!("{OBJECT}{file}"), &object)], Vec::new())),
                // The listing was allowed. A role that may read below the prefix alone is denied the prefix itself.
                Err(answer) if matches!(answer.trouble, Trouble::NotFound | Trouble::Denied) => {
                    Ok((Vec::new(), Vec::new()))
                }
                Err(answer) => Err(self.error(Asked::List, &answer)),
            };
        }
        Ok(found)
    }

    pub(super) async fn head(&self, path: &str) -> Result<FileRef, ConnectError> {
        let key = self.key(path);
        let found = self.s3.head(&self.name, &key).await;
        found
            .map(|object| file_ref(path.to_owned(), &object))
            .map_err(|answer| self.error(Asked::Read { path, key: &key }, &answer))
    }

    pub(super) async fn fetch(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        let length = range.end.saturating_sub(range.start);
        if length == 0 {
            return Ok(Bytes::new());
        }
        let etag = (!file.etag.starts_with(NO_ETAG)).then_some(file.etag.as_str());
        let key = self.key(&file.path);
        match self.s3.range(&self.name, &key, &range, etag).await {
            Ok(bytes) if bytes.len() as u64 == length => Ok(bytes.into()),
            Ok(bytes) => {
                let message = format!("{} bytes came where {length} were asked for", bytes.len());
                Err(changed(&file.path, &message))
            }
            Err(Answer { status: Some(412), .. }) => {
                Err(changed(&file.path, "the file was replaced since it was found"))
            }
            Err(answer) => Err(self.error(Asked::Read { path: &file.path, key: &key }, &answer)),
        }
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
        let stream = Stream { parts, current: Bytes::new(), path: file.path.clone(), left: file.size };
        let (bucket, file) = (self.clone(), file.clone());
        self.handle.spawn(async move {
            let part = usize::try_from(PART).unwrap_or(usize::MAX);
            let mut ordered = futures::stream::iter((0..file.size).step_by(part))
                .map(|start| bucket.fetch(&file, start..start.saturating_add(PART).min(file.size)))
                .buffered(AHEAD);
            while let Some(part) = ordered.next().await {
                let stop = part.is_err();
                // The reader may be gone: then nobody wants the rest.
                if sender.send(part).await.is_err() || stop {
                    return;
                }
            }
        });
        stream
    }
}

/// Marks the path of an object that is itself the location; no key of a listing begins so.
const OBJECT: &str = "./";

/// Begins the version of an object whose store gives none.
const NO_ETAG: &str = "modified-";

fn file_ref(path: String, object: &Listed) -> FileRef {
    // Seconds: that is what the head of an answer tells, where a listing may tell more.
    let version = || format!("{NO_ETAG}{}-{}", object.modified.timestamp(), object.size);
    let etag = object.etag.clone().unwrap_or_else(version);
    FileRef { path, size: object.size, etag, modified: object.modified }
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
