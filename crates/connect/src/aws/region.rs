//! Regions, and whether an account must opt in to them. The table is a data file with its source.

use super::Partition;
use std::sync::LazyLock;

/// Whether an account must switch a region on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// It is on in every account.
    NotRequired,
    /// It must be switched on: reports cannot be delivered to its buckets.
    Required,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionInfo {
    /// `us-east-1`.
    pub id: &'static str,
    /// Its partition.
    pub partition: Partition,
    /// Whether accounts must opt in.
    pub opt_in: OptIn,
    /// Name in words.
    pub name: &'static str,
}

/// Every known region.
pub static REGIONS: LazyLock<Vec<RegionInfo>> = LazyLock::new(|| {
    let lines = include_str!("../../data/aws_regions.csv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut fields = line.splitn(4, ',');
            let (id, partition) = (fields.next()?, fields.next()?.parse().ok()?);
            let opt_in = if fields.next()? == "yes" { OptIn::Required } else { OptIn::NotRequired };
            Some(RegionInfo { id, partition, opt_in, name: fields.next()? })
        })
        .collect()
});

/// What is known of a region.
pub fn region_info(id: &str) -> Option<&'static RegionInfo> {
    REGIONS.iter().find(|region| region.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_region_and_every_partition_has_its_home() {
        let lines = include_str!("../../data/aws_regions.csv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(REGIONS.len(), lines.count());
        for partition in Partition::ALL {
            let home = region_info(partition.home_region()).unwrap();
            assert_eq!((home.partition, home.opt_in), (partition, OptIn::NotRequired));
        }
        assert_eq!(region_info("eu-south-1").unwrap().opt_in, OptIn::Required);
        assert_eq!(region_info("us-moon-1"), None);
    }
}
