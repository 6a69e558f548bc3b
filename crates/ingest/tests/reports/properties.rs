//! What sums must be, whatever the order and the split of the rows.

use crate::support::{file, read, report, sums, total};
use ingest::rollup::RollupResult;
use model::Decimal;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Row {
    account: u8,
    kind: &'static str,
    day: u8,
    cost: String,
    team: &'static str,
}

fn any_row() -> impl Strategy<Value = Row> {
    let kinds = prop_oneof![
        Just("Usage"),
        Just("Tax"),
        Just("Credit"),
        Just("DiscountedUsage"),
        Just("Fee"),
        Just("SavingsPlanNegation")
    ];
    let teams = prop_oneof![Just(""), Just("a"), Just("b")];
    (0..3_u8, kinds, 1..28_u8, "-?[0-9]{1,7}\\.[0-9]{1,18}", teams)
        .prop_map(|(account, kind, day, cost, team)| Row { account, kind, day, cost, team })
}

fn line(row: &Row) -> String {
    format!(
        "2026-10-01T00:00:00Z,2026-10-{:02}T05:00:00Z,{:012},{},AmazonEC2,BoxUsage:m5.large,RunInstances,{},1,USD,,,{},,,",
        row.day, row.account, row.kind, row.cost, row.team
    )
}

fn read_parts(parts: &[Vec<Row>]) -> RollupResult {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = parts
        .iter()
        .enumerate()
        .map(|(at, rows)| {
            file(
                folder.path(),
                &format!("part-{at}.csv"),
                &report(&rows.iter().map(line).collect::<Vec<_>>()),
            )
        })
        .collect();
    read(&files).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_file_splits_do_not_matter(mut rows in proptest::collection::vec(any_row(), 1..80), cut in 0..80_usize) {
        let whole = read_parts(std::slice::from_ref(&rows));
        rows.reverse();
        let cut = cut.min(rows.len());
        let split = read_parts(&[rows[..cut].to_vec(), rows[cut..].to_vec()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>());
        for dimension in ["SubAccountId", "x_LineItemType", "Tags", "x_ChargeType"] {
            for measure in ["BilledCost", "EffectiveCost", "x_UsageAmount"] {
                prop_assert_eq!(sums(&whole, dimension, measure), sums(&split, dimension, measure));
            }
        }
    }

    #[test]
    fn every_breakdown_sums_to_the_rows(rows in proptest::collection::vec(any_row(), 1..80)) {
        let result = read_parts(std::slice::from_ref(&rows));
        let billed: Decimal = rows.iter().map(|row| row.cost.parse::<Decimal>().unwrap()).sum();
        for dimension in ["SubAccountId", "ServiceName", "RegionId", "Tags", "x_UsageTypeGroup", "x_Lifecycle"] {
            prop_assert_eq!(sums(&result, dimension, "BilledCost").into_values().sum::<Decimal>(), billed);
        }
        let raw: Decimal = result.periods.values().flat_map(|rollup| rollup.totals().raw_billed().into_values()).sum();
        prop_assert_eq!(raw, billed);
        let expected: Decimal = result.periods.values().flat_map(|rollup| rollup.totals().expected().into_values()).map(|line| line.sums[1]).sum();
        prop_assert_eq!(expected, total(&result, "EffectiveCost"));
    }
}
