//! Files of the lake as rows: their states, what may be removed, and what was published at an instant that is over.

use crate::support::{conflict, id, organization, publication, store, words};
use meta::{
    BillChange, BillDiff, ErrorKind, FileState, Found, Meta, NewPublication, Publication, Retirement,
};
use model::{Decimal, Table};
use serde_json::json;
use std::collections::HashMap;

/// Paths and states of the roll-up's files.
async fn states(meta: &Meta) -> Vec<(String, FileState, i64)> {
    let all = meta.lake_files(Table::Rollup).await.unwrap();
    all.into_iter().map(|file| (file.path, file.state, file.since_ms)).collect()
}

/// What may be removed, where these files are there and the table needs the last one alone.
async fn condemned(meta: &Meta, there: &[&str], until_ms: i64, now_ms: i64) -> Vec<String> {
    let present: HashMap<String, u64> = there.iter().map(|path| ((*path).to_owned(), 7)).collect();
    let unused: Vec<String> = there.iter().rev().skip(1).map(|path| (*path).to_owned()).collect();
    let found = Found { unused: &unused, present: &present };
    let mut dead = meta.condemn(Table::Rollup, found, until_ms, now_ms).await.unwrap();
    dead.sort();
    dead
}

fn row(path: &str, state: FileState, since_ms: i64) -> (String, FileState, i64) {
    (path.to_owned(), state, since_ms)
}

#[tokio::test]
async fn a_file_goes_one_way() {
    let (_folder, meta) = store().await;
    meta.stage_files(Table::Rollup, &[("a", 3), ("left", 4)], 5).await.unwrap();
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    assert_eq!(states(&meta).await, [row("a", FileState::Published, 10), row("left", FileState::Staged, 5)]);
    meta.publish(&publication("one", "b", 20)).await.unwrap();
    assert_eq!(states(&meta).await[0], row("a", FileState::Superseded, 20));
    // Kept: nothing of it may go, however old. What nobody ever named may.
    assert_eq!(condemned(&meta, &["a", "left", "unknown", "b"], i64::MAX, 30).await, ["left", "unknown"]);
    assert!(!meta.files_are_over(19, 20).await.unwrap());
    assert!(meta.files_are_over(20, 20).await.unwrap());
    meta.retire_files(19, 40, &[]).await.unwrap();
    assert_eq!(states(&meta).await[0].1, FileState::Superseded);
    meta.retire_files(20, 40, &[]).await.unwrap();
    assert_eq!(states(&meta).await[0], row("a", FileState::Deletable, 40));
    // Whoever found it before still reads it.
    assert_eq!(condemned(&meta, &["a", "b"], 39, 50).await, ["left", "unknown"]);
    assert_eq!(condemned(&meta, &["a", "b"], 40, 50).await, ["a", "left", "unknown"]);
    meta.forget_files(Table::Rollup, &["a".to_owned(), "left".to_owned(), "b".to_owned()]).await.unwrap();
    assert_eq!(
        states(&meta).await,
        [row("b", FileState::Published, 20), row("unknown", FileState::Deletable, 30)]
    );
    let sizes = meta.lake_files(Table::Rollup).await.unwrap();
    assert_eq!(sizes[0].bytes, Some(7), "found out by the vacuum");
}

