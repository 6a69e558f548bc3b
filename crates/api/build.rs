//! Makes sure that the folder of the built web app exists, so that the crate builds before the web app is built,
//! and is built again when the web app changes.

use std::path::Path;

fn main() {
    let dist = Path::new("../../web/dist");
    if !dist.exists() && std::fs::create_dir_all(dist).is_err() {
        // Building from a read-only tree: the embedding macro allows the folder to be missing.
        return;
    }
    println!("cargo:rerun-if-changed=../../web/dist");
}
