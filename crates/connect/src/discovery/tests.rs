//! Every layout and rule, on listings.

use super::assemble::ReadManifest;
use super::{
    Delivery, Discovery, Fate, FileRef, Layout, Listed, Listing, assemble, manifests_to_read, not_complete,
    older_manifests,
};
use crate::manifest::Manifest;
use chrono::DateTime;
use std::collections::HashMap;

mod runs;

/// A file: path, minute in which it was written, and JSON if it is a manifest.
type Given<'a> = (&'a str, i64, Option<String>);

fn discover_below(base: &str, given: &[Given]) -> Discovery {
    let files = given.iter().map(|(path, minute, json)| FileRef {
        path: (*path).to_owned(),
        size: json.as_ref().map_or(10, |json| json.len() as u64),
        etag: format!("{path}@{minute}"),
        modified: DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap(),
    });
    let mut listing = Listing::new(base, files.collect());
    let texts: HashMap<&str, &str> =
        given.iter().filter_map(|(path, _, json)| Some((*path, json.as_deref()?))).collect();
    let read = |listed: Listed| -> ReadManifest {
        let text = texts[listed.file.path.as_str()];
        let read = Manifest::parse(&listed.file.path, &listed.file.etag, text.as_bytes());
        (listed, read)
    };
    let mut manifests: Vec<ReadManifest> = manifests_to_read(&mut listing).into_iter().map(read).collect();
    for newest in not_complete(&listing, &manifests) {
        manifests.extend(older_manifests(&mut listing, &newest).into_iter().map(read));
    }
    let found = assemble(listing, manifests, false);
    accounted(given, &found);
    found
}

/// Every file is read, or it is said why not; none is both.
fn accounted(given: &[Given], found: &Discovery) {
    for (path, ..) in given {
        let of = |delivery: &&Delivery| {
            delivery.files.iter().any(|file| file.path == *path)
                || delivery.manifests.iter().any(|manifest| manifest.path == *path)
                || delivery.problems.iter().any(|problem| problem.file == *path)
        };
        let read = found.deliveries.iter().filter(of).count();
        let unread = found.unread.iter().filter(|one| one.path == *path).count();
        assert!(read + unread >= 1 && unread <= 1, "{path}: read {read}, unread {unread}: {found:#?}");
    }
}

fn discover(given: &[Given]) -> Discovery {
    discover_below("/bills", given)
}

#[expect(clippy::unnecessary_wraps, reason = "as a given file has it")]
fn legacy(start: &str, keys: &[&str]) -> Option<String> {
    let start = start.replace('-', "");
    Some(
        serde_json::json!({"assemblyId": "a", "columns": [], "reportName": "cur", "reportKeys": keys,
            "billingPeriod": {"start": format!("{start}T000000.000Z"), "end": "x"}})
        .to_string(),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "as a given file has it")]
fn export(files: &[&str]) -> Option<String> {
    Some(serde_json::json!({"executionId": "e", "columns": [], "dataFiles": files}).to_string())
}

fn paths(delivery: &Delivery) -> Vec<&str> {
    delivery.files.iter().map(|file| file.path.as_str()).collect()
}

fn only(discovery: &Discovery) -> &Delivery {
    assert_eq!(discovery.deliveries.len(), 1, "{discovery:#?}");
    &discovery.deliveries[0]
}

fn period(delivery: &Delivery) -> String {
    delivery.period.map(|period| period.to_string()).unwrap_or_default()
}

#[test]
fn legacy_create_new_uses_the_newest_delivery_alone() {
    let old = "p/cur/20260801-20260901/a1/cur-1.csv.gz";
    let new = ["p/cur/20260801-20260901/a2/cur-1.csv.gz", "p/cur/20260801-20260901/a2/cur-2.csv.gz"];
    let mut given = vec![
        (old, 1, None),
        ("p/cur/20260801-20260901/a1/cur-Manifest.json", 1, legacy("2026-08-01", &[old])),
        (new[0], 2, None),
        (new[1], 2, None),
        ("p/cur/20260801-20260901/a2/cur-Manifest.json", 2, legacy("2026-08-01", &new)),
        ("p/cur/20260801-20260901/cur-Manifest.json", 2, legacy("2026-08-01", &new)),
    ];
    let discovery = discover(&given);
    assert_eq!(paths(only(&discovery)), new);
    assert_eq!((only(&discovery).layout, period(only(&discovery))), (Layout::Legacy, "2026-08".to_owned()));
    assert!(only(&discovery).problems.is_empty());
    assert!(discovery.unread.iter().any(|one| one.path == old && one.fate == Fate::Superseded));
    given.pop();
    let unclear = discover(&given);
    assert!(
        only(&unclear).problems[0].message.contains("nothing says which"),
        "without the period's own manifest file times alone would decide, and they do not survive copying"
    );
}

