//! Notifications: told once for each event, step and channel; in order; under a name that stays; and gone with a copy.

use meta::{
    Cadence, Channel, ChannelState, Meta, NewAudit, NewDelivery, NewNotification, Organization, Told,
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
        let due = self.meta.due_notifications(&self.id, now_ms, 10).await.unwrap();
        due.into_iter().map(|one| (one.event, one.message_id)).collect()
    }

    async fn tried(&self, message_id: &str, at_ms: i64, told: Told) -> i64 {
        let delivery = NewDelivery {
            channel_id: self.id.clone(),
            message_id: message_id.to_owned(),
            title: "Title".to_owned(),
            at_ms,
            took_ms: 1,
            told,
            status: Some(200),
            answer: String::new(),
        };
        self.meta.tried(&delivery).await.unwrap()
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
    assert!(house.meta.send_again(&house.id, first, 600, &entry()).await.unwrap());
    assert_eq!(house.due(600).await, [both("e", "m1"), both("e", "m3")], "under its own name");
    assert!(!house.meta.send_again(&house.id, 999, 600, &entry()).await.unwrap());
    let told = house.meta.channels_told(&organization(), "e").await.unwrap();
    assert_eq!(told, std::slice::from_ref(&house.id));
}

#[tokio::test]
async fn what_is_open_is_known_and_a_bundle_is_one_message() {
    let house = House::new().await;
    for event in ["a", "b", "c"] {
        house.meta.notify(&[house.new_one(event, "opened", event)]).await.unwrap();
    }
    let due = house.meta.due_notifications(&house.id, 10, 10).await.unwrap();
    let ids: Vec<i64> = due.iter().map(|one| one.id).collect();
    house.meta.bundle(&ids, "a", "digest").await.unwrap();
    house.meta.note_told(&house.id, "a", &["ada@example.com".to_owned()]).await.unwrap();
    let due = house.meta.due_notifications(&house.id, 10, 10).await.unwrap();
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
    let mut channel = house.meta.channel(&house.id).await.unwrap().unwrap();
    channel.state = ChannelState::Active;
    house.meta.change_channel(&channel, 20, &entry()).await.unwrap();
    assert_eq!(house.meta.due_channels(20).await.unwrap(), std::slice::from_ref(&house.id));
    assert_eq!(house.meta.tries_since(&organization(), 0).await.unwrap(), 1);
    assert_eq!(house.meta.deliveries(&house.id, 10).await.unwrap()[0].outcome, "gone");
    assert_eq!(house.meta.sealed_targets().await.unwrap(), [(house.id.clone(), vec![1])]);
    assert_eq!(house.meta.forget_sealed_secrets(&[]).await.unwrap(), 1);
    assert_eq!(house.meta.channel(&house.id).await.unwrap().unwrap().state, ChannelState::Disabled);
    house.meta.remove_channel(&house.id, &entry()).await.unwrap();
    assert!(house.meta.channels(&organization()).await.unwrap().is_empty());
}
