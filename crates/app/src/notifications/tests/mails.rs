//! Mail channels, at a server that takes what it is told to take.

use super::*;
use crate::{MailSettings, allocation, identity};
use model::{Role, Standing};
use notify::Mailer;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

/// Who was asked for, by recipient. `never@` is refused for ever, `later@` for now.
type Asked = Arc<Mutex<Vec<String>>>;

async fn server() -> (MailSettings, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer =
        Mailer::new(&format!("smtp://{}", listener.local_addr().unwrap()), "costs@example.com").unwrap();
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (link, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(link, Arc::clone(&kept)));
        }
    });
    (MailSettings { mailer, public_url: "https://costs.example".to_owned() }, asked)
}

async fn talk(mut link: TcpStream, asked: Asked) {
    let (read, mut write) = link.split();
    let mut lines = BufReader::new(read).lines();
    let mut data = false;
    write.write_all(b"220 here\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.as_str() {
            "." if data => {
                data = false;
                "250 taken"
            }
            _ if data => continue,
            "DATA" => {
                data = true;
                "354 go on"
            }
            _ if line.starts_with("RCPT") => {
                asked.lock().unwrap().push(line.clone());
                if line.contains("never@") {
                    "550 nobody here"
                } else if line.contains("later@") {
                    "451 not now"
                } else {
                    "250 well"
                }
            }
            _ => "250 well",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

impl World {
    async fn mails(&self, to: &[&str]) -> ChannelId {
        let to = Some(to.iter().map(|one| format!("{one}@example.com")).collect());
        let target = TargetChange { to, ..TargetChange::default() };
        let new =
            NewChannel { name: "mails".to_owned(), kind: ChannelKind::Mail, cadence: Cadence::Each, target };
        let id = create(&self.app, &self.caller, new).await.unwrap().view.channel.id;
        let routes = Routes { routes: vec![], fallback: vec![id.to_string()] };
        set_routes(&self.app, &self.caller, routes).await.unwrap();
        id
    }

    async fn joins(&self, name: &str, role: Role) -> String {
        let email = format!("{name}@example.com");
        let password = "correct horse battery";
        identity::add_member(&self.app, &self.caller, &email, name, role, password).await.unwrap();
        let members = identity::members(&self.app, &self.caller).await.unwrap();
        members.iter().find(|one| one.user.email.as_str() == email).unwrap().user.id.to_string()
    }

    async fn sees_a_part(&self, user: &str) {
        let subset = allocation::create_subset(&self.app, &self.caller, "Part", vec![], None).await.unwrap();
        let standing = Standing::new(Role::SubsetViewer, [subset]);
        identity::change_role(&self.app, &self.caller, user, standing).await.unwrap();
    }

    async fn last(&self, id: &ChannelId) -> Delivery {
        deliver_due(&self.app, id).await.unwrap();
        deliveries(&self.app, &self.caller, id.as_str()).await.unwrap().remove(0)
    }
}

#[tokio::test]
async fn who_leaves_is_told_nothing_and_a_channel_without_anybody_is_off() {
    let (settings, asked) = server().await;
    let world = World::with(Some(settings)).await;
    let root = world.joins("root", Role::Administrator).await;
    let (ada, bob) = (world.joins("ada", Role::Viewer).await, world.joins("bob", Role::Editor).await);
    let alone = world.mails(&["ada"]).await;
    let id = world.mails(&["ada", "bob", "eve"]).await;
    world.sees_a_part(&ada).await;
    for user in [&ada, &bob] {
        identity::remove_member(&world.app, &world.caller, user).await.unwrap();
    }
    world.tell(&notice("e1", Transition::Opened)).await;
    assert_eq!(world.last(&id).await.outcome, "delivered");
    assert_eq!(*asked.lock().unwrap(), ["RCPT TO:<eve@example.com>"]);
    let alone = channel(&world.app, &world.caller, alone.as_str()).await.unwrap().channel;
    assert_eq!((alone.state, alone.sealed_target), (ChannelState::Disabled, None));
    assert!(alone.disabled_reason.unwrap().contains("left the organization"));
    // Who cannot leave stays in.
    let id = world.mails(&["root"]).await;
    assert!(identity::remove_member(&world.app, &world.caller, &root).await.is_err());
    assert_eq!(world.channel_state(&id).await, ChannelState::Active);
}

#[tokio::test]
async fn an_address_that_is_refused_for_ever_is_named_and_one_that_is_refused_for_now_waited_for() {
    let (settings, asked) = server().await;
    let mut world = World::with(Some(settings)).await;
    let id = world.mails(&["never", "ada"]).await;
    world.tell(&notice("e1", Transition::Opened)).await;
    let last = world.last(&id).await;
    assert_eq!(last.outcome, "delivered");
    assert!(last.answer.contains("for ada@example.com; not for never@example.com: "), "{}", last.answer);
    let id = world.mails(&["later", "ada"]).await;
    asked.lock().unwrap().clear();
    for event in ["e2", "e3"] {
        world.tell(&notice(event, Transition::Opened)).await;
    }
    assert_eq!(world.last(&id).await.outcome, "later");
    assert_eq!(asked.lock().unwrap().len(), 1, "nobody else is tried, nor another message");
    let id = world.mails(&["never"]).await;
    world.tell(&notice("e4", Transition::Opened)).await;
    assert_eq!(world.last(&id).await.outcome, "later", "nobody took it");
    world.later(6);
    assert_eq!(world.last(&id).await.outcome, "later");
    assert_eq!(world.channel_state(&id).await, ChannelState::Active);
}

#[tokio::test]
async fn what_nobody_may_get_is_not_delivered() {
    let (settings, asked) = server().await;
    let world = World::with(Some(settings)).await;
    world.joins("root", Role::Administrator).await;
    let ada = world.joins("ada", Role::Viewer).await;
    let id = world.mails(&["ada"]).await;
    world.sees_a_part(&ada).await;
    world.tell(&notice("e1", Transition::Opened)).await;
    let last = world.last(&id).await;
    assert_eq!(last.outcome, "failed");
    let now = channel(&world.app, &world.caller, id.as_str()).await.unwrap().channel;
    assert_eq!(now.state, ChannelState::Disabled);
    assert!(now.disabled_reason.unwrap().contains("part of the bills"));
    assert!(asked.lock().unwrap().is_empty());
}