#[test]
fn legacy_overwrite_has_one_delivery_per_period_newest_first() {
    let (aug, sep) =
        ("p/cur/20260801-20260901/cur-00001.csv.zip", "p/cur/20260901-20261001/cur-00001.csv.zip");
    let discovery = discover(&[
        (aug, 9, None),
        ("p/cur/20260801-20260901/cur-Manifest.json", 9, legacy("2026-08-01", &[aug])),
        (sep, 1, None),
        ("p/cur/20260901-20261001/cur-Manifest.json", 1, legacy("2026-09-01", &[sep])),
    ]);
    let found: Vec<_> =
        discovery.deliveries.iter().map(|delivery| (period(delivery), paths(delivery))).collect();
    assert_eq!(found, [("2026-09".to_owned(), vec![sep]), ("2026-08".to_owned(), vec![aug])]);
    assert!(discovery.overlaps().is_empty());
}

#[test]
fn keys_match_in_copies_under_another_prefix() {
    let keys = ["cost/cur/20260801-20260901/a1/cur-1.csv.gz"];
    let manifest = legacy("2026-08-01", &keys);
    for (base, file, beside) in [
        ("/bills", "copy/20260801-20260901/a1/cur-1.csv.gz", "copy/20260801-20260901/cur-Manifest.json"),
        ("/bills/cur/20260801-20260901", "a1/cur-1.csv.gz", "cur-Manifest.json"),
        ("/bills/20260801-20260901/a1", "cur-1.csv.gz", "cur-Manifest.json"),
        ("/flat", "cur-1.csv.gz", "cur-Manifest.json"),
        (
            "s3://bucket/other",
            "cost/cur/20260801-20260901/a1/cur-1.csv.gz",
            "cost/cur/20260801-20260901/cur-Manifest.json",
        ),
    ] {
        let discovery = discover_below(base, &[(file, 1, None), (beside, 1, manifest.clone())]);
        let delivery = only(&discovery);
        assert_eq!((paths(delivery), period(delivery)), (vec![file], "2026-08".to_owned()), "{base}");
        assert!(delivery.problems.is_empty(), "{:?}", delivery.problems);
    }
}

#[test]
fn missing_files_and_foreign_periods_block_a_delivery() {
    let aug = "p/cur/20260801-20260901/cur-1.csv.gz";
    let sep = "p/cur/20260901-20261001/cur-1.csv.gz";
    let discovery = discover(&[
        (aug, 1, None),
        ("p/cur/20260801-20260901/cur-Manifest.json", 1, legacy("2026-08-01", &[aug])),
        ("p/cur/20260901-20261001/cur-Manifest.json", 1, legacy("2026-09-01", &[sep])),
    ]);
    let (september, august) = (&discovery.deliveries[0], &discovery.deliveries[1]);
    assert!(august.problems.is_empty() && september.files.is_empty());
    assert!(september.problems[0].message.contains(sep), "the file of another month is not taken for it");
    let foreign = discover(&[
        (sep, 1, None),
        ("p/cur/20260901-20261001/cur-Manifest.json", 1, legacy("2026-07-01", &[sep])),
    ]);
    assert!(only(&foreign).problems[0].message.contains("of 2026-07, but lies in the folder of 2026-09"));
    let broken =
        discover(&[(sep, 1, None), ("p/cur/20260901-20261001/cur-Manifest.json", 1, Some("{".into()))]);
    assert!(only(&broken).problems[0].message.contains("cannot be read"));
    let empty = discover(&[
        (sep, 1, None),
        ("p/cur/20260901-20261001/cur-Manifest.json", 1, legacy("2026-09-01", &[])),
    ]);
    assert!(only(&empty).files.is_empty() && only(&empty).problems[0].message.contains("names no files"));
}

