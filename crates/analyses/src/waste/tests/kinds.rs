//! Rules about what could be had for less: volumes, instances, storage, functions. Prices are those of the region's own rows.

use super::*;
use Confidence::{High, Low, Medium};

/// gp3 in the region: 0.088 a GB-month, 0.0055 an IOPS-month, 45.056 a GiBps-month.
fn gp3<'a>() -> Vec<Of<'a>> {
    vec![
        of("AmazonEC2", "EU-EBS:VolumeUsage.gp3", "vol-3", "10", "0.88"),
        of("AmazonEC2", "EU-EBS:VolumeP-IOPS.gp3", "vol-3", "100", "0.55"),
        of("AmazonEC2", "EU-EBS:VolumeP-Throughput.gp3", "vol-3", "0.1", "4.5056"),
    ]
}

fn with_gp3(all: Vec<Of<'_>>) -> Vec<Row> {
    let mut rows = rows(&all.into_iter().chain(gp3()).collect::<Vec<_>>());
    for row in rows.iter_mut().filter(|row| row.usage_type.contains("Throughput")) {
        row.unit = "GiBps-mo".into();
    }
    rows
}

#[test]
fn gp2_costs_more_than_gp3() {
    // 1,200 GB: 40 GB-months a day at 0.11. 30 × 4.4 = 132; gp3 1,200 × 0.088 = 105.6; high 26.4.
    // gp2 gives 3,600 IOPS and 250 MB/s: 600 × 0.0055 = 3.3, and 125 ÷ 1,024 × 45.056 = 5.5. Low 26.4 − 8.8 = 17.6.
    // 120 GB: 4 a day, 0.44: 13.2 − 10.56 = 2.64. 360 IOPS; 3 MB/s: 3 ÷ 1,024 × 45.056 = 0.132. Low 2.508.
    let gp2 = |resource, usage, cost| of("AmazonEC2", "EU-EBS:VolumeUsage.gp2", resource, usage, cost);
    let all = with_gp3(vec![
        gp2("vol-large", "40", "4.4"),
        gp2("vol-small", "4", "0.44"),
        gp2("vol-gone", "4", "0.44").days(1..100),
    ]);
    let expected = [seen("vol-large", "26.4", "17.6", High), seen("vol-small", "2.64", "2.508", High)];
    assert_eq!(found_of(7, &all), expected);
    // Half a month: 15 days at the end of it; all amounts are half.
    let all = with_gp3(vec![gp2("vol-large", "40", "4.4").days(0..15)]);
    assert_eq!(found_of(7, &all), [seen("vol-large", "13.2", "8.8", High)]);
    // No row tells what gp3 costs: unknown, not zero.
    let all = rows(&[gp2("vol-large", "40", "4.4")]);
    assert_eq!(found_of(7, &all), [("vol-large".to_owned(), None, None, High)]);
}

#[test]
fn provisioned_iops_within_the_limits_of_gp3() {
    // 300 GB of io1: 10 GB-months a day at 0.138 = 1.38; 4,000 IOPS: 133.333… a day, here 4,500: 150 a day at 0.072 = 10.8.
    // 30 × 12.18 = 365.4; gp3: 300 × 0.088 = 26.4 and 1,500 × 0.0055 = 8.25. Saved 330.75.
    let io = |resource, iops, cost| {
        vec![
            of("AmazonEC2", "EU-EBS:VolumeUsage.piops", resource, "10", "1.38"),
            of("AmazonEC2", "EU-EBS:VolumeP-IOPS.piops", resource, iops, cost),
        ]
    };
    let mut all = io("vol-1", "150", "10.8");
    // 18,000 IOPS are beyond it.
    all.extend(io("vol-fast", "600", "43.2"));
    all.extend(io("vol-gone", "150", "10.8").into_iter().map(|one| one.days(2..90)));
    assert_eq!(found_of(8, &with_gp3(all)), [seen("vol-1", "330.75", "330.75", Medium)]);
}

#[test]
fn magnetic_volumes() {
    // 300 GB at 0.055: 16.5, requests 15; gp3 would be 26.4: saved 5.1. Without requests it is cheaper than gp3.
    let storage = |resource| of("AmazonEC2", "EU-EBS:VolumeUsage", resource, "10", "0.55");
    let requests = of("AmazonEC2", "EU-EBS:VolumeIOUsage", "vol-busy", "9000", "0.5");
    let all =
        with_gp3(vec![storage("vol-busy"), requests, storage("vol-quiet"), storage("vol-gone").days(1..90)]);
    assert_eq!(found_of(9, &all), [seen("vol-busy", "5.1", "5.1", Medium)]);
}

