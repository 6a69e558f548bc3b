//! The ARN of the role that we read through.

use super::{BadValue, Partition};
use std::fmt;

/// ARN of an IAM role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleArn {
    text: String,
    partition: Partition,
    account: String,
}

impl RoleArn {
    /// Parses `arn:<partition>:iam::<account>:role/[<path>/]<name>`.
    ///
    /// # Errors
    /// What is wrong with it: each usual mistake has its own message.
    pub fn try_new(text: &str) -> Result<Self, BadValue> {
        let text = text.trim();
        let copy = "Copy the value of RoleArn from the stack's outputs";
        let bad = |why: &str, advice: &str| {
            BadValue::new(format!("'{text}' is not the ARN of a role: {why}"), advice)
        };
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let &[arn, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(bad("it has not the form arn:aws:iam::123456789012:role/Name", copy));
        };
        if arn != "arn" {
            return Err(bad("it does not begin with 'arn:'", copy));
        }
        let partition: Partition =
            partition.parse().map_err(|_| bad(&format!("there is no partition '{partition}'"), copy))?;
        if service == "sts" && resource.starts_with("assumed-role/") {
            let advice = "Take the role's own ARN (…:iam::…:role/…), not the one of a session of it";
            return Err(bad("it names a session of a role", advice));
        }
        if service == "cloudformation" {
            return Err(bad("it is the ARN of the stack", copy));
        }
        if service != "iam" || !region.is_empty() {
            return Err(bad("it is of another service than IAM", copy));
        }
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad(&format!("the account '{account}' has not 12 digits"), copy));
        }
        let Some(path) = resource.strip_prefix("role/") else {
            return Err(bad("it names no role", copy));
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if !(1..=64).contains(&name.len())
            || path.len() > 512
            || !path.bytes().all(|byte| valid(byte) || byte == b'/')
        {
            return Err(bad("the role's name has characters that IAM does not allow", copy));
        }
        Ok(Self { text: text.to_owned(), partition, account: account.to_owned() })
    }

    /// The ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition that it is in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The account that it is in: 12 digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The role's name, without its path.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_in_every_partition() {
        let arn = RoleArn::try_new(" arn:aws-cn:iam::123456789012:role/a/b/Reader+=,.@_- \n").unwrap();
        assert_eq!((arn.partition(), arn.account()), (Partition::AwsCn, "123456789012"));
        assert_eq!(arn.name(), "Reader+=,.@_-");
        assert_eq!(arn.as_str(), "arn:aws-cn:iam::123456789012:role/a/b/Reader+=,.@_-");
    }

    #[test]
    fn each_usual_mistake_has_its_message() {
        for (text, why) in [
            ("", "not the form"),
            ("CloudAnalyzerRole", "not the form"),
            ("urn:aws:iam::123456789012:role/x", "begin with 'arn:'"),
            ("arn:amazon:iam::123456789012:role/x", "no partition 'amazon'"),
            ("arn:aws:sts::123456789012:assumed-role/x/session", "session of a role"),
            ("arn:aws:cloudformation:us-east-1:123456789012:stack/x/1", "of the stack"),
            ("arn:aws:s3:::bucket", "another service"),
            ("arn:aws:iam::12345:role/x", "'12345' has not 12 digits"),
            ("arn:aws:iam::123456789012:user/x", "names no role"),
            ("arn:aws:iam::123456789012:role/", "characters"),
            ("arn:aws:iam::123456789012:role/x y", "characters"),
        ] {
            let error = RoleArn::try_new(text).unwrap_err();
            assert!(error.message.contains(why), "{text}: {error}");
        }
    }
}
