//! Notifications: told once for each event, step and channel; in order; under a name that stays; and gone with a copy.

use meta::{
    Asked, Cadence, Channel, ChannelEdit, ChannelState, Composed, Lease, Meta, NewAudit, NewDelivery, NewJob,
    NewNotification, Organization, Told,
};
use model::{ChannelId, OrganizationId};
use serde_json::json;
use tempfile::TempDir;

struct House {
    _folder: TempDir,
    meta: Meta,
    id: ChannelId,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
        let organization = Organization { id: organization(), name: "Alpha".to_owned(), demo: false };
        meta.ensure_organization(&organization).await.unwrap();
        let id = ChannelId::try_new("c1").unwrap();
        let channel = Channel {
            id: id.clone(),
            organization_id: organization.id,
            owner_id: None,
            name: "Channel".to_owned(),
            kind: "webhook".to_owned(),
            sealed_target: Some(vec![1]),
            shown: "https://hooks.example".to_owned(),
            cadence: Cadence::Each,
            state: ChannelState::Active,
            disabled_reason: None,
            quiet_until_ms: 0,
            created_at_ms: 0,
        };
        meta.add_channel(&channel, &entry()).await.unwrap();
        Self { _folder: folder, meta, id }
    }

    fn new_one(&self, event: &str, step: &str, message_id: &str) -> NewNotification {
        NewNotification {
            channel_id: self.id.clone(),
            event: event.to_owned(),
            step: step.to_owned(),
            notice: json!({ "event": event }),
            message_id: message_id.to_owned(),
            due_ms: 10,
            created_at_ms: 10,
        }
    }

    async fn due(&self, now_ms: i64) -> Vec<(String, String)> {
        let due = self.meta.due_notifications(&self.id, now_ms, false, 10).await.unwrap();
        due.into_iter().map(|one| (one.event, one.message_id)).collect()
    }

    fn delivery(&self, message_id: &str, at_ms: i64, told: Told) -> NewDelivery {
        NewDelivery {
            channel_id: self.id.clone(),
            message_id: message_id.to_owned(),
            title: "Title".to_owned(),
            at_ms,
            took_ms: 1,
            told,
            status: Some(200),
            answer: String::new(),
            counts: true,
            refused: false,
        }
    }

    async fn tried(&self, message_id: &str, at_ms: i64, told: Told) -> i64 {
        self.meta.tried(&self.delivery(message_id, at_ms, told), &[]).await.unwrap()
    }
}

fn organization() -> OrganizationId {
    OrganizationId::try_new("alpha").unwrap()
}

fn entry() -> NewAudit {
    NewAudit {
        organization_id: Some(organization()),
        at_ms: 0,
        actor_kind: "user".to_owned(),
        actor_id: None,
        actor_name: "Ada".to_owned(),
        action: "channel.x".to_owned(),
        target: String::new(),
        detail: std::collections::BTreeMap::new(),
        address: None,
    }
}

fn both(event: &str, message_id: &str) -> (String, String) {
    (event.to_owned(), message_id.to_owned())
}

#[tokio::test]
async fn each_step_is_told_once_in_order_and_under_its_first_name() {
    let house = House::new().await;
    let (opened, again) = (house.new_one("e", "opened", "m1"), house.new_one("e", "opened", "m2"));
    assert_eq!(house.meta.notify(&[opened]).await.unwrap(), 1);
    assert_eq!(house.meta.notify(&[again, house.new_one("e", "ended", "m3")]).await.unwrap(), 1);
    assert!(house.due(9).await.is_empty() && house.meta.due_channels(9).await.unwrap().is_empty());
    assert_eq!(house.due(10).await, [both("e", "m1"), both("e", "m3")]);
    house.tried("m1", 10, Told::Later(500)).await;
    assert!(house.due(499).await.is_empty(), "the end waits for the beginning");
    assert_eq!(house.due(500).await, [both("e", "m1"), both("e", "m3")]);
    let first = house.tried("m1", 500, Told::Delivered).await;
    assert_eq!(house.due(500).await, [both("e", "m3")]);
    house.meta.quiet_channel(&house.id, 900).await.unwrap();
    assert!(house.meta.due_channels(899).await.unwrap().is_empty());
    assert_eq!(house.meta.due_channels(900).await.unwrap(), std::slice::from_ref(&house.id));
    let again = async |delivery| {
        house.meta.send_again(&organization(), &house.id, delivery, 600, &entry()).await.unwrap()
    };
    assert_eq!(again(first).await, Asked::Granted);
    assert_eq!(house.due(600).await, [both("e", "m1"), both("e", "m3")], "under its own name");
    assert_eq!(again(999).await, Asked::Nothing);
    let told = house.meta.channels_told(&organization(), "e").await.unwrap();
    assert_eq!(told, std::slice::from_ref(&house.id));
}

