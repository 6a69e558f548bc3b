//! Each resource once.

use super::*;

#[test]
fn a_resource_is_in_totals_once_with_its_largest_finding() {
    // A gp2 volume where nothing runs: 132 by rule 10, 26.4 by rule 7. Its largest finding counts.
    let all = rows(&[
        of("AmazonEC2", "EBS:VolumeUsage.gp2", "vol-1", "40", "4.4"),
        of("AmazonEC2", "EBS:VolumeUsage.gp3", "vol-2", "10", "0.88"),
        of("AmazonVPC", "USE1-PublicIPv4:IdleAddress", "eip-1", "24", "0.12"),
    ]);
    let found = find(asked(&all, &[]));
    let counted: Vec<(u8, &str)> =
        found.iter().filter(|one| one.counted).map(|one| (one.rule, &*one.resource)).collect();
    assert_eq!(counted, [(1, "eip-1"), (10, "vol-1"), (10, "vol-2")]);
    // 3.6 + 132 + 26.4 = 162
    assert_eq!(total(found.iter()).amount, decimal("162"));
    assert!(found.iter().any(|one| one.rule == 7 && !one.counted));
}

#[test]
fn what_has_no_price_is_counted_as_unknown() {
    let all = rows(&[
        of("AmazonEC2", "EBS:VolumeUsage.gp2", "vol-1", "40", "4.4"),
        of("AmazonEC2", "BoxUsage:c7g.large", "i-1", "24", "2").operation("RunInstances"),
        of("AmazonEC2", "DataTransfer-Regional-Bytes", "i-1", "24", "2").operation("InterZone-Out"),
    ]);
    let total = total(find(asked(&all, &[])).iter());
    assert_eq!((total.amount, total.low, total.unknown), (Decimal::ZERO, Decimal::ZERO, 1));
}
