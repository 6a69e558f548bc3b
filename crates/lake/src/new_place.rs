//! A place in a bucket that files of a lake are copied to, before a lake is opened there.

use crate::address::{self, BucketAddress, LakeOptions};
use crate::door::{Bucket, Sink};
use crate::{LakeError, owner};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// There for as long as the copy is not whole: what a killed copy left is removed by the next one.
const MARKER: &str = "restoring";

/// An empty place. All of its calls block.
pub struct NewPlace {
    bucket: Arc<Bucket>,
    address: BucketAddress,
}

/// A file of it, which is there once it is finished.
pub struct NewFile(Sink);

impl NewPlace {
    /// The bucket that the options name, marked; `None`: the lake is to lie in the data folder.
    ///
    /// # Errors
    /// It does not answer, refuses, or holds something.
    pub fn begin(data_dir: &Path, options: &LakeOptions) -> Result<Option<Self>, LakeError> {
        let Some(address) = address::resolve(&data_dir.join("lake"), options)? else { return Ok(None) };
        let place = Self { bucket: Arc::new(Bucket::s3(&address, options)?), address };
        let bucket = Arc::clone(&place.bucket);
        let begun = async move {
            if bucket.get(MARKER).await?.is_some() {
                bucket.clear().await?;
            } else if bucket.has_any("").await? {
                return Err(LakeError::Elsewhere {
                    what: format!("{} is not empty", bucket.name("")),
                    advice: "Name a new prefix with --lake; nothing that is there is ever replaced.",
                });
            }
            bucket.put_new(MARKER, vec![]).await.map(drop)
        };
        place.bucket.wait(begun)??;
        Ok(Some(place))
    }

    /// Begins a file, by its path below the lake.
    pub fn create(&self, path: &str) -> NewFile {
        NewFile(Sink::object(&self.bucket, path))
    }

    /// Removes whatever was copied.
    ///
    /// # Errors
    /// The bucket does not answer or refuses.
    pub fn clear(&self) -> Result<(), LakeError> {
        let bucket = Arc::clone(&self.bucket);
        self.bucket.wait(async move { bucket.clear().await })?
    }

    /// Makes it the lake of a data folder, which has a name and remembers it from now on.
    ///
    /// # Errors
    /// The bucket does not answer or refuses.
    pub fn finish(&self, data_dir: &Path, data_folder: &str) -> Result<(), LakeError> {
        let (bucket, data_folder) = (Arc::clone(&self.bucket), data_folder.to_owned());
        self.bucket.wait(async move {
            owner::name(&bucket, &data_folder).await?;
            bucket.remove(vec![MARKER.to_owned()]).await
        })??;
        let folder = data_dir.join("lake");
        std::fs::create_dir_all(&folder).map_err(LakeError::io(&folder))?;
        address::remember(&folder, &self.address)
    }
}

impl NewFile {
    /// Makes the file.
    ///
    /// # Errors
    /// The bucket does not answer or refuses.
    pub fn finish(self) -> Result<(), LakeError> {
        self.0.finish().map(drop)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
