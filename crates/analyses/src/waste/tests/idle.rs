//! Rules about rows and their absence.

use super::*;
use Confidence::{High, Low, Medium};

#[test]
fn all_of_a_kind_is_waste_while_it_lasts() {
    // 30 days of November × 0.12 = 3.6. What ended yesterday is gone; what a plan pays does not count.
    for (rule, product, usage, operation, twin, confidence) in [
        (1, "AmazonVPC", "EU-PublicIPv4:IdleAddress", "", "EU-PublicIPv4:InUseAddress", High),
        (1, "AmazonEC2", "ElasticIP:IdleAddress", "", "ElasticIP:Remap", High),
        (14, "AmazonRDS", "EU-ExtendedSupport:Yr1-Yr2:MySQL5.7", "", "EU-InstanceUsage:db.m7i.large", High),
        (15, "AmazonEKS", "EU-AmazonEKS-Hours:extendedSupport", "", "EU-AmazonEKS-Hours:perCluster", High),
        (
            16,
            "AmazonElastiCache",
            "EU-ExtendedSupportYr1_Yr2-NodeUsage:cache.m7g.large",
            "",
            "EU-NodeUsage:cache.m7g.large",
            High,
        ),
        (17, "AmazonEC2", "EU-UnusedBox:m7i.large", "RunInstances", "EU-Reservation:m7i.large", High),
        (17, "AmazonEC2", "EU-UnusedDed:m7i.large", "RunInstances", "EU-DedicatedRes:m7i.large", High),
        (
            20,
            "AmazonEC2",
            "EU-DataTransfer-Regional-Bytes",
            "PublicIP-Out",
            "EU-DataTransfer-Out-Bytes",
            High,
        ),
        (28, "AWSCloudTrail", "EUW1-PaidEventsRecorded", "", "EUW1-FreeEventsRecorded", High),
        (30, "AmazonEC2", "EU-EBS:FastSnapshotRestore", "", "EU-EBS:SnapshotArchiveStorage", Medium),
    ] {
        let one = |usage, resource| of(product, usage, resource, "24", "0.12").operation(operation);
        let mut all = rows(&[one(usage, "idle"), one(twin, "busy"), one(usage, "gone").days(1..100)]);
        all.push(Row { bought: Bought::Covered, ..one(usage, "covered").row() });
        assert_eq!(found_of(rule, &all), [seen("idle", "3.6", "3.6", confidence)], "{usage}");
    }
    // Fees of early deletion come now and then: they stand for a fortnight.
    let fee = |resource, days| of("AmazonS3", "EU-EarlyDelete-SIA", resource, "1", "0.5").days(days);
    let all = rows(&[fee("lately", 10..12), fee("long-ago", 14..20)]);
    assert_eq!(found_of(26, &all), [seen("lately", "1", "1", High)]);
}

#[test]
fn what_does_nothing_is_idle() {
    // 30 × 24 hours at 0.045 = 32.4 a month: 1.08 a day.
    for (rule, product, hours, operation, activity, confidence) in [
        (2, "AmazonEC2", "EU-NatGateway-Hours", "NatGateway", "EU-NatGateway-Bytes", High),
        (3, "AWSELB", "EU-LoadBalancerUsage", "LoadBalancing:Application", "EU-LCUUsage", High),
        (3, "AWSELB", "EU-LoadBalancerUsage", "LoadBalancing:Network", "EU-LCUUsage", High),
        (3, "AWSELB", "EU-LoadBalancerUsage", "LoadBalancing:Gateway", "EU-LCUUsage", High),
        (4, "AWSELB", "EU-LoadBalancerUsage", "LoadBalancing", "EU-DataProcessing-Bytes", High),
        (5, "AmazonVPC", "EUW1-VpcEndpoint-Hours", "VpcEndpoint", "EUW1-VpcEndpoint-Bytes", High),
        (
            6,
            "AmazonVPC",
            "EUW1-TransitGateway-Hours",
            "TransitGatewayVPC",
            "EUW1-TransitGateway-Bytes",
            Medium,
        ),
        (23, "awskms", "EUW1-KMS-Keys", "", "EUW1-KMS-Requests", Medium),
        (24, "AmazonRoute53", "HostedZone", "", "DNS-Queries", Medium),
    ] {
        let hours = |resource| of(product, hours, resource, "24", "1.08").operation(operation);
        let active = |resource| of(product, activity, resource, "5", "0.9").operation(operation);
        let all = rows(&[
            hours("idle"),
            hours("busy"),
            active("busy"),
            hours("gone").days(1..100),
            // No activity is no activity: a row of zero is none.
            hours("zero"),
            Of { usage: "0", cost: "0", ..active("zero") },
        ]);
        let expected = [seen("idle", "32.4", "32.4", confidence), seen("zero", "32.4", "32.4", confidence)];
        assert_eq!(found_of(rule, &all), expected, "{rule}");
    }
}