#[test]
fn a_file_of_another_delivery_is_not_taken_for_a_missing_one() {
    let discovery = discover(&[
        ("p/cur/20260801-20260901/a1/cur-1.csv.gz", 1, None),
        (
            "p/cur/20260801-20260901/cur-Manifest.json",
            2,
            legacy("2026-08-01", &["p/cur/20260801-20260901/a2/cur-1.csv.gz"]),
        ),
    ]);
    assert!(only(&discovery).files.is_empty() && only(&discovery).problems.len() == 1);
}

#[test]
fn athena_partitions_work_with_and_without_manifest() {
    let (jan, feb) = (
        "p/cur/cur/year=2026/month=1/cur-00001.snappy.parquet",
        "p/cur/cur/year=2026/month=2/cur-00001.snappy.parquet",
    );
    let discovery = discover(&[
        (jan, 1, None),
        (feb, 1, None),
        ("p/cur/20260201-20260301/cur-Manifest.json", 1, legacy("2026-02-01", &[feb])),
        ("p/cur/cur/year=2026/month=2/cur-Manifest.json", 2, legacy("2026-02-01", &[feb])),
        ("p/cur/20260201-20260301/cur-create-table.sql", 1, None),
        ("p/cur/cost_and_usage_data_status/cost_and_usage_data_status.parquet", 1, None),
    ]);
    let found: Vec<_> =
        discovery.deliveries.iter().map(|found| (period(found), found.layout, paths(found))).collect();
    assert_eq!(
        found,
        [("2026-02".into(), Layout::Athena, vec![feb]), ("2026-01".into(), Layout::Athena, vec![jan])]
    );
    assert!(discovery.deliveries.iter().all(|found| found.problems.is_empty()));
}

