//! Whether deliveries can be put together in reasonable time: files are compared by name and by month, and a bucket
//! of strangers may hold as many of both as somebody likes.

use super::assemble::ReadManifest;
use super::listing::Listing;
use crate::limits::{COMPARISONS, NAME_COMPARISONS};
use crate::place::{Partition, base_name};
use std::collections::{BTreeSet, HashMap};

/// Whether what is to be compared stays within bounds.
pub(crate) fn affordable(listing: &Listing, manifests: &[ReadManifest]) -> bool {
    let mut of_name: HashMap<&str, u64> = HashMap::new();
    let mut months: BTreeSet<&Partition> = BTreeSet::new();
    for listed in &listing.data {
        *of_name.entry(base_name(&listed.full)).or_default() += 1;
        months.extend(listed.place.as_ref().map(|place| &place.partition));
    }
    let keys = manifests.iter().filter_map(|(_, read)| read.as_ref().ok()?.as_ref()?.keys.as_ref()).flatten();
    let by_name = keys.map(|key| of_name.get(base_name(key)).copied().unwrap_or_default());
    let by_month = (months.len() as u64).saturating_mul(listing.data.len() as u64);
    by_name.fold(0, u64::saturating_add) <= NAME_COMPARISONS && by_month <= COMPARISONS
}

#[cfg(test)]
mod tests {
    use super::super::FileRef;
    use super::super::listing::manifests_to_read;
    use super::*;
    use crate::manifest::Manifest;
    use chrono::DateTime;

    fn file(path: String) -> FileRef {
        FileRef { path, size: 1, etag: String::new(), modified: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn files_of_the_same_name_or_of_many_months_have_an_end() {
        let same = (0..20_000).map(|at| file(format!("p/cur/20260801-20260901/a{at}/cur-1.csv.gz")));
        let manifest = file("p/cur/20260801-20260901/cur-Manifest.json".to_owned());
        let mut listing = Listing::new("/bills", same.chain([manifest]).collect());
        let chosen = manifests_to_read(&mut listing);
        let of = |keys: usize| -> Vec<ReadManifest> {
            let keys = Some(vec!["p/cur/20260801-20260901/a/cur-1.csv.gz".to_owned(); keys]);
            let manifest = Manifest { keys, ..Manifest::default() };
            chosen.iter().map(|listed| (listed.clone(), Ok(Some(manifest.clone())))).collect()
        };
        assert!(affordable(&listing, &of(100)) && !affordable(&listing, &of(20_000)));
        let months = (0..60_000).map(|at| file(format!("p{at}/cur/20260801-20260901/cur-{at}.csv.gz")));
        assert!(!affordable(&Listing::new("/bills", months.collect()), &[]));
    }
}
