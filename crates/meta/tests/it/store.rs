//! The metadata store on real database files.

use meta::{
    Connection, ConnectionKind, ConnectionRecord, ConnectionState, DefinitionKind, ErrorKind, Failure,
    FileState, Meta, NewAudit, NewIngest, NewPublication, Organization, Outcome, Stage,
};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId, Table};
use serde_json::json;
use std::collections::HashSet;
use std::path::PathBuf;
use tempfile::TempDir;

struct TestStore {
    folder: TempDir,
    meta: Meta,
    organization: OrganizationId,
    connection: ConnectionId,
}

impl TestStore {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
        let organization = OrganizationId::try_new("acme").unwrap();
        let connection = ConnectionId::try_new("bills").unwrap();
        let store = Self { folder, meta, organization, connection };
        store.meta.ensure_organization(&store.the_organization("Acme")).await.unwrap();
        store.meta.ensure_connection(&store.the_connection("bills", "/bills"), &[]).await.unwrap();
        store
    }

    /// Files of a table that current publications name.
    async fn published_files(&self, table: Table) -> HashSet<String> {
        let files = self.meta.lake_files(table).await.unwrap().into_iter();
        files.filter(|file| file.state == FileState::Published).map(|file| file.path).collect()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("meta.sqlite")
    }

    fn the_organization(&self, name: &str) -> Organization {
        Organization { id: self.organization.clone(), name: name.to_owned(), demo: false }
    }

    fn the_connection(&self, id: &str, location: &str) -> Connection {
        Connection {
            id: ConnectionId::try_new(id).unwrap(),
            organization_id: self.organization.clone(),
            kind: ConnectionKind::Local,
            location: location.to_owned(),
            name: id.to_owned(),
        }
    }

    fn publication(&self, period: &str, generation: &str) -> NewPublication {
        NewPublication {
            connection_id: self.connection.clone(),
            period: period.parse().unwrap(),
            rollup_version: 3,
            rollup_files: vec![format!("{generation}-rollup")],
            line_items_version: None,
            line_item_files: vec![],
            rows: 5,
            bytes: 99,
            currency: "USD".to_owned(),
            raw_total: "12345678901234567890.123456789012345678".parse().unwrap(),
            stored_total: "-0.000000000000000001".parse().unwrap(),
            proven: true,
            fingerprint: generation.to_owned(),
            proof: json!({ "files": [1, 2] }),
            features: json!({}),
            data_from: Some(1),
            data_to: None,
            published_at_ms: 1000,
        }
    }

    fn ingest(&self, started_at_ms: i64) -> NewIngest {
        NewIngest {
            connection_id: self.connection.clone(),
            period: period("2026-10"),
            fingerprint: "f".to_owned(),
            started_at_ms,
        }
    }
}

fn period(text: &str) -> BillingPeriod {
    text.parse().unwrap()
}

#[tokio::test]
async fn ensuring_twice_keeps_one() {
    let store = TestStore::new().await;
    store.meta.ensure_organization(&store.the_organization("Acme Ltd")).await.unwrap();
    store.meta.ensure_connection(&store.the_connection("bills", "/other"), &[]).await.unwrap();
    assert_eq!(store.meta.organizations().await.unwrap(), [store.the_organization("Acme Ltd")]);
    let connections = store.meta.connections(&store.organization).await.unwrap();
    assert_eq!(connections, [store.the_connection("bills", "/other")]);
    let found = store.meta.connection_by_location(&store.organization, "/other").await.unwrap();
    assert_eq!(found.unwrap().id, store.connection);
    assert_eq!(store.meta.connection_by_location(&store.organization, "/bills").await.unwrap(), None);
}

