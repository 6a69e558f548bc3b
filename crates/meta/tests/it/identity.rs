//! People, sessions and the audit log on a real database file.

use meta::{
    Basis, ErrorKind, FirstAdministrator, LinkEntries, Linked, MailLimits, Meta, NewAudit, NewMails,
    NewSession, NewUser, OpenIdIdentity, Organization, Person, User,
};
use model::{Email, OrganizationId, Role, Standing, UserId};
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
    NewUser { user, password_hash: Some("hash".into()), created_at_ms: 1, email_proven: false }
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
    meta.reset_password(&ada, "other", 50, &[]).await.unwrap();
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

fn identity(subject: &str) -> OpenIdIdentity {
    OpenIdIdentity { issuer: "https://id.example".into(), subject: subject.into() }
}

#[tokio::test]
async fn the_first_proof_of_an_address_ends_what_was_set_before() {
    let (_folder, meta) = set_up().await;
    let ada = UserId::try_new("ada").unwrap();
    let entries = LinkEntries { first: vec![entry("address.proven")], moved: vec![entry("address.changed")] };
    let address = Email::try_new("ada@example.com").unwrap();
    let link = async |subject: &str, proves: bool, at: i64| {
        let address = Some(&address).filter(|_| proves);
        meta.link_openid(&identity(subject), &ada, address, at, &entries).await.unwrap()
    };
    assert_eq!(link("1", false, 20).await, Linked::Known, "an address that nobody checked proves nothing");
    assert!(meta.session(&SESSION, 50, 0).await.unwrap().is_some());
    assert_eq!(link("1", true, 30).await, Linked::FirstProof);
    let stored = meta.user(&ada).await.unwrap().unwrap();
    assert_eq!((stored.password_hash, stored.email_proven_ms), (None, Some(30)));
    assert!(meta.session(&SESSION, 50, 0).await.unwrap().is_none());
    assert!(meta.memberships(&ada).await.unwrap().is_empty(), "nobody is a member who did not accept");
    let asked = meta.invitations_of(&stored.user.email, 40).await.unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].0.role, asked[0].1.as_str()), (Role::Administrator, "Acme"));
    assert_eq!(actions(&meta).await, ["organization.set_up", "address.proven"]);

    meta.reset_password(&ada, "new", 40, &[]).await.unwrap();
    assert_eq!(link("1", true, 50).await, Linked::Known, "proven once, proven for ever");
    assert_eq!(meta.user(&ada).await.unwrap().unwrap().password_hash.as_deref(), Some("new"));
    assert_eq!(link("2", true, 60).await, Linked::ToAnother, "the address has moved to somebody else");
    assert_eq!(meta.openid_user(&identity("2")).await.unwrap(), None);
    assert_eq!(meta.forget_openid(&ada, &[]).await.unwrap(), 1);
    assert_eq!(link("2", true, 70).await, Linked::Known);
    assert_eq!(actions(&meta).await, ["organization.set_up", "address.proven"]);

    // The person moves on to another address; who gets the old one gets nothing of the account.
    let moved = Email::try_new("ada@elsewhere.example").unwrap();
    meta.link_openid(&identity("2"), &ada, Some(&moved), 80, &entries).await.unwrap();
    assert_eq!(meta.user(&ada).await.unwrap().unwrap().user.email, moved);
    assert!(meta.user_by_email(&address).await.unwrap().is_none());
    assert_eq!(actions(&meta).await.last().unwrap(), "address.changed");
}

#[tokio::test]
async fn who_is_asked_again_is_asked_to_see_no_more_than_before() {
    let (_folder, meta) = set_up().await;
    let carl = user("carl");
    let chosen = Standing::new(Role::SubsetViewer, ["s1".to_owned()]);
    let person = Person::New(&carl);
    meta.add_member(&organization().id, person, chosen, 20, &entry("member.joined")).await.unwrap();
    let entries = LinkEntries { first: vec![], moved: vec![] };
    let (id, address) = (&carl.user.id, Some(&carl.user.email));
    let linked = meta.link_openid(&identity("carl"), id, address, 30, &entries).await.unwrap();
    assert_eq!(linked, Linked::FirstProof);
    let asked = meta.invitations_of(&carl.user.email, 40).await.unwrap();
    assert_eq!(
        (asked[0].0.role, asked[0].0.subsets.as_slice()),
        (Role::SubsetViewer, &["s1".to_owned()][..])
    );
}

