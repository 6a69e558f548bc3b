//! The command line as scripts use it: results on standard output alone, errors with advice, exit codes.

use std::path::Path;
use std::process::{Command, Output};

fn run(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cloud-analyzer"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .env_remove("CLOUD_ANALYZER_LOG")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn good(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn without_data_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder.path().join("none"), &["query"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    let error = text(&output.stderr);
    assert!(
        error.contains("there is no data in") && error.contains("cloud-analyzer --data DIR ingest SOURCE"),
        "{error}"
    );
    assert!(!folder.path().join("none").exists(), "asking makes no folder");
}

#[test]
fn what_cannot_be_read_is_named_once_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let missing = folder.path().join("none");
    let output = run(&data, &["ingest", missing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert_eq!(error.matches(missing.to_str().unwrap()).count(), 1, "{error}");
    assert!(error.contains("what to do: "), "{error}");

    let other = folder.path().join("other.csv");
    std::fs::write(&other, "name,colour\nsky,blue\n").unwrap();
    let output = run(&data, &["ingest", other.to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("error: file other.csv"), "{}", text(&output.stderr));
    let summary: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(summary["periods"][0]["outcome"], "failed");
}

#[test]
fn wrong_calls_are_told_apart_from_failures() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["query", "--metric", "cost"][..], &["query", "--group-by", "x"], &["ingest"], &["colour"]]
    {
        assert_eq!(run(folder.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn the_open_demo_is_for_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("sign-in"), "{}", text(&output.stderr));
}

#[test]
fn a_generated_bill_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("reports"));
    let out = out.to_str().unwrap();
    let generated = ["demo", "generate", "--rows", "5000", "--format", "csv", "--out", out, "--seed", "7"];
    good(&data, &[&generated[..], &["--months", "2", "--end", "2026-10-15"]].concat());

    let summary: serde_json::Value = serde_json::from_str(&good(&data, &["ingest", out, "--json"])).unwrap();
    let periods = summary["periods"].as_array().unwrap();
    assert_eq!(periods.len(), 2);
    for period in periods {
        assert_eq!(period["proven"], true, "{period}");
        assert_eq!(period["outcome"], "published");
        assert_eq!(period["raw_total"], period["stored_total"]);
    }
    assert!(
        summary["dashboards_ready_s"].as_f64().unwrap() <= summary["line_items_ready_s"].as_f64().unwrap()
    );

    let csv =
        good(&data, &["query", "--metric", "unblended", "--group-by", "billing_period", "--format", "csv"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("billing_period,unblended"));
    for line in lines {
        let (period, figure) = line.split_once(',').unwrap();
        let period = periods.iter().find(|known| known["period"] == period).unwrap();
        assert_eq!(period["raw_total"], figure);
    }

    let reconciled: serde_json::Value =
        serde_json::from_str(&good(&data, &["reconcile", "--format", "json"])).unwrap();
    assert_eq!(reconciled["proven"], true);
    assert!(!reconciled["periods"][0]["files"].as_array().unwrap().is_empty());
    assert!(good(&data, &["reconcile", "--format", "table"]).contains("every total equals its report"));

    let key = good(&data, &["query", "--group-by", "service", "--format", "csv"]);
    let (service, figure) = key.lines().nth(1).unwrap().rsplit_once(',').unwrap();
    let service = service.trim_matches('"');
    let explained = good(&data, &["explain", "--group-by", "service", "--key", service, "--format", "json"]);
    let explained: serde_json::Value = serde_json::from_str(&explained).unwrap();
    assert_eq!(explained["figure"], figure);
    assert!(explained["rows"][0]["source_row"].as_i64().unwrap() >= 1);
    assert!(explained["rows"][0]["source_file"].as_str().unwrap().ends_with(".csv.gz"));

    let again: serde_json::Value = serde_json::from_str(&good(&data, &["ingest", out, "--json"])).unwrap();
    assert!(
        again["periods"].as_array().unwrap().iter().all(|period| period["outcome"] == "unchanged"),
        "{again}"
    );
}

#[test]
fn a_source_that_is_gone_fails_in_the_status_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out, gone) =
        (folder.path().join("data"), folder.path().join("reports"), folder.path().join("gone"));
    let source = out.to_str().unwrap();
    let generated = ["demo", "generate", "--rows", "500", "--format", "csv", "--out", source, "--seed", "7"];
    good(&data, &[&generated[..], &["--months", "1", "--end", "2026-10-15"]].concat());
    good(&data, &["ingest", source, "--connection", "Bill"]);
    std::fs::rename(&out, &gone).unwrap();
    assert_eq!(run(&data, &["ingest", "Bill"]).status.code(), Some(1));
    assert!(text(&run(&data, &["status"]).stdout).contains("No such file"), "the look failed");
    std::fs::rename(&gone, &out).unwrap();
    good(&data, &["ingest", "Bill"]);
    assert!(!text(&run(&data, &["status"]).stdout).contains("No such file"), "it is well again");
    assert!(good(&data, &["choose", "Bill"]).contains("no month that was read"));
}