#[tokio::test]
async fn a_location_or_an_identifier_has_one_owner() {
    let store = TestStore::new().await;
    let twice =
        store.meta.ensure_connection(&store.the_connection("again", "/bills"), &[]).await.unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Conflict);

    let other =
        Organization { id: OrganizationId::try_new("other").unwrap(), name: String::new(), demo: true };
    store.meta.ensure_organization(&other).await.unwrap();
    let stolen = Connection { organization_id: other.id, ..store.the_connection("bills", "/x") };
    assert_eq!(store.meta.ensure_connection(&stolen, &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(store.meta.connections(&store.organization).await.unwrap()[0].location, "/bills");
}

#[tokio::test]
async fn a_publication_comes_back_to_the_last_digit() {
    let store = TestStore::new().await;
    let new = store.publication("2026-10", "a");
    let id = store.meta.publish(&new).await.unwrap();
    let found = store.meta.publication_for(&store.connection, period("2026-10")).await.unwrap().unwrap();
    assert_eq!((found.id, found.stage, &found.content), (id, Stage::Dashboards, &new));
    assert_eq!(found.stored_total, Decimal::from_units(-1));
}

#[tokio::test]
async fn a_replaced_period_is_never_doubled() {
    let store = TestStore::new().await;
    let mut ids = vec![];
    for generation in ["a", "b", "c"] {
        ids.push(store.meta.publish(&store.publication("2026-10", generation)).await.unwrap());
    }
    store.meta.publish(&store.publication("2026-09", "d")).await.unwrap();
    assert!(ids.is_sorted());
    let current = store.meta.publications(&store.organization).await.unwrap();
    let current: Vec<_> =
        current.iter().map(|found| (found.period.to_string(), &*found.fingerprint)).collect();
    assert_eq!(current, [("2026-09".to_owned(), "d"), ("2026-10".to_owned(), "c")]);
    let files = store.published_files(Table::Rollup).await;
    assert_eq!(files, ["c-rollup".to_owned(), "d-rollup".to_owned()].into());
    let history = store.meta.superseded(&store.connection, 10).await.unwrap();
    assert_eq!(history.iter().map(|old| &*old.fingerprint).collect::<Vec<_>>(), ["b", "a"]);
}

#[tokio::test]
async fn only_the_current_publication_is_completed() {
    let store = TestStore::new().await;
    let old = store.meta.publish(&store.publication("2026-10", "a")).await.unwrap();
    let new = store.meta.publish(&store.publication("2026-10", "b")).await.unwrap();
    let files = ["items".to_owned()];
    let late = store.meta.complete(old, 7, &files, &json!(1)).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict);
    assert_eq!(store.meta.complete(999, 7, &files, &json!(1)).await.unwrap_err().kind(), ErrorKind::NotFound);

    store.meta.complete(new, 8, &files, &json!(2)).await.unwrap();
    let found = store.meta.publication_for(&store.connection, period("2026-10")).await.unwrap().unwrap();
    assert_eq!((found.stage, found.line_items_version, &found.proof), (Stage::Complete, Some(8), &json!(2)));
    let files = store.published_files(Table::LineItems).await;
    assert_eq!(files, ["items".to_owned()].into());
}

