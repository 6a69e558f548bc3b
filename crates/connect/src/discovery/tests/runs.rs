//! Exports that run again and again over ranges of days.

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "as a given file has it")]
fn azure(kind: &str, submitted: &str, days: [&str; 2], blobs: &[&str]) -> Option<String> {
    let blobs: Vec<_> = blobs.iter().map(|blob| serde_json::json!({"blobName": blob})).collect();
    Some(
        serde_json::json!({"dataRowCount": 3, "blobs": blobs,
            "exportConfig": {"exportName": "focus", "type": kind, "resourceId": "/b/1/providers/Microsoft.CostManagement/exports/focus"},
            "runInfo": {"submittedTime": submitted, "startDate": format!("{}T00:00:00", days[0]), "endDate": format!("{}T00:00:00", days[1])}})
        .to_string(),
    )
}

const AUGUST: [&str; 2] = ["2026-08-01", "2026-08-31"];

fn run(days: &str, run: &str, part: u32) -> String {
    format!("e/focus/{days}/{run}0000000-0000-4000-8000-000000000001/part_{part}_0001.csv")
}

fn manifest_of(days: &str, name: &str) -> String {
    run(days, name, 0).replace("part_0_0001.csv", "manifest.json")
}

#[test]
fn the_newest_complete_run_counts_whatever_the_file_times() {
    let days = "20260801-20260831";
    let (old, new) = (run(days, "9", 0), run(days, "1", 0));
    let (old_says, new_says) = (manifest_of(days, "9"), manifest_of(days, "1"));
    let second = run(days, "1", 1);
    for minutes in [[1, 9], [9, 1]] {
        let given = [
            (old.as_str(), minutes[0], None),
            (old_says.as_str(), minutes[0], azure("FocusCost", "2026-08-10T05:00:00Z", AUGUST, &[&old])),
            (new.as_str(), minutes[1], None),
            (new_says.as_str(), minutes[1], azure("FocusCost", "2026-08-20T05:00:00Z", AUGUST, &[&new])),
        ];
        let found = discover(&given);
        assert_eq!((paths(only(&found)), period(only(&found))), (vec![new.as_str()], "2026-08".to_owned()));
        assert_eq!(only(&found).rows, Some(3));
    }
    let torn = discover(&[
        (&old, 1, None),
        (&old_says, 1, azure("FocusCost", "2026-08-10T05:00:00Z", AUGUST, &[&old])),
        (&new, 2, None),
        (&new_says, 2, azure("FocusCost", "2026-08-20T05:00:00Z", AUGUST, &[&new, &second])),
    ]);
    assert_eq!(paths(only(&torn)), [old.as_str()], "part of a run is never read");
    assert!(only(&torn).notes[0].message.contains(&second), "{:?}", only(&torn).notes);
    let alone = discover(&[
        (&new, 2, None),
        (&new_says, 2, azure("FocusCost", "2026-08-20T05:00:00Z", AUGUST, &[&new, &second])),
    ]);
    assert!(only(&alone).problems[0].message.contains(&second));
    // The newest run's manifest comes last.
    let coming = discover(&[
        (&old, 1, None),
        (&old_says, 1, azure("FocusCost", "2026-08-10T05:00:00Z", AUGUST, &[&old])),
        (&new, 2, None),
    ]);
    assert_eq!(paths(only(&coming)), [old.as_str()]);
    assert!(coming.unread.iter().any(|one| one.path == new && one.fate == Fate::Incomplete));
}

