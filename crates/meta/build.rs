//! Lists the migrations, so that the program carries them. sqlx's own macro would have SQLite, tokio and half of
//! sqlx compiled a second time, for the machine that compiles (docs/adr/0021-weight.md).

use std::fmt::Write;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=migrations");
    let mut names = std::fs::read_dir("migrations")?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<Vec<_>, _>>()?;
    names.sort();
    let mut list = String::from("[\n");
    for name in names {
        // As text: names that are none end the build with them.
        let name =
            name.to_str().ok_or_else(|| std::io::Error::other(format!("not UTF-8: {}", name.display())))?;
        // Below the crate's folder as it is when the crate is compiled: one build cache serves several checkouts.
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?})", format!("/migrations/{name}"));
        let _ = writeln!(list, "    ({name:?}, include_str!({path})),");
    }
    list.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    std::fs::write(out.join("migrations.rs"), list)
}