#[tokio::test]
async fn what_is_open_is_known_and_a_bundle_is_one_message() {
    let house = House::new().await;
    for event in ["a", "b", "c"] {
        house.meta.notify(&[house.new_one(event, "opened", event)]).await.unwrap();
    }
    let due = house.meta.due_notifications(&house.id, 10, false, 10).await.unwrap();
    let ids: Vec<i64> = due.iter().map(|one| one.id).collect();
    let composed = Composed { ids: &ids, message_id: "a", bundle: "digest", tried: None, due_ms: None };
    house.meta.bundle(&composed).await.unwrap();
    house.meta.note_told(&house.id, "a", &["ada@example.com".to_owned()]).await.unwrap();
    let due = house.meta.due_notifications(&house.id, 10, false, 10).await.unwrap();
    assert!(due.iter().all(|one| one.message_id == "a" && one.bundle == "digest" && one.told_to.len() == 1));
    house.tried("a", 10, Told::Delivered).await;
    house.meta.notify(&[house.new_one("b", "ended", "m")]).await.unwrap();
    let open = house.meta.still_open(&house.id, &["c"], 10).await.unwrap();
    assert_eq!(open.iter().map(|one| one.event.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(house.meta.waiting(&house.id).await.unwrap(), 1);
    house.meta.notify(&[house.new_one("dropped", "opened", "d")]).await.unwrap();
    let channel = house.meta.channel(&house.id).await.unwrap().unwrap();
    assert_eq!(house.meta.channels_told(&channel.organization_id, "dropped").await.unwrap().len(), 1);
    house.meta.settle_copy(20).await.unwrap();
    assert_eq!(house.meta.waiting(&house.id).await.unwrap(), 0, "a restored copy tells nothing twice");
    let told = house.meta.channels_told(&channel.organization_id, "b").await.unwrap();
    assert_eq!(told, std::slice::from_ref(&house.id), "it was told before");
    let channel = house.meta.channel(&house.id).await.unwrap().unwrap();
    assert_eq!(channel.state, ChannelState::Disabled);
    assert!(channel.disabled_reason.unwrap().contains("restored"));
    assert!(house.meta.channels_told(&channel.organization_id, "dropped").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_gone_receiver_is_turned_off_once_and_what_is_told_waits() {
    let house = House::new().await;
    house.meta.notify(&[house.new_one("e", "opened", "m1")]).await.unwrap();
    house.tried("m1", 10, Told::Gone).await;
    assert!(house.meta.disable_channel(&house.id, "gone", &entry(), &[]).await.unwrap());
    assert!(!house.meta.disable_channel(&house.id, "gone", &entry(), &[]).await.unwrap());
    assert!(house.meta.due_channels(10).await.unwrap().is_empty());
    let edit =
        ChannelEdit { state: Some((ChannelState::Active, None)), anew: true, ..ChannelEdit::default() };
    let channel = house.meta.change_channel(&house.id, &edit, 20, &entry()).await.unwrap();
    assert_eq!((channel.state, channel.disabled_reason), (ChannelState::Active, None));
    assert_eq!(house.meta.due_channels(20).await.unwrap(), std::slice::from_ref(&house.id));
    assert_eq!(house.meta.deliveries(&house.id, 10).await.unwrap()[0].outcome, "gone");
    assert_eq!(house.meta.sealed_targets().await.unwrap(), [(house.id.clone(), vec![1])]);
    assert_eq!(house.meta.forget_sealed_secrets(&[]).await.unwrap(), 1);
    assert_eq!(house.meta.channel(&house.id).await.unwrap().unwrap().state, ChannelState::Disabled);
    house.meta.remove_channel(&house.id, &entry()).await.unwrap();
    assert!(house.meta.channels(&organization()).await.unwrap().is_empty());
}

/// Tests and messages sent again share one number; whoever asks at the same moment gets no more of it.
#[tokio::test]
async fn what_is_asked_for_is_counted_with_the_wish() {
    let house = std::sync::Arc::new(House::new().await);
    let (organization, entry) = (organization(), entry());
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (house, organization, entry) =
            (std::sync::Arc::clone(&house), organization.clone(), entry.clone());
        all.spawn(async move { house.meta.ask_test(&organization, 1_000, &entry).await.unwrap() });
    }
    let all = all.join_all().await;
    assert_eq!(all.iter().filter(|one| **one == Asked::Granted).count(), 30);
    assert_eq!(all.iter().filter(|one| **one == Asked::From(61_000)).count(), 10);
    let again = house.meta.send_again(&organization, &house.id, 1, 1_000, &entry).await.unwrap();
    assert_eq!(again, Asked::From(61_000));
    assert_eq!(house.meta.ask_test(&organization, 61_000, &entry).await.unwrap(), Asked::Granted);
}

#[tokio::test]
async fn only_what_changes_is_written() {
    let house = House::new().await;
    assert_eq!(house.meta.sealed_targets().await.unwrap().len(), 1);
    house.meta.replace_sealed_targets(&[(house.id.clone(), vec![2])]).await.unwrap();
    assert!(house.meta.disable_channel(&house.id, "gone", &entry(), &[]).await.unwrap());
    house.meta.quiet_channel(&house.id, 900).await.unwrap();
    let edit = ChannelEdit { name: Some("Another".to_owned()), ..ChannelEdit::default() };
    let channel = house.meta.change_channel(&house.id, &edit, 20, &entry()).await.unwrap();
    assert_eq!((channel.name.as_str(), channel.state), ("Another", ChannelState::Disabled));
    assert_eq!((channel.sealed_target, channel.quiet_until_ms), (Some(vec![2]), 900));
}

/// Messages that get through say that the receiver is there again; one that it refuses says nothing of others.
#[tokio::test]
async fn what_gets_through_brings_the_rest_forward_and_old_rows_are_forgotten_by_their_time() {
    let house = House::new().await;
    for event in ["a", "b", "c"] {
        house.meta.notify(&[house.new_one(event, "opened", event)]).await.unwrap();
        let row = house.meta.message(&house.id, event).await.unwrap().remove(0);
        let composed =
            Composed { ids: &[row.id], message_id: event, bundle: "one", tried: None, due_ms: None };
        house.meta.bundle(&composed).await.unwrap();
    }
    house.tried("a", 10, Told::Later(9_000_000)).await;
    let mut delivery = house.delivery("b", 10, Told::Later(9_000_000));
    delivery.refused = true;
    house.meta.tried(&delivery, &[]).await.unwrap();
    assert!(!house.meta.took_since(&house.id, 0).await.unwrap());
    house.tried("c", 400_000, Told::Delivered).await;
    assert!(house.meta.took_since(&house.id, 400_000).await.unwrap());
    assert!(!house.meta.took_since(&house.id, 400_001).await.unwrap());
    assert_eq!(house.due(400_000).await, [both("a", "a")]);
    assert_eq!(house.meta.due_channels(400_000).await.unwrap(), std::slice::from_ref(&house.id));
    // Before its time it is no try of the ten.
    let mut delivery = house.delivery("a", 400_000, Told::Later(9_000_000));
    delivery.counts = false;
    house.meta.tried(&delivery, &[]).await.unwrap();
    let row = house.meta.message(&house.id, "a").await.unwrap().remove(0);
    assert_eq!((row.tries, row.first_try_ms, row.due_ms), (1, Some(10), 9_000_000));
    assert!(house.due(400_000).await.is_empty());
    // What was tried goes along before its time where something else is due, but for what was refused alone.
    house.meta.notify(&[house.new_one("new", "opened", "n")]).await.unwrap();
    let due = house.meta.due_notifications(&house.id, 400_000, true, 10).await.unwrap();
    assert_eq!(due.iter().map(|one| one.event.as_str()).collect::<Vec<_>>(), ["a", "new"]);
    assert_eq!(house.meta.prune_notifications(400 * 86_400_000).await.unwrap(), 4);
    assert_eq!(house.meta.prune_notifications(400 * 86_400_000 + 11).await.unwrap(), 1, "what was told");
    assert_eq!(house.meta.waiting(&house.id).await.unwrap(), 3, "what waits stays");
}

#[tokio::test]
async fn channels_of_an_organization_share_half_of_the_lane() {
    let house = House::new().await;
    for number in 0..6 {
        let job = NewJob {
            name: "deliver".to_owned(),
            lane: "channels".to_owned(),
            organization_id: Some(organization()),
            connection_id: None,
            dedupe: Some(format!("deliver:{number}")),
            payload: json!({ "number": number.to_string() }),
            priority: 0,
            run_after_ms: 0,
            created_at_ms: 0,
        };
        house.meta.queue(&job).await.unwrap();
    }
    let lease = Lease { holder: "one".to_owned(), until_ms: i64::MAX };
    let mut taken = vec![];
    while let Some(job) = house.meta.claim("channels", &["deliver"], 4, 1, &lease).await.unwrap() {
        taken.push(job);
    }
    assert_eq!(taken.len(), 4);
    house.meta.finish(&taken[0], 2, None).await.unwrap();
    let next = house.meta.claim("channels", &["deliver"], 4, 3, &lease).await.unwrap().unwrap();
    let earlier =
        async |number| house.meta.earlier_waits(&next, &organization(), "$.number", number).await.unwrap();
    assert!(earlier("1").await && !earlier("0").await && !earlier("5").await);
}