#[test]
fn exports_in_both_modes() {
    let base = "pfx/focus/data";
    let over = format!("{base}/BILLING_PERIOD=2026-08/focus-00001.snappy.parquet");
    let manifest = "pfx/focus/metadata/billing_period=2026-08/focus-Manifest.json";
    let uri = format!("s3://bucket/{over}");
    let discovery = discover(&[(&over, 1, None), (manifest, 1, export(&[&uri]))]);
    assert_eq!(
        (only(&discovery).layout, period(only(&discovery)), paths(only(&discovery))),
        (Layout::Export, "2026-08".into(), vec![over.as_str()])
    );

    let runs = ["20260802T010101Z-e1", "20260803T010101Z-e2"];
    let file = |run: &str| format!("{base}/BILLING_PERIOD=2026-08/{run}/focus-00001.snappy.parquet");
    let meta = |run: &str| format!("pfx/focus/metadata/BILLING_PERIOD=2026-08/{run}/focus-Manifest.json");
    let (one, two) = (file(runs[0]), file(runs[1]));
    let (meta_one, meta_two) = (meta(runs[0]), meta(runs[1]));
    // The older delivery was copied last: the time in the folder's name decides.
    let both = discover(&[
        (&one, 9, None),
        (&two, 1, None),
        (&meta_one, 9, export(&[&one])),
        (&meta_two, 1, export(&[&two])),
    ]);
    assert_eq!(paths(only(&both)), [two.as_str()]);
    let listed = discover(&[(&one, 9, None), (&two, 1, None)]);
    assert_eq!(paths(only(&listed)), [two.as_str()], "without manifests, never two deliveries");
    assert!(only(&listed).problems.is_empty() && only(&listed).notes.len() == 1);
    let no_list =
        discover(&[(&one, 1, None), (&two, 1, None), (manifest, 2, Some(r#"{"columns":[]}"#.into()))]);
    assert_eq!(paths(only(&no_list)), [two.as_str()], "a manifest without a list: the newest folder");
}

#[test]
fn an_export_period_without_its_manifest_is_awaited() {
    let file = |period: &str| format!("x/data/BILLING_PERIOD={period}/x-00001.csv.gz");
    let (aug, sep) = (file("2026-08"), file("2026-09"));
    let discovery = discover(&[
        (&aug, 1, None),
        ("x/metadata/BILLING_PERIOD=2026-08/x-Manifest.json", 1, export(&[&aug])),
        (&sep, 2, None),
    ]);
    assert!(discovery.deliveries[0].problems[0].message.contains("no manifest"));
    assert!(discovery.deliveries[1].problems.is_empty());
}

#[test]
fn loose_files_are_one_delivery_without_a_period() {
    let discovery = discover(&[
        ("a.csv", 1, None),
        ("b.csv.gz", 1, None),
        ("sub/c.parquet", 1, None),
        ("d.zip", 1, None),
        ("notes.txt", 1, None),
        ("truth.json", 1, None),
        (".hidden.csv", 1, None),
        ("_delta_log/0.json", 1, None),
        ("other_manifest.json", 1, legacy("2026-08-01", &["x/y.csv"])),
    ]);
    let delivery = only(&discovery);
    assert_eq!(paths(delivery), ["a.csv", "b.csv.gz", "d.zip", "sub/c.parquet"]);
    assert_eq!((delivery.layout, delivery.period), (Layout::Loose, None));
    assert_eq!(discovery.unread.len(), 5);
}

#[test]
fn two_reports_of_one_period_are_told() {
    let cur = "p/cur/20260801-20260901/cur-1.csv.gz";
    let focus = "p/focus/data/BILLING_PERIOD=2026-08/focus-1.csv.gz";
    let discovery = discover(&[
        (cur, 1, None),
        ("p/cur/20260801-20260901/cur-Manifest.json", 1, legacy("2026-08-01", &[cur])),
        (focus, 1, None),
        ("p/focus/metadata/BILLING_PERIOD=2026-08/focus-Manifest.json", 1, export(&[focus])),
    ]);
    assert_eq!(discovery.overlaps()[0].1.len(), 2);
}

#[test]
fn fingerprints_change_with_any_file() {
    let fingerprint =
        |minute| only(&discover(&[("a.csv", 1, None), ("b.csv", minute, None)])).fingerprint.clone();
    assert_eq!(fingerprint(1), fingerprint(1));
    assert_ne!(fingerprint(1), fingerprint(2));
}

#[test]
fn folders_below_a_period_part_it_unless_they_are_runs() {
    let found = discover(&[
        ("f/billing_period=2026-08/provider=aws/part-0.csv", 1, None),
        ("f/billing_period=2026-08/provider=oci/part-0.csv", 2, None),
    ]);
    assert_eq!(only(&found).files.len(), 2);
    let hub = discover(&[
        ("Costs/2026/08/a/20260901120000__part_0.csv", 9, None),
        ("Costs/2026/08/a/20260902120000__part_0.csv", 1, None),
        ("Costs/2026/08/b/20260901120000__part_0.csv", 1, None),
    ]);
    let found: Vec<_> = hub.deliveries.iter().map(|one| (one.report.as_str(), paths(one))).collect();
    assert_eq!(
        found,
        [
            ("bills/Costs/a", vec!["Costs/2026/08/a/20260902120000__part_0.csv"]),
            ("bills/Costs/b", vec!["Costs/2026/08/b/20260901120000__part_0.csv"])
        ]
    );
}

#[test]
fn an_older_complete_delivery_is_read_where_the_newest_is_not_complete() {
    let run = |day: u32| format!("x/data/BILLING_PERIOD=2026-08/2026080{day}T010101Z-e/x-1.csv.gz");
    let meta = |day: u32| format!("x/metadata/BILLING_PERIOD=2026-08/2026080{day}T010101Z-e/x-Manifest.json");
    let (one, two) = (run(2), run(3));
    let missing = two.replace("x-1", "x-2");
    let found = discover(&[
        (&one, 1, None),
        (&two, 1, None),
        (&meta(2), 1, export(&[&one])),
        (&meta(3), 1, export(&[&two, &missing])),
    ]);
    assert_eq!(paths(only(&found)), [one.as_str()]);
    assert!(
        only(&found).notes.iter().any(|note| note.message.contains(&missing)),
        "{:?}",
        only(&found).notes
    );
}

#[test]
fn tables_of_iceberg_are_refused() {
    let found = discover(&[("t/data/0.parquet", 1, None), ("t/metadata/v1.metadata.json", 1, None)]);
    assert!(only(&found).problems[0].message.contains("Iceberg"));
}

/// The fuzzer's property (`fuzz/fuzz_targets/discovery.rs`), without it: some thousand trees, the same each time.
#[test]
fn of_random_trees_every_file_is_accounted_for() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..5_000 {
        let mut data = [0_u8; 320];
        for chunk in data.chunks_mut(8) {
            // xorshift64*
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            chunk.copy_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
        }
        super::trees::check(&data);
    }
}
