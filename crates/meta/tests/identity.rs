//! People, sessions and the audit log on a real database file.

use meta::{ErrorKind, FirstAdministrator, Meta, NewAudit, NewSession, NewUser, Organization, Person, User};
use model::{Email, OrganizationId, Role, UserId};
use std::collections::BTreeMap;
use tempfile::TempDir;

const LINK: [u8; 32] = [1; 32];
const SESSION: [u8; 32] = [2; 32];

fn organization() -> Organization {
    Organization { id: OrganizationId::try_new("acme").unwrap(), name: "Acme".into(), demo: false }
}

fn entry(action: &str) -> NewAudit {
    NewAudit {
        organization_id: Some(organization().id),
        at_ms: 5,
        actor_kind: "user".into(),
        actor_id: Some("ada".into()),
        actor_name: "Ada".into(),
        action: action.into(),
        target: "x".into(),
        detail: BTreeMap::from([("a".into(), "b".into())]),
        address: None,
    }
}

fn user(name: &str) -> NewUser {
    let user = User {
        id: UserId::try_new(name).unwrap(),
        email: Email::try_new(&format!("{name}@example.com")).unwrap(),
        name: name.into(),
    };
    NewUser { user, password_hash: Some("hash".into()), created_at_ms: 1 }
}

async fn set_up() -> (TempDir, Meta) {
    let folder = tempfile::tempdir().unwrap();
    let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    meta.create_setup_link(&LINK, 0, 100).await.unwrap();
    meta.set_up(&LINK, 10, &first("ada")).await.unwrap();
    (folder, meta)
}

fn first(name: &str) -> FirstAdministrator {
    let user = user(name);
    let session = NewSession {
        token_hash: SESSION,
        user_id: user.user.id.clone(),
        organization_id: Some(organization().id),
        created_at_ms: 10,
        expires_at_ms: 1000,
    };
    FirstAdministrator { user, organization: organization(), session, audit: entry("organization.set_up") }
}

async fn actions(meta: &Meta) -> Vec<String> {
    let log = meta.audit(&organization().id, None, 100).await.unwrap();
    log.into_iter().rev().map(|entry| entry.what.action).collect()
}

#[tokio::test]
async fn a_link_sets_up_once_and_all_or_nothing() {
    let (_folder, meta) = set_up().await;
    let error = meta.set_up(&LINK, 10, &first("bob")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    // Even a fresh link makes no second first administrator.
    meta.create_setup_link(&[9; 32], 0, 100).await.unwrap();
    assert!(meta.set_up(&[9; 32], 10, &first("bob")).await.is_err());
    assert_eq!(meta.users().await.unwrap().len(), 1);
    assert_eq!(actions(&meta).await, ["organization.set_up"]);
}

#[tokio::test]
async fn a_change_that_fails_leaves_no_entry() {
    let (_folder, meta) = set_up().await;
    let (acme, ada) = (organization().id, UserId::try_new("ada").unwrap());
    let error = meta.set_role(&acme, &ada, Role::Viewer, &entry("member.role_changed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let error = meta.remove_member(&acme, &ada, &entry("member.removed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let nobody = UserId::try_new("nobody").unwrap();
    let error = meta.remove_member(&acme, &nobody, &entry("member.removed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(actions(&meta).await, ["organization.set_up"]);
    assert_eq!(meta.members(&acme).await.unwrap()[0].role, Role::Administrator);

    let bob = user("bob");
    meta.add_member(&acme, Person::New(&bob), Role::Administrator, 20, &entry("member.joined"))
        .await
        .unwrap();
    meta.remove_member(&acme, &ada, &entry("member.removed")).await.unwrap();
    assert_eq!(actions(&meta).await, ["organization.set_up", "member.joined", "member.removed"]);
    let error = meta.add_member(&acme, Person::New(&bob), Role::Viewer, 30, &entry("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "one account an address");
}

#[tokio::test]
async fn a_session_shows_what_its_person_may_do_now() {
    let (_folder, meta) = set_up().await;
    let (acme, ada) = (organization().id, UserId::try_new("ada").unwrap());
    let place = async || {
        let session = meta.session(&SESSION, 50, 0).await.unwrap().unwrap();
        session.place.map(|(organization, role)| (organization.name, role))
    };
    assert_eq!(place().await, Some(("Acme".to_owned(), Role::Administrator)));
    meta.add_member(&acme, Person::New(&user("bob")), Role::Administrator, 20, &entry("member.joined"))
        .await
        .unwrap();
    meta.set_role(&acme, &ada, Role::Viewer, &entry("member.role_changed")).await.unwrap();
    assert_eq!(place().await, Some(("Acme".to_owned(), Role::Viewer)));
    meta.remove_member(&acme, &ada, &entry("member.removed")).await.unwrap();
    assert_eq!(place().await, None);
    assert!(meta.session(&SESSION, 1000, 0).await.unwrap().is_none(), "it has ended by time");
    assert!(meta.session(&SESSION, 50, 10).await.unwrap().is_none(), "it was not seen since");
    meta.touch_session(&SESSION, 40).await.unwrap();
    assert!(meta.session(&SESSION, 50, 10).await.unwrap().is_some());
    assert!(meta.session(&[3; 32], 50, 0).await.unwrap().is_none());
    meta.set_password(&ada, "other", None, &[]).await.unwrap();
    assert!(meta.session(&SESSION, 50, 0).await.unwrap().is_none(), "a new password ends it");
}

#[tokio::test]
async fn attempts_are_counted_up_to_the_limit() {
    let (_folder, meta) = set_up().await;
    let subjects = [("account".to_owned(), 2), ("address".to_owned(), 3)];
    assert_eq!(meta.attempt(&subjects, 100, 0).await.unwrap(), None);
    assert_eq!(meta.attempt(&subjects, 110, 0).await.unwrap(), None);
    assert_eq!(meta.attempt(&subjects, 120, 0).await.unwrap(), Some(100), "the account's oldest");
    meta.forget_attempts("account").await.unwrap();
    assert_eq!(meta.attempt(&subjects, 130, 0).await.unwrap(), None);
    assert_eq!(meta.attempt(&subjects, 140, 0).await.unwrap(), Some(100), "the address's oldest");
    meta.forget_attempt("address").await.unwrap();
    assert_eq!(meta.attempt(&subjects, 150, 0).await.unwrap(), None);
    assert_eq!(meta.attempt(&subjects, 260, 150).await.unwrap(), None, "old ones do not count");
}

#[tokio::test]
async fn the_schema_goes_back_and_forth() {
    let (folder, meta) = set_up().await;
    meta.migrate_down(20_261_123_100_000).await.unwrap();
    assert!(meta.users().await.is_err());
    assert_eq!(meta.organizations().await.unwrap().len(), 1, "what was there before stays");
    let again = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
    assert!(again.users().await.unwrap().is_empty());
}
