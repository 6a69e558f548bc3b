//! Definitions of reports, classic and exported, in one form.

use crate::aws::{Answer, BucketName, ReportPrefix};
use crate::limits::KEY_BYTES;
use crate::plain::plain;
use aws_config::SdkConfig;
use aws_sdk_bcmdataexports::types::Export;
use aws_sdk_costandusagereport::types::{AdditionalArtifact, ReportDefinition, SchemaElement};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Exports that are looked at.
const MOST_EXPORTS: usize = 50;

/// A report as it is set up.
#[derive(Clone, Debug, Default)]
pub(super) struct Definition {
    /// In words.
    pub(super) kind: &'static str,
    pub(super) name: String,
    bucket: String,
    pub(super) prefix: String,
    pub(super) region: Option<String>,
    /// `HOURLY`, `DAILY` or `MONTHLY`.
    pub(super) granularity: String,
    pub(super) resource_ids: bool,
    pub(super) refreshes: bool,
    pub(super) format: String,
    pub(super) versioning: String,
    pub(super) created: Option<DateTime<Utc>>,
    /// Why AWS cannot deliver it, if it cannot.
    pub(super) unhealthy: Option<String>,
    /// The definition with refresh switched on, for the command line.
    pub(super) with_refresh: Option<String>,
}

impl Definition {
    /// Where its files lie, with its name.
    pub(super) fn address(&self) -> String {
        let prefix = self.prefix.trim_matches('/');
        let place = if prefix.is_empty() { self.bucket.clone() } else { format!("{}/{prefix}", self.bucket) };
        plain(&format!("s3://{place} ('{}')", self.name), KEY_BYTES)
    }

