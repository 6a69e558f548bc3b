//! Lists the migrations, so that the program carries them. sqlx's own macro would have SQLite, tokio and half of
//! sqlx compiled a second time, for the machine that compiles (docs/adr/0021-weight.md).

use std::fmt::Write;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=migrations");
    let folder = std::env::current_dir()?.join("migrations");
    let mut files = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<PathBuf>, _>>()?;
    files.sort();
    let mut list = String::from("[\n");
    for file in files {
        // As text: paths of a build machine that are none end the build with their name.
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path =
            file.to_str().ok_or_else(|| std::io::Error::other(format!("not UTF-8: {}", file.display())))?;
        let _ = writeln!(list, "    ({name:?}, include_str!({path:?})),");
    }
    list.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    std::fs::write(out.join("migrations.rs"), list)
}