#[test]
fn what_fell_idle_within_the_month_is_idle_since() {
    // Bytes until 20 days ago; the look-back of 14 days proves 14 × 1.08 = 15.12 of the month's 32.4.
    let all = rows(&[
        of("AmazonEC2", "NatGateway-Hours", "nat", "24", "1.08"),
        of("AmazonEC2", "NatGateway-Bytes", "nat", "5", "0.9").days(20..100),
    ]);
    assert_eq!(found_of(2, &all), [seen("nat", "32.4", "15.12", High)]);
}

#[test]
fn nearly_idle_is_less_sure() {
    // In 14 days hours cost 15.12, of which 1 % is 0.1512: bytes of 0.14 are less, of 0.154 more.
    for (cost, found) in [("0.01", true), ("0.011", false)] {
        let all = rows(&[
            of("AmazonEC2", "NatGateway-Hours", "nat", "24", "1.08"),
            of("AmazonEC2", "NatGateway-Bytes", "nat", "0.2", cost),
        ]);
        let expected = if found { vec![seen("nat", "32.4", "0", Low)] } else { vec![] };
        assert_eq!(found_of(2, &all), expected);
    }
}

#[test]
fn activity_without_a_resource_may_be_of_any() {
    let hours = of("AmazonEC2", "NatGateway-Hours", "nat", "24", "1.08");
    let bytes = of("AmazonEC2", "NatGateway-Bytes", "", "5", "0.9");
    assert!(found_of(2, &rows(&[hours, bytes])).is_empty());
    // A report without resources: all of an account and region together.
    let hours = || of("AmazonEC2", "NatGateway-Hours", "", "24", "1.08");
    assert_eq!(found_of(2, &rows(&[hours()])), [seen("", "32.4", "32.4", High)]);
    assert!(found_of(2, &rows(&[hours(), of("AmazonEC2", "NatGateway-Bytes", "", "5", "0.9")])).is_empty());
}

#[test]
fn fewer_days_than_are_asked_for_are_less_sure() {
    let all = rows(&[of("awskms", "KMS-Keys", "key", "1", "0.033").days(0..20)]);
    let asked = Asked { first_day: NEWEST - 19, ..asked(&all, &[]) };
    let found = find(asked);
    assert_eq!((found[0].rule, found[0].confidence), (23, Low));
    assert!(
        found[0].evidence.contains("20 days") && found[0].evidence.contains("of the 90"),
        "{}",
        found[0].evidence
    );
    // A look-back of 14 days has all its days.
    let all = rows(&[of("AmazonEC2", "NatGateway-Hours", "nat", "24", "1.08").days(0..20)]);
    assert_eq!(find(Asked { rows: &all, ..asked })[0].confidence, High);
}

#[test]
fn hot_spots_are_shown_and_promise_nothing() {
    let traffic = |resource, cost| {
        of("AmazonEC2", "EU-DataTransfer-Regional-Bytes", resource, "9", cost).operation("InterZone-In")
    };
    // 30 × 0.4 = 12 is above the least amount, 30 × 0.3 = 9 is not.
    let all = rows(&[traffic("i-hot", "0.4"), traffic("i-cold", "0.3"), traffic("i-gone", "1").days(2..90)]);
    assert_eq!(found_of(21, &all), [("i-hot".to_owned(), None, None, Low)]);
    let bytes = rows(&[of("AmazonEC2", "NatGateway-Bytes", "nat", "9", "0.4")]);
    assert_eq!(found_of(22, &bytes), [("nat".to_owned(), None, None, Low)]);
    let found = find(asked(&bytes, &[]));
    assert_eq!((found[0].unknown.clone(), found[0].cost), (Some(Unknown::NotPromised), decimal("12")));
}