#[tokio::test]
async fn what_is_about_to_be_removed_is_not_published() {
    let (_folder, meta) = store().await;
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    meta.stage_files(Table::Rollup, &[("b", 3)], 15).await.unwrap();
    assert_eq!(condemned(&meta, &["b", "a"], 0, 20).await, ["b"]);
    let refused = meta.publish(&publication("one", "b", 30)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let current = meta.publications(&organization()).await.unwrap();
    assert_eq!(current[0].rollup_files, ["a"]);
}

#[tokio::test]
async fn files_of_a_removed_connection_are_nobodys() {
    let (_folder, meta) = store().await;
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    meta.publish(&publication("one", "b", 20)).await.unwrap();
    meta.delete_connection(&organization(), &id("one"), &[], &[]).await.unwrap();
    assert_eq!(states(&meta).await, []);
    // Days before cannot be told any more.
    assert!(meta.kept_again(&organization(), 20).await.unwrap().is_some_and(|from| from > 20));
    assert_eq!(condemned(&meta, &["a", "b", "c"], 0, 30).await, ["a", "b"]);
}

#[tokio::test]
async fn what_is_removed_is_gone_from_the_days_on_which_it_counted_alone() {
    let (_folder, meta) = store().await;
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    meta.publish(&publication("two", "b", 20)).await.unwrap();
    meta.publish(&publication("two", "c", 30)).await.unwrap();
    let again = async |at| meta.kept_again(&organization(), at).await.unwrap();
    assert_eq!(again(25).await, None);
    let retired =
        [Retirement { publication: 3, conflict: conflict("two", "one"), rest: None, words: words() }];
    meta.publish_in_place(&publication("one", "d", 40), &retired).await.unwrap();
    meta.delete_connection(&organization(), &id("two"), &[], &[]).await.unwrap();
    // Both of its publications, one behind the other.
    assert_eq!(
        [again(19).await, again(20).await, again(39).await, again(40).await],
        [None, Some(40), Some(40), None]
    );
    assert_eq!(as_of(&meta, 19).await.unwrap(), ["a"]);
    // What an earlier version removed is refused as it was.
    meta.migrate_down(PAST_GAPS).await.unwrap();
    assert_eq!(meta.kept_from(&organization()).await.unwrap(), Some(40));
}

const PAST_GAPS: i64 = 20_261_130_022_000;

async fn as_of(meta: &Meta, at_ms: i64) -> Option<Vec<String>> {
    let found: Option<Vec<Publication>> = meta.publications_as_of(&organization(), at_ms).await.unwrap();
    let told = |one: &Publication| {
        assert_eq!(one.rollup_files, std::slice::from_ref(&one.fingerprint));
        one.fingerprint.clone()
    };
    found.map(|found| found.iter().map(told).collect())
}

#[tokio::test]
async fn what_counted_at_an_instant_is_known() {
    let (_folder, meta) = store().await;
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    let b = meta.publish(&publication("one", "b", 20)).await.unwrap();
    // Another connection's month is chosen, with a rest of the former one.
    let rest = publication("one", "rest", 30);
    let retired =
        [Retirement { publication: b, conflict: conflict("one", "two"), rest: Some(rest), words: words() }];
    meta.publish_in_place(&publication("two", "c", 30), &retired).await.unwrap();
    let expected: [(i64, &[&str]); 6] =
        [(9, &[]), (10, &["a"]), (19, &["a"]), (20, &["b"]), (29, &["b"]), (30, &["rest", "c"])];
    for (at, names) in expected {
        assert_eq!(as_of(&meta, at).await.unwrap(), names, "{at}");
    }
    assert_eq!(meta.kept_from(&organization()).await.unwrap(), None);
    assert_eq!(meta.first_published(&organization()).await.unwrap(), Some(10));
    meta.retire_files(20, 100, &[]).await.unwrap();
    assert_eq!(meta.kept_from(&organization()).await.unwrap(), Some(20));
    assert_eq!(as_of(&meta, 19).await, None, "not without a part of it");
    assert_eq!(as_of(&meta, 20).await.unwrap(), ["b"]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_leaves_one_state_at_each_instant() {
    let (_folder, meta) = store().await;
    for (generation, at_ms) in [("a", 100), ("b", 50), ("c", 120)] {
        meta.publish(&publication("one", generation, at_ms)).await.unwrap();
    }
    for (at, names) in [(50, vec![]), (99, vec![]), (100, vec!["b"]), (119, vec!["b"]), (120, vec!["c"])] {
        assert_eq!(as_of(&meta, at).await.unwrap(), names, "{at}");
    }
}

#[tokio::test]
async fn every_instant_is_what_was_current_then() {
    let (_folder, meta) = store().await;
    let (mut random, mut now_ms) = (12_345_u64, 1_000_i64);
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut states: Vec<(i64, Vec<i64>)> = vec![];
    for turn in 0..80 {
        now_ms += [0, 0, 1, 7, 100][usize::try_from(next(5)).unwrap()];
        let (connection, other) = if next(2) == 0 { ("one", "two") } else { ("two", "one") };
        let mut new = publication(connection, &format!("{turn}"), now_ms);
        new.period = format!("2026-0{}", 1 + next(3)).parse().unwrap();
        let theirs = meta.publication_for(&id(other), new.period).await.unwrap();
        let retired: Vec<Retirement> = theirs
            .filter(|_| next(3) == 0)
            .map(|theirs| Retirement {
                publication: theirs.id,
                conflict: conflict(other, connection),
                rest: (next(2) == 0).then(|| NewPublication {
                    period: new.period,
                    ..publication(other, &format!("{turn}-rest"), now_ms)
                }),
                words: words(),
            })
            .into_iter()
            .collect();
        meta.publish_in_place(&new, &retired).await.unwrap();
        let current = meta.publications(&organization()).await.unwrap();
        states.retain(|(at, _)| *at != now_ms);
        states.push((now_ms, current.iter().map(|one| one.id).collect()));
    }
    for at in (990..=now_ms).chain([now_ms + 1_000_000]) {
        let known = states.iter().rev().find(|(since, _)| *since <= at).map(|(_, state)| state.clone());
        let found = meta.publications_as_of(&organization(), at).await.unwrap().unwrap();
        let found: Vec<i64> = found.iter().map(|one| one.id).collect();
        assert_eq!(found, known.unwrap_or_default(), "{at}");
    }
}

/// The number of the migration that makes the rows.
const MIGRATION: i64 = 20_261_129_340_000;

#[tokio::test]
async fn folders_of_before_go_on_working_and_back() {
    let (folder, meta) = store().await;
    meta.publish(&publication("one", "a", 10)).await.unwrap();
    let id = meta.publish(&publication("one", "b", 20)).await.unwrap();
    meta.complete(id, 4, &["items-1".to_owned(), "items-2".to_owned()], &json!({})).await.unwrap();
    let before = meta.publications(&organization()).await.unwrap();
    // As the version before had it: lists in the row itself, and none of what was replaced.
    meta.migrate_down(MIGRATION).await.unwrap();
    meta.close().await;
    let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    let after = meta.publications(&organization()).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(after[0].line_item_files, ["items-1", "items-2"]);
    // Its vacuum removed the files of former publications at once.
    assert_eq!(states(&meta).await, [row("b", FileState::Published, 20)]);
    assert_eq!(meta.kept_from(&organization()).await.unwrap(), Some(20));
    assert_eq!(as_of(&meta, 15).await, None);
    assert_eq!(as_of(&meta, 20).await.unwrap(), ["b"]);
}

#[tokio::test]
async fn how_long_is_kept_is_the_folders_own() {
    let (folder, meta) = store().await;
    assert_eq!(meta.keep_superseded_ms().await.unwrap(), meta::KEEP_SUPERSEDED_MS);
    meta.keep_superseded_for(0).await.unwrap();
    meta.keep_superseded_for(7).await.unwrap();
    let other = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    assert_eq!(other.keep_superseded_ms().await.unwrap(), 7);
}

#[tokio::test]
async fn what_is_taken_back_never_was() {
    let (_folder, meta) = store().await;
    let taken_back = async |id, at| meta.withdraw(id, at).await.unwrap();
    let first = meta.publish(&publication("one", "a", 10)).await.unwrap();
    meta.complete(first, 1, &[], &json!({})).await.unwrap();
    assert_eq!(taken_back(first, 15).await, None, "it is complete");
    let again = NewPublication { rollup_files: vec!["b2".to_owned()], ..publication("one", "b", 30) };
    let tries =
        [meta.publish(&publication("one", "b", 20)).await.unwrap(), meta.publish(&again).await.unwrap()];
    assert_eq!(taken_back(tries[0], 40).await, None, "it does not count any more");
    assert_eq!(taken_back(tries[1], 40).await.unwrap(), ["a"]);
    for at in [10, 20, 29, 30, 40, 50] {
        assert_eq!(as_of(&meta, at).await.unwrap(), ["a"], "{at}");
    }
    assert_eq!(meta.kept_from(&organization()).await.unwrap(), None);
    assert_eq!(meta.superseded(&id("one"), 9).await.unwrap(), []);
    let is = |path: &str, state, since| row(path, state, since);
    assert_eq!(
        states(&meta).await,
        [
            is("a", FileState::Published, 10),
            is("b", FileState::Deletable, 40),
            is("b2", FileState::Deletable, 40)
        ]
    );
    // What follows is as if nothing had been.
    meta.publish(&publication("one", "c", 60)).await.unwrap();
    assert_eq!(
        (as_of(&meta, 59).await.unwrap(), as_of(&meta, 60).await.unwrap()),
        (vec!["a".to_owned()], vec!["c".to_owned()])
    );
}

#[tokio::test]
async fn what_is_taken_back_leaves_nothing_where_nothing_was_and_others_as_they_are() {
    let (_folder, meta) = store().await;
    let first = meta.publish(&publication("one", "a", 10)).await.unwrap();
    assert_eq!(meta.withdraw(first, 20).await.unwrap(), Some(vec![]));
    assert_eq!(meta.publications(&organization()).await.unwrap(), []);
    let theirs = meta.publish(&publication("one", "b", 30)).await.unwrap();
    let retired =
        [Retirement { publication: theirs, conflict: conflict("one", "two"), rest: None, words: words() }];
    let own = meta.publish_in_place(&publication("two", "c", 40), &retired).await.unwrap();
    assert_eq!(meta.withdraw(own, 50).await.unwrap(), None, "what it took the place of would count nowhere");
    assert_eq!(as_of(&meta, 50).await.unwrap(), ["c"]);
}

#[tokio::test]
async fn what_is_taken_back_counts_no_bill_twice_or_nowhere() {
    let (_folder, meta) = store().await;
    let complete = async |new: &NewPublication| {
        let id = meta.publish(new).await.unwrap();
        meta.complete(id, 1, &[], &json!({})).await.unwrap();
        id
    };
    // A rest of "one" is what "two" did not take: behind it stands the whole, which counts in "two" in part.
    let whole = complete(&publication("one", "whole", 10)).await;
    let rest = publication("one", "rest", 20);
    let retired = [Retirement {
        publication: whole,
        conflict: conflict("one", "two"),
        rest: Some(rest),
        words: words(),
    }];
    meta.publish_in_place(&publication("two", "theirs", 20), &retired).await.unwrap();
    let again = NewPublication { fingerprint: "rest".to_owned(), ..publication("one", "rest2", 30) };
    let again = meta.publish(&again).await.unwrap();
    assert_eq!(meta.withdraw(again, 40).await.unwrap(), None);
    let current = meta.publications(&organization()).await.unwrap();
    let files: Vec<&str> =
        current.iter().flat_map(|one| one.rollup_files.iter().map(String::as_str)).collect();
    assert_eq!(files, ["rest2", "theirs"]);
}

#[tokio::test]
async fn what_may_come_back_is_spared_and_older_tries_do_not_come_back() {
    let (_folder, meta) = store().await;
    let good = meta.publish(&publication("one", "good", 10)).await.unwrap();
    meta.complete(good, 1, &[], &json!({})).await.unwrap();
    // Two deliveries that were cut off, one after the other; everything that is past is removed meanwhile.
    meta.publish(&publication("one", "cut", 20)).await.unwrap();
    let own = meta.publish(&publication("one", "cut again", 30)).await.unwrap();
    meta.retire_files(i64::MAX, 35, &[]).await.unwrap();
    assert_eq!(states(&meta).await[0], row("good", FileState::Superseded, 20));
    assert_eq!(meta.withdraw(own, 40).await.unwrap().unwrap(), ["good"]);
    assert_eq!(as_of(&meta, 40).await.unwrap(), ["good"]);
    // A bill that another connection counts by now does not come back beside it.
    let owners = |payer: &str| json!({ "owners": [[payer, "account"]] });
    let of = |connection: &str, name: &str, at, payer: &str| NewPublication {
        proof: owners(payer),
        ..publication(connection, name, at)
    };
    let mine = meta.publish(&of("one", "mine", 50, "1")).await.unwrap();
    meta.complete(mine, 1, &[], &owners("1")).await.unwrap();
    let next = meta.publish(&of("one", "next", 60, "2")).await.unwrap();
    meta.publish(&of("two", "theirs", 70, "1")).await.unwrap();
    assert_eq!(meta.withdraw(next, 80).await.unwrap(), None);
}

#[tokio::test]
async fn a_bill_diff_is_due_once_its_publication_is_complete_and_made_once() {
    let (_folder, meta) = store().await;
    let one = id("one");
    let due = async |meta: &Meta| -> Vec<Vec<BillDiff>> {
        meta.undiffed(&one).await.unwrap().into_iter().map(|row| row.diffs).collect()
    };
    let diff = |before, after| BillDiff { before, after: Some(after), source: None };
    let complete = async |id| meta.complete(id, 1, &[], &json!({})).await.unwrap();
    let a = meta.publish(&publication("one", "a", 10)).await.unwrap();
    complete(a).await;
    assert_eq!(due(&meta).await, Vec::<Vec<BillDiff>>::new(), "the first one changes nothing");
    let b = meta.publish(&publication("one", "b", 20)).await.unwrap();
    meta.relay(&one, 21, &[]).await.unwrap();
    assert_eq!(due(&meta).await, Vec::<Vec<BillDiff>>::new(), "its line items may refuse it");
    assert_eq!(meta.unrelayed(30).await.unwrap(), []);
    // It never came to its end: what replaces it stands against the last complete one.
    let c = meta.publish(&publication("one", "c", 30)).await.unwrap();
    meta.relay(&one, 31, &[]).await.unwrap();
    complete(c).await;
    assert_eq!(due(&meta).await, [vec![diff(a, c)]]);
    assert_eq!(meta.unrelayed(40).await.unwrap(), [(organization(), one.clone())]);
    let next = meta.publish(&publication("one", "d", 40)).await.unwrap();
    assert!(next > b);
    // Made by two: kept once, and what follows from it is queued.
    let row = meta.undiffed(&one).await.unwrap()[0].id;
    let change = BillChange {
        connection_id: one.clone(),
        period: "2026-08".parse().unwrap(),
        changed_at_ms: 30,
        currency: "USD".to_owned(),
        total_before: Decimal::ZERO,
        total_after: Decimal::ZERO,
        rows_before: None,
        rows_after: None,
        lines_total: None,
        lines: vec![],
        sums: None,
        settled: None,
        source: None,
    };
    meta.relay(&one, 41, &[]).await.unwrap();
    for _ in 0..2 {
        meta.keep_bill_changes(row, std::slice::from_ref(&change)).await.unwrap();
    }
    assert_eq!(meta.bill_changes(&one, 10).await.unwrap(), [change]);
    assert!(meta.relay(&one, 42, &[]).await.unwrap());
    // Taken back, it changed nothing.
    assert!(meta.withdraw(next, 50).await.unwrap().is_some());
    assert_eq!(due(&meta).await, Vec::<Vec<BillDiff>>::new());
    // In place of another connection's: for both, in words.
    let theirs = meta.publish(&publication("two", "t", 60)).await.unwrap();
    let retired =
        [Retirement { publication: theirs, conflict: conflict("two", "one"), rest: None, words: words() }];
    let last = meta.publish_in_place(&publication("one", "e", 70), &retired).await.unwrap();
    complete(last).await;
    let [ours, gone] = words().map(Some);
    assert_eq!(
        due(&meta).await,
        [vec![
            diff(c, last),
            BillDiff { before: theirs, after: Some(last), source: ours },
            BillDiff { before: theirs, after: None, source: gone },
        ]]
    );
    // A restored copy makes none: they would be told as if they were new.
    meta.settle_copy(80).await.unwrap();
    assert_eq!(due(&meta).await, Vec::<Vec<BillDiff>>::new());
}

#[tokio::test]
async fn what_a_bill_diff_compares_stays_until_it_is_made() {
    let (_folder, meta) = store().await;
    let (one, two) = (id("one"), id("two"));
    let complete = async |id| meta.complete(id, 1, &[], &json!({})).await.unwrap();
    let a = meta.publish(&publication("one", "a", 10)).await.unwrap();
    complete(a).await;
    let b = meta.publish(&publication("one", "b", 20)).await.unwrap();
    complete(b).await;
    for connection in [&one, &two] {
        meta.relay(connection, 21, &[]).await.unwrap();
    }
    // However old: neither the row nor the files that it compares.
    meta.forget_jobs(1000).await.unwrap();
    meta.retire_files(1000, 1000, &[]).await.unwrap();
    assert_eq!(states(&meta).await[0], row("a", FileState::Superseded, 20));
    let due = meta.undiffed(&one).await.unwrap();
    assert_eq!(due.iter().map(|row| row.diffs[0].before).collect::<Vec<_>>(), [a]);
    meta.keep_bill_changes(due[0].id, &[]).await.unwrap();
    meta.retire_files(1000, 1001, &[]).await.unwrap();
    assert_eq!(states(&meta).await[0], row("a", FileState::Deletable, 1001));
    // One without line items yet loses its place to another connection's: what counted before it is compared.
    let c = meta.publish(&publication("one", "c", 30)).await.unwrap();
    let retired =
        [Retirement { publication: c, conflict: conflict("one", "two"), rest: None, words: words() }];
    let last = meta.publish_in_place(&publication("two", "t", 40), &retired).await.unwrap();
    complete(last).await;
    let [ours, gone] = words().map(Some);
    let due: Vec<_> = meta.undiffed(&two).await.unwrap().into_iter().flat_map(|row| row.diffs).collect();
    assert_eq!(
        due,
        [
            BillDiff { before: b, after: Some(last), source: ours },
            BillDiff { before: b, after: None, source: gone },
        ]
    );
    assert!(meta.undiffed(&one).await.unwrap().is_empty());
}
