//! Who provides services.

use crate::words::words;

words! {
    /// A provider, as far as anything depends on which one it is. Reports write their names in ways of their own, which are
    /// what the dimension `provider` shows.
    Provider {
        /// Amazon Web Services.
        Aws = "AWS",
        /// Microsoft, with Azure.
        Microsoft = "Microsoft",
        /// Any other.
        Other = "Other",
    }
}

impl Provider {
    /// The provider that a report names so; `None` where it names nobody.
    pub fn of_report(name: &str) -> Option<Self> {
        let name = name.trim();
        if name.is_empty() {
            None
        } else if name == Self::Aws.name() || name.starts_with("Amazon") {
            Some(Self::Aws)
        } else if name.contains("Microsoft") {
            Some(Self::Microsoft)
        } else {
            Some(Self::Other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_write_providers_in_ways_of_their_own() {
        for name in ["AWS", "Amazon Web Services"] {
            assert_eq!(Provider::of_report(name), Some(Provider::Aws), "{name}");
        }
        assert_eq!(Provider::of_report("Microsoft Azure"), Some(Provider::Microsoft));
        assert_eq!(Provider::of_report("Oracle"), Some(Provider::Other));
        assert_eq!(Provider::of_report(" "), None);
    }
}
