use super::*;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

/// A root with a folder of reports, and something that is outside of it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for path in ["root/acme/2026", "secret", "data/lake"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["root/acme/2026/bill.csv", "root/acme/other.csv", "secret/bill.csv", "data/lake/x.csv"] {
            std::fs::write(folder.path().join(path), "a,b\n1,2\n").unwrap();
        }
        Self { folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn open(&self, below: &str) -> Result<Folder, ConnectError> {
        self.open_in("root", below)
    }

    fn open_in(&self, root: &str, below: &str) -> Result<Folder, ConnectError> {
        Folder::open_beneath(&Beneath { root: self.at(root), below: below.into(), never: self.at("data") })
    }

    fn link(&self, to: &str, from: &str) {
        symlink(to, self.at(from)).unwrap();
    }
}

fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = walk::files(folder).unwrap().into_iter().map(|file| file.path).collect();
    names.sort();
    names
}

fn refusal(opened: Result<Folder, ConnectError>) -> String {
    opened.err().unwrap().to_string()
}

#[test]
fn what_is_beneath_is_read() {
    let world = World::new();
    let folder = world.open("acme").unwrap();
    assert_eq!(names(&folder), ["2026/bill.csv", "other.csv"]);
    assert!(folder.base().ends_with("root/acme"));
    let file = folder.head("2026/bill.csv").unwrap();
    assert_eq!(folder.read_range(&file, 4..7).unwrap().as_ref(), b"1,2");
    assert_eq!(names(&world.open("").unwrap()).len(), 2);
    let single = world.open("acme/other.csv").unwrap();
    assert_eq!(single.only.as_deref(), Some("other.csv"));
}

#[test]
fn what_leads_out_and_what_is_not_there_sound_alike() {
    let world = World::new();
    world.link("../secret", "root/out");
    world.link("../nothing-here", "root/out-to-nothing");
    world.link(world.at("secret").to_str().unwrap(), "root/full");
    world.link("/proc/self/cwd", "root/magic");
    world.link("loop-b", "root/loop-a");
    world.link("loop-a", "root/loop-b");
    let words = |below: &str| refusal(world.open(below)).replace(&format!("root/{below}"), "X");
    let missing = words("none");
    for below in [
        "out",
        "out/bill.csv",
        "out-to-nothing",
        "full",
        "full/none",
        "magic",
        "magic/x",
        "loop-a",
        "../secret",
        "../nothing",
        "acme/../../secret",
        "/etc",
        "/none",
    ] {
        let said = refusal(world.open(below));
        assert!(said.contains("nothing here that may be read"), "{below}: {said}");
        assert!(!said.contains("secret/bill"), "{below}: {said}");
    }
    assert_eq!(words("out"), missing);
    assert_eq!(words("out-to-nothing"), missing);
    assert_eq!(words("magic"), missing);
}

#[test]
fn listing_stays_inside_and_ends() {
    let world = World::new();
    world.link("../../secret", "root/acme/out");
    world.link("../../secret/bill.csv", "root/acme/out.csv");
    world.link("/etc/passwd", "root/acme/passwd.csv");
    world.link(".", "root/acme/self");
    world.link("..", "root/acme/2026/up");
    world.link("2026", "root/acme/latest");
    world.link("other.csv", "root/acme/again.csv");
    let folder = world.open("acme").unwrap();
    assert_eq!(names(&folder), ["2026/bill.csv", "other.csv"], "and what is linked does not count twice");
    assert!(folder.head("out.csv").is_err());
    // A file that becomes a link between listing and reading.
    let file = folder.head("other.csv").unwrap();
    std::fs::remove_file(world.at("root/acme/other.csv")).unwrap();
    world.link("../../secret/bill.csv", "root/acme/other.csv");
    assert!(folder.read_range(&file, 0..1).unwrap_err().message.contains("nothing here"));
    // A folder that becomes a link: what was opened stays what it was.
    std::fs::rename(world.at("root/acme"), world.at("root/moved")).unwrap();
    world.link("../secret", "root/acme");
    assert!(names(&folder).contains(&"2026/bill.csv".to_owned()));
    // Where links are the operator's, they lead where they lead; and that ends, too.
    let own = Folder::open(&world.at("root/moved")).unwrap();
    assert!(names(&own).contains(&"passwd.csv".to_owned()));
}

#[test]
fn pipes_sockets_and_devices_are_no_files() {
    let world = World::new();
    let pipe = world.at("root/acme/pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = UnixListener::bind(world.at("root/acme/socket.csv")).unwrap();
    world.link("pipe.csv", "root/acme/linked.csv");
    for folder in [world.open("acme").unwrap(), Folder::open(&world.at("root/acme")).unwrap()] {
        assert_eq!(names(&folder), ["2026/bill.csv", "other.csv"]);
        assert!(folder.head("pipe.csv").is_err());
        // A file that becomes a pipe: reading ends at once.
        let file = FileRef { path: "pipe.csv".to_owned(), ..folder.head("other.csv").unwrap() };
        assert!(folder.read_range(&file, 0..1).is_err());
    }
    assert!(refusal(world.open("acme/pipe.csv")).contains("neither folder nor file"));
    for path in [pipe, PathBuf::from("/dev/zero")] {
        assert!(refusal(Folder::open(&path)).contains("neither folder nor file"));
    }
    world.link("/dev/zero", "root/acme/zero.csv");
    assert_eq!(names(&Folder::open(&world.at("root/acme")).unwrap()), ["2026/bill.csv", "other.csv"]);
}

#[test]
fn the_servers_own_folder_is_never_read() {
    let world = World::new();
    // The operator allowed what holds the data folder.
    for below in ["data", "data/lake", ""] {
        assert!(refusal(world.open_in("", below)).contains("server's own data"), "{below}");
    }
    world.open_in("", "secret").unwrap();
    // By another name of it.
    world.link("../data", "secret/inward");
    assert!(refusal(world.open_in("", "secret/inward")).contains("server's own data"));
}

#[test]
fn a_listing_has_an_end() {
    let world = World::new();
    let mut deep = world.at("root/acme");
    for _ in 0..30 {
        deep = deep.join("d");
        std::fs::create_dir(&deep).unwrap();
    }
    let error = walk::files(&world.open("acme").unwrap()).unwrap_err();
    assert!(error.message.contains("more than 24 deep"), "{error}");
}