#[test]
fn ranges_of_days_add_up_or_replace_each_other() {
    let given = |ranges: &[(&str, &str, [&str; 2], &str)]| -> Vec<(String, i64, Option<String>)> {
        ranges
            .iter()
            .flat_map(|(days, name, of, submitted)| {
                let file = run(days, name, 0);
                let manifest = azure("FocusCost", submitted, *of, &[&file]);
                [(file, 1, None), (manifest_of(days, name), 1, manifest)]
            })
            .collect()
    };
    let discover = |ranges: &[(&str, &str, [&str; 2], &str)]| {
        let given = given(ranges);
        let given: Vec<Given> =
            given.iter().map(|(path, minute, json)| (path.as_str(), *minute, json.clone())).collect();
        super::discover(&given)
    };
    let (whole, first) =
        (("20260801-20260831", "1", AUGUST), ("20260801-20260809", "2", ["2026-08-01", "2026-08-09"]));
    let late = |(days, name, of): (&'static str, &'static str, [&'static str; 2]), day: &'static str| {
        (days, name, of, day)
    };
    let wide_is_newer = discover(&[late(whole, "2026-08-20T00:00:00Z"), late(first, "2026-08-10T00:00:00Z")]);
    assert_eq!(paths(only(&wide_is_newer)), [run("20260801-20260831", "1", 0)]);
    let part_is_newer = discover(&[late(whole, "2026-08-10T00:00:00Z"), late(first, "2026-08-20T00:00:00Z")]);
    assert!(only(&part_is_newer).problems[0].message.contains("a part of its days"));
    let weeks = discover(&[
        ("20260727-20260802", "1", ["2026-07-27", "2026-08-02"], "2026-08-03T00:00:00Z"),
        ("20260803-20260809", "2", ["2026-08-03", "2026-08-09"], "2026-08-10T00:00:00Z"),
    ]);
    let delivery = only(&weeks);
    assert_eq!(delivery.files.len(), 2, "disjoint ranges are one bill");
    assert_eq!(delivery.periods.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-07", "2026-08"]);
    assert_eq!((delivery.period, delivery.rows), (None, Some(6)));
}

#[test]
fn other_data_sets_of_an_export_are_named() {
    let days = "20260801-20260831";
    let (bill, prices) = (run(days, "1", 0), run(days, "2", 0));
    let found = discover(&[
        (&bill, 1, None),
        (&manifest_of(days, "1"), 1, azure("FocusCost", "2026-08-20T00:00:00Z", AUGUST, &[&bill])),
        (&prices, 1, None),
        (&manifest_of(days, "2"), 1, azure("PriceSheet", "2026-08-20T00:00:00Z", AUGUST, &[&prices])),
    ]);
    assert_eq!(paths(only(&found)), [bill.as_str()]);
    let other: Vec<_> = found.unread.iter().filter(|one| one.fate == Fate::OtherDataSet).collect();
    assert!(other.len() == 2 && other[0].why.contains("PriceSheet"));
}

#[test]
fn runs_side_by_side_without_manifests_are_not_guessed() {
    let file =
        |run: &str| format!("x/mtd/20260801-20260831/mtd_{run}0000000-0000-4000-8000-000000000001.csv");
    let (one, two) = (file("1"), file("2"));
    let found = discover(&[(&one, 1, None), (&two, 2, None)]);
    assert!(only(&found).problems[0].message.contains("nothing says which is the newest"));
    let shards = discover(&[
        ("x/20260801-20260831/part_0_0001.csv", 1, None),
        ("x/20260801-20260831/part_1_0001.csv", 1, None),
    ]);
    assert!(only(&shards).problems.is_empty() && only(&shards).files.len() == 2);
    let stamped = |stamp: &str| {
        format!("x/f/20260801-20260831/{stamp}/10000000-0000-4000-8000-000000000001/part_0_0001.csv")
    };
    let (early, late) = (stamped("202608200312"), stamped("202608310312"));
    let found = discover(&[(&early, 9, None), (&late, 1, None)]);
    assert_eq!(paths(only(&found)), [late.as_str()]);
}

#[test]
fn a_file_that_two_manifests_name_is_read_once() {
    let days = "20260801-20260831";
    let (bill, other) = (run(days, "1", 0), run(days, "2", 0));
    let newest = azure("FocusCost", "2026-08-20T00:00:00Z", AUGUST, &[&bill]);
    // Another data set's manifest, an older run's, and one of other days.
    let actual = azure("ActualCost", "2026-08-21T00:00:00Z", AUGUST, &[&bill]);
    let older = azure("FocusCost", "2026-08-10T00:00:00Z", AUGUST, &[&bill]);
    let july = azure("FocusCost", "2026-08-10T00:00:00Z", ["2026-07-01", "2026-07-31"], &[&bill]);
    for second in [actual, older, july] {
        let found = discover(&[
            (&bill, 1, None),
            (&manifest_of(days, "1"), 1, newest.clone()),
            (&manifest_of(days, "2"), 1, second),
        ]);
        assert_eq!(paths(only(&found)), [bill.as_str()]);
        assert!(only(&found).problems.is_empty());
        assert_eq!(
            found.unread.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(),
            [manifest_of(days, "2")]
        );
    }
    // Named by both in part: neither is read until somebody says which holds.
    let found = discover(&[
        (&bill, 1, None),
        (&other, 1, None),
        (&manifest_of(days, "1"), 1, newest),
        (
            &manifest_of(days, "2"),
            1,
            azure("FocusCost", "2026-08-10T00:00:00Z", ["2026-07-01", "2026-07-31"], &[&bill, &other]),
        ),
    ]);
    let told = found.deliveries.iter().flat_map(|one| &one.problems);
    assert!(told.clone().any(|problem| problem.message.contains("another run's manifest")), "{found:#?}");
}
