//! Sorting a listing: data files, manifests that matter, logs of tables, and what is no data at all.

use super::fate::{Fate, Unread};
use super::table::{DELTA_LOG, is_commit};
use super::{FileRef, Problem};
use crate::place::{Partition, Place, Scheme, base_name, folder, place};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Manifests of older deliveries, by the newest one's path, newest first: read where that is not complete.
    pub(super) older: BTreeMap<String, Vec<Listed>>,
    /// Newest manifests of which it is not certain that they are.
    pub(super) uncertain: BTreeSet<String>,
    /// Files that say READY or UPDATING.
    pub(crate) status: Vec<FileRef>,
    /// Commits of Delta tables, by the table's folder, in their order.
    pub(crate) logs: BTreeMap<String, Vec<FileRef>>,
    /// Tables that cannot be read, by folder.
    pub(super) broken: Vec<(String, Problem)>,
    pub(crate) unread: Vec<Unread>,
}

impl Listing {
    /// Sorts files; `base` is the source's own folder, which may be the one that says the period.
    pub(crate) fn new(base: &str, mut files: Vec<FileRef>) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut listing = Self::default();
        let mut partial: Vec<(String, String)> = Vec::new();
        for file in files {
            let full = format!("{base}/{}", file.path);
            let place = place(&full);
            let name = base_name(&file.path).to_ascii_lowercase();
            let listed = Listed { file, full, place };
            let why = if name.is_empty() {
                "a folder"
            } else if listed.file.path.split('/').any(|part| part == STATUS_FOLDER) {
                if is_data(&name) {
                    listing.status.push(listed.file.clone());
                }
                "the report's status, not data"
            } else if let Some(table) = table_of(&listed.file.path) {
                listing.logs.entry(table).or_default().push(listed.file.clone());
                "a commit of the table's log"
            } else if let Some(table) = log_of(&listed.file.path) {
                // A log whose commits were cleaned up is one that cannot be followed, not none.
                listing.logs.entry(table).or_default();
                "part of the table's log"
            } else if name.ends_with(".metadata.json") && folder(&listed.file.path).ends_with("metadata") {
                listing.iceberg(folder(&listed.file.path));
                "the table's metadata"
            } else if let Some(finished) = unfinished(&name) {
                let path = &listed.file.path;
                let finished = inside(folder(path), &finished);
                partial.push((listed.file.path, finished.to_ascii_lowercase()));
                continue;
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
            listing.unread.push(Unread::new(listed.file.path, Fate::Foreign, why));
        }
        listing.left_over(partial);
        listing
    }

    /// Downloads and copies that did not finish: what they were to become is missing, unless it is there as well.
    fn left_over(&mut self, partial: Vec<(String, String)>) {
        if partial.is_empty() {
            return;
        }
        let there: BTreeSet<String> =
            self.data.iter().map(|listed| listed.file.path.to_ascii_lowercase()).collect();
        self.unread.extend(partial.into_iter().map(|(path, finished)| {
            if there.contains(&finished) {
                Unread::new(path, Fate::Foreign, "what an unfinished download left: the whole file is there")
            } else {
                Unread::new(path, Fate::Incomplete, "a download or copy that did not finish")
            }
        }));
    }

    fn iceberg(&mut self, metadata: &str) {
        let table = folder(metadata).to_owned();
        if self.broken.iter().all(|(known, _)| *known != table) {
            let problem = Problem {
                file: metadata.to_owned(),
                message: "this folder is an Iceberg table: its files hold rows that the table no longer has".to_owned(),
                advice: "Export the table's current rows as Parquet or CSV files into a folder of their own, and give that folder".to_owned(),
            };
            self.broken.push((table, problem));
        }
    }

    /// Leaves the files that a table's log names; the others below its folder were removed from the table.
    pub(crate) fn follow(&mut self, table: &str, live: Result<BTreeSet<String>, (String, String)>) {
        let live = match live {
            Ok(live) => live,
            Err((message, advice)) => {
                let file = inside(table, DELTA_LOG);
                return self.broken.push((table.to_owned(), Problem { file, message, advice }));
            }
        };
        for name in &live {
            let path = inside(table, name);
            if self.data.iter().all(|listed| listed.file.path != path) {
                let problem = Problem {
                    file: path.clone(),
                    message: format!("the table's log names '{path}', which is not there"),
                    advice: "Copy the table completely, its log included".to_owned(),
                };
                self.broken.push((table.to_owned(), problem));
            }
        }
        self.drop_below(
            table,
            |name| !live.contains(name),
            Fate::Superseded,
            "the table's log has removed it",
        );
    }

    /// Takes away data files below a folder.
    pub(super) fn drop_below(&mut self, table: &str, gone: impl Fn(&str) -> bool, fate: Fate, why: &str) {
        let below = |path: &str| -> Option<String> {
            let rest = if table.is_empty() { path } else { path.strip_prefix(table)?.strip_prefix('/')? };
            Some(rest.to_owned())
        };
        let (dropped, kept): (Vec<Listed>, Vec<Listed>) = std::mem::take(&mut self.data)
            .into_iter()
            .partition(|listed| below(&listed.file.path).is_some_and(|name| gone(&name)));
        self.data = kept;
        self.unread.extend(dropped.into_iter().map(|listed| Unread::new(listed.file.path, fate, why)));
    }
}

fn inside(table: &str, name: &str) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}/{name}") }
}

/// The table whose log's commit a file is.
fn table_of(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let table = if folder == DELTA_LOG { "" } else { folder.strip_suffix(DELTA_LOG)?.strip_suffix('/')? };
    is_commit(name).then(|| table.to_owned())
}

