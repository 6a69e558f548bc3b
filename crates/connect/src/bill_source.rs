//! A source of bills that was opened: lists it, and reads its files from blocking threads.
//!
//! The outside is behind this one door. Local folders are read directly; buckets through our own requests to S3,
//! whose bounds and second attempts apply to everything. A read asks for exactly the version that was discovered and
//! checks the size, so a file that is replaced or cut off meanwhile is an error, never a mixture.

mod bucket;
mod local;
#[cfg(test)]
mod tests;

use crate::aws::S3;
use crate::discovery::{
    Delivery, Discovery, Fate, FileRef, Listed, Listing, ReadManifest, Unread, affordable, assemble,
    live_files, manifests_to_read, not_complete, older_manifests,
};
use crate::error::{ConnectError, ErrorKind};
use crate::limits::{DELIVERIES, DISCOVERY, MANIFESTS, MANIFESTS_BYTES, NAMED_FILES, STATUS_FILES};
use crate::location::{Kind, Location};
use crate::manifest::{MAX_BYTES, Manifest};
use crate::place::base_name;
use crate::source::Source;
use bucket::Bucket;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
pub use local::Beneath;
use local::Folder;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Requests at once while discovering.
const PARALLEL: usize = 16;
/// Manifests of older deliveries that are read where the newest one is not complete: the day before has usually one.
const MOST_OLDER: usize = 50;
/// Status files are tiny; larger ones are something else.
const MAX_STATUS: u64 = 1 << 20;

/// A source of bills.
#[derive(Clone, Debug)]
pub struct BillSource(Arc<Store>);

#[derive(Debug)]
enum Store {
    Folder(Folder),
    Bucket(Bucket),
}

/// Opens a location, as the operator names it. Nothing is read yet, except that a local path must exist. Links in
/// a folder are followed wherever they lead.
///
/// Buckets take region, keys and endpoint from the usual `AWS_*` environment variables; call this from
/// within a tokio runtime that lives as long as the source.
///
/// # Errors
/// `NotFound`, `Denied`, `BadLocation`.
pub fn open(location: &Location) -> Result<BillSource, ConnectError> {
    let store = match location.kind() {
        Kind::Local(path) => Store::Folder(Folder::open(path)?),
        Kind::S3 { bucket, prefix } => Store::Bucket(Bucket::open(bucket, prefix)?),
    };
    Ok(BillSource(Arc::new(store)))
}

/// Opens a folder or file that somebody named who may see nothing of this machine but what is beneath a root.
///
/// # Errors
/// `NotFound` for what is not there, leads out, or is outside; `Denied`, `BadLocation`.
pub fn open_beneath(within: &Beneath) -> Result<BillSource, ConnectError> {
    Ok(BillSource(Arc::new(Store::Folder(Folder::open_beneath(within)?))))
}

/// Opens a bucket that is described already, as a connection's source.
pub(crate) fn open_bucket(
    s3: S3,
    bucket: &str,
    prefix: &str,
    source: &Source,
) -> Result<BillSource, ConnectError> {
    Ok(BillSource(Arc::new(Store::Bucket(Bucket::open_with(s3, bucket, prefix, Some(source.clone()))?))))
}

impl BillSource {
    /// Lists everything below the location, recognises the layout, and gives the deliveries.
    ///
    /// # Errors
    /// `NotFound`, `Empty` if there are no files, `Denied`, `Unavailable`, `TooMuch`.
    pub async fn discover(&self) -> Result<Discovery, ConnectError> {
        match tokio::time::timeout(DISCOVERY, self.found()).await {
            Ok(found) => found,
            Err(_) => {
                let minutes = DISCOVERY.as_secs() / 60;
                Err(self.too_much(&format!("finding the reports there took more than {minutes} minutes")))
            }
        }
    }

