//! Names of buckets and prefixes of reports, by AWS's rules and by what can be written into a policy safely.

use super::BadValue;
use std::fmt;

/// Name of a general purpose S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BucketName(String);

/// Beginnings and endings that S3 keeps for itself.
const RESERVED: (&[&str], &[&str]) =
    (&["xn--", "sthree-", "amzn-s3-demo-"], &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]);

impl BucketName {
    /// Checks the name by the S3 naming rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn try_new(text: &str) -> Result<Self, BadValue> {
        let bad = |rule: &str| {
            BadValue::new(
                format!("'{text}' cannot be the name of a bucket: {rule}"),
                "Copy the name from the list of buckets in the S3 console",
            )
        };
        if text.contains("://") || text.starts_with("arn:") || text.contains('/') {
            return Err(bad("give the name alone, without address, ARN or prefix"));
        }
        if !(3..=63).contains(&text.len()) {
            return Err(bad("it has 3 to 63 characters"));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if !text.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'.')) {
            return Err(bad("it consists of lowercase letters, digits, hyphens and dots"));
        }
        if !text.bytes().next().is_some_and(plain) || !text.bytes().last().is_some_and(plain) {
            return Err(bad("it begins and ends with a letter or digit"));
        }
        if text.contains("..") {
            return Err(bad("two dots must not stand side by side"));
        }
        if text.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err(bad("it must not look like an IP address"));
        }
        if let Some(start) = RESERVED.0.iter().find(|start| text.starts_with(**start)) {
            return Err(bad(&format!("names that begin with '{start}' are reserved")));
        }
        if let Some(end) = RESERVED.1.iter().find(|end| text.ends_with(**end)) {
            return Err(bad(&format!("names that end with '{end}' are reserved")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Folder of a bucket that holds the reports; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportPrefix(String);

impl ReportPrefix {
    /// Checks the prefix: no slash at either end, none doubled, and only characters that mean themselves in a
    /// policy.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn try_new(text: &str) -> Result<Self, BadValue> {
        let bad = |rule: &str, advice: &str| {
            BadValue::new(format!("the prefix '{text}' cannot be used: {rule}"), advice)
        };
        if text.contains("//") {
            let advice = "Set the report's S3 path prefix without it: double slashes make folders without a name, which Athena and this service cannot read";
            return Err(bad("it has a double slash", advice));
        }
        if text.ends_with('/') {
            return Err(bad(
                "it ends with a slash",
                "Leave the slash out: AWS adds one, which makes it double",
            ));
        }
        if text.starts_with('/') {
            return Err(bad("it begins with a slash", "Leave the slash out"));
        }
        if text.len() > 256 {
            return Err(bad("it has more than 256 characters", "Choose a shorter one"));
        }
        if text.split('/').any(|part| part == "." || part == "..") {
            return Err(bad("it has a folder '.' or '..'", "Choose other folder names"));
        }
        let valid = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'!' | b'=')
        };
        if let Some(other) = text.chars().find(|&other| !u8::try_from(other).is_ok_and(valid)) {
            let advice = "Use letters, digits and - _ . ! = only: other characters have a meaning in policies and addresses";
            return Err(bad(&format!("it has the character '{other}'"), advice));
        }
        Ok(Self(text.to_owned()))
    }

    /// The prefix, without slashes at its ends.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules_of_s3() {
        for name in ["abc", "my-cur.reports-2026", "0a0", &"a".repeat(63)] {
            assert_eq!(BucketName::try_new(name).unwrap().as_str(), name);
        }
        for (name, rule) in [
            ("ab", "3 to 63"),
            (&"a".repeat(64), "3 to 63"),
            ("My-Bucket", "lowercase"),
            ("my_bucket", "lowercase"),
            ("bücket", "lowercase"),
            ("-bucket", "begins and ends"),
            ("bucket-", "begins and ends"),
            ("my..bucket", "two dots"),
            ("192.168.5.4", "IP address"),
            ("xn--bucket", "reserved"),
            ("bucket-s3alias", "reserved"),
            ("s3://bucket", "name alone"),
            ("arn:aws:s3:::bucket", "name alone"),
            ("bucket/prefix", "name alone"),
        ] {
            let error = BucketName::try_new(name).unwrap_err();
            assert!(error.message.contains(rule), "{name}: {error}");
        }
    }

    #[test]
    fn prefixes_have_no_stray_slashes() {
        for prefix in ["", "cur", "cost/cur-2.0", "a_b/BILLING=1"] {
            assert_eq!(ReportPrefix::try_new(prefix).unwrap().as_str(), prefix);
        }
        for (prefix, rule) in [
            ("a//b", "double slash"),
            ("cur/", "ends with a slash"),
            ("/cur", "begins with a slash"),
            ("cur/*", "character '*'"),
            ("cur ${x}", "character ' '"),
            ("../x", "'..'"),
            ("cur\"", "character '\"'"),
        ] {
            let error = ReportPrefix::try_new(prefix).unwrap_err();
            assert!(error.message.contains(rule), "{prefix}: {error}");
        }
    }
}
