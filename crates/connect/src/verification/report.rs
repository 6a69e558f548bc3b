//! The report's definition: that there is one for this bucket, and that it holds what the product shows.
//!
//! Deviations cost features and are warnings, except a double slash in the prefix: its files cannot be found.

mod definition;

use super::bucket::Listing;
use super::check::Board;
use super::fix::{Fix, common};
use super::reading::is_test_object;
use crate::aws::{Answer, BucketName, Partition, ReportPrefix, Trouble};
use crate::source::Door;
use chrono::{DateTime, Utc};
use definition::{Definition, exports, legacy};

pub(super) const STEPS: &[(&str, &str)] = &[
    ("report", "A report is set up for this bucket"),
    ("report_hourly", "The report is hourly"),
    ("report_resource_ids", "The report has resource IDs"),
    ("report_refresh", "The report refreshes closed months"),
    ("report_format", "The report's format can be read"),
    ("report_prefix", "The report's prefix is in order"),
];

/// Reports that are delivered elsewhere and are named.
const NAMED: usize = 3;

/// Where the report should be delivered.
pub(super) struct Place<'a> {
    pub(super) bucket: &'a BucketName,
    pub(super) prefix: &'a ReportPrefix,
    pub(super) region: &'a str,
    pub(super) partition: Partition,
}

/// Checks the definition; gives the permissions that were missing for it.
pub(super) async fn verify(
    door: &Door,
    place: &Place<'_>,
    listing: Option<&Listing>,
    now: DateTime<Utc>,
    board: &mut Board<'_>,
) -> Vec<&'static str> {
    board.start("report", "cur:DescribeReportDefinitions, bcm-data-exports:ListExports and GetExport");
    let Some(region) = place.partition.report_region() else {
        unknown(
            board,
            "GovCloud has no report service",
            Fix::text(
                "GovCloud is billed by the paired commercial account: the report is set up there, and can be delivered or copied to this bucket.",
            ),
            listing,
        );
        return vec![];
    };
    let credentials = match door.session.credentials().await {
        Ok(credentials) => credentials,
        Err(answer) => {
            unknown(board, &answer.to_string(), seeing(&answer), listing);
            return vec![];
        }
    };
    let config = door.own.as_session(credentials, region);
    let (classic, exported) = (legacy(&config).await, exports(&config).await);
    let mut unseen = vec![];
    for (answer, action) in [
        (classic.as_ref().err(), "cur:DescribeReportDefinitions"),
        (exported.as_ref().err(), "bcm-data-exports:ListExports"),
    ] {
        if answer.is_some_and(|answer| answer.trouble == Trouble::Denied) {
            unseen.push(action);
        }
    }
    let troubles: Vec<&Answer> =
        [classic.as_ref().err(), exported.as_ref().err()].into_iter().flatten().collect();
    let trouble = troubles.first().map(|answer| (answer.to_string(), seeing(answer)));
    let known = classic.unwrap_or_default().into_iter().chain(exported.unwrap_or_default());
    let (here, elsewhere): (Vec<Definition>, Vec<Definition>) =
        known.partition(|found| found.delivers_to(place.bucket, place.prefix));
    match (here.as_slice(), trouble) {
        ([], Some((answer, fix))) => unknown(board, &answer, fix, listing),
        ([], None) => absent(board, place, &elsewhere, listing),
        ([first, rest @ ..], _) => settings(board, place, first, rest, listing, now),
    }
    unseen
}

fn seeing(answer: &Answer) -> Fix {
    common(answer).unwrap_or_else(|| {
        Fix::text("The report's settings cannot be seen, so they are not checked; reading does not depend on it. To allow it, update the stack with this connection's template.")
    })
}

/// The definition cannot be seen.
fn unknown(board: &mut Board<'_>, answer: &str, fix: Fix, listing: Option<&Listing>) {
    board.warning("report", answer, fix);
    rest_unknown(board, listing);
}

fn rest_unknown(board: &mut Board<'_>, listing: Option<&Listing>) {
    for (id, _) in &STEPS[1..5] {
        board.start(id, "The report's definition");
        board.warning(
            id,
            "Not known: the report's definition is not seen",
            Fix::text("It shows in the data what the report lacks."),
        );
    }
    prefix(board, None, listing);
}

/// No definition of this account delivers here.
fn absent(board: &mut Board<'_>, place: &Place<'_>, elsewhere: &[Definition], listing: Option<&Listing>) {
    let files = listing.is_some_and(|listing| listing.objects.iter().any(|object| !is_test_object(object)));
    let bucket = place.bucket;
    // A report whose prefix was changed is found again by this.
    let named: Vec<String> = elsewhere.iter().take(NAMED).map(Definition::address).collect();
    let others = if named.is_empty() {
        String::new()
    } else {
        format!(
            " Reports of this account are delivered to {}: if one of them is meant, enter its bucket and prefix.",
            named.join(", ")
        )
    };
    if files {
        board.warning("report", format!("No report of this account is delivered to {bucket}, but files are there"), Fix::text(format!(
            "They may be of another account, or of a report that was removed: then no new deliveries come.{others}",
        )));
    } else {
        board.failed("report", format!("No report of this account is delivered to {bucket} below '{}'", place.prefix.as_str()), Fix::text(format!(
            "Create the report: render this connection's template with a report (CUR 2.0 is the best choice), or correct bucket and prefix to those of the report that you have.{others}",
        )).command(format!("aws cur describe-report-definitions --region {}", place.partition.report_region().unwrap_or_default()))
        .url(format!("{}/costmanagement/home#/bcm-data-exports", place.partition.console())));
    }
    rest_unknown(board, listing);
}