/// The table in whose log a file lies, as checkpoints and checksums do.
fn log_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().rposition(|part| *part == DELTA_LOG)?;
    (at + 1 < parts.len()).then(|| parts[..at].join("/"))
}

fn hidden(part: &str) -> bool {
    (part.starts_with('.') && part != ".")
        || part == DELTA_LOG
        || part == "_SUCCESS"
        || part == "__MACOSX"
        || part.starts_with("_temporary")
}

/// The name of the file that an unfinished download or copy was to become, in lower case.
fn unfinished(name: &str) -> Option<String> {
    const ENDS: [&str; 7] = ["crdownload", "opdownload", "download", "part", "partial", "filepart", "tmp"];
    let (stem, end) = name.rsplit_once('.')?;
    // rsync writes `.costs.csv.gz.Xy12ab`, the AWS command line `costs.csv.gz.6eF9eE7E`.
    let (stem, random) = match stem.strip_prefix('.') {
        Some(stem) => (stem, end.len() == 6),
        None => (stem, end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit())),
    };
    let unconfirmed = end == "crdownload" && stem.starts_with("unconfirmed ");
    let partial = ENDS.contains(&end) || (random && end.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (unconfirmed || (partial && is_data(stem))).then(|| stem.to_owned())
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

/// Which manifests are to be read: of each report and period of AWS the newest one alone, and all of those that tell
/// their own time.
pub(crate) fn manifests_to_read(listing: &mut Listing) -> Vec<Listed> {
    let mut groups: BTreeMap<Group, Vec<Listed>> = BTreeMap::new();
    for manifest in std::mem::take(&mut listing.manifests) {
        let aws = |place: &&Place| {
            matches!(place.partition.scheme, Scheme::Legacy | Scheme::Athena | Scheme::Export)
        };
        let group = match manifest.place.as_ref().filter(aws) {
            Some(place) => (Some(place.partition.clone()), base_name(&manifest.full).to_ascii_lowercase()),
            None => (None, manifest.full.clone()),
        };
        groups.entry(group).or_default().push(manifest);
    }
    let mut chosen = Vec::with_capacity(groups.len());
    for (_, mut manifests) in groups {
        manifests.sort_by(|left, right| age(right).cmp(&age(left)).then_with(|| right.full.cmp(&left.full)));
        let mut manifests = manifests.into_iter();
        let Some(newest) = manifests.next() else { continue };
        let older: Vec<Listed> = manifests.collect();
        if older.iter().any(|one| age(one) == age(&newest)) {
            listing.uncertain.insert(newest.file.path.clone());
        }
        if !older.is_empty() {
            listing.older.insert(newest.file.path.clone(), older);
        }
        chosen.push(newest);
    }
    chosen
}

/// Orders a report's manifests of a period: the period's own is overwritten at each refresh, so it wins over those in
/// delivery folders; among those the time in the folder's name decides.
pub(super) fn age(listed: &Listed) -> (bool, String) {
    let delivery = listed.place.as_ref().and_then(|place| place.delivery.as_deref());
    (delivery.is_none(), stamp(delivery.unwrap_or_default()))
}

/// The manifests of older deliveries of a report's period, newest first, for where the newest one is not complete.
/// Those that are not asked for are accounted for as superseded.
pub(crate) fn older_manifests(listing: &mut Listing, newest: &str) -> Vec<Listed> {
    listing.older.remove(newest).unwrap_or_default()
}

/// The time that a folder's or file's name begins with, as digits; empty where it begins with none. It survives
/// copying, unlike the time at which a file was written.
pub(super) fn stamp(name: &str) -> String {
    let name = name.split('/').next().unwrap_or_default();
    if is_guid(name) {
        return String::new();
    }
    let begins =
        |character: &char| character.is_ascii_digit() || matches!(character, '-' | 'T' | ':' | '.' | '_');
    let digits: String = name.chars().take_while(begins).filter(char::is_ascii_digit).collect();
    let enough = digits.len() >= 12 && digits.starts_with("20");
    if enough { format!("{digits:0<17.17}") } else { String::new() }
}

/// Whether a name is given by a machine to one run: a GUID, or a time.
pub(super) fn is_run(name: &str) -> bool {
    !stamp(name).is_empty() || is_guid(name)
}

/// `10000000-0000-4000-8000-000000000001`
pub(super) fn is_guid(name: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = name.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_downloads_are_told_from_strangers() {
        for (name, finished) in [
            ("costs.csv.gz.crdownload", Some("costs.csv.gz")),
            ("costs.csv.part", Some("costs.csv")),
            ("costs.parquet.6ef9ee7e", Some("costs.parquet")),
            (".costs.csv.gz.xy12ab", Some("costs.csv.gz")),
            ("unconfirmed 12345.crdownload", Some("unconfirmed 12345")),
            ("costs.csv.gz", None),
            ("notes.part", None),
            ("costs.parquet", None),
            (".ds_store", None),
            ("._costs.csv", None),
            ("costs.csv.sha256", None),
        ] {
            assert_eq!(unfinished(name).as_deref(), finished, "{name}");
        }
    }

    #[test]
    fn names_of_runs_and_their_times() {
        assert_eq!(stamp("20260802T010101Z-e1"), "20260802010101000");
        assert!(stamp("2026-08-10T04:21:11.123Z-x") > stamp("2026-08-10T04:21:10.999Z-x"));
        assert!(stamp("202608310312") > stamp("202608200312"));
        assert_eq!(stamp("10000000-0000-4000-8000-000000000001"), "");
        for (name, run) in [
            ("10000000-0000-4000-8000-000000000001", true),
            ("20600000-0000-4000-8000-000000000001", true),
            ("202608310312", true),
            ("part1", false),
            ("aws", false),
        ] {
            assert_eq!(is_run(name), run, "{name}");
        }
    }
}