#[test]
fn a_volume_where_nothing_runs() {
    let volume = |resource| of("AmazonEC2", "EU-EBS:VolumeUsage.gp3", resource, "3", "0.24");
    let iops = of("AmazonEC2", "EU-EBS:VolumeP-IOPS.gp3", "vol-1", "10", "0.06");
    let instance = || of("AmazonEC2", "EU-BoxUsage:m7i.large", "i-1", "24", "2.4").operation("RunInstances");
    let alone = [volume("vol-1"), iops, volume("vol-gone").days(3..100)];
    // 30 × 0.24 + 30 × 0.06 = 9
    assert_eq!(found_of(10, &rows(&alone)), [seen("vol-1", "9", "9", Medium)]);
    assert!(found_of(10, &rows(&[volume("vol-1"), instance()])).is_empty());
    // It ended 14 days ago: not one hour in the look-back.
    assert_eq!(found_of(10, &rows(&[volume("vol-1"), instance().days(14..100)])).len(), 1);
    assert!(found_of(10, &rows(&[volume("vol-1"), instance().days(13..100)])).is_empty());
}

#[test]
fn a_host_without_instances_in_its_zone() {
    let host = |resource: &str, zone: &str, days| Row {
        zone: zone.into(),
        ..of("AmazonEC2", "EU-HostUsage:m5", resource, "24", "110").days(days).row()
    };
    let guest = Row {
        zone: "eu-west-1b".into(),
        ..of("AmazonEC2", "EU-HostBoxUsage:m5.large", "i-1", "24", "0").operation("RunInstances").row()
    };
    let all = [
        host("h-a", "eu-west-1a", 0..100),
        host("h-b", "eu-west-1b", 0..100),
        host("h-c", "eu-west-1c", 1..100),
        guest,
    ];
    assert_eq!(found_of(18, &all), [seen("h-a", "3300", "3300", Medium)]);
}

#[test]
fn aurora_without_requests() {
    let instance = |resource| {
        of("AmazonRDS", "EU-InstanceUsage:db.r7g.large", resource, "24", "6.6")
            .operation("CreateDBInstance:0021")
    };
    let all = || vec![instance("db-1"), instance("db-gone").days(2..100)];
    assert_eq!(found_of(32, &rows(&all())), [seen("db-1", "198", "198", Low)]);
    let mut busy = all();
    busy.push(of("AmazonRDS", "EU-Aurora:StorageIOUsage", "cluster-1", "100", "0.01"));
    assert!(found_of(32, &rows(&busy)).is_empty());
    // Other engines, and storage without requests of its own.
    let other = instance("db-1").operation("CreateDBInstance:0014");
    let free = of("AmazonRDS", "EU-InstanceUsageIOOptimized:db.r7g.large", "db-2", "24", "8")
        .operation("CreateDBInstance:0021");
    assert!(found_of(32, &rows(&[other, free])).is_empty());
}

#[test]
fn nights_and_weekends_of_what_is_no_production() {
    let instance = |resource: &str, tags: &str, week: &str| Row {
        tags: Some(tags.into()),
        week: decimal(week),
        // 108 of 168 hours a week lie outside: of 72 in thirty days, say 46.
        off_hours: decimal("46"),
        ..of("AmazonEC2", "EU-BoxUsage:m7i.large", resource, "24", "2.4").operation("RunInstances").row()
    };
    let all = [
        instance("i-dev", r#"{"Environment":"Dev","Name":"x"}"#, "168"),
        instance("i-prod", r#"{"Environment":"prod"}"#, "168"),
        instance("i-stops", r#"{"Environment":"dev"}"#, "120"),
        Row { bought: Bought::Covered, ..instance("i-covered", r#"{"env":"qa"}"#, "168") },
        Row { last_end: NEWEST * 86_400, ..instance("i-gone", r#"{"env":"qa"}"#, "168") },
    ];
    assert_eq!(found_of(31, &all), [seen("i-dev", "46", "46", Low)]);
}

#[test]
fn commitments_that_nothing_uses() {
    let unused = |commitment: &str, cost: &str, back: i64| Unused {
        commitment: commitment.into(),
        account: "111".into(),
        region: Arc::default(),
        cost: decimal(cost),
        last_end: (NEWEST + 1 - back) * 86_400,
    };
    let all = [unused("sp-1", "12.5", 0), unused("sp-full", "0", 0), unused("ri-over", "3", 1)];
    let found = find(asked(&[], &all));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, &*found[0].resource, found[0].amount), (33, "sp-1", Some(decimal("12.5"))));
}
