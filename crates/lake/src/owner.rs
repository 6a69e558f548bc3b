//! Whose a lake in a bucket is. Locks are files of a data folder: two of them that write to one lake would know nothing
//! of each other. So an object names the data folder that made the lake, and nobody else opens it.

use crate::LakeError;
use crate::door::Bucket;
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
    if bucket.has_any("").await? {
        return Err(LakeError::Elsewhere {
            what: format!("{} holds something, and no lake of this program", bucket.name("")),
            advice: "Name a prefix of its own: --lake s3://bucket/prefix.",
        });
    }
    name(bucket, data_folder).await?;
    // Somebody else may have been faster.
    let known = bucket.get(OBJECT).await?.unwrap_or_default();
    check(bucket, &known, data_folder)
}

/// Writes down whose the lake is, unless that stands there already.
pub(crate) async fn name(bucket: &Bucket, data_folder: &str) -> Result<(), LakeError> {
    let owner = Owner { data_folder: data_folder.to_owned() };
    let text = serde_json::to_vec(&owner).map_err(|_| LakeError::Internal("the name of a data folder"))?;
    if bucket.put_new(OBJECT, text.clone()).await? && bucket.put_new(OBJECT, text).await? {
        return Err(unconditional(bucket));
    }
    Ok(())
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
