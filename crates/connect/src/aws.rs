//! Amazon Web Services: names and rules of its partitions, the role that we read through, the template that
//! makes the role, and what AWS answers. Nothing here decides what is right or wrong with a connection: that is
//! `verification`.

mod answer;
mod bucket;
mod external_id;
mod links;
mod listing;
mod partition;
mod permissions;
mod region;
mod role_arn;
mod s3;
mod session;
mod template;
mod xml;

pub use answer::{Answer, Trouble};
pub use bucket::{BucketName, ReportPrefix};
pub use external_id::ExternalId;
pub use links::{Links, links};
pub(crate) use listing::Listed;
pub use partition::Partition;
pub use permissions::{PERMISSIONS, Permission, Scope};
pub use region::{OptIn, REGIONS, RegionInfo, region_info};
pub use role_arn::RoleArn;
pub(crate) use s3::S3;
pub use session::Identity;
pub(crate) use session::{Own, Session};
pub use template::{Form, ReportKind, TemplateRequest, render};

/// A value that AWS would not accept, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}. {advice}")]
pub struct BadValue {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl BadValue {
    pub(crate) fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: advice.into() }
    }
}
