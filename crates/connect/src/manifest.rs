//! Manifests: the JSON file that says which files a delivery consists of.
//!
//! AWS documents the legacy manifest by example and the Data Exports one not at all, so reading is
//! liberal: files by `reportKeys` or `dataFiles`, as keys or as addresses, columns as names or objects. Azure's
//! names its files `blobs`, and tells the run that wrote them.

use crate::place::DayRange;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use model::BillingPeriod;
use serde_json::Value;

/// The largest manifest that is read, bytes. The largest of AWS have some hundred kilobytes: 1,000 files and 400
/// columns. Taken apart, JSON takes twenty times its size at worst.
pub(crate) const MAX_BYTES: u64 = 8 << 20;
/// Files that a manifest names: a month of the largest accounts has some thousand.
const MAX_KEYS: usize = 20_000;
/// Columns that a manifest names: reports have up to a few hundred, and one for each tag key.
const MAX_COLUMNS: usize = 10_000;

/// What a manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Path below the source's location.
    pub path: String,
    /// Version of the manifest itself.
    pub etag: String,
    /// Column names, as CSV headers have them (`category/Name` in the legacy report).
    pub columns: Vec<String>,
    /// Identifies the delivery: assembly or execution.
    pub assembly_id: Option<String>,
    /// Charset of the files.
    pub charset: Option<String>,
    /// `GZIP`, `ZIP` or `Parquet`.
    pub compression: Option<String>,
    /// `text/csv` or `Parquet`.
    pub content_type: Option<String>,
    /// The period that it says it is of.
    pub billing_period: Option<BillingPeriod>,
    /// Name of the report.
    pub report_name: Option<String>,
    /// Keys of the data files, without bucket; `None`: it has no list.
    pub keys: Option<Vec<String>>,
    /// The run of an export that wrote the files, where the manifest tells it.
    pub run: Option<Run>,
}

/// A run of an export, which replaces every earlier one of its days (Azure Cost Management).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it was asked for: of two runs the later one counts. File times do not survive copying.
    pub submitted: DateTime<Utc>,
    /// The days that it is of.
    pub days: Option<DayRange>,
    /// Data set, as Azure calls it: `FocusCost`, `ActualCost`, `PriceSheet` …; empty where it is not told.
    pub kind: String,
    /// What is exported: the scope of the export, without its name.
    pub scope: String,
    /// Name of the export.
    pub export: String,
    /// Rows of all files.
    pub rows: Option<u64>,
}

impl Manifest {
    /// Reads a manifest's JSON. `None`: it is JSON, but no manifest.
    ///
    /// # Errors
    /// Why it is not JSON, or that it names more than a manifest does.
    pub fn parse(path: &str, etag: &str, json: &[u8]) -> Result<Option<Self>, String> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let value: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let Some(object) = value.as_object() else { return Ok(None) };
        let get = |names: &[&str]| {
            names.iter().find_map(|name| {
                object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
            })
        };
        let text = |names: &[&str]| get(names).and_then(Value::as_str).map(str::to_owned);
        let keys = get(&["reportKeys", "dataFiles", "reportFiles", "dataFileS3Keys", "blobs"]);
        let columns = get(&["columns"]);
        if keys.is_none() && columns.is_none() {
            return Ok(None);
        }
        let count = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        for (value, most, what) in [(keys, MAX_KEYS, "files"), (columns, MAX_COLUMNS, "columns")] {
            if count(value) > most {
                return Err(format!("it names {} {what}, more than {most}", count(value)));
            }
        }
        Ok(Some(Self {
            path: path.to_owned(),
            etag: etag.to_owned(),
            columns: columns.map(column_names).unwrap_or_default(),
            assembly_id: text(&["assemblyId", "executionId"]),
            charset: text(&["charset"]),
            compression: text(&["compression"]),
            content_type: text(&["contentType", "format"]),
            billing_period: get(&["billingPeriod", "billing_period"]).and_then(period),
            report_name: text(&["reportName", "exportName"]),
            keys: keys.and_then(Value::as_array).map(|keys| keys.iter().filter_map(key).collect()),
            run: get(&["runInfo"]).and_then(|info| run(info, get(&["exportConfig"]), get(&["dataRowCount"]))),
        }))
    }
}

fn column_names(columns: &Value) -> Vec<String> {
    let name = |column: &Value| {
        let name = column.as_str().or_else(|| column.get("name")?.as_str())?;
        let category = column.get("category").and_then(Value::as_str);
        Some(category.map_or_else(|| name.to_owned(), |category| format!("{category}/{name}")))
    };
    columns.as_array().map(|columns| columns.iter().filter_map(name).collect()).unwrap_or_default()
}

/// A file's key, from a key, an address, or an object that holds one.
fn key(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| {
        ["key", "s3Key", "path", "uri", "blobName"]
            .iter()
            .find_map(|name| value.get(*name).and_then(Value::as_str))
    })?;
    let key = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, key)| key),
        None => text,
    };
    let key = key.trim_matches('/');
    (!key.is_empty()).then(|| key.to_owned())
}

