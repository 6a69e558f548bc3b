//! A place in a bucket that files of a lake are copied to, before a lake is opened there.

use crate::address::{self, BucketAddress, LakeOptions};
use crate::door::{Bucket, Sink};
use crate::{LakeError, owner};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// There for as long as the copy is not whole, and whose it is: what a killed copy left is removed by the same one when
/// it is begun again, and by nobody else.
const MARKER: &str = "restoring";
const PROGRAM: &str = "cloud-analyzer";

/// Who copies.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Copying {
    program: String,
    /// Random; the data folder that is made keeps it for as long as it is not whole.
    copy: String,
}

/// An empty place. All of its calls block.
pub struct NewPlace {
    bucket: Arc<Bucket>,
    address: BucketAddress,
}

/// A file of it, which is there once it is finished.
pub struct NewFile(Sink);

impl NewPlace {
    /// The bucket that the options name, marked as a copy's, which has a random name; `None`: the lake is to lie in the
    /// data folder.
    ///
    /// # Errors
    /// It does not answer, refuses, cannot keep a lake, or holds something that this copy has not left there.
    pub fn begin(data_dir: &Path, options: &LakeOptions, copy: &str) -> Result<Option<Self>, LakeError> {
        let Some(address) = address::resolve(&data_dir.join("lake"), options)? else { return Ok(None) };
        let place = Self { bucket: Arc::new(Bucket::s3(&address, options)?), address };
        let (bucket, copy) = (Arc::clone(&place.bucket), copy.to_owned());
        place.bucket.wait(async move { mark(&bucket, &copy).await })??;
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
        self.bucket.wait(async move {
            // The marker last: what is killed here is begun again.
            bucket.clear_but(MARKER).await?;
            bucket.remove(vec![MARKER.to_owned()]).await.map(drop)
        })?
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

/// Takes an empty place, or one that the same copy had taken.
async fn mark(bucket: &Bucket, copy: &str) -> Result<(), LakeError> {
    let taken = || LakeError::Elsewhere {
        what: format!("{} is not empty", bucket.name("")),
        advice: "Name a new prefix with --lake; nothing that is there is ever replaced. What a restore into another data folder left there has to be removed by hand.",
    };
    let ours = Copying { program: PROGRAM.to_owned(), copy: copy.to_owned() };
    if let Some(known) = bucket.get(MARKER).await? {
        // Anybody may name an object so.
        if serde_json::from_slice::<Copying>(&known).ok().as_ref() != Some(&ours) {
            return Err(taken());
        }
        return bucket.clear_but(MARKER).await;
    }
    if bucket.is_taken().await? {
        return Err(taken());
    }
    // Before everything is sent there.
    owner::conditional(bucket).await?;
    let text = serde_json::to_vec(&ours).map_err(|_| LakeError::Internal("the name of a copy"))?;
    if bucket.put_new(MARKER, text).await? { Ok(()) } else { Err(taken()) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    #[tokio::test]
    async fn a_place_is_emptied_by_the_copy_that_took_it_alone() {
        let bucket = Bucket::over(Arc::new(InMemory::new()), "s3://bills", "lake").unwrap();
        // What a trial that was killed left is nobody's.
        bucket.put_new("probe/x", vec![]).await.unwrap();
        mark(&bucket, "one").await.unwrap();
        bucket.put_new("rollup/x", vec![1]).await.unwrap();
        assert!(mark(&bucket, "two").await.is_err());
        assert!(bucket.get("rollup/x").await.unwrap().is_some());
        mark(&bucket, "one").await.unwrap();
        let left = bucket.list("").await.unwrap();
        assert_eq!(left.keys().collect::<Vec<_>>(), [MARKER]);
    }

    #[tokio::test]
    async fn an_object_that_happens_to_be_named_like_the_marker_is_no_leave_to_remove() {
        for text in ["", "x", r#"{"program":"another","copy":"one"}"#] {
            let bucket = Bucket::over(Arc::new(InMemory::new()), "s3://bills", "").unwrap();
            bucket.put_new("photos/1.jpeg", vec![1]).await.unwrap();
            bucket.put_new(MARKER, text.as_bytes().to_vec()).await.unwrap();
            assert!(mark(&bucket, "one").await.is_err(), "{text}");
            assert_eq!(bucket.list("").await.unwrap().len(), 2);
        }
    }
}
