//! Where a lake lies: in its data folder, or below a prefix of a bucket. The data folder remembers a bucket once it was
//! named, so that no command has to name it again and none looks for the tables elsewhere.

use crate::LakeError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::str::FromStr;

/// In the data folder's `lake`.
const FILE: &str = "bucket.json";

/// What was said of where a lake lies. Nothing: where the data folder remembers it, else in the data folder.
#[derive(Clone, Debug, Default)]
pub struct LakeOptions {
    /// The bucket and the prefix.
    pub bucket: Option<BucketAddress>,
    /// Address of what speaks S3's protocol, where it is not AWS.
    pub endpoint: Option<String>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Keys of the bucket, where they are not those of the environment or of this machine's role.
    pub keys: Option<BucketKeys>,
}

/// Keys of a bucket.
#[derive(Clone)]
pub struct BucketKeys {
    /// The access key's id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl fmt::Debug for BucketKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BucketKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A prefix of a bucket: `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketAddress {
    pub(crate) bucket: String,
    /// Without slashes at its ends; empty: the whole bucket.
    pub(crate) prefix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
}

impl FromStr for BucketAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no place in a bucket; write it as s3://bucket/prefix");
        let (bucket, prefix) = match text.strip_prefix("s3://").ok_or_else(wrong)?.split_once('/') {
            Some((bucket, prefix)) => (bucket, prefix.trim_matches('/')),
            None => (text.trim_start_matches("s3://"), ""),
        };
        let of_bucket =
            |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || ".-".contains(sign);
        let of_prefix = |sign: char| sign.is_ascii_alphanumeric() || "-_./=".contains(sign);
        let parts_are_names =
            prefix.is_empty() || prefix.split('/').all(|part| !["", ".", ".."].contains(&part));
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(of_bucket) {
            return Err(wrong());
        }
        if !prefix.chars().all(of_prefix) || !parts_are_names || prefix.len() > 512 {
            return Err(format!("{}: a prefix has letters, digits and any of - _ . = / alone", wrong()));
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned(), endpoint: None, region: None })
    }
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(out, "/{}", self.prefix)?;
        }
        match &self.endpoint {
            Some(endpoint) => write!(out, " at {endpoint}"),
            None => Ok(()),
        }
    }
}

impl BucketAddress {
    /// Whether both are the same place, however it is reached.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.bucket, &self.prefix) == (&other.bucket, &other.prefix)
    }
}

/// The bucket that a data folder's lake lies in, by what it remembers and what is said; `None`: in the folder.
///
/// # Errors
/// What is said is another place than where the tables are.
pub(crate) fn resolve(lake_dir: &Path, options: &LakeOptions) -> Result<Option<BucketAddress>, LakeError> {
    let remembered = read(lake_dir)?;
    let address = match (remembered, &options.bucket) {
        (None, None) if options.endpoint.is_none() => return Ok(None),
        (None, None) => {
            return Err(LakeError::Elsewhere {
                what: "an endpoint of the lake is named, but no bucket".to_owned(),
                advice: "Name it, too: --lake s3://bucket/prefix.",
            });
        }
        (None, Some(named)) => {
            if holds_tables(lake_dir) {
                return Err(LakeError::Elsewhere {
                    what: format!("the data folder holds its lake itself, and {named} was named"),
                    advice: "A lake is moved by a backup: cloud-analyzer backup DIR, then cloud-analyzer --data NEW --lake s3://bucket/prefix restore DIR.",
                });
            }
            named.clone()
        }
        (Some(remembered), Some(named)) if !remembered.is_same(named) => {
            return Err(LakeError::Elsewhere {
                what: format!("the data folder's lake lies in {remembered}, and {named} was named"),
                advice: "Leave --lake out, or name the place where the lake is. A lake is moved by a backup that is restored into a new data folder.",
            });
        }
        (Some(remembered), _) => remembered,
    };
    let endpoint = options.endpoint.clone().or(address.endpoint);
    let region = options.region.clone().or(address.region);
    Ok(Some(BucketAddress { endpoint, region, ..address }))
}

/// Whether a data folder has a lake in a bucket already.
pub(crate) fn is_remembered(lake_dir: &Path) -> Result<bool, LakeError> {
    Ok(read(lake_dir)?.is_some())
}

/// Whether a data folder keeps tables itself.
fn holds_tables(lake_dir: &Path) -> bool {
    crate::Table::ALL.iter().any(|table| lake_dir.join(table.name()).exists())
}

fn read(lake_dir: &Path) -> Result<Option<BucketAddress>, LakeError> {
    let path = lake_dir.join(FILE);
    match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io(path)(error)),
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| LakeError::Corrupt {
            path: path.display().to_string(),
            what: format!("this is no address of a bucket: {error}"),
        }),
    }
}

/// Keeps the address in the data folder, in one step.
pub(crate) fn remember(lake_dir: &Path, address: &BucketAddress) -> Result<(), LakeError> {
    if read(lake_dir)?.as_ref() == Some(address) {
        return Ok(());
    }
    let (part, path) = (lake_dir.join(format!("{FILE}.part")), lake_dir.join(FILE));
    let text = serde_json::to_vec_pretty(address).map_err(|_| LakeError::Internal("an address"))?;
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    let kept =
        written.and_then(|()| fs::rename(&part, &path)).and_then(|()| File::open(lake_dir)?.sync_all());
    kept.map_err(LakeError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_once() {
        for (text, bucket, prefix) in [
            ("s3://bills", "bills", ""),
            ("s3://bills/", "bills", ""),
            ("s3://my.bills-1/lake/of/us/", "my.bills-1", "lake/of/us"),
        ] {
            let address: BucketAddress = text.parse().unwrap();
            assert_eq!((address.bucket.as_str(), address.prefix.as_str()), (bucket, prefix));
            assert_eq!(address.to_string(), text.trim_end_matches('/'));
        }
        for text in [
            "",
            "bills",
            "s3://",
            "s3://Bills",
            "s3://b",
            "https://bills/x",
            "s3://bills/a//b",
            "s3://bills/../x",
            "s3://bills/a b",
        ] {
            assert!(text.parse::<BucketAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_folder_remembers_its_bucket() {
        let folder = tempfile::tempdir().unwrap();
        let said = |text: &str, endpoint: Option<&str>| LakeOptions {
            bucket: Some(text.parse().unwrap()),
            endpoint: endpoint.map(str::to_owned),
            ..LakeOptions::default()
        };
        let nothing = LakeOptions::default();
        assert_eq!(resolve(folder.path(), &nothing).unwrap(), None);
        let named =
            resolve(folder.path(), &said("s3://bills/one", Some("http://127.0.0.1:1"))).unwrap().unwrap();
        remember(folder.path(), &named).unwrap();
        assert_eq!(resolve(folder.path(), &nothing).unwrap().unwrap(), named);
        assert_eq!(resolve(folder.path(), &said("s3://bills/one", None)).unwrap().unwrap(), named);
        assert!(resolve(folder.path(), &said("s3://bills/two", None)).is_err());

        let other = tempfile::tempdir().unwrap();
        fs::create_dir(other.path().join("rollup")).unwrap();
        assert!(resolve(other.path(), &said("s3://bills/one", None)).is_err());
        assert_eq!(resolve(other.path(), &nothing).unwrap(), None);
    }
}
