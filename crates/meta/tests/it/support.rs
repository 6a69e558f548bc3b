//! What several tests begin with: a store with two connections of one organization, a bill that both hold, publications.

use meta::{
    BillCandidate, BillConflict, BillPlace, ConflictDetail, Connection, ConnectionKind, Meta, NewPublication,
    Organization,
};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId};
use serde_json::json;
use tempfile::TempDir;

pub(crate) fn id(name: &str) -> ConnectionId {
    ConnectionId::try_new(name).unwrap()
}

pub(crate) fn august() -> BillingPeriod {
    "2026-08".parse().unwrap()
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::try_new("acme").unwrap()
}

pub(crate) fn candidate(name: &str) -> BillCandidate {
    BillCandidate { connection: id(name), place: BillPlace::Whole }
}

pub(crate) fn words() -> [String; 2] {
    ["ours".to_owned(), "theirs".to_owned()]
}

pub(crate) fn conflict(own: &str, other: &str) -> BillConflict {
    BillConflict {
        id: 0,
        period: august(),
        own: candidate(own),
        other: candidate(other),
        gone: String::new(),
        detail: ConflictDetail { payers: vec!["1".to_owned()], whole: true, ..ConflictDetail::default() },
        noted_at_ms: 5,
    }
}

/// A month of a connection, of one file, which has the name of what it was made of.
pub(crate) fn publication(connection: &str, generation: &str, published_at_ms: i64) -> NewPublication {
    NewPublication {
        connection_id: id(connection),
        period: august(),
        rollup_version: 1,
        rollup_files: vec![generation.to_owned()],
        line_items_version: None,
        line_item_files: vec![],
        rows: 1,
        bytes: 1,
        currency: "USD".to_owned(),
        raw_total: Decimal::ZERO,
        stored_total: Decimal::ZERO,
        proven: true,
        fingerprint: generation.to_owned(),
        proof: json!({}),
        features: json!({}),
        data_from: None,
        data_to: None,
        published_at_ms,
    }
}

/// A store that knows the connections `one` and `two`.
pub(crate) async fn store() -> (TempDir, Meta) {
    let folder = tempfile::tempdir().unwrap();
    let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    let acme = Organization { id: organization(), name: "Acme".to_owned(), demo: false };
    meta.ensure_organization(&acme).await.unwrap();
    for name in ["one", "two"] {
        let connection = Connection {
            id: id(name),
            organization_id: organization(),
            kind: ConnectionKind::Local,
            location: format!("/{name}"),
            name: name.to_owned(),
        };
        meta.ensure_connection(&connection, &[]).await.unwrap();
    }
    (folder, meta)
}
