//! The house: crates depend only downwards, and files stay short enough to read.

use model::DIMENSIONS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may use whom; see docs/ARCHITECTURE.md.
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("connect", &["model"]),
    ("ingest", &["model"]),
    ("lake", &["model"]),
    ("meta", &["model"]),
    ("demo", &["model"]),
    ("notify", &["model"]),
    ("analyses", &["model"]),
    ("query", &["model", "lake"]),
    ("app", &["model", "connect", "ingest", "lake", "query", "meta", "demo", "notify", "analyses"]),
    ("api", &["app", "model"]),
    ("cloud-analyzer", &["api", "app", "model", "demo"]),
];
/// Lines that a source file may have.
const MOST_LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn crates_depend_downwards() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "a crate without its edges, or edges without a crate"
    );
    let mut edges = 0;
    for package in packages {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let target = dependency["name"].as_str().unwrap();
            if dependency["kind"].is_null() && ours.contains(target) {
                assert!(allowed[name].contains(&target), "{name} must not use {target}");
                edges += 1;
            }
        }
    }
    assert!(edges > 10, "only {edges} edges were found");
}

#[test]
fn files_are_short() {
    let mut long = vec![];
    let mut seen = 0;
    for folder in ["crates", "web/src", "e2e", "scripts", "bench", "tests"] {
        visit(&root().join(folder), &mut |file, lines| {
            seen += 1;
            if lines > MOST_LINES {
                long.push(format!("{}: {lines} lines", file.display()));
            }
        });
    }
    assert!(seen > 50, "only {seen} files were looked at");
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// What a dimension needs beside its meaning (`model`) and its derivation (`ingest`), which do not compile without each
/// other: each place that knows dimensions by name, and how the name stands there.
#[test]
fn every_dimension_is_known_everywhere() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let (readme, tabs) = (read("README.md"), read("web/src/address/tabs.ts"));
    let filters = read("web/src/filters/dimensions.ts");
    let mut oracle = String::new();
    for entry in std::fs::read_dir(root().join("tests/oracle")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            oracle += &std::fs::read_to_string(path).unwrap();
        }
    }
    let mut forgotten = vec![];
    for info in DIMENSIONS {
        let name = info.name;
        if !readme.contains(&format!("`{name}`")) {
            forgotten.push(format!("{name}: not in README.md's list of dimensions"));
        }
        if !oracle.contains(&format!("\"{name}\"")) {
            forgotten.push(format!("{name}: no test of tests/oracle asks for it"));
        }
        if tabs.contains(&format!("dimension: \"{name}\"")) != info.tab {
            forgotten.push(format!("{name}: web/src/address/tabs.ts and `tab` in its row do not agree"));
        }
        // The page offers accounts by their number.
        if name != "account" && !filters.contains(&format!("\n  {name}: \"")) {
            forgotten.push(format!("{name}: no plural in web/src/filters/dimensions.ts"));
        }
    }
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

fn visit(folder: &Path, found: &mut impl FnMut(&Path, usize)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // Not written by hand.
            if !["node_modules", "target", "dist", "test-results"].contains(&name.as_str()) {
                visit(&path, found);
            }
            continue;
        }
        let code = ["rs", "ts", "tsx", "py", "sh", "sql", "css", "mjs"];
        let generated = name.ends_with(".gen.ts") || name == "schema.d.ts" || name == "schema.ts";
        if path.extension().is_some_and(|extension| code.contains(&extension.to_string_lossy().as_ref()))
            && !generated
        {
            found(&path, std::fs::read_to_string(&path).unwrap().lines().count());
        }
    }
}
