//! One bill that two connections hold: conflicts, choices, and a month that takes another one's place.

use crate::support::{self, august, candidate, conflict, id, organization, store, words};
use meta::{
    BillChoice, BillDecision, ErrorKind, Failure, FailureKind, JobState, Meta, NewPublication, Retirement,
};

fn publication(connection: &str) -> NewPublication {
    support::publication(connection, connection, 10)
}

fn decision(choice: BillChoice) -> BillDecision {
    BillDecision { choice: Some(choice), ..BillDecision::default() }
}

async fn current(meta: &Meta) -> Vec<String> {
    let all = meta.publications(&organization()).await.unwrap();
    all.iter().map(|found| found.fingerprint.clone()).collect()
}

#[tokio::test]
async fn a_month_takes_the_place_of_another_ones_in_one_step() {
    let (_folder, meta) = store().await;
    let first = meta.publish(&publication("one")).await.unwrap();
    let retired =
        [Retirement { publication: first, conflict: conflict("one", "two"), rest: None, words: words() }];
    meta.publish_in_place(&publication("two"), &retired).await.unwrap();
    assert_eq!(current(&meta).await, ["two"]);
    assert_eq!(meta.bill_conflicts(&organization()).await.unwrap()[0].own, candidate("one"));
    // What is not current any more cannot be retired: then nothing is published either.
    let again = meta.publish_in_place(&publication("two"), &retired).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    assert_eq!(current(&meta).await, ["two"]);
    // What it holds besides stays.
    let second = meta.publication_for(&id("two"), august()).await.unwrap().unwrap().id;
    let rest = NewPublication { fingerprint: "rest of two".to_owned(), ..publication("two") };
    let retired = [Retirement {
        publication: second,
        conflict: conflict("two", "one"),
        rest: Some(rest),
        words: words(),
    }];
    meta.publish_in_place(&publication("one"), &retired).await.unwrap();
    assert_eq!(current(&meta).await, ["one", "rest of two"]);
    // What has a rest is read for its line items.
    let job = meta.last_job(&id("two")).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Queued);
}

#[tokio::test]
async fn what_follows_follows_of_both() {
    let (_folder, meta) = store().await;
    let first = meta.publish(&publication("one")).await.unwrap();
    for name in ["one", "two"] {
        meta.relay(&id(name), 11, &[]).await.unwrap();
    }
    let retired =
        [Retirement { publication: first, conflict: conflict("one", "two"), rest: None, words: words() }];
    meta.publish_in_place(&publication("two"), &retired).await.unwrap();
    assert_eq!(meta.unrelayed(20).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_choice_and_what_follows_from_it_are_one_step() {
    let (_folder, meta) = store().await;
    meta.note_bill_conflict(&conflict("one", "two")).await.unwrap();
    let over = meta.bill_conflicts(&organization()).await.unwrap()[0].id;
    let failure = Failure { message: "twice".to_owned(), ..Failure::default() };
    meta.fails(&id("one"), FailureKind::Month, "2026-08", &failure, 1).await.unwrap();
    let decided = BillDecision {
        choice: None,
        over: vec![over],
        well: vec![(id("one"), august())],
        read: vec![id("two"), id("one")],
    };
    meta.choose_bill(&organization(), &decided, 5, &[]).await.unwrap();
    assert_eq!(meta.bill_conflicts(&organization()).await.unwrap(), []);
    assert_eq!(meta.open_failures(&organization()).await.unwrap().len(), 0);
    let asked = [meta.last_job(&id("two")).await.unwrap(), meta.last_job(&id("one")).await.unwrap()];
    let asked = asked.map(|job| job.unwrap().id);
    assert!(asked[0] < asked[1], "the one that counts is read first");
}

#[tokio::test]
async fn a_choice_takes_the_place_of_the_later_ones_of_the_same_two() {
    let (_folder, meta) = store().await;
    let choose = async |winner: &str, loser: &str, from: Option<&str>| {
        let choice = BillChoice {
            winner: candidate(winner),
            loser: candidate(loser),
            from: from.map(|from| from.parse().unwrap()),
            by: "Ada".to_owned(),
            at_ms: 1,
        };
        meta.choose_bill(&organization(), &decision(choice), 1, &[]).await.unwrap();
        let all = meta.bill_choices(&organization()).await.unwrap();
        all.iter()
            .map(|known| (known.winner.connection.to_string(), known.from.map(|from| from.to_string())))
            .collect::<Vec<_>>()
    };
    let known = |winner: &str, from: Option<&str>| (winner.to_owned(), from.map(ToOwned::to_owned));
    choose("one", "two", None).await;
    choose("two", "one", Some("2026-09")).await;
    let all = choose("one", "two", Some("2026-11")).await;
    assert_eq!(all, [known("one", None), known("two", Some("2026-09")), known("one", Some("2026-11"))]);
    let all = choose("one", "two", Some("2026-09")).await;
    assert_eq!(all, [known("one", None), known("one", Some("2026-09"))]);
    assert_eq!(choose("two", "one", None).await, [known("two", None)]);
}

#[tokio::test]
async fn the_question_comes_back_when_the_chosen_one_is_removed() {
    for (winner, loser, left) in [("two", "one", vec!["other"]), ("one", "two", vec![])] {
        let (_folder, meta) = store().await;
        meta.note_bill_conflict(&conflict("one", "two")).await.unwrap();
        let choice = BillChoice {
            winner: candidate(winner),
            loser: candidate(loser),
            from: None,
            by: "Ada".to_owned(),
            at_ms: 1,
        };
        meta.choose_bill(&organization(), &decision(choice), 1, &[]).await.unwrap();
        meta.delete_connection(&organization(), &id("two"), &[], &[]).await.unwrap();
        let gone: Vec<String> =
            meta.bill_conflicts(&organization()).await.unwrap().into_iter().map(|one| one.gone).collect();
        assert_eq!(gone, left, "{winner} was chosen");
        assert!(meta.bill_choices(&organization()).await.unwrap().is_empty());
    }
}