fn settings(
    board: &mut Board<'_>,
    place: &Place<'_>,
    report: &Definition,
    others: &[Definition],
    listing: Option<&Listing>,
    now: DateTime<Utc>,
) {
    let name = &report.name;
    if let Some(trouble) = &report.unhealthy {
        board.warning("report", format!("{} '{name}' is unhealthy: {trouble}", report.kind), Fix::text(
            "AWS cannot deliver it. Open the export in the console: usually the bucket's policy lacks the permission to deliver.",
        ));
    } else if report.region.as_deref().is_some_and(|region| region != place.region) {
        let region = report.region.as_deref().unwrap_or_default();
        board.warning(
            "report",
            format!(
                "{} '{name}' names {region} as the bucket's region, the bucket is in {}",
                report.kind, place.region
            ),
            Fix::text("Set the report's S3 region to the bucket's, else AWS cannot deliver it."),
        );
    } else if others.is_empty() {
        let age = report
            .created
            .filter(|created| now.signed_duration_since(*created) < chrono::Duration::hours(24));
        let young =
            age.map_or("", |_| "; it is less than 24 hours old: the first delivery may take until then");
        board.passed("report", format!("{} '{name}'{young}", report.kind));
    } else {
        let names: Vec<&str> = others.iter().map(|report| report.name.as_str()).collect();
        board.warning("report", format!("Several reports are delivered here: {name}, {}", names.join(", ")), Fix::text(
            "Two reports of one month are two views of one bill. Narrow the connection's prefix to one of them; the first is checked below.",
        ));
    }
    board.start("report_hourly", format!("Time granularity of '{name}'"));
    match report.granularity.as_str() {
        "HOURLY" => board.passed("report_hourly", "HOURLY"),
        other => board.warning("report_hourly", other.to_owned(), Fix::text(
            "Views by hour and commitment recommendations need an hourly report; all else works. AWS cannot change the granularity of a report: create a new, hourly one with this connection's template and point the connection to it.",
        ).url(format!("{}/costmanagement/home#/bcm-data-exports", place.partition.console()))),
    }
    board.start("report_resource_ids", format!("Resource IDs of '{name}'"));
    if report.resource_ids {
        board.passed("report_resource_ids", "Included");
    } else {
        board.warning("report_resource_ids", "Not included", Fix::text(
            "Costs by resource, and container and instance views, need resource IDs; all else works. Create a report that includes them with this connection's template.",
        ).url(format!("{}/costmanagement/home#/bcm-data-exports", place.partition.console())));
    }
    board.start("report_refresh", format!("Refresh of closed months of '{name}'"));
    if report.refreshes {
        board.passed("report_refresh", "On");
    } else {
        let mut fix = Fix::text(
            "Refunds, credits and support fees that AWS books after a month's end would be missing: the month would not equal its invoice. Switch 'Refresh automatically' on.",
        );
        if let Some(definition) = &report.with_refresh {
            fix = fix.command(format!(
                "aws cur modify-report-definition --region {} --report-name {name} --report-definition '{definition}'",
                place.partition.report_region().unwrap_or_default()
            ));
        }
        board.warning("report_refresh", "Off", fix);
    }
    board.start("report_format", format!("Format and versioning of '{name}'"));
    let format = format!("{}, {}", report.format, report.versioning);
    if report.versioning == "CREATE_NEW_REPORT" {
        board.passed(
            "report_format",
            format!("{format}: can be read; the newest delivery alone is. Overwriting needs less space"),
        );
    } else {
        board.passed("report_format", format);
    }
    prefix(board, Some(report), listing);
}

/// Looks for double slashes in the definition and in the keys.
fn prefix(board: &mut Board<'_>, report: Option<&Definition>, listing: Option<&Listing>) {
    board.start("report_prefix", "The report's prefix and the keys in the bucket");
    let defined = report
        .map(|report| report.prefix.as_str())
        .filter(|prefix| prefix.contains("//") || prefix.ends_with('/') || prefix.starts_with('/'));
    let keys = listing.iter().flat_map(|listing| &listing.objects);
    let key = keys.map(|object| object.key.as_str()).find(|key| key.contains("//") || key.starts_with('/'));
    match (defined, key) {
        (Some(prefix), _) => board.failed(
            "report_prefix",
            format!("The report's prefix '{prefix}' makes double slashes in its keys"),
            double_slash(),
        ),
        (None, Some(key)) => board.failed(
            "report_prefix",
            format!("The key {key} has a folder without a name"),
            double_slash(),
        ),
        (None, None) => board.passed(
            "report_prefix",
            report.map_or_else(
                || "No double slash in the keys".to_owned(),
                |report| format!("'{}'", report.prefix),
            ),
        ),
    }
}

fn double_slash() -> Fix {
    Fix::text(
        "Neither Athena nor Cloud Analyzer can read folders without a name. Set the report's S3 path prefix without a slash at its beginning and end and without a double slash; AWS delivers to the new place within a day, the files in the old place stay unread.",
    )
}
