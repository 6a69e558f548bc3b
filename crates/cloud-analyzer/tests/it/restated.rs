//! A bill that is read again, restated, or read by a process that is killed: the published months are always
//! whole ones, the old or the new, never both and never a part.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const METRICS: [&str; 3] = ["unblended", "amortized", "usage_amount"];

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloud-analyzer"));
    command.arg("--data").arg(data).stderr(Stdio::null());
    command
}

fn generate(out: &Path, seed: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_cloud-analyzer"))
        .args(["demo", "generate", "--rows", "24000", "--months", "3", "--end", "2026-10-20T00:00:00Z"])
        .args(["--format", "csv", "--seed", seed, "--out"])
        .arg(out)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

fn ingest(data: &Path, source: &Path, more: &[&str]) {
    let status = command(data).arg("ingest").arg(source).args(more).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
}

/// Figures by metric and billing period.
fn figures(data: &Path) -> BTreeMap<(String, String), String> {
    let mut figures = BTreeMap::new();
    for metric in METRICS {
        let output = command(data)
            .args(["query", "--metric", metric, "--group-by", "billing_period", "--format", "csv"])
            .output()
            .unwrap();
        assert!(output.status.success());
        for line in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
            let (period, figure) = line.split_once(',').unwrap();
            figures.insert((metric.to_owned(), period.to_owned()), figure.to_owned());
        }
    }
    figures
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn reading_again_changes_nothing_and_a_restatement_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let (data, source, restated) =
        (folder.path().join("data"), folder.path().join("bill"), folder.path().join("restated"));
    generate(&source, "1");
    generate(&restated, "2");
    ingest(&data, &source, &[]);
    let first = figures(&data);
    assert_eq!(first.len(), 3 * METRICS.len());
    ingest(&data, &source, &[]);
    ingest(&data, &source, &["--force"]);
    assert_eq!(figures(&data), first);
    copy(&restated, &source);
    ingest(&data, &source, &[]);
    let second = figures(&data);
    assert!(first.iter().all(|(key, figure)| second[key] != *figure));
    let fresh = folder.path().join("fresh");
    ingest(&fresh, &restated, &[]);
    assert_eq!(second, figures(&fresh));
}

#[test]
fn two_reports_of_one_month_are_not_added_up() {
    let folder = tempfile::tempdir().unwrap();
    let (data, source) = (folder.path().join("data"), folder.path().join("bills"));
    generate(&source.join("one"), "1");
    // Views of one bill: the same accounts. Those of different accounts are several bills.
    generate(&source.join("two"), "1");
    let output = command(&data).arg("ingest").arg(&source).arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 reports cover 2026-10") && text.contains("of one report"), "{text}");
    let published = command(&data).args(["query", "--format", "csv"]).output().unwrap();
    assert!(!String::from_utf8(published.stdout).unwrap().contains("2026"), "nothing may be published");
    ingest(&data, &source.join("one"), &[]);
    assert_eq!(figures(&data).len(), 3 * METRICS.len());
}

#[test]
fn a_killed_ingest_leaves_whole_months_and_the_next_one_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let (data, source, restated) =
        (folder.path().join("data"), folder.path().join("bill"), folder.path().join("restated"));
    generate(&source, "1");
    generate(&restated, "2");
    ingest(&data, &source, &[]);
    let old = figures(&data);
    let fresh = folder.path().join("fresh");
    ingest(&fresh, &restated, &[]);
    let new = figures(&fresh);
    copy(&restated, &source);
    for delay in [0, 10, 25, 50, 80, 120, 170, 230, 300, 400, 600] {
        let mut child =
            command(&data).arg("ingest").arg(&source).arg("--force").stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = figures(&data);
        assert_eq!(now.len(), old.len());
        for (key, figure) in &now {
            assert!(*figure == old[key] || *figure == new[key], "{key:?} after {delay} ms: {figure}");
        }
    }
    ingest(&data, &source, &[]);
    assert_eq!(figures(&data), new);
    // What the killed ones left behind is gone: without what is kept of former versions, the tables hold just what is
    // published.
    let status = command(&data).args(["vacuum", "--all"]).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let files = |table: &str| count(&data.join("lake").join(table), "parquet");
    assert!(
        files("rollup") <= 3 * 2 && files("line_items") <= 3 * 16,
        "{} {}",
        files("rollup"),
        files("line_items")
    );
}

fn count(folder: &Path, ending: &str) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| match path.is_dir() {
            true if path.file_name().is_some_and(|name| name != "_delta_log") => count(&path, ending),
            _ => usize::from(path.extension().is_some_and(|found| found == ending)),
        })
        .sum()
}