#[test]
fn snapshots_that_only_grow() {
    // 100 GB, 10 GB more every ten days: 160 GB in the newest. By the months' hours a day of 160 GB is 160 × 24 ÷ 720.
    let part = |resource: &'static str, steps: [i64; 7]| {
        steps.iter().enumerate().fold(Row::default(), |mut sum, (step, level)| {
            for back in step * 10..step * 10 + 10 {
                let back = i64::try_from(back).unwrap();
                let days = MONTHS.iter().find(|(month, _)| month.contains(&back)).unwrap().1;
                let usage = mul_div(Decimal::from(*level), Decimal::from(1), Decimal::from(days)).unwrap();
                let cost = mul_div(usage, decimal("0.05"), Decimal::from(1)).unwrap();
                let (usage, cost) = (usage.to_string(), cost.to_string());
                let of =
                    of("AmazonEC2", "EU-EBS:SnapshotUsage", resource, &usage, &cost).days(back..back + 1);
                let day = of.row();
                let before = sum.clone();
                sum = Row { last_end: before.last_end.max(day.last_end), ..day };
                sum.amount.add(before.amount);
                for (sums, more) in sum.steps.iter_mut().zip(before.steps) {
                    sums.add(more);
                }
            }
            sum
        })
    };
    let rising = part("snap-1", [160, 150, 140, 130, 120, 110, 100]);
    let falls = part("snap-2", [160, 150, 140, 135, 140, 110, 100]);
    let still = part("snap-3", [100; 7]);
    let found = find(asked(&[rising.clone(), falls, still], &[]));
    // (160 + 150 + 140) ÷ 3 − (130 + 120 + 110) ÷ 3 = 30 GB × 0.05 = 1.5 a month.
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, &*found[0].resource), (11, "snap-1"));
    assert!((found[0].amount.unwrap().to_f64() - 1.5).abs() < 1e-9, "{:?}", found[0].amount);
    let gone = Row { last_end: NEWEST * 86_400, ..rising };
    assert!(find(asked(&[gone], &[])).is_empty());
}

fn instance<'a>(usage: &'a str, resource: &'a str, cost: &'a str) -> Of<'a> {
    of("AmazonEC2", usage, resource, "24", cost).operation("RunInstances")
}

#[test]
fn previous_generations() {
    // m4.large at 0.111, m5.large at 0.107, m6i.large at 0.108: 720 × 0.004 = 2.88.
    let all = rows(&[
        instance("EU-BoxUsage:m4.large", "i-4", "2.664"),
        instance("EU-BoxUsage:m5.large", "i-5", "2.568"),
        instance("EU-BoxUsage:m6i.large", "i-6", "2.592"),
        instance("EU-BoxUsage:m4.large", "i-gone", "2.664").days(1..100),
        // No successor of that size runs anywhere: unknown.
        instance("EU-BoxUsage:r4.8xlarge", "i-r", "50"),
        // Of Windows no price is known.
        of("AmazonEC2", "EU-BoxUsage:m4.large", "i-win", "24", "4").operation("RunInstances:0002"),
        of("AmazonRDS", "EU-InstanceUsage:db.m4.large", "db-4", "24", "5").operation("CreateDBInstance:0014"),
        of("AmazonRDS", "EU-InstanceUsage:db.m5.large", "db-5", "24", "4.5")
            .operation("CreateDBInstance:0014"),
        of("AmazonElastiCache", "EU-NodeUsage:cache.r4.large", "c-4", "24", "6")
            .operation("CreateCacheCluster:0002"),
        of("AmazonElastiCache", "EU-NodeUsage:cache.r5.large", "c-5", "24", "5.9")
            .operation("CreateCacheCluster:0002"),
    ]);
    let mut covered = all.clone();
    covered.push(Row { bought: Bought::Covered, ..instance("EU-BoxUsage:m4.large", "i-ri", "1").row() });
    covered.push(Row { bought: Bought::Spot, ..instance("EU-SpotUsage:m4.large", "i-spot", "1").row() });
    let unknown = |resource: &str| (resource.to_owned(), None, None, Medium);
    let expected = [
        seen("c-4", "3", "3", Medium),
        seen("db-4", "15", "15", Medium),
        seen("i-4", "2.88", "2.88", Medium),
        unknown("i-r"),
        unknown("i-win"),
    ];
    assert_eq!(found_of(12, &all), expected);
    assert_eq!(found_of(12, &covered), expected);
}