#[tokio::test]
async fn a_publication_needs_its_connection() {
    let store = TestStore::new().await;
    let orphan = NewPublication {
        connection_id: ConnectionId::try_new("nobody").unwrap(),
        ..store.publication("2026-10", "a")
    };
    assert!(store.meta.publish(&orphan).await.is_err());
    assert_eq!(store.meta.publications(&store.organization).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_published_survives_a_crash() {
    let store = TestStore::new().await;
    store.meta.publish(&store.publication("2026-10", "a")).await.unwrap();
    // The files as a killed process leaves them: no connection closed, the log not written back.
    let copy = store.folder.path().join("copy.sqlite");
    for suffix in ["", "-wal"] {
        let name = |base: &str| store.folder.path().join(format!("{base}.sqlite{suffix}"));
        std::fs::copy(name("meta"), name("copy")).unwrap();
    }
    assert!(std::fs::metadata(store.folder.path().join("copy.sqlite-wal")).unwrap().len() > 0);
    let reopened = Meta::open(&copy).await.unwrap();
    assert_eq!(reopened.publications(&store.organization).await.unwrap().len(), 1);
}

#[tokio::test]
async fn readers_see_one_publication_while_it_is_replaced() {
    let store = TestStore::new().await;
    store.meta.publish(&store.publication("2026-10", "start")).await.unwrap();
    let other_process = Meta::open(&store.path()).await.unwrap();
    let organization = store.organization.clone();
    let reader = tokio::spawn(async move {
        let mut last = 0;
        for _ in 0..200 {
            let found = other_process.publications(&organization).await.unwrap();
            assert_eq!(found.len(), 1);
            assert!(found[0].id >= last);
            last = found[0].id;
        }
    });
    for turn in 0..50 {
        store.meta.publish(&store.publication("2026-10", &turn.to_string())).await.unwrap();
    }
    reader.await.unwrap();
}

#[tokio::test]
async fn writers_of_two_processes_take_turns() {
    let store = TestStore::new().await;
    let other_process = Meta::open(&store.path()).await.unwrap();
    let (mine, theirs) = (store.publication("2026-10", "mine"), store.publication("2026-10", "theirs"));
    let theirs = tokio::spawn(async move {
        for _ in 0..25 {
            other_process.publish(&theirs).await.unwrap();
        }
    });
    for _ in 0..25 {
        store.meta.publish(&mine).await.unwrap();
    }
    theirs.await.unwrap();
    assert_eq!(store.meta.publications(&store.organization).await.unwrap().len(), 1);
    assert_eq!(store.meta.superseded(&store.connection, 100).await.unwrap().len(), 49);
}

#[tokio::test]
async fn an_ingest_tells_how_far_it_is_and_how_it_ended() {
    let store = TestStore::new().await;
    let id = store.meta.start_ingest(&store.ingest(10)).await.unwrap();
    store.meta.progress(id, 20, 7, 50, 100, "reading").await.unwrap();
    let running = store.meta.running_ingests(&store.organization).await.unwrap();
    assert_eq!(running.len(), 1);
    let now = &running[0];
    assert_eq!((now.heartbeat_ms, now.rows, now.bytes_done, now.bytes_total), (20, 7, 50, 100));
    assert_eq!((now.stage.as_str(), &now.outcome, now.finished_at_ms), ("reading", &None, None));

    let failure = Failure {
        message: "'x' is not a number".to_owned(),
        advice: Some("ask for the file again".to_owned()),
        file: Some("a.csv".to_owned()),
        row: Some(3),
        column: Some("lineItem/UnblendedCost".to_owned()),
    };
    let failed = Outcome::Failed(failure);
    store.meta.finish_ingest(id, &failed, 30, 8, 60).await.unwrap();
    assert_eq!(store.meta.running_ingests(&store.organization).await.unwrap(), []);
    let ended = store.meta.ingests_of(&store.connection, 5).await.unwrap();
    assert_eq!((ended[0].rows, ended[0].finished_at_ms, &ended[0].outcome), (8, Some(30), &Some(failed)));

    let again = store.meta.finish_ingest(id, &Outcome::Published, 40, 8, 60).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    let unknown = store.meta.progress(77, 40, 0, 0, 0, "").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_failure_stands_until_it_is_over() {
    let TestStore { meta, organization, connection, .. } = &TestStore::new().await;
    let cause = |message: &str| Failure { message: message.to_owned(), ..Failure::default() };
    let fails = async |kind, subject: &str, message: &str, now| {
        meta.fails(connection, kind, subject, &cause(message), now).await.unwrap()
    };
    let open = async || {
        let rows = meta.open_failures(organization).await.unwrap();
        rows.into_iter()
            .map(|row| {
                (row.kind, row.subject, row.failure.message, row.first_at_ms, row.last_at_ms, row.times)
            })
            .collect::<Vec<_>>()
    };
    use meta::FailureKind::{Gone, Look, Month};
    // One cause is one row, however often it fails.
    assert!(fails(Look, "", "denied", 10).await);
    // What was found out about it stays when it fails once more.
    let explained = Failure { advice: Some("allow it".to_owned()), ..cause("denied") };
    let row = meta.open_failures(organization).await.unwrap().remove(0);
    meta.reword_failure(row.id, &explained).await.unwrap();
    assert!(!fails(Look, "", "denied", 20).await);
    assert_eq!(meta.open_failures(organization).await.unwrap()[0].failure, explained);
    assert_eq!(open().await, [(Look, String::new(), "denied".to_owned(), 10, 20, 2)]);
    // Another cause is another failure.
    assert!(fails(Look, "", "no such bucket", 30).await);
    assert_eq!(open().await, [(Look, String::new(), "no such bucket".to_owned(), 30, 30, 1)]);
    // Kinds and months stand beside each other and end apart.
    fails(Month, "2026-09", "'x' is not a number", 40).await;
    fails(Month, "2026-10", "'y' is not a number", 40).await;
    assert_eq!(meta.is_well(connection, &[Look, Gone], 50).await.unwrap(), 1);
    assert_eq!(meta.months_are_well(connection, &["2026-10".to_owned()], 60).await.unwrap(), 1);
    assert_eq!(open().await, [(Month, "2026-10".to_owned(), "'y' is not a number".to_owned(), 40, 40, 1)]);
    meta.months_are_well(connection, &[], 70).await.unwrap();
    assert_eq!(open().await, []);
    // What is over is history; the same again is a new failure.
    let all = meta.failures_of(connection, 9).await.unwrap();
    assert_eq!(
        all.iter().map(|row| row.ended_at_ms).collect::<Vec<_>>(),
        [Some(70), Some(60), Some(50), Some(30)]
    );
    assert!(fails(Look, "", "denied", 80).await);
    assert_eq!(meta.failures_of(connection, 9).await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_delivery_arrives_once() {
    let TestStore { meta, connection, .. } = &TestStore::new().await;
    let seen = async |names: &[&str], now| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        meta.deliveries_seen(connection, &names, now).await.unwrap()
    };
    assert!(seen(&["a", "b"], 10).await);
    assert!(!seen(&["a", "b"], 20).await);
    // One that is taken away is no new one, nor is one that comes back.
    assert!(!seen(&["a"], 30).await);
    assert!(!seen(&["a", "b"], 40).await);
    assert!(seen(&["a", "c"], 50).await);
    assert_eq!(meta.arrivals(connection, 9).await.unwrap(), [50, 10]);
}

#[tokio::test]
async fn silent_ingests_are_given_up() {
    let store = TestStore::new().await;
    let silent = store.meta.start_ingest(&store.ingest(0)).await.unwrap();
    let alive = store.meta.start_ingest(&store.ingest(0)).await.unwrap();
    store.meta.progress(alive, 95_000, 1, 1, 1, "").await.unwrap();
    assert_eq!(store.meta.abandon_stale_ingests(100_000, 60_000).await.unwrap(), 1);
    let ended = store.meta.ingests_of(&store.connection, 5).await.unwrap();
    assert_eq!((ended[1].id, &ended[1].outcome), (silent, &Some(Outcome::Abandoned)));
    let late = store.meta.progress(silent, 100_001, 1, 1, 1, "").await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn every_kind_of_definition_is_kept() {
    let store = TestStore::new().await;
    for kind in [
        DefinitionKind::Subsets,
        DefinitionKind::VirtualTags,
        DefinitionKind::SharedCosts,
        DefinitionKind::OrganizationalUnits,
    ] {
        let document = vec![format!("{kind:?}")];
        store.meta.define(&store.organization, kind, &document, 0, None).await.unwrap();
        let kept = store.meta.definition::<Vec<String>>(&store.organization, kind).await.unwrap();
        assert_eq!(kept, (document, 1));
    }
}

#[tokio::test]
async fn migrations_go_back_and_forth() {
    let store = TestStore::new().await;
    store.meta.migrate_down(0).await.unwrap();
    assert!(store.meta.organizations().await.is_err());
    let again = Meta::open(&store.path()).await.unwrap();
    assert_eq!(again.organizations().await.unwrap(), []);
    again.ensure_organization(&store.the_organization("Acme")).await.unwrap();
}

#[tokio::test]
async fn what_the_http_interface_pointed_somewhere_is_not_the_operators() {
    let store = TestStore::new().await;
    let record = |id: &str, kind| ConnectionRecord {
        connection: Connection { kind, ..store.the_connection(id, &format!("/{id}")) },
        state: ConnectionState::Ready,
        settings: json!({}),
        external_id: None,
        sealed_secret: Some(vec![1]),
        poll_minutes: 60,
        verification: None,
        verified_at_ms: None,
        created_at_ms: 0,
        parent: None,
        by_operator: false,
        paused: false,
        bill_diff_mails: None,
    };
    let note = |action: &str, target: &str, name: &str, value: &str| NewAudit {
        organization_id: Some(store.organization.clone()),
        at_ms: 0,
        actor_kind: "user".to_owned(),
        actor_id: None,
        actor_name: "Eve".to_owned(),
        action: action.to_owned(),
        target: target.to_owned(),
        detail: [(name.to_owned(), value.to_owned())].into(),
        address: None,
    };
    for id in ["by-page", "moved", "renamed"] {
        store.meta.create_connection(&record(id, ConnectionKind::Local), &[]).await.unwrap();
    }
    store.meta.create_connection(&record("keys", ConnectionKind::S3Compatible), &[]).await.unwrap();
    store.meta.note(&note("connection.create", "any name", "id", "by-page")).await.unwrap();
    store.meta.note(&note("connection.change", "moved", "fields", "name, location")).await.unwrap();
    store.meta.note(&note("connection.change", "renamed", "fields", "name")).await.unwrap();
    // As an older version left it.
    store.meta.migrate_down(20_261_129_010_000).await.unwrap();
    let meta = Meta::open(&store.path()).await.unwrap();
    let records = meta.connection_records(&store.organization).await.unwrap();
    let operators: Vec<&str> = records
        .iter()
        .filter(|record| record.by_operator)
        .map(|record| record.connection.id.as_str())
        .collect();
    assert_eq!(operators, ["bills", "renamed"]);

    let all = meta.sealed_secrets().await.unwrap();
    assert_eq!(all.len(), 4);
    let other: Vec<_> = all.into_iter().map(|(id, _)| (id, vec![2])).collect();
    meta.replace_sealed_secrets(&other, &[]).await.unwrap();
    assert_eq!(meta.sealed_secrets().await.unwrap(), other);
    assert_eq!(meta.forget_sealed_secrets(&[]).await.unwrap(), 4);
    assert_eq!(meta.sealed_secret(&other[0].0).await.unwrap(), None);
}

#[tokio::test]
async fn what_others_publish_and_define_leaves_ones_state() {
    let store = TestStore::new().await;
    let other = OrganizationId::try_new("other").unwrap();
    let organization = Organization { id: other.clone(), name: "Other".to_owned(), demo: false };
    store.meta.ensure_organization(&organization).await.unwrap();
    let theirs = Connection { organization_id: other.clone(), ..store.the_connection("theirs", "/theirs") };
    store.meta.ensure_connection(&theirs, &[]).await.unwrap();
    let version = async |of: &OrganizationId| store.meta.state_version(Some(of)).await.unwrap();
    let (mine, before) = (version(&store.organization).await, version(&other).await);
    let publication =
        NewPublication { connection_id: theirs.id.clone(), ..store.publication("2026-10", "g1") };
    store.meta.publish(&publication).await.unwrap();
    let published = version(&other).await;
    assert_ne!(published, before);
    store.meta.keep_source_files(&theirs.id, 5, &json!({})).await.unwrap();
    let looked_at = version(&other).await;
    assert_ne!(looked_at, published);
    store.meta.define(&other, DefinitionKind::Subsets, &json!([]), 0, None).await.unwrap();
    let defined = version(&other).await;
    assert_ne!(defined, looked_at);
    let more = Connection { organization_id: other.clone(), ..store.the_connection("more", "/more") };
    store.meta.ensure_connection(&more, &[]).await.unwrap();
    assert_ne!(version(&other).await, defined, "questions may name it at once");
    assert_eq!(version(&store.organization).await, mine);
}
