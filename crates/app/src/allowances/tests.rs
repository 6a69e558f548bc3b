use super::*;
use meta::{Connection, ConnectionState};
use model::ConnectionId;

struct World {
    folder: tempfile::TempDir,
}

fn id(text: &str) -> OrganizationId {
    OrganizationId::try_new(text).unwrap()
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for path in ["data/lake", "bills/a", "bills/b", "more=x"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        Self { folder }
    }

    fn at(&self, path: &str) -> String {
        self.folder.path().canonicalize().unwrap().join(path).display().to_string()
    }

    fn allow(&self, folders: &[String], own: Option<&str>, operator: bool) -> Result<Allowances> {
        let organizations = ["A", "B"].map(|name| Organization {
            id: id(&name.to_lowercase()),
            name: name.to_owned(),
            demo: false,
        });
        let options = AllowanceOptions {
            operator,
            folders: folders.to_vec(),
            own_credentials: own.map(ToOwned::to_owned),
        };
        Allowances::resolve(&options, &organizations, &self.folder.path().join("data"))
    }
}

fn record(organization: &str, kind: ConnectionKind, by_operator: bool) -> ConnectionRecord {
    ConnectionRecord {
        connection: Connection {
            id: ConnectionId::try_new("c").unwrap(),
            organization_id: id(organization),
            kind,
            location: String::new(),
            name: "c".to_owned(),
        },
        state: ConnectionState::Ready,
        settings: serde_json::json!({}),
        external_id: None,
        sealed_secret: None,
        poll_minutes: 60,
        verification: None,
        verified_at_ms: None,
        created_at_ms: 0,
        parent: None,
        by_operator,
        paused: false,
        bill_diff_mails: None,
    }
}

#[test]
fn nothing_is_allowed_unless_it_is_said() {
    let world = World::new();
    let none = world.allow(&[], None, false).unwrap();
    for kind in [ConnectionKind::Local, ConnectionKind::AwsOwn] {
        let error = none.kind(&id("a"), kind).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
        assert!(error.advice.unwrap().contains("--allow-"));
    }
    none.kind(&id("a"), ConnectionKind::AwsRole).unwrap();
    assert!(none.folder(&id("a"), &world.at("bills/a")).is_err());
    assert!(none.reach(&record("a", ConnectionKind::Local, false), Some(&world.at("bills/a"))).is_err());
    assert!(none.reach(&record("a", ConnectionKind::AwsOwn, false), None).is_err());
    // What the operator connected goes on.
    assert_eq!(none.reach(&record("a", ConnectionKind::Local, true), Some(&world.at("bills/a"))), Ok(None));
    assert_eq!(none.reach(&record("a", ConnectionKind::AwsOwn, true), None), Ok(None));
}

#[test]
fn folders_are_for_whom_they_are_allowed_and_for_what_lies_below() {
    let world = World::new();
    let folders = [format!("A={}", world.at("bills/a")), format!("b={}", world.at("bills/b"))];
    let allowed = world.allow(&folders, None, false).unwrap();
    allowed.folder(&id("a"), &world.at("bills/a")).unwrap();
    allowed.folder(&id("a"), &(world.at("bills/a") + "/2026/10")).unwrap();
    for wrong in ["bills/b", "bills", "bills/ab", "bills/a/../b", "data", "bills/a/../../data"] {
        let error = allowed.folder(&id("a"), &world.at(wrong)).unwrap_err();
        assert!(error.message.contains("not below a folder"), "{wrong}: {error}");
        assert!(!error.advice.unwrap().contains("bills/b"), "others' folders are not told");
    }
    for wrong in ["/proc/self/cwd", "/", "bills/a", ""] {
        assert!(allowed.folder(&id("a"), wrong).is_err(), "{wrong}");
    }
    let within =
        allowed.reach(&record("b", ConnectionKind::Local, false), Some(&(world.at("bills/b") + "/x")));
    let within = within.unwrap().unwrap();
    assert_eq!((within.root, within.below), (world.at("bills/b").into(), "x".into()));
    assert!(allowed.reach(&record("b", ConnectionKind::Local, false), Some(&world.at("bills/a"))).is_err());
    assert_eq!(allowed.of(&id("b")).folders, [world.at("bills/b")]);
}

#[test]
fn the_data_folder_is_never_allowed() {
    let world = World::new();
    for wrong in ["data", "data/lake"] {
        assert!(world.allow(&[world.at(wrong)], None, false).unwrap_err().message.contains("own data"));
    }
    for wrong in ["/", "/proc/self", "/dev"] {
        assert!(world.allow(&[wrong.to_owned()], None, false).is_err(), "{wrong}");
    }
    let around = world.allow(&[world.at("")], None, false).unwrap();
    around.folder(&id("a"), &world.at("bills")).unwrap();
    for wrong in ["", "data", "data/lake"] {
        let error = around.folder(&id("a"), &world.at(wrong)).unwrap_err();
        assert!(error.message.contains("own data"), "{wrong}: {error}");
    }
}

#[test]
fn what_is_said_must_be_right() {
    let world = World::new();
    world.allow(&[world.at("more=x")], None, false).unwrap();
    for wrong in [world.at("none"), format!("C={}", world.at("bills")), "=".to_owned(), String::new()] {
        assert!(world.allow(std::slice::from_ref(&wrong), None, false).is_err(), "{wrong}");
    }
    let own = |text| {
        world
            .allow(&[], Some(text), false)
            .map(|allowed| ["a", "b"].map(|name| allowed.kind(&id(name), ConnectionKind::AwsOwn).is_ok()))
    };
    assert_eq!(own("*").unwrap(), [true, true]);
    assert_eq!(own("true").unwrap(), [true, true]);
    assert_eq!(own("").unwrap(), [false, false]);
    assert_eq!(own("false").unwrap(), [false, false]);
    assert_eq!(own("B").unwrap(), [false, true]);
    assert_eq!(own("a, B").unwrap(), [true, true]);
    assert!(own("C").is_err());
}

#[test]
fn at_the_command_line_everything_is_the_callers() {
    let world = World::new();
    let operator = world.allow(&[], None, true).unwrap();
    operator.kind(&id("a"), ConnectionKind::AwsOwn).unwrap();
    operator.folder(&id("a"), "/any/where").unwrap();
    // But what an administrator connected leads nowhere else.
    let within =
        operator.reach(&record("a", ConnectionKind::Local, false), Some(&world.at("bills/a"))).unwrap();
    assert_eq!(within.unwrap().root, PathBuf::from(world.at("bills/a")));
}
