//! Whose a lake in a bucket is. Locks are files of a data folder: two of them that write to one lake would know nothing
//! of each other. So an object names the data folder that made the lake, and nobody else opens it.

use crate::LakeError;
use crate::door::{Bucket, TRIED};
use serde::{Deserialize, Serialize};

/// Below the lake's prefix.
const OBJECT: &str = "cloud-analyzer.json";

#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    /// The data folder's own name.
    data_folder: String,
}

/// Makes sure that the lake is the data folder's; an empty place becomes its.
///
/// # Errors
/// The bucket does not answer, is another's, or cannot keep a lake.
pub(crate) async fn claim(bucket: &Bucket, data_folder: &str) -> Result<(), LakeError> {
    if let Some(known) = bucket.get(OBJECT).await? {
        return check(bucket, &known, data_folder);
    }
    if bucket.is_taken().await? {
        return Err(LakeError::Elsewhere {
            what: format!("{} holds something, and no lake of this program", bucket.name("")),
            advice: "Name a prefix of its own: --lake s3://bucket/prefix.",
        });
    }
    // Before anything is left there: whoever finds an owner does not ask again.
    conditional(bucket).await?;
    name(bucket, data_folder).await?;
    // Somebody else may have been faster.
    let known = bucket.get(OBJECT).await?.unwrap_or_default();
    check(bucket, &known, data_folder)
}

/// Makes sure that a lake that the data folder has already is there, and its. It is never made anew: an empty one would
/// look as if there had never been a bill.
///
/// # Errors
/// The bucket does not answer, is another's, or has no lake.
pub(crate) async fn recognize(bucket: &Bucket, data_folder: &str) -> Result<(), LakeError> {
    if let Some(known) = bucket.get(OBJECT).await? {
        return check(bucket, &known, data_folder);
    }
    // A bucket that is not there says so itself.
    bucket.is_taken().await?;
    Err(LakeError::Elsewhere {
        what: format!("the lake is not there any more: {} is missing", bucket.name(OBJECT)),
        advice: "Look whether --lake-endpoint and the keys are those of the server that has the bucket. If its objects were removed, restore a backup into a new data folder: cloud-analyzer --data NEW --lake s3://bucket/prefix restore DIR.",
    })
}

/// Writes down whose the lake is, unless that stands there already.
pub(crate) async fn name(bucket: &Bucket, data_folder: &str) -> Result<(), LakeError> {
    let owner = Owner { data_folder: data_folder.to_owned() };
    let text = serde_json::to_vec(&owner).map_err(|_| LakeError::Internal("the name of a data folder"))?;
    bucket.put_new(OBJECT, text).await.map(drop)
}

/// Tries on an object of its own, which is removed again, whether what is there is not written over.
///
/// # Errors
/// It is, or the bucket does not answer.
pub(crate) async fn conditional(bucket: &Bucket) -> Result<(), LakeError> {
    let tried = format!("{TRIED}{}", uuid::Uuid::new_v4().simple());
    let was_new = bucket.put_new(&tried, vec![]).await?;
    let again = bucket.put_new(&tried, vec![]).await;
    // Whatever was found, nothing is left behind.
    let removed = bucket.remove(vec![tried]).await;
    if !was_new || again? {
        return Err(unconditional(bucket));
    }
    removed.map(drop)
}

fn check(bucket: &Bucket, known: &[u8], data_folder: &str) -> Result<(), LakeError> {
    let known: Owner = serde_json::from_slice(known).map_err(|error| LakeError::Corrupt {
        path: bucket.name(OBJECT),
        what: format!("it does not say whose the lake is: {error}"),
    })?;
    if known.data_folder == data_folder {
        return Ok(());
    }
    Err(LakeError::Elsewhere {
        what: format!("{} holds the lake of another data folder", bucket.name("")),
        advice: "Each data folder has a prefix of its own: two that write to one lake would destroy each other's work.",
    })
}

/// Commits of several readers are kept apart by this alone.
pub(crate) fn unconditional(bucket: &Bucket) -> LakeError {
    LakeError::Elsewhere {
        what: format!(
            "what serves {} does not heed If-None-Match: it writes over objects that are there",
            bucket.name("")
        ),
        advice: "A lake needs conditional writes, which AWS S3 and most servers of its kind have; use another server, or a newer version of it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_lake_that_is_gone_is_not_made_anew() {
        let bucket = Bucket::over(Arc::new(InMemory::new()), "s3://bills", "lake").unwrap();
        let error = recognize(&bucket, "one").await.unwrap_err();
        assert!(error.to_string().contains("not there any more"), "{error}");
        assert!(bucket.list("").await.unwrap().is_empty());
        claim(&bucket, "one").await.unwrap();
        let left = bucket.list("").await.unwrap();
        assert_eq!(left.keys().collect::<Vec<_>>(), [OBJECT]);
        recognize(&bucket, "one").await.unwrap();
        claim(&bucket, "one").await.unwrap();
        for refused in [recognize(&bucket, "two").await, claim(&bucket, "two").await] {
            assert!(refused.unwrap_err().to_string().contains("another data folder"));
        }
    }
}