#[test]
fn a_successor_that_costs_no_less_is_none() {
    let all =
        rows(&[instance("BoxUsage:m4.large", "i-4", "2.4"), instance("BoxUsage:m5.large", "i-5", "2.4")]);
    assert!(found_of(12, &all).is_empty());
}

#[test]
fn graviton_twins() {
    let all = rows(&[
        // 720 × (0.107 − 0.086) = 15.12
        instance("EU-BoxUsage:m5.large", "i-x86", "2.568"),
        instance("EU-BoxUsage:m6g.large", "i-arm", "2.064"),
        of("AmazonEC2", "EU-BoxUsage:m5.large", "i-win", "24", "5").operation("RunInstances:0002"),
        of("AmazonRDS", "EU-Multi-AZUsage:db.m5.large", "db-x86", "24", "9")
            .operation("CreateDBInstance:0002"),
        of("AmazonRDS", "EU-Multi-AZUsage:db.m6g.large", "db-arm", "24", "8")
            .operation("CreateDBInstance:0002"),
        of("AmazonES", "EU-ESInstance:m5.large", "search", "24", "3.6").operation("ESDomain"),
        of("AmazonES", "EU-ESInstance:m6g.large", "search-arm", "24", "3.3").operation("ESDomain"),
        // 30 × (0.5 − 0.4) = 3
        of("AWSLambda", "EU-Lambda-GB-Second", "f-x86", "30000", "0.5"),
        of("AWSLambda", "EU-Lambda-GB-Second-ARM", "f-arm", "30000", "0.4"),
        // Tasks of an account and region are one: 30 × (1 − 0.8) + 30 × (0.2 − 0.16) = 7.2
        of("AmazonECS", "EUW1-Fargate-vCPU-Hours:perCPU", "task-1", "24", "1"),
        of("AmazonECS", "EUW1-Fargate-GB-Hours", "task-1", "48", "0.2"),
        of("AmazonECS", "EUW1-Fargate-ARM-vCPU-Hours:perCPU", "task-2", "24", "0.8"),
        of("AmazonECS", "EUW1-Fargate-ARM-GB-Hours", "task-2", "48", "0.16"),
        instance("EU-BoxUsage:m5.large", "i-gone", "2.568").days(1..100),
    ]);
    let expected = [
        seen("", "7.2", "7.2", Low),
        seen("db-x86", "30", "30", Medium),
        seen("f-x86", "3", "3", Low),
        seen("i-x86", "15.12", "15.12", Low),
        seen("search", "9", "9", Medium),
    ];
    assert_eq!(found_of(13, &all), expected);
}

#[test]
fn concurrency_that_is_hardly_used() {
    // Provisioned 86,400 GB-seconds a day at 0.36, used 5,000 at 0.05; on demand these cost 5,000 × 0.00002 = 0.1.
    // 30 × (0.36 + 0.05 − 0.1) = 9.3
    let provisioned =
        |resource| of("AWSLambda", "EU-Lambda-Provisioned-Concurrency", resource, "86400", "0.36");
    let used = |resource, usage| of("AWSLambda", "EU-Lambda-Provisioned-GB-Second", resource, usage, "0.05");
    let all = rows(&[
        provisioned("f-1"),
        used("f-1", "5000"),
        provisioned("f-busy"),
        used("f-busy", "8640"),
        provisioned("f-none"),
        provisioned("f-gone").days(1..90),
        of("AWSLambda", "EU-Lambda-GB-Second", "f-2", "50000", "1"),
    ]);
    assert_eq!(
        found_of(19, &all),
        [seen("f-1", "9.3", "9.3", Medium), seen("f-none", "10.8", "10.8", Medium)]
    );
    // Without a price on demand the used seconds are not zero.
    let all = rows(&[provisioned("f-1"), used("f-1", "5000")]);
    assert_eq!(found_of(19, &all), [("f-1".to_owned(), None, None, Medium)]);
}

