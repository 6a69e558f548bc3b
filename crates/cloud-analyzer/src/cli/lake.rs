//! Where the tables of bills lie.

use app::{BucketAddress, BucketKeys, LakeOptions};
use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Lake")]
#[expect(clippy::struct_field_names, reason = "the names of the options")]
pub(crate) struct Lake {
    /// Where the tables of bills lie, for a new data folder: s3://bucket/prefix. The folder remembers it. Credentials and
    /// region are the usual AWS_… variables of the environment, or CLOUD_ANALYZER_LAKE_ACCESS_KEY_ID and
    /// CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY; else those of this machine's role [default: in the data folder]
    #[arg(long, global = true, env = "CLOUD_ANALYZER_LAKE", value_name = "ADDRESS")]
    lake: Option<BucketAddress>,
    /// Address of the S3-compatible server that has the bucket, where it is not AWS, such as https://minio.example.com:9000
    #[arg(
        long,
        global = true,
        env = "CLOUD_ANALYZER_LAKE_ENDPOINT",
        value_name = "URL",
        value_parser = parse_endpoint
    )]
    lake_endpoint: Option<String>,
    /// Region of the bucket
    #[arg(long, global = true, env = "CLOUD_ANALYZER_LAKE_REGION", value_name = "REGION")]
    lake_region: Option<String>,
}

fn parse_endpoint(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '@', '?', ' ']) => Ok(text.to_owned()),
        _ => Err(format!("'{text}' is no address of a server; write it as https://host:port")),
    }
}

impl Lake {
    /// What was said, with the keys of the environment.
    ///
    /// # Errors
    /// One half of the keys is missing.
    pub(crate) fn options(self) -> Result<LakeOptions, String> {
        let said = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let keys = match (said(KEY), said(SECRET)) {
            (Some(id), Some(secret)) => Some(BucketKeys { id, secret }),
            (None, None) => None,
            (Some(_), None) => return Err(format!("{KEY} is set, and {SECRET} is not")),
            (None, Some(_)) => return Err(format!("{SECRET} is set, and {KEY} is not")),
        };
        Ok(LakeOptions { bucket: self.lake, endpoint: self.lake_endpoint, region: self.lake_region, keys })
    }
}

const KEY: &str = "CLOUD_ANALYZER_LAKE_ACCESS_KEY_ID";
const SECRET: &str = "CLOUD_ANALYZER_LAKE_SECRET_ACCESS_KEY";
