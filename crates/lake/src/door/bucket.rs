//! A place in an object store: a prefix of a bucket.

use super::bridge::Bridge;
use crate::LakeError;
use crate::address::{BucketAddress, LakeOptions};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::SpawnedReqwestConnector;
use object_store::path::Path as ObjectPath;
use object_store::{
    BackoffConfig, ClientConfigKey, Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, RetryConfig,
};
use parquet::file::metadata::ParquetMetaData;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// Removals under way at once.
const REMOVALS: usize = 8;
/// Footers that are remembered; then all are forgotten.
const FOOTERS: usize = 512;
/// No try of a request that failed begins after so long: pages wait for it. Five tries come to a few seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// What objects are named by which the place is tried.
pub(crate) const TRIED: &str = "probe/";

/// A prefix of a bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Of the bucket alone: scheme and name.
    pub(super) url: Url,
    prefix: String,
    pub(super) bridge: Bridge,
    /// Of files that were read: they never change.
    footers: Mutex<HashMap<String, Arc<ParquetMetaData>>>,
}

impl Bucket {
    /// S3, or what speaks its protocol: the options, and for what they do not say the usual `AWS_…` variables of the
    /// environment, else the credentials of this machine's role.
    pub(crate) fn s3(address: &BucketAddress, options: &LakeOptions) -> Result<Self, LakeError> {
        let bridge = Bridge::new()?;
        let retry =
            RetryConfig { max_retries: 5, retry_timeout: PATIENCE, backoff: BackoffConfig::default() };
        let mut builder = from_environment(options.keys.is_some())
            .with_bucket_name(&address.bucket)
            .with_retry(retry)
            .with_http_connector(SpawnedReqwestConnector::new(bridge.handle()?.clone()))
            .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::ConnectTimeout), "5 seconds");
        if let Some(region) = &address.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &address.endpoint {
            // The one that goes before the others.
            builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, endpoint);
        }
        let endpoints = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
        let endpoint = endpoints.iter().find_map(|key| builder.get_config_value(key));
        if endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")) {
            // Whoever runs the server wrote it so.
            builder = builder.with_allow_http(true);
        }
        if let Some(keys) = &options.keys {
            builder = builder.with_access_key_id(&keys.id).with_secret_access_key(&keys.secret);
        }
        let store = builder.build().map_err(|source| failed(&address.to_string(), source))?;
        let url = format!("s3://{}", address.bucket);
        Self::new(Arc::new(store), &url, &address.prefix, bridge)
    }

    /// An object store that somebody made, as the bucket of a URL.
    pub(crate) fn over(store: Arc<dyn ObjectStore>, url: &str, prefix: &str) -> Result<Self, LakeError> {
        Self::new(store, url, prefix, Bridge::new()?)
    }

    fn new(store: Arc<dyn ObjectStore>, url: &str, prefix: &str, bridge: Bridge) -> Result<Self, LakeError> {
        let url = Url::parse(url).map_err(|_| LakeError::Internal("the name of a bucket"))?;
        Ok(Self { store, url, prefix: prefix.to_owned(), bridge, footers: Mutex::default() })
    }

    /// A path's key.
    pub(super) fn key(&self, path: &str) -> ObjectPath {
        if self.prefix.is_empty() {
            ObjectPath::from(path)
        } else {
            ObjectPath::from(format!("{}/{path}", self.prefix))
        }
    }

    /// A path's address, for people.
    pub(crate) fn name(&self, path: &str) -> String {
        format!("{}/{}", self.url.as_str().trim_end_matches('/'), self.key(path))
    }

    pub(super) fn failed(&self, path: &str) -> impl FnOnce(StoreError) -> LakeError + use<> {
        let name = self.name(path);
        move |source| failed(&name, source)
    }

    pub(super) async fn size(&self, path: &str) -> Result<Option<u64>, LakeError> {
        match self.store.head(&self.key(path)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(path)(error)),
        }
    }

    /// Bytes of every object below a folder, by the path relative to it.
    pub(crate) async fn list(&self, folder: &str) -> Result<HashMap<String, u64>, LakeError> {
        let below = self.key(folder);
        let mut found = HashMap::new();
        let mut objects = self.store.list(Some(&below).filter(|below| !below.as_ref().is_empty()));
        while let Some(object) = objects.try_next().await.map_err(self.failed(folder))? {
            if let Some(path) = object.location.prefix_match(&below) {
                let parts: Vec<_> = path.map(|part| part.as_ref().to_owned()).collect();
                found.insert(parts.join("/"), object.size);
            }
        }
        Ok(found)
    }

    /// Whether there is anything below a folder.
    pub(crate) async fn has_any(&self, folder: &str) -> Result<bool, LakeError> {
        let below = self.key(folder);
        let mut objects = self.store.list(Some(&below).filter(|below| !below.as_ref().is_empty()));
        Ok(objects.try_next().await.map_err(self.failed(folder))?.is_some())
    }

    /// Whether there is anything at all, but for what killed trials left.
    pub(crate) async fn is_taken(&self) -> Result<bool, LakeError> {
        let (all, tried) = (self.key(""), self.key(TRIED));
        let mut objects = self.store.list(Some(&all).filter(|all| !all.as_ref().is_empty()));
        while let Some(object) = objects.try_next().await.map_err(self.failed(""))? {
            if object.location.prefix_match(&tried).is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes objects; what is gone already is no error, and its bytes are not known then.
    pub(crate) async fn remove(&self, paths: Vec<String>) -> Result<Vec<Option<u64>>, LakeError> {
        self.remove_listed(paths.into_iter().map(|path| (path, None)).collect()).await
    }

    /// The same, of objects whose bytes a list told: nobody is asked for them once more.
    pub(super) async fn remove_listed(
        &self,
        paths: Vec<(String, Option<u64>)>,
    ) -> Result<Vec<Option<u64>>, LakeError> {
        let each: Vec<_> = paths.into_iter().map(|(path, bytes)| self.remove_one(path, bytes)).collect();
        stream::iter(each).buffered(REMOVALS).try_collect().await
    }

    async fn remove_one(&self, path: String, known: Option<u64>) -> Result<Option<u64>, LakeError> {
        let bytes = match known {
            Some(bytes) => bytes,
            None => match self.size(&path).await? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        match self.store.delete(&self.key(&path)).await {
            Ok(()) => Ok(Some(bytes)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(&path)(error)),
        }
    }

    /// Removes everything but one object.
    pub(crate) async fn clear_but(&self, kept: &str) -> Result<(), LakeError> {
        let all = self.list("").await?.into_keys().filter(|path| path != kept).collect();
        self.remove(all).await.map(drop)
    }

    /// Waits for work of this bucket. Blocks.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, LakeError> {
        self.bridge.wait(work)
    }

    /// Begins to remove objects that nobody knows; a vacuum finds what is left.
    pub(super) fn forget(&self, paths: &[String]) {
        let Ok(handle) = self.bridge.handle() else { return };
        for path in paths {
            let (store, key) = (Arc::clone(&self.store), self.key(path));
            handle.spawn(async move {
                if let Err(error) = store.delete(&key).await
                    && !matches!(error, StoreError::NotFound { .. })
                {
                    tracing::warn!(file.path = %key, %error, "a staged file could not be removed");
                }
            });
        }
    }

    /// Writes a small object that must not be there yet; whether it was not.
    pub(crate) async fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, LakeError> {
        match self.store.put_opts(&self.key(path), bytes.into(), PutMode::Create.into()).await {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.failed(path)(error)),
        }
    }

    /// A small object; `None`: there is none.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Bytes>, LakeError> {
        match self.store.get(&self.key(path)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(self.failed(path)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(path)(error)),
        }
    }

    /// Some ranges of an object. Blocks.
    pub(super) fn ranges(
        self: &Arc<Self>,
        path: &str,
        ranges: Vec<Range<u64>>,
    ) -> Result<Vec<Bytes>, LakeError> {
        let (bucket, key) = (Arc::clone(self), self.key(path));
        let get = async move { bucket.store.get_ranges(&key, &ranges).await };
        self.bridge.wait(get)?.map_err(self.failed(path))
    }

    /// Bytes of an object that is there. Blocks.
    pub(super) fn size_now(self: &Arc<Self>, path: &str) -> Result<u64, LakeError> {
        let (bucket, key) = (Arc::clone(self), self.key(path));
        let head = async move { bucket.store.head(&key).await };
        self.bridge.wait(head)?.map(|found| found.size).map_err(self.failed(path))
    }

    /// A footer that is remembered.
    pub(super) fn footer(&self, path: &str) -> Option<Arc<ParquetMetaData>> {
        self.footers.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    pub(super) fn keep_footer(&self, path: &str, footer: &Arc<ParquetMetaData>) {
        let mut footers = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        if footers.len() >= FOOTERS {
            footers.clear();
        }
        footers.insert(path.to_owned(), Arc::clone(footer));
    }
}

/// What the usual variables say, but for credentials where there are others: half of one kind and half of the other
/// would be refused.
fn from_environment(has_keys: bool) -> AmazonS3Builder {
    let of_credentials = [
        AmazonS3ConfigKey::AccessKeyId,
        AmazonS3ConfigKey::SecretAccessKey,
        AmazonS3ConfigKey::Token,
        AmazonS3ConfigKey::SkipSignature,
    ];
    let mut builder = AmazonS3Builder::new();
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let key = name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>());
        if let Some(Ok(key)) = key
            && !(has_keys && of_credentials.contains(&key))
        {
            builder = builder.with_config(key, value);
        }
    }
    builder
}

fn failed(name: &str, source: StoreError) -> LakeError {
    LakeError::Store { place: name.to_owned(), source: Box::new(source) }
}
