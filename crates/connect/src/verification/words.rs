//! An error of reading, in the words of the verification: what went wrong and what mends it for this kind of
//! connection. Pages, mails, the command line and the history all say it so.

use super::fix::{Fix, waits};
use super::{bucket, reading, role};
use crate::aws::{Answer, Trouble};
use crate::error::ConnectError;
use crate::source::{Access, Source};

/// What was asked of a bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    /// What is there.
    List,
    /// A file, by its path below the prefix and its key.
    Read { path: &'a str, key: &'a str },
}

/// The error of a bucket's answer.
pub(crate) fn of_reading(source: &Source, asked: Asked<'_>, answer: &Answer) -> ConnectError {
    let Source::Bucket { bucket, prefix, access, .. } = source else {
        return ConnectError::of_answer(&source.location(), answer);
    };
    let (what, fix) = match (access, asked) {
        (Access::Role { arn, .. }, _) if answer.entering => {
            (format!("the role {arn} cannot be assumed"), role::assume_fix(answer, arn))
        }
        (Access::Own, _) if answer.entering => {
            ("Cloud Analyzer has no AWS identity of its own".to_owned(), role::own_fix(answer))
        }
        (_, Asked::List) => (
            format!("{} cannot be listed", source.location()),
            bucket::list_fix(answer, access, bucket, prefix),
        ),
        (_, Asked::Read { path, key }) => {
            (format!("{path} cannot be read"), reading::read_fix(answer, access, bucket, key))
        }
    };
    let told = ConnectError::of_answer("", answer);
    let advice = advice(answer.trouble, fix);
    ConnectError { kind: told.kind, message: format!("{what}: {answer}"), advice }
}

/// A fix on one line.
fn advice(trouble: Trouble, fix: Fix) -> String {
    let text = waits(trouble).map_or(fix.text, str::to_owned);
    match fix.command {
        Some(command) => format!("{text} To look: {command}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{BucketName, ExternalId, Partition, ReportPrefix, RoleArn};
    use crate::source::Secret;

    fn source(access: Access) -> Source {
        Source::Bucket {
            name: "acme".to_owned(),
            partition: Partition::Aws,
            region: None,
            bucket: BucketName::try_new("bills").unwrap(),
            prefix: ReportPrefix::try_new("cost").unwrap(),
            access,
        }
    }

    #[test]
    fn what_mends_it_is_of_the_connections_own_kind() {
        let role = source(Access::Role {
            arn: RoleArn::try_new("arn:aws:iam::123456789012:role/reader").unwrap(),
            external_id: ExternalId::generate(),
        });
        let keys = source(Access::Keys {
            endpoint: "https://store.example".to_owned(),
            key_id: "AK".to_owned(),
            secret: Secret::new("hush".to_owned()),
        });
        let denied = Answer::new("AccessDenied", "no", Some(403));
        let file = Asked::Read { path: "cur/a.csv.gz", key: "cost/cur/a.csv.gz" };

        let listing = of_reading(&role, Asked::List, &denied);
        assert_eq!(listing.message, "s3://bills/cost cannot be listed: AccessDenied: no (HTTP 403)");
        assert!(listing.advice.contains("s3:ListBucket") && listing.advice.contains("template"), "{listing}");
        let reading = of_reading(&role, file, &denied);
        assert!(reading.message.starts_with("cur/a.csv.gz cannot be read: AccessDenied"), "{reading}");
        assert!(reading.advice.contains("s3:GetObject"), "{reading}");
        let shut = of_reading(&role, file, &denied.clone().entering());
        assert!(shut.message.contains("role/reader cannot be assumed"), "{shut}");
        assert!(shut.advice.contains("external ID"), "{shut}");

        for (answer, word) in [
            (denied, "access key"),
            (Answer::new("InvalidAccessKeyId", "", Some(403)), "save the secret again"),
            (Answer::new("NoSuchBucket", "", Some(404)), "no bucket bills"),
        ] {
            let told = of_reading(&keys, Asked::List, &answer);
            assert!(told.advice.contains(word), "{told}");
            for strange in ["template", "AWS_ACCESS_KEY_ID", "for a folder"] {
                assert!(!told.advice.contains(strange), "{told}");
            }
        }
        // What passes by itself asks nobody to do anything.
        let busy = of_reading(&keys, file, &Answer::new("SlowDown", "", Some(503)));
        assert!(busy.retryable() && busy.advice.contains("by itself"), "{busy}");
    }
}