#[tokio::test]
async fn what_was_shown_is_looked_at_again_when_it_counts() {
    let (_folder, meta) = set_up().await;
    let ada = UserId::try_new("ada").unwrap();
    let new = |token: u8| NewSession {
        token_hash: [token; 32],
        user_id: ada.clone(),
        organization_id: None,
        created_at_ms: 20,
        expires_at_ms: 1000,
    };
    meta.start_session(&new(4), Basis::Password("hash"), &[]).await.unwrap();
    meta.start_session(&new(5), Basis::Session(&[4; 32]), &[]).await.unwrap();
    assert!(meta.session(&[4; 32], 50, 0).await.unwrap().is_none(), "one takes the place of the other");
    meta.change_password(&ada, ("hash", "other"), &[5; 32], &[]).await.unwrap();
    for basis in [Basis::Password("hash"), Basis::Session(&[4; 32])] {
        let error = meta.start_session(&new(6), basis, &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{basis:?}");
    }
    for (from, session) in [("hash", [5; 32]), ("other", [4; 32])] {
        let error = meta.change_password(&ada, (from, "third"), &session, &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{from}");
    }
}

#[tokio::test]
async fn sessions_end_in_one_organization_and_stay_in_others() {
    let (_folder, meta) = set_up().await;
    let (acme, ada) = (organization().id, UserId::try_new("ada").unwrap());
    let other =
        Organization { id: OrganizationId::try_new("other").unwrap(), name: "Other".into(), demo: false };
    meta.found_organization(&other, Some(&ada), 10, &entry("organization.created")).await.unwrap();
    let session = |token: u8, place: &OrganizationId, at: i64| NewSession {
        token_hash: [token; 32],
        user_id: ada.clone(),
        organization_id: Some(place.clone()),
        created_at_ms: at,
        expires_at_ms: 1000,
    };
    meta.start_session(&session(4, &acme, 20), Basis::Given, &[]).await.unwrap();
    meta.start_session(&session(5, &other.id, 20), Basis::Given, &[]).await.unwrap();
    let ended = meta.end_sessions_of(&acme, Some(&SESSION), 30, &entry("session.all_ended")).await.unwrap();
    assert_eq!(ended, 1);
    assert!(meta.session(&SESSION, 50, 0).await.unwrap().is_some(), "who asked stays");
    assert!(meta.session(&[4; 32], 50, 0).await.unwrap().is_none());
    assert!(meta.session(&[5; 32], 50, 0).await.unwrap().is_some(), "another organization's");
    let error = meta.move_session(&[5; 32], &acme, &entry("session.moved")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "an older session has no way in");
    meta.start_session(&session(6, &other.id, 40), Basis::Given, &[]).await.unwrap();
    meta.move_session(&[6; 32], &acme, &entry("session.moved")).await.unwrap();
    assert_eq!(meta.end_all_sessions(&[entry("session.all_ended")]).await.unwrap(), 3);
}

#[tokio::test]
async fn mails_are_counted_by_sender_and_organization() {
    let (_folder, meta) = set_up().await;
    let limits = MailLimits { window_ms: 100, per_sender: 5, per_organization: 8 };
    let count = async |sender: &str, mails: u32, at_ms: i64| {
        let new = NewMails { organization_id: organization().id, sender: sender.into(), mails, at_ms };
        meta.count_mails(&new, limits, Some(&entry("report.sent")), None).await.unwrap()
    };
    assert_eq!(count("ada", 3, 1000).await, None);
    assert_eq!(count("ada", 3, 1010).await, Some(1100), "their own are too many");
    assert_eq!(count("ada", 2, 1020).await, None);
    assert_eq!(count("bob", 4, 1030).await, Some(1100), "the organization's are too many");
    assert_eq!(count("bob", 3, 1040).await, None);
    assert_eq!(count("bob", 3, 1101).await, Some(1140));
    assert_eq!(count("bob", 2, 1101).await, None);
    assert_eq!(actions(&meta).await.len(), 5, "what was refused has no entry");
}

#[tokio::test]
async fn subsets_go_with_the_role_that_needs_them() {
    let (_folder, meta) = set_up().await;
    let (acme, ada) = (organization().id, UserId::try_new("ada").unwrap());
    meta.add_member(&acme, Person::New(&user("bob")), Role::Administrator, 20, &entry("member.joined"))
        .await
        .unwrap();
    let chosen = || Standing::new(Role::SubsetViewer, ["s2".to_owned(), "s1".to_owned()]);
    meta.set_role(&acme, &ada, chosen(), &entry("member.role_changed")).await.unwrap();
    let session = meta.session(&SESSION, 50, 0).await.unwrap().unwrap();
    assert_eq!(session.place.map(|(_, role)| role), Some(Role::SubsetViewer));
    assert_eq!(session.subsets, ["s1", "s2"]);
    assert_eq!(meta.members(&acme).await.unwrap()[0].subsets, ["s1", "s2"]);
    meta.set_role(&acme, &ada, Role::Viewer, &entry("member.role_changed")).await.unwrap();
    assert!(meta.session(&SESSION, 50, 0).await.unwrap().unwrap().subsets.is_empty());
    assert!(meta.subsets_of_member(&ada, &acme).await.unwrap().is_empty());
}

#[tokio::test]
async fn going_back_takes_out_who_would_see_everything() {
    let (_folder, meta) = set_up().await;
    let acme = organization().id;
    let carl = user("carl");
    let chosen = Standing::new(Role::SubsetViewer, ["s1".to_owned()]);
    meta.add_member(&acme, Person::New(&carl), chosen, 20, &entry("member.joined")).await.unwrap();
    meta.migrate_down(20_261_129_350_000).await.unwrap();
    assert_eq!(meta.memberships(&carl.user.id).await.unwrap(), []);
    let ada = UserId::try_new("ada").unwrap();
    assert_eq!(meta.memberships(&ada).await.unwrap().len(), 1);
}
