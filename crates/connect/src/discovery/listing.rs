//! Sorting a listing: data files, manifests that matter, and what is ignored.

use super::FileRef;
use crate::place::{Partition, Place, base_name, folder, place};
use std::collections::BTreeMap;

/// Folder in which AWS says whether a report is being updated.
const STATUS_FOLDER: &str = "cost_and_usage_data_status";

/// A file with what its path says.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) file: FileRef,
    /// The path with the source's own folder in front.
    pub(crate) full: String,
    pub(crate) place: Option<Place>,
}

/// A sorted listing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    pub(crate) data: Vec<Listed>,
    pub(crate) manifests: Vec<Listed>,
    /// Files that say READY or UPDATING.
    pub(crate) status: Vec<FileRef>,
    pub(crate) ignored: Vec<(String, String)>,
}

impl Listing {
    /// Sorts files; `base` is the source's own folder, which may be the one that says the period.
    pub(crate) fn new(base: &str, mut files: Vec<FileRef>) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut listing = Self::default();
        for file in files {
            let full = format!("{base}/{}", file.path);
            let place = place(&full);
            let name = base_name(&file.path).to_ascii_lowercase();
            let listed = Listed { file, full, place };
            let ignored = if name.is_empty() {
                "a folder"
            } else if listed.file.path.split('/').any(|part| part == STATUS_FOLDER) {
                if is_data(&name) {
                    listing.status.push(listed.file.clone());
                }
                "the report's status, not data"
            } else if listed.file.path.split('/').any(hidden) {
                "hidden"
            } else if has_extension(&name, "json") && name.contains("manifest") {
                listing.manifests.push(listed);
                continue;
            } else if is_data(&name) {
                listing.data.push(listed);
                continue;
            } else {
                "not a report file (.csv, .csv.gz, .gz, .zip, .parquet)"
            };
            listing.ignored.push((listed.file.path, ignored.to_owned()));
        }
        listing
    }
}

fn hidden(part: &str) -> bool {
    (part.starts_with('.') && part != ".")
        || part == "_delta_log"
        || part == "_SUCCESS"
        || part == "__MACOSX"
        || part.starts_with("_temporary")
}

fn has_extension(name: &str, extension: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn is_data(name: &str) -> bool {
    ["csv", "gz", "zip", "parquet"].iter().any(|extension| has_extension(name, extension))
        && ![".json.gz", ".sql.gz", ".txt.gz", ".tar.gz", ".tgz", ".log.gz"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// A report's period among manifests: partition and the manifest's name.
type Group = (Option<Partition>, String);

/// Which manifests are to be read: of each report and period the newest one alone. The others are ignored.
pub(crate) fn manifests_to_read(listing: &mut Listing) -> Vec<Listed> {
    let mut groups: BTreeMap<Group, Vec<Listed>> = BTreeMap::new();
    for manifest in std::mem::take(&mut listing.manifests) {
        let group = match &manifest.place {
            Some(place) => (Some(place.partition.clone()), base_name(&manifest.full).to_ascii_lowercase()),
            None => (None, manifest.full.clone()),
        };
        groups.entry(group).or_default().push(manifest);
    }
    let mut chosen = Vec::with_capacity(groups.len());
    for (_, mut manifests) in groups {
        let newest = newest_manifest(&manifests);
        chosen.push(manifests.swap_remove(newest));
        let reason = "manifest of an older delivery, or a copy of the newest";
        listing.ignored.extend(manifests.into_iter().map(|old| (old.file.path, reason.to_owned())));
    }
    chosen
}

/// The period's own manifest is overwritten at each refresh, so it wins over those in delivery folders.
fn newest_manifest(manifests: &[Listed]) -> usize {
    let key = |listed: &Listed| {
        let delivery = listed.place.as_ref().and_then(|place| place.delivery.clone());
        (
            delivery.is_none(),
            delivery_age(delivery.as_deref().unwrap_or_default(), listed),
            listed.full.clone(),
        )
    };
    manifests.iter().enumerate().max_by_key(|(_, listed)| key(listed)).map_or(0, |(at, _)| at)
}

/// Orders delivery folders: by the time in their name where they have one (it survives copying), else by when
/// their files were written.
pub(crate) fn delivery_age(delivery: &str, listed: &Listed) -> (String, i64) {
    let time = delivery.get(..16).filter(|time| {
        time.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
    });
    (time.unwrap_or_default().to_owned(), listed.file.modified.timestamp_micros())
}

/// Whether a file lies where a manifest's own files do: beside it, or in the matching data folder.
pub(crate) fn beside(manifest: &Listed, file: &Listed) -> bool {
    folder(&manifest.full) == folder(&file.full)
        || match (&manifest.place, &file.place) {
            (Some(manifest), Some(file)) => {
                manifest.partition == file.partition && manifest.delivery == file.delivery
            }
            _ => false,
        }
}
