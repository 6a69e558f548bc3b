//! Where to look for bills: parsed once, at the edge.

use crate::error::{ConnectError, ErrorKind};
use std::fmt;
use std::path::{Path, PathBuf};

/// A folder, a file, or a prefix of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Local(PathBuf),
    S3 { bucket: String, prefix: String },
}

impl Location {
    /// Parses `path`, `file:///path` or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// `BadLocation` for anything else.
    pub fn try_new(text: &str) -> Result<Self, ConnectError> {
        let bad = |why: &str| {
            ConnectError::new(ErrorKind::BadLocation, format!("'{text}' is not a location: {why}"))
        };
        if text.trim().is_empty() {
            return Err(bad("it is empty"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self(Kind::Local(PathBuf::from(text))));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "file" => {
                let url = url::Url::parse(text).map_err(|error| bad(&error.to_string()))?;
                let path = url.to_file_path().map_err(|()| bad("it is no path on this machine"))?;
                Ok(Self(Kind::Local(path)))
            }
            "s3" | "s3a" | "s3n" => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(valid) {
                    return Err(bad("a bucket's name has 3 to 63 letters, digits, dots and hyphens"));
                }
                let prefix = prefix.trim_matches('/').to_owned();
                if prefix.split('/').any(|part| part == "." || part == "..") {
                    return Err(bad("a prefix has no '.' or '..'"));
                }
                Ok(Self(Kind::S3 { bucket: bucket.to_owned(), prefix }))
            }
            other => Err(bad(&format!("'{other}' is not supported"))),
        }
    }

    /// A folder or file by its path.
    pub fn of_path(path: &Path) -> Self {
        Self(Kind::Local(path.to_owned()))
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Local(path) => write!(out, "{}", path.display()),
            Kind::S3 { bucket, prefix } if prefix.is_empty() => write!(out, "s3://{bucket}"),
            Kind::S3 { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
}

impl std::str::FromStr for Location {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Self, ConnectError> {
        Self::try_new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_addresses_are_told_apart() {
        for (text, shown) in [
            ("bills/2026", "bills/2026"),
            ("/data/my bills", "/data/my bills"),
            ("file:///data/my%20bills", "/data/my bills"),
            ("s3://my-bucket", "s3://my-bucket"),
            ("s3://my-bucket/cur//", "s3://my-bucket/cur"),
            ("S3://my-bucket/cur/x", "s3://my-bucket/cur/x"),
        ] {
            assert_eq!(Location::try_new(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_texts_are_refused_with_advice() {
        for text in
            ["", "  ", "s3://", "s3://a", "s3://my bucket/x", "s3://bucket/../x", "https://example.com/x"]
        {
            let error = Location::try_new(text).unwrap_err();
            assert!(
                error.kind == ErrorKind::BadLocation && error.to_string().contains("s3://bucket"),
                "{text}"
            );
        }
    }
}
