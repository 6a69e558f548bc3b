//! Files that lie in a source twice, byte by byte, under whatever names. Which of them is read changes no figure, so
//! one is, and the other is accounted for. Copies that differ in their bytes (another compression, an older state) are
//! found by their rows, and refused: `ingest/src/twice.rs`.

use connect::{BillSource, Delivery, Fate, FileRef, Unread};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

/// Bytes that are compared first: files of one size that differ, differ there.
const HEAD: u64 = 64 << 10;
/// Bytes that are read whole at most at each look: beyond them, rows tell copies. Looks come every hour.
const MOST: u64 = 2 << 30;
/// Bytes that are read at a time of files that are alike so far.
const BLOCK: usize = 1 << 20;

/// Fingerprint of bytes.
type Print = [u8; 32];

/// A file's place: delivery, and file of it.
type At = (usize, usize);

/// Takes copies out of the deliveries that no manifest speaks for, and tells which they are.
pub(super) fn leave_out(source: &Arc<BillSource>, deliveries: &mut Vec<Delivery>) -> Vec<Unread> {
    let mut by_size: BTreeMap<u64, Vec<At>> = BTreeMap::new();
    for (at, delivery) in deliveries.iter().enumerate().filter(|(_, delivery)| delivery.problems.is_empty()) {
        for (file, found) in delivery.files.iter().enumerate().filter(|(_, found)| found.size > 0) {
            by_size.entry(found.size).or_default().push((at, file));
        }
    }
    let may_go = |at: &At| deliveries[at.0].manifests.is_empty();
    let file = |at: &At| &deliveries[at.0].files[at.1];
    let mut copies: BTreeMap<At, At> = BTreeMap::new();
    let mut room = MOST;
    for mut same in by_size.into_values().filter(|same| same.len() > 1 && same.iter().any(may_go)) {
        // What a manifest names stays, then the shorter path, which is more likely the original.
        same.sort_by_key(|at| (may_go(at), file(at).path.len(), file(at).path.clone()));
        let mut originals: BTreeMap<Print, At> = BTreeMap::new();
        for (at, print) in alike(source, &same, file, &mut room) {
            match originals.get(&print) {
                Some(original) if may_go(&at) => drop(copies.insert(at, *original)),
                Some(_) => {}
                None => drop(originals.insert(print, at)),
            }
        }
    }
    let unread = copies.iter().map(|(copy, original)| {
        let why = format!("the same file as '{}', byte by byte", file(original).path);
        Unread::new(file(copy).path.clone(), Fate::Superseded, why)
    });
    let unread: Vec<Unread> = unread.collect();
    for (at, delivery) in deliveries.iter_mut().enumerate() {
        without(delivery, &copies.range((at, 0)..(at + 1, 0)).map(|((_, file), _)| *file).collect());
    }
    deliveries.retain(|delivery| !delivery.files.is_empty() || !delivery.problems.is_empty());
    unread
}

/// Leaves files out of a delivery and its parts.
fn without(delivery: &mut Delivery, gone: &BTreeSet<usize>) {
    if gone.is_empty() {
        return;
    }
    let mut first = 0;
    for part in &mut delivery.parts {
        let end = first + part.files;
        part.files -= gone.range(first..end).count();
        first = end;
    }
    let mut at = 0;
    delivery.files.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

/// Fingerprints of the content of those files of one size that others may be copies of, in their order. A file that
/// cannot be read is copied by none: reading it later says what is wrong. `room` is what may be read whole yet.
fn alike<'a>(
    source: &Arc<BillSource>,
    same: &[At],
    file: impl Fn(&At) -> &'a FileRef,
    room: &mut u64,
) -> Vec<(At, Print)> {
    let sums: Vec<Option<&str>> = same.iter().map(|at| checksum(&file(at).etag)).collect();
    if sums.iter().all(|sum| sum.is_some() && *sum == sums[0]) {
        return same.iter().map(|at| (*at, Print::default())).collect();
    }
    let mut heads: BTreeMap<Print, Vec<At>> = BTreeMap::new();
    for at in same {
        let file = file(at);
        if let Ok(head) = source.read_range(file, 0..file.size.min(HEAD)) {
            heads.entry(Sha256::digest(&head).into()).or_default().push(*at);
        }
    }
    let groups = heads.into_iter().filter(|(_, files)| files.len() > 1);
    let found = groups.flat_map(|(head, files)| files.into_iter().map(move |at| (at, head)));
    let mut found: Vec<(At, Print)> = found
        .filter_map(|(at, head)| {
            let file = file(&at);
            if file.size <= HEAD {
                return Some((at, head));
            }
            *room = room.checked_sub(file.size)?;
            Some((at, whole(source, file)?))
        })
        .collect();
    found.sort_by_key(|(at, _)| same.iter().position(|known| known == at));
    found
}

/// What an object store says of an object's content (MD5, also over its parts): the same of two of one size, the same
/// content. Others' versions of files are none.
fn checksum(etag: &str) -> Option<&str> {
    let etag = etag.trim_matches('"');
    let (sum, parts) = etag.split_once('-').unwrap_or((etag, "1"));
    let is_sum = sum.len() == 32 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_sum && parts.bytes().all(|byte| byte.is_ascii_digit())).then_some(etag)
}

fn whole(source: &Arc<BillSource>, file: &FileRef) -> Option<Print> {
    let mut stream = source.stream(file).ok()?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match stream.read(&mut block).ok()? {
            0 => return Some(hasher.finalize().into()),
            read => hasher.update(&block[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_checksum_says_that_files_are_the_same() {
        let md5 = "9b2cf535f27731c974343645a3985328";
        assert_eq!(checksum(&format!("\"{md5}\"")), Some(md5));
        assert_eq!(checksum(&format!("{md5}-12")), Some(&*format!("{md5}-12")));
        // A local file's version: when it was written, and its size.
        assert_eq!(checksum("18bd1a2c9f3e4d5a-1f400"), None);
        assert_eq!(checksum(""), None);
    }
}
