//! Partitions: AWS four times, with nothing shared but the names of services.

use super::BadValue;
use std::fmt;
use std::str::FromStr;

/// A partition of AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Partition {
    /// Commercial regions.
    #[default]
    #[serde(rename = "aws")]
    Aws,
    /// China.
    #[serde(rename = "aws-cn")]
    AwsCn,
    /// GovCloud (US).
    #[serde(rename = "aws-us-gov")]
    AwsUsGov,
    /// European Sovereign Cloud.
    #[serde(rename = "aws-eusc")]
    AwsEusc,
}

impl Partition {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Aws, Self::AwsCn, Self::AwsUsGov, Self::AwsEusc];

    /// Identifier, as in ARNs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// Name in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aws => "AWS (commercial regions)",
            Self::AwsCn => "AWS China",
            Self::AwsUsGov => "AWS GovCloud (US)",
            Self::AwsEusc => "AWS European Sovereign Cloud",
        }
    }

    /// Address of the console.
    pub const fn console(self) -> &'static str {
        match self {
            Self::Aws => "https://console.aws.amazon.com",
            Self::AwsCn => "https://console.amazonaws.cn",
            Self::AwsUsGov => "https://console.amazonaws-us-gov.com",
            Self::AwsEusc => "https://console.amazonaws-eusc.eu",
        }
    }

    /// Region for calls that have no place of their own, and recommended for the bucket.
    pub const fn home_region(self) -> &'static str {
        match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-northwest-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsEusc => "eusc-de-east-1",
        }
    }

    /// Region of the report services. GovCloud has none: its bill is part of the paired commercial account's.
    pub const fn report_region(self) -> Option<&'static str> {
        match self {
            Self::Aws => Some("us-east-1"),
            Self::AwsCn => Some("cn-northwest-1"),
            Self::AwsUsGov => None,
            Self::AwsEusc => Some("eusc-de-east-1"),
        }
    }

    /// Address of S3 in a region.
    pub fn s3_endpoint(self, region: &str) -> String {
        let suffix = match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
        };
        format!("https://s3.{region}.{suffix}")
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}

impl FromStr for Partition {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        Self::ALL.into_iter().find(|partition| partition.id() == text).ok_or_else(|| {
            BadValue::new(
                format!("'{text}' is not a partition of AWS"),
                "Write aws (commercial), aws-cn (China), aws-us-gov (GovCloud) or aws-eusc (European Sovereign Cloud)",
            )
        })
    }
}