/// `runInfo`, with what `exportConfig` says of the export.
fn run(info: &Value, config: Option<&Value>, rows: Option<&Value>) -> Option<Run> {
    let text = |value: Option<&Value>, name: &str| {
        value.and_then(|value| value.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let day = |name: &str| text(Some(info), name).get(..10)?.parse::<NaiveDate>().ok();
    // `…/providers/Microsoft.CostManagement/exports/<name>`: what stands before is the scope.
    let resource = text(config, "resourceId");
    let lower = resource.to_ascii_lowercase();
    let scope = lower.split("/providers/microsoft.costmanagement/").next().unwrap_or_default().to_owned();
    Some(Run {
        submitted: moment(&text(Some(info), "submittedTime"))?,
        days: day("startDate").zip(day("endDate")).and_then(|(from, last)| DayRange::through(from, last)),
        kind: text(config, "type"),
        scope,
        export: text(config, "exportName"),
        rows: rows.and_then(Value::as_u64),
    })
}

/// A time with its zone, or without one: then it is UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    zoned.ok().or_else(|| Some(text.parse::<NaiveDateTime>().ok()?.and_utc()))
}

/// `20261001T000000.000Z`, `2026-10-01T00:00:00Z`, `2026-10`, or an object with a start.
fn period(value: &Value) -> Option<BillingPeriod> {
    let text = value.as_str().or_else(|| {
        ["start", "startDate"].iter().find_map(|name| value.get(*name).and_then(Value::as_str))
    })?;
    let digits: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    BillingPeriod::try_new(digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Manifest {
        Manifest::parse("m.json", "1", json.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn legacy_and_export_manifests_are_read() {
        let legacy = parse(
            r#"{"assemblyId":"a1","columns":[{"category":"lineItem","name":"UnblendedCost"}],"charset":"UTF-8",
            "compression":"GZIP","contentType":"text/csv","reportName":"cur","bucket":"b",
            "billingPeriod":{"start":"20260801T000000.000Z","end":"20260901T000000.000Z"},
            "reportKeys":["cost/cur/20260801-20260901/a1/cur-1.csv.gz"]}"#,
        );
        assert_eq!(legacy.columns, ["lineItem/UnblendedCost"]);
        assert_eq!(legacy.billing_period.unwrap().to_string(), "2026-08");
        assert_eq!(legacy.keys.unwrap(), ["cost/cur/20260801-20260901/a1/cur-1.csv.gz"]);
        let export = parse(
            r#"{"executionId":"e1","columns":[{"name":"line_item_unblended_cost","type":"double"}],
            "dataFiles":["s3://bucket/pfx/x/data/BILLING_PERIOD=2026-08/x-00001.snappy.parquet"]}"#,
        );
        assert_eq!(export.assembly_id.as_deref(), Some("e1"));
        assert_eq!(export.keys.unwrap(), ["pfx/x/data/BILLING_PERIOD=2026-08/x-00001.snappy.parquet"]);
    }

    #[test]
    fn runs_of_azure_are_read() {
        let read = parse(
            r#"{"dataRowCount": 9, "exportConfig": {"exportName": "focus", "type": "FocusCost",
            "resourceId": "/subscriptions/S1/providers/Microsoft.CostManagement/exports/focus"},
            "runInfo": {"submittedTime": "2026-08-10T05:01:02.1234567Z", "startDate": "2026-08-01T00:00:00", "endDate": "2026-08-31T00:00:00"},
            "blobs": [{"blobName": "c/focus/20260801-20260831/r1/part_0_0001.csv", "dataRowCount": 9}]}"#,
        );
        let run = read.run.unwrap();
        assert_eq!(
            (run.kind.as_str(), run.scope.as_str(), run.rows),
            ("FocusCost", "/subscriptions/s1", Some(9))
        );
        assert_eq!(run.days.unwrap().to_string(), "2026-08-01 to 2026-08-31");
        assert_eq!(read.keys.unwrap(), ["c/focus/20260801-20260831/r1/part_0_0001.csv"]);
        assert_eq!(moment("2026-08-10T05:01:02"), moment("2026-08-10T05:01:02Z"));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn more_than_a_manifest_names_is_refused() {
        let many =
            |name: &str, count: usize| format!(r#"{{"{name}": [{}"a"]}}"#, r#""a","#.repeat(count - 1));
        for (json, why) in
            [(many("reportKeys", 280_000), "280000 files"), (many("columns", 10_001), "10001 columns")]
        {
            assert!(Manifest::parse("m", "", json.as_bytes()).unwrap_err().contains(why));
        }
        assert_eq!(parse(&many("reportKeys", 20_000)).keys.unwrap().len(), 20_000);
    }

    #[test]
    fn other_json_is_no_manifest() {
        assert_eq!(Manifest::parse("m", "", br#"{"totals": 1}"#), Ok(None));
        assert_eq!(Manifest::parse("m", "", b"[1]"), Ok(None));
        assert!(Manifest::parse("m", "", br#"{"reportKeys": ["#).is_err());
    }
}
