//! A whole listing, page by page, that ends whatever the other side sends.
//!
//! Keys are whatever somebody put there: one that cannot be asked for is named among what is ignored, and does not
//! keep the others from being read.

use super::file_ref;
use crate::aws::{Answer, S3};
use crate::discovery::FileRef;
use crate::error::{ConnectError, ErrorKind};
use crate::limits::{FILES, KEY_BYTES, LISTING, PAGES, PATH_BYTES, TOKEN_BYTES};
use crate::plain::plain;
use std::collections::HashSet;
use tokio::time::Instant;

/// Files, and those that cannot be read, with the reason.
type Found = (Vec<FileRef>, Vec<(String, String)>);

/// Lists everything below a folder (with its slash); `name` is for messages, `wrong` says what an answer means.
pub(super) async fn all(
    s3: &S3,
    bucket: &str,
    folder: &str,
    name: &str,
    wrong: &(dyn Fn(&Answer) -> ConnectError + Sync),
) -> Result<Found, ConnectError> {
    let deadline = Instant::now() + LISTING;
    let too_much = |what: &str| ConnectError::new(ErrorKind::TooMuch, format!("{name}: {what}"));
    let (mut found, mut bytes): (Found, usize) = (Found::default(), 0);
    let mut tokens = HashSet::new();
    let mut at: Option<String> = None;
    for _ in 0..PAGES {
        let asked = tokio::time::timeout_at(deadline, s3.page(bucket, folder, at.as_deref())).await;
        let slow = || too_much(&format!("listing it took more than {} minutes", LISTING.as_secs() / 60));
        let page = asked.map_err(|_| slow())?.map_err(|answer| wrong(&answer))?;
        for object in page.objects {
            let Some(path) = object.key.strip_prefix(folder).map(str::to_owned) else {
                found.1.push((
                    plain(&object.key, KEY_BYTES),
                    "not below the prefix that was asked for".to_owned(),
                ));
                continue;
            };
            bytes = bytes.saturating_add(path.len());
            match object.unreadable() {
                // The folder's own mark.
                None if path.is_empty() => {}
                None => found.0.push(file_ref(path, &object)),
                Some(why) => found.1.push((plain(&path, KEY_BYTES), why.to_owned())),
            }
        }
        if found.0.len().saturating_add(found.1.len()) > FILES {
            return Err(too_much(&format!("there are more than {FILES} objects")));
        }
        if bytes > PATH_BYTES {
            return Err(too_much(&format!(
                "the names of its objects have more than {} MiB",
                PATH_BYTES >> 20
            )));
        }
        let Some(next) = page.next else { return Ok(found) };
        if next.len() > TOKEN_BYTES || !tokens.insert(next.clone()) {
            return Err(too_much("its listing leads back to a page that was read already"));
        }
        at = Some(next);
    }
    Err(too_much(&format!("its listing has more than {PAGES} pages")))
}