    async fn found(&self) -> Result<Discovery, ConnectError> {
        let (files, ignored) = match &*self.0 {
            Store::Folder(folder) => (folder.list().await?, Vec::new()),
            Store::Bucket(bucket) => bucket.list().await?,
        };
        if files.is_empty() && ignored.is_empty() {
            return Err(ConnectError::new(ErrorKind::Empty, format!("{}: no files there", self.name())));
        }
        let base = match &*self.0 {
            Store::Folder(folder) => folder.base(),
            Store::Bucket(bucket) => bucket.base(),
        };
        let mut listing = self
            .beside(move || {
                let mut listing = Listing::new(&base, files);
                listing
                    .unread
                    .extend(ignored.into_iter().map(|(path, why)| Unread::new(path, Fate::Refused, why)));
                listing
            })
            .await?;
        for (table, commits) in std::mem::take(&mut listing.logs) {
            let log = self.log(&commits).await?;
            listing.follow(&table, live_files(&log));
        }
        let named = AtomicUsize::new(0);
        let chosen = manifests_to_read(&mut listing);
        let mut manifests = self.manifests(chosen, &named).await?;
        self.within_reason(&listing, &manifests)?;
        for newest in not_complete(&listing, &manifests) {
            let mut older = older_manifests(&mut listing, &newest);
            older.truncate(MOST_OLDER);
            manifests.extend(self.manifests(older, &named).await?);
        }
        self.within_reason(&listing, &manifests)?;
        let mut updating = false;
        for file in listing.status.iter().filter(|file| file.size <= MAX_STATUS).take(STATUS_FILES) {
            // One column of READY or UPDATING: the word stands in the file as it is, whatever the compression.
            updating |= self.fetch(file).await?.windows(8).any(|word| word == b"UPDATING");
        }
        let found = self.beside(move || assemble(listing, manifests, updating)).await?;
        if found.deliveries.len() > DELIVERIES {
            return Err(self.too_much(&format!("{} months of reports lie there", found.deliveries.len())));
        }
        Ok(found)
    }

