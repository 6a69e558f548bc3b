//! Reading: one object, then everything that is there to be read.

use super::bucket::{Listing, with_keys};
use super::check::Board;
use super::fix::{Fix, common};
use super::{Facts, Month};
use crate::aws::{Answer, BucketName, Listed, Trouble};
use crate::discovery::{Delivery, Discovery};
use crate::error::{ConnectError, ErrorKind};
use crate::limits::KEY_BYTES;
use crate::outgoing::Outgoing;
use crate::plain::{plain, quoted};
use crate::source::{Access, Door, Source, open_as};

pub(super) const STEPS: &[(&str, &str)] =
    &[("read", "A file can be read"), ("months", "There are months to read")];

/// AWS puts this into a bucket when a report is set up, and nothing else for some hours.
const TEST_OBJECT: &str = "aws-programmatic-access-test-object";
/// Months that are kept with a verification, the newest: what a page shows.
const MONTHS: usize = 600;
const WAIT: &str =
    "AWS needs up to 24 hours for the first delivery. The connection waits and goes on by itself.";

pub(super) fn is_test_object(object: &Listed) -> bool {
    object.key.ends_with(TEST_OBJECT)
}

pub(super) async fn verify(
    door: &Door,
    source: &Source,
    outgoing: &Outgoing,
    listing: &Listing,
    board: &mut Board<'_>,
    facts: &mut Facts,
) {
    let Source::Bucket { bucket, region: Some(region), access, .. } = source else { return };
    let json = |object: &&Listed| {
        std::path::Path::new(&object.key).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
    };
    // Manifests are small and always there; any object says whether reading is allowed.
    let readable = || listing.objects.iter().filter(|object| object.unreadable().is_none());
    let probe = readable().find(json).or_else(|| readable().find(|object| object.size > 0));
    let Some(probe) = probe.or_else(|| readable().next()) else {
        board.start("read", "Looking for an object to read");
        board.not_yet("read", "The folder is empty", Some(Fix::text(WAIT)));
        board.start("months", "Looking for report files");
        board.not_yet("months", "No report was delivered yet: the folder is empty", Some(Fix::text(WAIT)));
        return;
    };
    let shown = plain(&probe.key, KEY_BYTES);
    board.start("read", format!("s3:GetObject on {shown}"));
    if let Err(answer) = door.s3(region).first_byte(bucket.as_str(), &probe.key).await {
        board.failed("read", answer.to_string(), read_fix(&answer, access, bucket, &probe.key));
        return;
    }
    board.passed("read", format!("Read {shown}"));
    board.start("months", format!("Listing everything below {}", source.location()));
    if !listing.more && listing.objects.iter().all(is_test_object) {
        let answer = "The report was set up, but has delivered nothing yet: only AWS's test object is there";
        board.not_yet("months", answer, Some(Fix::text(WAIT)));
        return;
    }
    let found = match open_as(source, outgoing).await {
        Ok(source) => source.discover().await,
        Err(error) => Err(error),
    };
    months(found, board, facts);
}

/// Tells the months of a discovery.
pub(super) fn months(found: Result<Discovery, ConnectError>, board: &mut Board<'_>, facts: &mut Facts) {
    let found = match found {
        Ok(found) => found,
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Empty) => {
            board.not_yet("months", error.message, Some(Fix::text(WAIT)));
            return;
        }
        Err(error) => {
            board.failed("months", error.message, Fix::text(error.advice));
            return;
        }
    };
    facts.months = found
        .deliveries
        .iter()
        .take(MONTHS)
        .map(|delivery| Month {
            period: delivery.period.map(|period| period.to_string()).unwrap_or_default(),
            bytes: delivery.bytes(),
            files: delivery.files.len(),
        })
        .collect();
    if facts.months.is_empty() {
        let ignored = found.unread.len();
        board.failed(
            "months",
            format!("{ignored} files, and none of them is a report file"),
            Fix::text("Check bucket and prefix: report files end in .csv, .csv.gz, .zip or .parquet and lie in folders by month."),
        );
        return;
    }
    let bytes = found.deliveries.iter().map(Delivery::bytes).fold(0, u64::saturating_add);
    let known: Vec<&str> =
        facts.months.iter().map(|month| month.period.as_str()).filter(|period| !period.is_empty()).collect();
    let span = match (known.last(), known.first()) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "months to be found in the rows".to_owned(),
    };
    let words = format!("{} deliveries, {span}, {} to read", found.deliveries.len(), megabytes(bytes));
    if let Some((period, reports)) = found.overlaps().first() {
        board.warning(
            "months",
            format!("{words}; {period} is there {} times: {}", reports.len(), reports.join(", ")),
            Fix::text(
                "Reports of different accounts add up. Two reports of the same accounts are two views of one bill, which must not be added: that month is refused then. Narrow the prefix to one of them.",
            ),
        );
    } else if let Some(problem) = found.deliveries.iter().find_map(|delivery| delivery.problems.first()) {
        let answer = format!("{words}; {}: {}", problem.file, problem.message);
        board.warning("months", answer, Fix::text(problem.advice.clone()));
    } else {
        board.passed("months", words);
    }
}

/// What to do about a file that cannot be read.
pub(super) fn read_fix(answer: &Answer, access: &Access, bucket: &BucketName, key: &str) -> Fix {
    if let Some(fix) = with_keys(answer, access).or_else(|| common(answer)) {
        return fix;
    }
    let key = quoted(key);
    match answer.trouble {
        Trouble::KmsDenied => Fix::text("The file is encrypted with a KMS key of yours, and the role may not decrypt with it. Render this connection's template with the key's ARN and update the stack; the key's own policy must let the account's IAM policies decide, or name the role.")
            .command(format!("aws s3api head-object --bucket {bucket} --key {key} --query SSEKMSKeyId --output text")),
        Trouble::NotFound => Fix::text("The file was removed while it was looked at: a delivery is being replaced. Verify again."),
        _ if matches!(access, Access::Own) => Fix::text(format!("Allow the machine's own AWS identity s3:GetObject on the objects of {bucket}. If it is allowed, a policy of the bucket or a service control policy denies it."))
            .command(format!("aws s3api get-object-acl --bucket {bucket} --key {key}")),
        _ => Fix::text(format!("Allow s3:GetObject on the objects of {bucket}: update the stack with this connection's template. If it allows it, the object may belong to another account (set the bucket's object ownership to 'bucket owner enforced'), or a bucket policy denies it."))
            .command(format!("aws s3api get-object-acl --bucket {bucket} --key {key}")),
    }
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
