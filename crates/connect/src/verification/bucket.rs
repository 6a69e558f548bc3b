//! The bucket: that it exists, where it is, and that it can be listed.

use super::check::Board;
use super::fix::{Fix, common};
use crate::aws::{Answer, BucketName, Listed, OptIn, Partition, ReportPrefix, Trouble, region_info};
use crate::source::{Access, Door};

pub(super) const STEPS: &[(&str, &str)] = &[
    ("bucket", "The bucket exists"),
    ("region", "The bucket's region can hold reports"),
    ("list", "The bucket can be listed"),
];

/// A first page of the bucket.
pub(super) struct Listing {
    pub(super) objects: Vec<Listed>,
    pub(super) more: bool,
}

/// Finds the bucket's region, which says that it exists.
pub(super) async fn find(
    door: &Door,
    partition: Partition,
    bucket: &BucketName,
    entered: Option<&str>,
    board: &mut Board<'_>,
) -> Option<String> {
    board.start("bucket", format!("s3:GetBucketLocation on {bucket}"));
    let home = entered.unwrap_or_else(|| partition.home_region());
    let region = match door.s3(home).bucket_region(bucket.as_str()).await {
        Ok(region) => {
            board.passed("bucket", format!("{bucket} is in {region}"));
            region
        }
        Err(answer) if answer.trouble == Trouble::Denied => {
            board.warning("bucket", answer.to_string(), Fix::text(format!(
                "Without s3:GetBucketLocation the bucket's region is not known; {home} is tried. S3 says the same for a bucket of another account: check the name, then update the stack with this connection's template."
            )));
            home.to_owned()
        }
        Err(answer) => {
            board.failed("bucket", answer.to_string(), missing(&answer, partition, bucket));
            return None;
        }
    };
    check_region(partition, &region, board)?;
    Some(region)
}

fn missing(answer: &Answer, partition: Partition, bucket: &BucketName) -> Fix {
    common(answer).unwrap_or_else(|| {
        Fix::text(format!("There is no bucket {bucket} in this partition. Copy the name from the report's settings, or from the list of buckets; a report that is to be created can create the bucket with it."))
            .command("aws s3api list-buckets --query \"Buckets[].Name\"")
            .url(format!("{}/s3/buckets", partition.console()))
    })
}

fn check_region(partition: Partition, region: &str, board: &mut Board<'_>) -> Option<()> {
    board.start("region", format!("Looking {region} up in the table of regions"));
    match region_info(region) {
        Some(info) if info.partition != partition => {
            board.failed(
                "region",
                format!("{region} is in the partition {}", info.partition),
                Fix::text("Choose the partition of the bucket in the first step, or another bucket."),
            );
            None
        }
        Some(info) if info.opt_in == OptIn::Required => {
            board.failed("region", format!("{region}, {}, is a region that accounts must opt in to", info.name), Fix::text(format!(
                "AWS delivers reports only to regions that are on in every account. Make a bucket in {} (recommended) or another such region, and let the report deliver there.",
                partition.home_region()
            )).command(format!("aws s3api create-bucket --bucket NEW-NAME --region {}", partition.home_region())));
            None
        }
        Some(info) => {
            board.passed("region", format!("{region}, {}: on in every account", info.name));
            Some(())
        }
        None => {
            board.warning("region", format!("{region} is not in the table"), Fix::text(
                "The region is newer than this version. If reports are delivered there, nothing is wrong.",
            ));
            Some(())
        }
    }
}

/// Lists the folder of the reports.
pub(super) async fn list(
    door: &Door,
    access: &Access,
    bucket: &BucketName,
    prefix: &ReportPrefix,
    region: &str,
    board: &mut Board<'_>,
) -> Option<Listing> {
    let folder = match prefix.as_str() {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    };
    board.start("list", format!("s3:ListBucket on {bucket}, prefix '{folder}', in {region}"));
    match door.s3(region).page(bucket.as_str(), &folder, None).await {
        Ok(page) => {
            let (objects, more) = (page.objects, page.next.is_some());
            let count = objects.len();
            let words = match (count, more) {
                (0, _) => "Allowed; nothing is there yet".to_owned(),
                (_, true) => format!("{count} objects on the first page, and more"),
                (_, false) => format!("{count} objects"),
            };
            board.passed("list", words);
            Some(Listing { objects, more })
        }
        Err(answer) => {
            board.failed("list", answer.to_string(), list_fix(&answer, access, bucket, prefix));
            None
        }
    }
}

/// What to do about a bucket that cannot be listed.
pub(super) fn list_fix(answer: &Answer, access: &Access, bucket: &BucketName, prefix: &ReportPrefix) -> Fix {
    if let Some(fix) = with_keys(answer, access) {
        return fix;
    }
    if let Some(fix) = common(answer) {
        return fix;
    }
    match answer.trouble {
        Trouble::NotFound => Fix::text(format!("There is no bucket {bucket} there. Check its name.")),
        Trouble::WrongRegion => Fix::text("The bucket is in another region. Enter the bucket's region."),
        _ => {
            let place = if prefix.as_str().is_empty() {
                String::new()
            } else {
                format!(" below {}/", prefix.as_str())
            };
            if matches!(access, Access::Own) {
                return Fix::text(format!("Allow the machine's own AWS identity s3:ListBucket on arn:*:s3:::{bucket}{place}. If it is allowed, look for a Deny in the bucket's policy or in a service control policy."))
                    .command(format!("aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text"));
            }
            Fix::text(format!("Allow s3:ListBucket on arn:*:s3:::{bucket}{place}: update the stack with this connection's template. If it allows it, look for a Deny in the bucket's policy or in a service control policy."))
                .command(format!("aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text"))
        }
    }
}

/// What to do where keys are used at an endpoint: nothing there is a matter of roles and stacks. `None`: ask on.
pub(super) fn with_keys(answer: &Answer, access: &Access) -> Option<Fix> {
    let Access::Keys { endpoint, .. } = access else { return None };
    Some(match answer.trouble {
        Trouble::Expired | Trouble::Credentials => Fix::text(
            "The endpoint does not accept the keys. Check the access key, its secret and the region that the endpoint expects; save the secret again.",
        ),
        Trouble::Network => Fix::text(format!(
            "{endpoint} was not reached. Check the address, the port and whether it is http or https."
        )),
        Trouble::Denied | Trouble::KmsDenied => Fix::text(format!(
            "Allow the access key s3:ListBucket and s3:GetObject on the bucket, at {endpoint}; or save another access key and its secret."
        )),
        _ => return None,
    })
}
