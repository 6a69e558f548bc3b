//! Service: its name in words and its FOCUS category, by product code.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{absent, table};
use model::Provider;

const DATA: &str = include_str!("../../data/services.csv");

struct Service {
    name: &'static str,
    category: &'static str,
}

static SERVICES: LazyLock<HashMap<&'static str, Service>> = LazyLock::new(|| {
    table::rows::<3>(DATA).map(|[code, name, category]| (code, Service { name, category })).collect()
});

/// The service's name in words.
///
/// A known product code always takes the table's name, so that one service has one name whether or not a report has
/// the product name column; an unknown code (Marketplace products, new services) keeps the report's product name, and
/// without one is its own name. Where the code is absent (FOCUS exports without `x_ServiceCode`), the name itself is looked
/// up: it may be a product code, or an older name that AWS still writes.
pub fn service_name<'a>(product_code: &'a str, product_name: &'a str) -> Cow<'a, str> {
    let known = |code: &str| SERVICES.get(code).map(|service| Cow::Borrowed(service.name));
    if absent(product_code) {
        known(product_name).unwrap_or(Cow::Borrowed(product_name))
    } else if let Some(name) = known(product_code) {
        name
    } else if absent(product_name) {
        Cow::Borrowed(product_code)
    } else {
        Cow::Borrowed(product_name)
    }
}

/// The FOCUS `ServiceCategory` of a product code; `Other` for codes that the table lacks and for providers other than
/// AWS, whose FOCUS exports carry the category themselves.
pub fn service_category(product_code: &str, provider: &str) -> &'static str {
    if !absent(provider) && Provider::of_report(provider) != Some(Provider::Aws) {
        return "Other";
    }
    SERVICES.get(product_code).map_or("Other", |service| service.category)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ServiceCategory of FOCUS 1.2.
    const CATEGORIES: [&str; 19] = [
        "AI and Machine Learning",
        "Analytics",
        "Business Applications",
        "Compute",
        "Databases",
        "Developer Tools",
        "Identity",
        "Integration",
        "Internet of Things",
        "Management and Governance",
        "Media",
        "Migration",
        "Mobile",
        "Multicloud",
        "Networking",
        "Other",
        "Security",
        "Storage",
        "Web",
    ];

    #[test]
    fn the_table_is_well_formed() {
        assert_eq!(table::malformed::<3>(DATA), Vec::<&str>::new());
        assert_eq!(table::duplicates(table::rows::<3>(DATA).map(|[code, ..]| code)), Vec::<&str>::new());
        assert!(SERVICES.len() >= 200, "only {} services", SERVICES.len());
        for [code, name, category] in table::rows::<3>(DATA) {
            assert!(!code.is_empty() && !name.is_empty(), "{code},{name}");
            assert!(CATEGORIES.contains(&category), "{code}: {category}");
        }
    }

    #[test]
    fn a_known_code_has_one_name() {
        let name = "Amazon Elastic Compute Cloud";
        assert_eq!(service_name("AmazonEC2", ""), name);
        assert_eq!(service_name("AmazonEC2", "Amazon EC2"), name);
        assert_eq!(service_name("", "AmazonEC2"), name);
        assert_eq!(service_name("", name), name);
        assert_eq!(service_name("AmazonCloudWatch", "AmazonCloudWatch"), "Amazon CloudWatch");
        assert_eq!(service_name("", "AmazonCloudWatch"), "Amazon CloudWatch");
    }

    #[test]
    fn every_name_leads_to_itself() {
        // Else a report without product codes would show a service under two names.
        for [_, name, _] in table::rows::<3>(DATA) {
            assert_eq!(service_name("", name), name);
        }
    }

    #[test]
    fn an_unknown_code_keeps_the_reports_name() {
        let code = "5hnnev4d0v7mapf09j0v8of0o2";
        assert_eq!(service_name(code, "Red Hat Enterprise Linux 8"), "Red Hat Enterprise Linux 8");
        assert_eq!(service_name(code, ""), code);
        assert_eq!(service_name("", ""), "");
    }

    #[test]
    fn categories_are_aws_only() {
        assert_eq!(service_category("AmazonS3", "AWS"), "Storage");
        assert_eq!(service_category("AmazonS3", ""), "Storage");
        assert_eq!(service_category("AmazonS3", "Microsoft"), "Other");
        assert_eq!(service_category("AmazonNothing", "AWS"), "Other");
    }
}
