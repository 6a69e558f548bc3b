//! The report that a template creates: hourly, with resources, refreshed, Parquet, overwritten in place.

use super::{BucketName, ReportKind, TemplateRequest};
use serde_json::{Value, json};

/// Table of Data Exports.
pub(super) const fn table(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Focus => "FOCUS_1_2_AWS",
        ReportKind::None | ReportKind::Legacy | ReportKind::Cur2 => "COST_AND_USAGE_REPORT",
    }
}

/// Settings of the table. FOCUS takes its defaults: it is hourly and has resources anyway.
pub(super) fn configuration(kind: ReportKind) -> Vec<(&'static str, &'static str)> {
    match kind {
        ReportKind::Focus => vec![],
        ReportKind::None | ReportKind::Legacy | ReportKind::Cur2 => vec![
            ("TIME_GRANULARITY", "HOURLY"),
            ("INCLUDE_RESOURCES", "TRUE"),
            ("INCLUDE_SPLIT_COST_ALLOCATION_DATA", "TRUE"),
            ("INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY", "FALSE"),
        ],
    }
}

/// The export's query: every column by name, because Data Exports knows no `*`.
pub(super) fn query(kind: ReportKind) -> String {
    let columns = match kind {
        ReportKind::Focus => include_str!("../../../data/focus_columns.txt"),
        ReportKind::None | ReportKind::Legacy | ReportKind::Cur2 => {
            include_str!("../../../data/cur2_columns.txt")
        }
    };
    let columns: Vec<&str> = columns.lines().collect();
    format!("SELECT {} FROM {}", columns.join(", "), table(kind))
}

/// Name of the report.
pub(super) fn report_name(request: &TemplateRequest) -> String {
    format!("cloud-analyzer-{}", request.report.name())
}

/// Prefix of the report: AWS wants one.
pub(super) fn report_prefix(request: &TemplateRequest) -> &str {
    match request.prefix.as_str() {
        "" => "cost-reports",
        prefix => prefix,
    }
}

/// The definition as the AWS CLI takes it.
pub(super) fn definition(request: &TemplateRequest, region: &str) -> Value {
    let bucket = request.bucket.as_ref().map(BucketName::as_str);
    let (name, prefix) = (report_name(request), report_prefix(request));
    if request.report == ReportKind::Legacy {
        return json!({
            "ReportName": name, "TimeUnit": "HOURLY", "Format": "Parquet", "Compression": "Parquet",
            "AdditionalSchemaElements": ["RESOURCES"], "AdditionalArtifacts": ["ATHENA"],
            "RefreshClosedReports": true, "ReportVersioning": "OVERWRITE_REPORT",
            "S3Bucket": bucket, "S3Prefix": prefix, "S3Region": region,
        });
    }
    let settings: serde_json::Map<String, Value> = configuration(request.report)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    json!({
        "Name": name,
        "DataQuery": {
            "QueryStatement": query(request.report),
            "TableConfigurations": {table(request.report): settings},
        },
        "DestinationConfigurations": {"S3Destination": {
            "S3Bucket": bucket, "S3Prefix": prefix, "S3Region": region,
            "S3OutputConfigurations": {
                "OutputType": "CUSTOM", "Format": "PARQUET",
                "Compression": "PARQUET", "Overwrite": "OVERWRITE_REPORT",
            },
        }},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    })
}