#[test]
fn buckets_that_nobody_reads() {
    // 1,000 GB at 0.023, infrequent access at 0.0125: 1,000 × 0.0105 = 10.5. One day: 33.333…; here 3,000 ÷ 100 = 30 GB.
    let stored = |resource| of("AmazonS3", "EU-TimedStorage-ByteHrs", resource, "30", "0.69");
    let infrequent = || of("AmazonS3", "EU-TimedStorage-SIA-ByteHrs", "other", "30", "0.375");
    let read = of("AmazonS3", "EU-Requests-Tier2", "read", "1", "0.0000004").days(80..81);
    let sent = of("AmazonS3", "EU-DataTransfer-Out-Bytes", "sent", "1", "0.09").days(40..41);
    let all = rows(&[
        stored("cold"),
        // Storage is metered late: two days are nothing.
        stored("late").days(2..100),
        stored("read"),
        read,
        stored("sent"),
        sent,
        stored("gone").days(3..100),
        infrequent(),
    ]);
    // 30 days × (0.69 − 0.375) = 9.45; 28 days 8.82.
    assert_eq!(found_of(25, &all), [seen("cold", "9.45", "0", Low), seen("late", "8.82", "0", Low)]);
    assert_eq!(found_of(25, &rows(&[stored("cold")])), [("cold".to_owned(), None, None, Low)]);
}

#[test]
fn tables_of_the_wrong_class() {
    // Storage 30 × 1 = 30, of which 60 % are 18; throughput 30 × 2 = 60, of which 25 % are 15: 3. At 72, 18: nothing.
    let stored = |resource| of("AmazonDynamoDB", "EU-TimedStorage-ByteHrs", resource, "4", "1");
    let units = |resource, cost| of("AmazonDynamoDB", "EU-WriteRequestUnits", resource, "1000", cost);
    let all = rows(&[
        stored("t-1"),
        units("t-1", "1.5"),
        of("AmazonDynamoDB", "EU-ReadCapacityUnit-Hrs", "t-1", "24", "0.5"),
        stored("t-busy"),
        units("t-busy", "2.4"),
        stored("t-gone").days(1..90),
    ]);
    assert_eq!(found_of(27, &all), [seen("t-1", "3", "3", Medium)]);
}

#[test]
fn log_groups() {
    // 30 × 0.57 = 17.1, half is 8.55.
    let taken = |resource, cost| of("AmazonCloudWatch", "EU-DataProcessing-Bytes", resource, "1", cost);
    let all = rows(&[taken("g-1", "0.57"), taken("g-quiet", "0.03"), taken("g-gone", "0.57").days(1..90)]);
    assert_eq!(found_of(29, &all), [seen("g-1", "8.55", "0", Low)]);
}

/// A price list.
#[derive(Debug)]
struct List;

impl Book for List {
    fn on_demand(&self, of: &Wanted) -> Option<Decimal> {
        let price = match (of.region.as_str(), of.usage_type.as_str()) {
            ("eu-west-1", "EU-EBS:VolumeUsage.gp3") => "0.088",
            ("eu-west-1", "EU-EBS:VolumeP-Throughput.gp3") => "45.056",
            ("eu-west-1", "EU-BoxUsage:m6i.large") if of.operation == "RunInstances" => "0.107",
            // Nobody knows.
            ("eu-west-1", "EU-BoxUsage:r5.large") => "0",
            _ => return None,
        };
        Some(decimal(price))
    }
}

#[test]
fn a_price_list_tells_what_no_row_does() {
    // As in the cases above: 120 GB at 0.11, gp3 at 0.088, 3 MB/s at 45.056 ÷ 1,024; 720 × (0.111 − 0.107).
    let all = rows(&[
        of("AmazonEC2", "EU-EBS:VolumeUsage.gp2", "vol-small", "4", "0.44"),
        instance("EU-BoxUsage:m4.large", "i-4", "2.664"),
        instance("EU-BoxUsage:r4.large", "i-r", "3"),
    ]);
    let found = find(Asked { book: &List, ..asked(&all, &[]) });
    let amounts: Vec<_> = found
        .iter()
        .filter(|one| one.rule == 7 || one.rule == 12)
        .map(|one| (&*one.resource, one.amount.map(|it| it.to_string()), one.low.map(|it| it.to_string())))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        amounts,
        [
            ("vol-small", some("2.64"), some("2.508")),
            ("i-4", some("2.88"), some("2.88")),
            ("i-r", None, None)
        ]
    );
}