    /// Work of up to some seconds on what strangers wrote: on a thread that nobody else waits for.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ConnectError> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ConnectError::new(ErrorKind::Unavailable, format!("{}: {error}", self.name())))
    }

    fn too_much(&self, what: &str) -> ConnectError {
        ConnectError::new(ErrorKind::TooMuch, format!("{}: {what}", self.name()))
    }

    fn within_reason(&self, listing: &Listing, manifests: &[ReadManifest]) -> Result<(), ConnectError> {
        if affordable(listing, manifests) {
            return Ok(());
        }
        Err(self.too_much("too many files of the same names, or of different months, lie there"))
    }

    async fn manifests(
        &self,
        listed: Vec<Listed>,
        named: &AtomicUsize,
    ) -> Result<Vec<ReadManifest>, ConnectError> {
        let bytes: u64 =
            listed.iter().map(|listed| listed.file.size.min(MAX_BYTES)).fold(0, u64::saturating_add);
        if listed.len() > MANIFESTS || bytes > MANIFESTS_BYTES {
            return Err(self.too_much(&format!("{} manifests of {bytes} bytes lie there", listed.len())));
        }
        futures::stream::iter(listed)
            .map(|listed| async move {
                if listed.file.size > MAX_BYTES {
                    let message = format!("it has more than {} MiB", MAX_BYTES >> 20);
                    return Ok((listed, Err(message)));
                }
                let json = self.fetch(&listed.file).await?;
                let file = listed.file.clone();
                let manifest = self.beside(move || Manifest::parse(&file.path, &file.etag, &json)).await?;
                let keys: usize =
                    manifest.iter().flatten().flat_map(|manifest| &manifest.keys).map(Vec::len).sum();
                if named.fetch_add(keys, Ordering::Relaxed).saturating_add(keys) > NAMED_FILES {
                    return Err(self.too_much(&format!("its manifests name more than {NAMED_FILES} files")));
                }
                Ok::<_, ConnectError>((listed, manifest))
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }

    /// The commits of a table, by name.
    async fn log(&self, commits: &[FileRef]) -> Result<Vec<(String, Bytes)>, ConnectError> {
        let bytes: u64 = commits.iter().map(|commit| commit.size.min(MAX_BYTES)).fold(0, u64::saturating_add);
        if bytes > MANIFESTS_BYTES {
            return Err(self.too_much(&format!("the log of a table there has {bytes} bytes")));
        }
        let read = |commit: &FileRef| {
            let commit = commit.clone();
            async move {
                let json = if commit.size > MAX_BYTES { Bytes::new() } else { self.fetch(&commit).await? };
                Ok::<_, ConnectError>((base_name(&commit.path).to_owned(), json))
            }
        };
        futures::stream::iter(commits.iter().map(read)).buffered(PARALLEL).try_collect().await
    }

    /// Whether manifest and files of a delivery are still as discovered: ask after reading, before publishing.
    ///
    /// # Errors
    /// `Denied`, `Unavailable`; a file that is gone is not an error but a change.
    pub async fn unchanged(&self, delivery: &Delivery) -> Result<bool, ConnectError> {
        let manifest =
            delivery.manifests.iter().map(|manifest| (manifest.path.clone(), None, manifest.etag.clone()));
        let files = delivery.files.iter().map(|file| (file.path.clone(), Some(file.size), file.etag.clone()));
        let expected: Vec<_> = manifest.chain(files).collect();
        futures::stream::iter(expected)
            .map(|(path, size, etag)| async move {
                let now = match &*self.0 {
                    Store::Folder(folder) => folder.head(&path),
                    Store::Bucket(bucket) => bucket.head(&path).await,
                };
                match now {
                    Ok(now) => Ok(now.etag == etag && size.is_none_or(|size| size == now.size)),
                    Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .buffer_unordered(PARALLEL)
            .try_fold(true, |all, one| std::future::ready(Ok(all && one)))
            .await
    }

    /// A range of a file's bytes; call it from a blocking thread.
    ///
    /// # Errors
    /// `Changed` if the file is another by now, or shorter; `Denied`, `Unavailable`, `NotFound`.
    pub fn read_range(&self, file: &FileRef, range: Range<u64>) -> Result<Bytes, ConnectError> {
        if range.start > range.end || range.end > file.size {
            let message = format!("{}: bytes {range:?} of {} are asked for", file.path, file.size);
            return Err(ConnectError::new(ErrorKind::Changed, message));
        }
        match &*self.0 {
            Store::Folder(folder) => folder.read_range(file, range),
            Store::Bucket(bucket) => bucket.read_range(file, range),
        }
    }

    /// Several ranges of a file, in their order; a bucket is asked for them side by side.
    ///
    /// # Errors
    /// As for `read_range`.
    pub fn read_ranges(&self, file: &FileRef, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, ConnectError> {
        match &*self.0 {
            Store::Folder(_) => ranges.iter().map(|range| self.read_range(file, range.clone())).collect(),
            Store::Bucket(bucket) => bucket.read_ranges(file, ranges),
        }
    }

    /// Whether each read waits for a network.
    pub fn is_far(&self) -> bool {
        matches!(&*self.0, Store::Bucket(_))
    }

    /// A file from beginning to end; read it from a blocking thread.
    ///
    /// # Errors
    /// As for `read_range`; reading gives them as `io::Error`s that hold a [`ConnectError`].
    pub fn stream(&self, file: &FileRef) -> Result<Box<dyn Read + Send>, ConnectError> {
        match &*self.0 {
            Store::Folder(folder) => Ok(Box::new(folder.stream(file)?)),
            Store::Bucket(bucket) => Ok(Box::new(bucket.stream(file))),
        }
    }

    async fn fetch(&self, file: &FileRef) -> Result<Bytes, ConnectError> {
        match &*self.0 {
            Store::Folder(folder) => folder.read_range(file, 0..file.size),
            Store::Bucket(bucket) => bucket.fetch(file, 0..file.size).await,
        }
    }

    fn name(&self) -> String {
        match &*self.0 {
            Store::Folder(folder) => folder.base(),
            Store::Bucket(bucket) => bucket.base(),
        }
    }
}

/// The error of a file that is not what was discovered.
fn changed(path: &str, what: &str) -> ConnectError {
    ConnectError::new(ErrorKind::Changed, format!("{path}: {what}"))
}