    /// Whether its files lie where the connection looks.
    pub(super) fn delivers_to(&self, bucket: &BucketName, prefix: &ReportPrefix) -> bool {
        // What is wrong with slashes is another step's concern.
        let parts = |text: &str| -> Vec<String> {
            text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let (wanted, mut own) = (parts(prefix.as_str()), parts(&self.prefix));
        own.push(self.name.clone());
        let common = wanted.len().min(own.len());
        self.bucket == bucket.as_str() && wanted[..common] == own[..common]
    }
}

/// Classic reports.
pub(super) async fn legacy(config: &SdkConfig) -> Result<Vec<Definition>, Answer> {
    let client = aws_sdk_costandusagereport::Client::new(config);
    let (mut found, mut next) = (vec![], None);
    loop {
        let page = client.describe_report_definitions().set_next_token(next).send().await;
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        found.extend(page.report_definitions().iter().map(of_legacy));
        next = page.next_token().map(str::to_owned).filter(|next| !next.is_empty());
        if next.is_none() || found.len() >= MOST_EXPORTS {
            return Ok(found);
        }
    }
}

fn of_legacy(report: &ReportDefinition) -> Definition {
    let refreshes = report.refresh_closed_reports().unwrap_or(false);
    let versioning = report.report_versioning().map_or("CREATE_NEW_REPORT", |versioning| versioning.as_str());
    let elements: Vec<&str> = report.additional_schema_elements().iter().map(SchemaElement::as_str).collect();
    let artifacts: Vec<&str> = report.additional_artifacts().iter().map(AdditionalArtifact::as_str).collect();
    let refreshed = json!({
        "ReportName": report.report_name(), "TimeUnit": report.time_unit().as_str(),
        "Format": report.format().as_str(), "Compression": report.compression().as_str(),
        "AdditionalSchemaElements": elements, "AdditionalArtifacts": artifacts,
        "S3Bucket": report.s3_bucket(), "S3Prefix": report.s3_prefix(),
        "S3Region": report.s3_region().as_str(),
        "RefreshClosedReports": true, "ReportVersioning": versioning,
    });
    Definition {
        kind: "Classic report",
        name: report.report_name().to_owned(),
        bucket: report.s3_bucket().to_owned(),
        prefix: report.s3_prefix().to_owned(),
        region: Some(report.s3_region().as_str().to_owned()),
        granularity: report.time_unit().as_str().to_owned(),
        resource_ids: report.additional_schema_elements().contains(&SchemaElement::Resources),
        refreshes,
        format: format!("{} ({})", report.format().as_str(), report.compression().as_str()),
        versioning: versioning.to_owned(),
        with_refresh: Some(refreshed.to_string()),
        ..Definition::default()
    }
}

/// Data exports of cost tables.
pub(super) async fn exports(config: &SdkConfig) -> Result<Vec<Definition>, Answer> {
    let client = aws_sdk_bcmdataexports::Client::new(config);
    let (mut arns, mut next) = (vec![], None);
    loop {
        let page = client.list_exports().set_next_token(next).send().await;
        let page = page.map_err(|error| Answer::of_sdk(&error))?;
        arns.extend(page.exports().iter().map(|export| export.export_arn().to_owned()));
        next = page.next_token().map(str::to_owned).filter(|next| !next.is_empty());
        if next.is_none() || arns.len() >= MOST_EXPORTS {
            break;
        }
    }
    let mut found = vec![];
    for arn in arns {
        let got = client.get_export().export_arn(arn).send().await;
        let got = got.map_err(|error| Answer::of_sdk(&error))?;
        let Some(mut definition) = got.export().and_then(of_export) else { continue };
        if let Some(status) = got.export_status() {
            definition.created =
                status.created_at().and_then(|at| DateTime::from_timestamp(at.secs(), at.subsec_nanos()));
            if status.status_code().is_some_and(|code| code.as_str() == "UNHEALTHY") {
                let reason = status.status_reason().map_or("no reason is given", |reason| reason.as_str());
                definition.unhealthy = Some(reason.to_owned());
            }
        }
        found.push(definition);
    }
    Ok(found)
}

/// `None`: it is of another table.
fn of_export(export: &Export) -> Option<Definition> {
    let query = export.data_query()?;
    let words: Vec<&str> = query.query_statement().split_whitespace().collect();
    let from = words.iter().position(|word| word.eq_ignore_ascii_case("from"))?;
    let table = *words.get(from.saturating_add(1))?;
    let focus = table.starts_with("FOCUS");
    if !focus && table != "COST_AND_USAGE_REPORT" {
        return None;
    }
    let setting = |name: &str| {
        let settings = query.table_configurations().and_then(|tables| tables.get(table));
        settings.and_then(|settings| settings.get(name)).cloned()
    };
    let target = export.destination_configurations()?.s3_destination()?;
    let output = target.s3_output_configurations();
    // The table's own defaults: CUR 2.0 is hourly and without resources, FOCUS has both.
    let resources = setting("INCLUDE_RESOURCES").map_or(focus, |value| value.eq_ignore_ascii_case("true"));
    let selected = focus || query.query_statement().contains("line_item_resource_id");
    Some(Definition {
        kind: if focus { "FOCUS export" } else { "CUR 2.0 export" },
        name: export.name().to_owned(),
        bucket: target.s3_bucket().to_owned(),
        prefix: target.s3_prefix().to_owned(),
        region: Some(target.s3_region().to_owned()).filter(|region| !region.is_empty()),
        granularity: setting("TIME_GRANULARITY").unwrap_or_else(|| "HOURLY".to_owned()),
        resource_ids: resources && selected,
        // Data Exports updates closed months by itself.
        refreshes: true,
        format: output.map_or_else(String::new, |output| {
            format!("{} ({})", output.format().as_str(), output.compression().as_str())
        }),
        versioning: output.map_or_else(String::new, |output| output.overwrite().as_str().to_owned()),
        ..Definition::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_belongs_to_the_prefix_above_and_below_it() {
        let bucket = BucketName::try_new("my-cur").unwrap();
        let report = |bucket: &str, prefix: &str| Definition {
            name: "daily".to_owned(),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            ..Definition::default()
        };
        let looks = |found: &Definition, prefix: &str| {
            found.delivers_to(&bucket, &ReportPrefix::try_new(prefix).unwrap())
        };
        for prefix in ["", "cost", "cost/cur", "cost/cur/daily", "cost/cur/daily/daily"] {
            assert!(looks(&report("my-cur", "cost/cur"), prefix), "{prefix}");
        }
        for prefix in ["co", "cost/cu", "cost/cur/other", "x"] {
            assert!(!looks(&report("my-cur", "cost/cur"), prefix), "{prefix}");
        }
        assert!(looks(&report("my-cur", "cost//cur/"), "cost/cur"));
        assert!(!looks(&report("other", "cost/cur"), ""));
    }
}
