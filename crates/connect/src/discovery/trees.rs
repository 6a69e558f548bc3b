//! Random trees of names and manifests: discovery never panics, and every file is read or said not to be, never both.
//!
//! Bytes become trees that look like those of bills. The fuzzer (`fuzz/fuzz_targets/discovery.rs`) chooses them with
//! care, a test by chance.

use super::{
    Delivery, Discovery, FileRef, Listed, Listing, ReadManifest, affordable, assemble, live_files,
    manifests_to_read, not_complete, older_manifests,
};
use crate::manifest::Manifest;
use chrono::DateTime;
use serde_json::json;
use std::collections::BTreeMap;

/// Folders and names that decide something, and the habits of people's machines.
#[rustfmt::skip]
const WORDS: [&str; 64] = [
    "bills", "cur", "20260801-20260901", "20260801-20260831", "20260815-20260914", "20260901T010203Z",
    "202609010102", "10000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002",
    "year=2026", "month=8", "BILLING_PERIOD=2026-08", "billing_period=2026-08-01", "data", "metadata", "Costs",
    "2026", "08", "provider=aws", "day=13", "FOCUS Reports", "cost-csv", "_delta_log", "00000000000000000000.json",
    "00000000000000000001.json", "00000000000000000001.checkpoint.parquet", "_last_checkpoint", "v1.metadata.json",
    "cost_and_usage_data_status", "cur-Manifest.json", "manifest.json", "_manifest.json", "cur-00001.csv.gz",
    "cur-00002.csv.gz", "part_0_0001.csv", "part_1_0001.csv", "focus-000000000000.parquet", "focus.csv",
    "FOCUS.CSV.GZ", "a.zip", "notes.txt", ".hidden", "_SUCCESS", "", " ", "%2F", "prices", "x__part.csv",
    "bills (copy)", "bills - Copy", "focus (1).csv", "focus.csv.crdownload", "focus.csv.part", "._focus.csv",
    ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "~$focus.xlsx", "focus_10000000-0000-4000-8000-000000000001.csv",
    "..", "é.csv", "manifest.json.gz", "2026-08-05",
];

/// Bytes, taken from the front; after the last there are zeros.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    fn path(&mut self) -> String {
        let parts = 1 + self.next() % 6;
        let words: Vec<&str> = (0..parts).map(|_| WORDS[self.next() % WORDS.len()]).collect();
        words.join("/")
    }

    /// A manifest of AWS, of a data export or of Azure that names some of the files, or something else.
    fn manifest(&mut self, paths: &[String]) -> String {
        let count = self.next() % 4;
        let keys: Vec<String> = (0..count)
            .map(|_| match (self.next() % 8, paths.is_empty()) {
                (0, _) | (_, true) => self.path(),
                (1, _) => format!("elsewhere/{}", paths[self.next() % paths.len()]),
                _ => paths[self.next() % paths.len()].clone(),
            })
            .collect();
        let day = |number: usize| format!("2026-{:02}-{:02}T00:00:00Z", 7 + number % 3, 1 + number % 28);
        match self.next() % 5 {
            0 => json!({ "reportKeys": keys, "reportName": "cur",
                "billingPeriod": { "start": "20260801T000000.000Z", "end": "20260901T000000.000Z" } }),
            1 => json!({ "dataFiles": keys, "exportName": "cur" }),
            2 => json!({ "other": keys }),
            _ => {
                let blobs: Vec<_> =
                    keys.iter().map(|key| json!({ "blobName": key, "dataRowCount": self.next() })).collect();
                let kind = ["FocusCost", "ActualCost", "PriceSheet", ""][self.next() % 4];
                json!({ "blobs": blobs, "exportConfig": { "exportName": "e", "type": kind },
                    "runInfo": { "submittedTime": day(self.next()), "startDate": day(self.next()),
                        "endDate": day(self.next()) } })
            }
        }
        .to_string()
    }

    /// The tree's own folder, and its files.
    fn tree(&mut self) -> (String, Vec<FileRef>) {
        let base = if self.next() % 2 == 0 { "/bills".to_owned() } else { format!("/{}", self.path()) };
        let count = self.next() % 24;
        // Two files of one folder never have the same name.
        let mut paths: Vec<String> = (0..count).map(|_| self.path()).collect();
        paths.sort();
        paths.dedup();
        let file = |path: String, size: usize, moment: usize| FileRef {
            path,
            size: u64::try_from(size).unwrap_or(0),
            etag: String::new(),
            modified: DateTime::from_timestamp(i64::try_from(moment).unwrap_or(0), 0).unwrap_or_default(),
        };
        (base, paths.into_iter().map(|path| file(path, self.next(), self.next())).collect())
    }
}

/// Discovers the tree that bytes stand for, and looks whether each of its files is accounted for.
pub(crate) fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (base, files) = bytes.tree();
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let texts: BTreeMap<String, String> = paths
        .iter()
        .filter(|path| path.ends_with(".json"))
        .map(|path| {
            let text = if bytes.next() % 16 == 0 { "{".to_owned() } else { bytes.manifest(&paths) };
            (path.clone(), text)
        })
        .collect();
    let mut listing = Listing::new(&base, files);
    for (table, commits) in std::mem::take(&mut listing.logs) {
        let log: Vec<(String, bytes::Bytes)> = commits
            .iter()
            .map(|commit| {
                let named = paths.get(bytes.next()).map_or("a.parquet", String::as_str);
                let kind = ["add", "remove", "metaData"][bytes.next() % 3];
                let name = commit.path.rsplit('/').next().unwrap_or_default().to_owned();
                (name, json!({ kind: { "path": named } }).to_string().into())
            })
            .collect();
        listing.follow(&table, live_files(&log));
    }
    let read = |listed: Listed| -> ReadManifest {
        let text = texts.get(&listed.file.path).map_or("", String::as_str);
        let read = Manifest::parse(&listed.file.path, "", text.as_bytes());
        (listed, read)
    };
    let mut manifests: Vec<ReadManifest> = manifests_to_read(&mut listing).into_iter().map(read).collect();
    for newest in not_complete(&listing, &manifests) {
        manifests.extend(older_manifests(&mut listing, &newest).into_iter().map(read));
    }
    assert!(affordable(&listing, &manifests), "a few files are no work: {paths:?}");
    accounted(&paths, &assemble(listing, manifests, false));
}

/// Every file is read, or it is said why not; none is both, and none counts twice.
fn accounted(paths: &[String], found: &Discovery) {
    for path in paths {
        let named = |delivery: &&Delivery| {
            delivery.manifests.iter().any(|manifest| manifest.path == *path)
                || delivery.problems.iter().any(|problem| problem.file == *path)
        };
        let files = found.deliveries.iter().flat_map(|delivery| &delivery.files);
        let counted = files.filter(|file| file.path == *path).count();
        let unread = found.unread.iter().filter(|unread| unread.path == *path).count();
        assert!(counted <= 1, "{path} is counted {counted} times: {paths:?} {found:#?}");
        assert!(unread <= 1, "{path} has several fates: {:?}", found.unread);
        assert!(counted == 0 || unread == 0, "{path} is read, and said not to be: {paths:?} {found:#?}");
        let known = counted > 0 || unread > 0 || found.deliveries.iter().any(|one| named(&one));
        assert!(known, "{path} is not accounted for: {paths:?} {found:#?}");
    }
}
