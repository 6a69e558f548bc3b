//! A connection as this crate needs it: where the reports lie, and as whom they are read.

use crate::aws::{BucketName, ExternalId, Own, Partition, ReportPrefix, RoleArn, S3, Session};
use crate::bill_source::{Beneath, BillSource, open, open_beneath, open_bucket};
use crate::error::{ConnectError, ErrorKind};
use crate::location::Location;
use crate::outgoing::{Outgoing, Whose};
use std::fmt;
use std::sync::Arc;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps the text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("******")
    }
}

/// As whom reports are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Through a customer's role.
    Role {
        /// The role.
        arn: RoleArn,
        /// The connection's external ID.
        external_id: ExternalId,
    },
    /// With the machine's own credentials.
    Own,
    /// With keys, at an S3-compatible endpoint.
    Keys {
        /// Address of the endpoint.
        endpoint: String,
        /// Access key.
        key_id: String,
        /// Its secret.
        secret: Secret,
    },
}

/// Where reports lie, and how to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder of this machine.
    Local {
        /// The folder or file.
        location: Location,
        /// How far its reading may go; `None`: wherever the operator's links lead.
        within: Option<Beneath>,
    },
    /// A bucket.
    Bucket {
        /// Name of the connection, for the customer's logs.
        name: String,
        /// Partition of AWS.
        partition: Partition,
        /// Its region, once known.
        region: Option<String>,
        /// The bucket.
        bucket: BucketName,
        /// Folder of the reports.
        prefix: ReportPrefix,
        /// As whom it is read.
        access: Access,
    },
}

impl Source {
    /// Folder or address.
    pub fn location(&self) -> String {
        match self {
            Self::Local { location, .. } => location.to_string(),
            Self::Bucket { bucket, prefix, .. } if prefix.as_str().is_empty() => format!("s3://{bucket}"),
            Self::Bucket { bucket, prefix, .. } => format!("s3://{bucket}/{}", prefix.as_str()),
        }
    }
}

/// Checks the address of an S3-compatible endpoint, as far as that can be done without asking for its name: what a
/// name leads to is checked whenever it is connected to.
///
/// # Errors
/// `BadLocation`: it is no such address, or one that is not connected to (see [`Outgoing`]).
pub fn check_endpoint(text: &str, outgoing: &Outgoing) -> Result<String, ConnectError> {
    let bad = |why: &str| ConnectError {
        kind: ErrorKind::BadLocation,
        message: format!("'{text}' is not the address of an S3-compatible endpoint: {why}"),
        advice: "Write https://host or https://host:port, without a bucket".to_owned(),
    };
    let url = url::Url::parse(text.trim()).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it does not begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("keys belong into their own fields"));
    }
    if !url.path().trim_matches('/').is_empty() || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a path"));
    }
    if url.host().is_none() {
        return Err(bad("it has no host"));
    }
    outgoing.check_url(Whose::Users, &url).map_err(|refused| ConnectError {
        kind: ErrorKind::BadLocation,
        message: format!("'{text}' is not connected to: {refused}"),
        advice: "Write an address of the internet; whoever runs Cloud Analyzer opens other ones by --allow-private-range, except those of metadata services".to_owned(),
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Opens a source. Nothing is read yet, except that a folder must exist.
///
/// # Errors
/// `NotFound`, `Denied`, `BadLocation`.
pub async fn open_as(source: &Source, outgoing: &Outgoing) -> Result<BillSource, ConnectError> {
    match source {
        Source::Local { within: Some(within), .. } => open_beneath(within),
        Source::Local { location, within: None } => open(location),
        Source::Bucket { partition, region, bucket, prefix, .. } => {
            let door = Door::open(source, outgoing).await;
            let region = region.as_deref().unwrap_or_else(|| partition.home_region());
            open_bucket(door.s3(region), bucket.as_str(), prefix.as_str(), source)
        }
    }
}

/// The endpoint of S3 that the operator set for this process.
pub(crate) fn endpoint_of_environment() -> Option<String> {
    ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|address| !address.is_empty()))
}

/// The way into a bucket: whom we ask as, and at which address.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) own: Own,
    pub(crate) session: Arc<Session>,
    outgoing: Outgoing,
    whose: Whose,
    partition: Partition,
    endpoint: Option<String>,
}

impl Door {
    /// Prepares; asks nobody yet. Call it with a bucket.
    pub(crate) async fn open(source: &Source, outgoing: &Outgoing) -> Self {
        let (name, partition, access) = match source {
            Source::Bucket { name, partition, access, .. } => (name.as_str(), *partition, access),
            Source::Local { .. } => ("", Partition::Aws, &Access::Own),
        };
        let own = Own::load(partition, None).await;
        let (session, whose, endpoint) = match access {
            Access::Own => (Session::own(own.clone()), Whose::Operators, endpoint_of_environment()),
            Access::Role { arn, external_id } => {
                let session = Session::role(own.clone(), arn.clone(), external_id.clone(), name);
                (session, Whose::Operators, endpoint_of_environment())
            }
            Access::Keys { endpoint, key_id, secret } => {
                (Session::keys(key_id, secret.reveal()), Whose::Users, Some(endpoint.clone()))
            }
        };
        Self { own, session: Arc::new(session), outgoing: outgoing.clone(), whose, partition, endpoint }
    }

    /// S3 in a region.
    pub(crate) fn s3(&self, region: &str) -> S3 {
        let endpoint = self.endpoint.clone().unwrap_or_else(|| self.partition.s3_endpoint(region));
        S3::new(self.outgoing.clone(), self.whose, Arc::clone(&self.session), &endpoint, region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_addresses_of_other_machines() {
        let (none, some) = (Outgoing::default(), Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]));
        assert_eq!(
            check_endpoint("https://minio.example:9000/", &none).unwrap(),
            "https://minio.example:9000"
        );
        assert_eq!(check_endpoint("http://127.0.0.1:8333", &some).unwrap(), "http://127.0.0.1:8333");
        for (text, why) in [
            ("minio", "relative URL"),
            ("ftp://host", "begin with https"),
            ("https://key:secret@host", "own fields"),
            ("https://host/bucket", "a path"),
            ("https://host#x", "a path"),
            ("http://127.0.0.1:8333", "machine itself"),
            ("http://169.254.169.254", "metadata service"),
            ("http://[::ffff:169.254.169.254]/", "metadata service"),
            ("http://[fd00:ec2::254]", "metadata service"),
            ("http://0.0.0.0:80", "unspecified"),
        ] {
            let error = check_endpoint(text, &none).unwrap_err();
            assert!(error.message.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("hush".to_owned())), "******");
    }
}
