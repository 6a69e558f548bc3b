//! Whether a bucket does for a lake: tried, not guessed from policies.

use super::bucket::{Bucket, TRIED};
use crate::{LakeError, owner};

/// A place that does for a lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Where it is, for people.
    pub place: String,
    /// Whether it is a bucket.
    pub in_bucket: bool,
}

/// Writes an object, tries to write it again, reads it, lists it and removes it.
pub(super) async fn bucket(bucket: &Bucket) -> Result<Probe, LakeError> {
    let name = format!("{TRIED}{}", uuid::Uuid::new_v4().simple());
    let (text, place) = (b"written by cloud-analyzer doctor".to_vec(), bucket.name(""));
    let corrupt = |what: &str| LakeError::Corrupt { path: place.clone(), what: what.to_owned() };
    let was_new = bucket.put_new(&name, text.clone()).await?;
    let again = bucket.put_new(&name, text.clone()).await;
    let found = bucket.get(&name).await;
    let listed = bucket.list(TRIED.trim_end_matches('/')).await;
    // Whatever was found, nothing is left behind.
    let removed = bucket.remove(vec![name.clone()]).await;
    if !was_new || again? {
        return Err(owner::unconditional(bucket));
    }
    if found?.as_deref() != Some(text.as_slice()) {
        return Err(corrupt("an object is not read as it was written"));
    }
    if !listed?.contains_key(name.trim_start_matches(TRIED)) {
        return Err(corrupt("an object that was written is not listed"));
    }
    if removed? != [Some(text.len() as u64)] {
        return Err(corrupt("an object cannot be removed"));
    }
    Ok(Probe { place, in_bucket: true })
}
