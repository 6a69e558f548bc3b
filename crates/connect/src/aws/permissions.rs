//! Every permission that the role has, in one table: the template is made from it, and so is the page that gives
//! the reasons. A permission that no code of ours uses does not belong here.

use super::{BucketName, Partition, ReportPrefix};

/// What a permission is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The bucket itself.
    Bucket,
    /// Listing the folder of the reports in the bucket.
    Folder,
    /// The objects in the folder of the reports.
    Objects,
    /// The customer's KMS key.
    Key,
    /// The account's data exports.
    Exports,
    /// The account: the service knows no finer resource.
    Account,
}

/// One permission of the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// `s3:GetObject`.
    pub action: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// Statement of the policy that it belongs to.
    pub statement: &'static str,
    /// Whether bills can be read without it.
    pub optional: bool,
    /// Why it is asked for.
    pub reason: &'static str,
    /// What stops working without it.
    pub without_it: &'static str,
}

/// All permissions.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        action: "s3:ListBucket",
        scope: Scope::Folder,
        statement: "ListReportFolder",
        optional: false,
        reason: "Finds the months and files of your reports, and notices new deliveries.",
        without_it: "Nothing can be read: no report is found.",
    },
    Permission {
        action: "s3:GetObject",
        scope: Scope::Objects,
        statement: "ReadReportFiles",
        optional: false,
        reason: "Reads the report files and their manifests.",
        without_it: "Nothing can be read: no cost is shown.",
    },
    Permission {
        action: "s3:GetBucketLocation",
        scope: Scope::Bucket,
        statement: "FindBucket",
        optional: true,
        reason: "Finds the bucket's region, so that requests go there directly.",
        without_it: "The region of the bucket has to be entered by hand.",
    },
    Permission {
        action: "kms:Decrypt",
        scope: Scope::Key,
        statement: "DecryptReportFiles",
        optional: true,
        reason: "Decrypts report files in a bucket that is encrypted with your own KMS key.",
        without_it: "Reports in a bucket with SSE-KMS cannot be read; other buckets are not affected.",
    },
    Permission {
        action: "cur:DescribeReportDefinitions",
        scope: Scope::Account,
        statement: "SeeReportDefinitions",
        optional: true,
        reason: "Checks that the classic report is hourly, has resource IDs and refreshes closed months.",
        without_it: "The settings of a classic report are not checked; a wrong one shows only later, in the data.",
    },
    Permission {
        action: "bcm-data-exports:ListExports",
        scope: Scope::Account,
        statement: "SeeReportDefinitions",
        optional: true,
        reason: "Finds the Data Exports (CUR 2.0, FOCUS) that deliver to this bucket.",
        without_it: "The settings of a data export are not checked.",
    },
    Permission {
        action: "bcm-data-exports:GetExport",
        scope: Scope::Exports,
        statement: "SeeExports",
        optional: true,
        reason: "Checks that the data export is hourly and has resource IDs.",
        without_it: "The settings of a data export are not checked.",
    },
    Permission {
        action: "organizations:DescribeOrganization",
        scope: Scope::Account,
        statement: "SeeAccounts",
        optional: true,
        reason: "Tells whether this is the management account, whose report covers every account.",
        without_it: "It is not known whether the report covers the whole organization.",
    },
    Permission {
        action: "organizations:ListAccounts",
        scope: Scope::Account,
        statement: "SeeAccounts",
        optional: true,
        reason: "Shows the names of accounts beside their numbers.",
        without_it: "Accounts appear by number where the report has no names (classic reports).",
    },
    Permission {
        action: "organizations:ListRoots",
        scope: Scope::Account,
        statement: "SeeAccounts",
        optional: true,
        reason: "Finds the top of the tree of organizational units.",
        without_it: "Cost is not shown by organizational unit.",
    },
    Permission {
        action: "organizations:ListOrganizationalUnitsForParent",
        scope: Scope::Account,
        statement: "SeeAccounts",
        optional: true,
        reason: "Reads the organizational units, so that cost can be shown by them.",
        without_it: "Cost is not shown by organizational unit.",
    },
    Permission {
        action: "organizations:ListAccountsForParent",
        scope: Scope::Account,
        statement: "SeeAccounts",
        optional: true,
        reason: "Tells which accounts are in an organizational unit.",
        without_it: "Cost is not shown by organizational unit.",
    },
];

impl Permission {
    /// The resource's ARN for a connection; `None` where it does not apply: there is no key.
    pub fn resource(
        &self,
        partition: Partition,
        bucket: Option<&BucketName>,
        prefix: &ReportPrefix,
        kms_key_arn: Option<&str>,
    ) -> Option<String> {
        let bucket = bucket.map_or("<bucket>", BucketName::as_str);
        let arn = format!("arn:{partition}:s3:::{bucket}");
        Some(match (self.scope, prefix.as_str()) {
            (Scope::Bucket, _) | (Scope::Folder, "") => arn,
            (Scope::Folder, prefix) => format!("{arn} (only below {prefix}/)"),
            (Scope::Objects, "") => format!("{arn}/*"),
            (Scope::Objects, prefix) => format!("{arn}/{prefix}/*"),
            (Scope::Key, _) => kms_key_arn?.to_owned(),
            (Scope::Exports, _) => format!("arn:{partition}:bcm-data-exports:*:*:export/*"),
            (Scope::Account, _) => "*".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_reads_and_says_why() {
        let mut seen = std::collections::HashSet::new();
        for permission in PERMISSIONS {
            assert!(seen.insert(permission.action), "{} is there twice", permission.action);
            let (_, verb) = permission.action.split_once(':').unwrap();
            let reads = ["Get", "List", "Describe", "Decrypt"].iter().any(|start| verb.starts_with(start));
            assert!(reads, "{verb} is no reading action");
            assert!(!permission.action.contains('*'));
            assert!(permission.reason.ends_with('.') && permission.without_it.ends_with('.'));
        }
    }

    #[test]
    fn resources_are_as_narrow_as_the_prefix() {
        let (bucket, prefix) =
            (BucketName::try_new("my-cur").unwrap(), ReportPrefix::try_new("a/b").unwrap());
        let of = |action: &str, prefix: &ReportPrefix| {
            let permission = PERMISSIONS.iter().find(|found| found.action == action).unwrap();
            permission.resource(Partition::AwsCn, Some(&bucket), prefix, None)
        };
        assert_eq!(of("s3:GetObject", &prefix).unwrap(), "arn:aws-cn:s3:::my-cur/a/b/*");
        assert_eq!(of("s3:GetObject", &ReportPrefix::default()).unwrap(), "arn:aws-cn:s3:::my-cur/*");
        assert_eq!(of("kms:Decrypt", &prefix), None);
    }
}
