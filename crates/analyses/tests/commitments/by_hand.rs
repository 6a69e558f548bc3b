//! Cases that were worked by hand; each says its arithmetic.

use super::*;
use analyses::commitments::{Mode, Refused, When};

/// Capacity, used and on-demand equivalent of a commitment; what stays on demand in all.
fn shown(found: &Replayed, at: usize) -> (String, String, String, String) {
    let one = &found.commitments[at];
    let text = |amount: Decimal| amount.to_string();
    (text(one.capacity), text(one.used), text(one.equivalent), text(found.total.uncovered))
}

fn figures(
    capacity: &str,
    used: &str,
    equivalent: &str,
    uncovered: &str,
) -> (String, String, String, String) {
    (capacity.into(), used.into(), equivalent.into(), uncovered.into())
}

/// One reservation per instance that runs: 4 m5.xlarge of 8 units each take what 4 instances need, 32 units of 32;
/// 4 x 0.192 is covered, nothing stays on demand, and the hour costs 4 x 0.121.
#[test]
fn as_many_reservations_as_instances() {
    let sku = ec2("m5.xlarge", "8", "0.192");
    let owned = [reservation("ri", Some(0), &sku, 4, "0.484")];
    let found = at_decision(&usage(vec![sku], &[(0, 0, &["4"])]), &owned);
    assert_eq!(shown(&found, 0), figures("32", "32", "0.768", "0"));
    assert_eq!(found.total.cost(), decimal("0.484"));
    assert_eq!(found.commitments[0].net_savings(), decimal("0.284"));
}

/// Smallest size first: 2 m5.2xlarge (32 units) over 1 m5.large (4), 1 m5.xlarge (8), 2 m5.2xlarge (32). The large and
/// the xlarge take 12; 20 of 32 are left for the 2xlarge: 1.25 instances. 0.75 x 0.384 stays on demand.
#[test]
fn size_flexible_reservations_go_from_the_smallest_up() {
    let skus =
        vec![ec2("m5.2xlarge", "16", "0.384"), ec2("m5.large", "4", "0.096"), ec2("m5.xlarge", "8", "0.192")];
    let owned = [reservation("ri", Some(0), &skus[0], 2, "0.48")];
    let found = at_decision(&usage(skus, &[(0, 0, &["2"]), (1, 0, &["1"]), (2, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("32", "32", "0.768", "0.288"));
    assert_eq!(found.served.iter().map(|one| one.left.to_string()).collect::<Vec<_>>(), ["0.75", "0", "0"]);
}

/// A reservation that is smaller than the instance: m5.large (4 units) on m5.xlarge (8) covers half of it.
#[test]
fn half_an_instance_is_covered() {
    let (large, xlarge) = (ec2("m5.large", "4", "0.096"), ec2("m5.xlarge", "8", "0.192"));
    let owned = [reservation("ri", Some(0), &large, 1, "0.06")];
    let found = at_decision(&usage(vec![large, xlarge], &[(1, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("4", "4", "0.096", "0.096"));
}

/// Unused zonal reservations of another account come before an account's own regional ones. Account 1 runs one m5.large
/// in zone a and owns a regional one; account 0 owns a zonal one there and runs nothing: the zonal one serves it and
/// the regional one stays unused (4 units).
#[test]
fn zonal_reservations_of_others_come_before_own_regional_ones() {
    let zonal = Sku { zone: Some("us-east-1a".into()), ..ec2("m5.large", "4", "0.096") };
    let regional = ec2("m5.large", "4", "0.096");
    let owned =
        [reservation("r", Some(1), &regional, 1, "0.06"), reservation("z", Some(0), &zonal, 1, "0.06")];
    let found = at_decision(&usage(vec![zonal], &[(0, 1, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("4", "0", "0", "0"));
    assert_eq!(shown(&found, 1), figures("1", "1", "0.096", "0"));
    assert_eq!(
        (found.commitments[0].waste(), found.commitments[1].waste()),
        (decimal("0.06"), Decimal::ZERO)
    );
}

/// Multi-AZ counts twice: a db.r6g.large (4 units) covers half of a Multi-AZ db.r6g.large (factor 8, 0.43 an hour);
/// 0.215 stays.
#[test]
fn multi_az_takes_twice_the_units() {
    let (single, multi) =
        (database("r6g.large", "", "4", "0.215"), database("r6g.large", "Multi-AZ", "8", "0.43"));
    let owned = [reservation("ri", Some(0), &single, 1, "0.14")];
    let found = at_decision(&usage(vec![single, multi], &[(1, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("4", "4", "0.215", "0.215"));
}

/// Valkey takes 0.8 of the units: 4 Redis cache.r7g.large (4 units each, 16) serve 5 Valkey nodes of 3.2 units.
#[test]
fn valkey_takes_eight_tenths() {
    let node = |platform: &str, factor: &str, on_demand: &str| Sku {
        service: "AmazonElastiCache".into(),
        platform: platform.into(),
        world: World::Database,
        ..ec2("r7g.large", factor, on_demand)
    };
    // The platform of nodes is what must be the same; engines move into each other, so the caller names both alike.
    let (redis, valkey) = (node("cache", "4", "0.219"), node("cache", "3.2", "0.1752"));
    let owned = [reservation("ri", Some(0), &redis, 4, "0.6")];
    let found = at_decision(&usage(vec![redis, valkey], &[(1, 0, &["5"])]), &owned);
    assert_eq!(shown(&found, 0), figures("16", "16", "0.876", "0"));
}

/// What is not size-flexible takes its own size alone: g5 in both sizes, one reservation of g5.xlarge.
#[test]
fn an_exact_reservation_leaves_other_sizes() {
    let (xlarge, double) = (ec2("g5.xlarge", "8", "1.006"), ec2("g5.2xlarge", "16", "1.212"));
    let mut owned = [reservation("ri", Some(0), &xlarge, 2, "1.2")];
    if let Covers::Reserved(reserved) = &mut owned[0].covers {
        reserved.flexible = None;
    }
    let found = at_decision(&usage(vec![xlarge, double], &[(0, 0, &["1"]), (1, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("2", "1", "1.006", "1.212"));
    assert_eq!(found.commitments[0].utilization(), Some(decimal("0.5")));
}

/// A Compute plan of 0.5 an hour. Savings: m5 1 - 0.06/0.1 = 40 %, Fargate 1 - 0.04/0.05 = 20 %, r5 1 - 0.09/0.12 =
/// 25 %. m5 first: 4 x 0.06 = 0.24; r5 next: 2 x 0.09 = 0.18; 0.08 is left: 2 vCPU of 4. 2 x 0.05 stays.
#[test]
fn a_plan_goes_to_the_highest_percentage_first() {
    let skus = vec![ec2("m5.large", "4", "0.1"), fargate("0.05"), ec2("r5.large", "4", "0.12")];
    let owned = [commitment("sp", None, Covers::Compute, "0.5", &["0.06", "0.04", "0.09"])];
    let found = at_decision(&usage(skus, &[(0, 0, &["4"]), (1, 0, &["4"]), (2, 1, &["2"])]), &owned);
    // 4 x 0.1 + 2 x 0.12 + 2 x 0.05
    assert_eq!(shown(&found, 0), figures("0.5", "0.5", "0.74", "0.1"));
    assert_eq!(found.total.cost(), decimal("0.6"));
    assert_eq!(found.served.iter().map(|one| one.committed).sum::<Decimal>(), decimal("0.5"));
}

/// A tie of percentages (both 40 %) goes to the lowest plan rate: the m5 at 0.06 before the r5 at 0.072.
#[test]
fn ties_go_to_the_lowest_rate() {
    let skus = vec![ec2("r5.large", "4", "0.12"), ec2("m5.large", "4", "0.1")];
    let owned = [commitment("sp", None, Covers::Compute, "0.06", &["0.072", "0.06"])];
    let found = at_decision(&usage(skus, &[(0, 0, &["1"]), (1, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("0.06", "0.06", "0.1", "0.12"));
}

/// EC2 Instance plans come before Compute plans, Windows included: m5 on Windows at 0.188 on demand, 0.15 in the EC2
/// plan. The EC2 plan of 0.075 takes half an instance; the Compute plan of 0.08 at 0.16 the other half.
#[test]
fn an_ec2_plan_takes_windows_before_compute() {
    let windows = Sku { platform: "Windows".into(), ..ec2("m5.large", "4", "0.188") };
    let owned = [
        commitment("compute", None, Covers::Compute, "0.08", &["0.16"]),
        commitment("ec2", None, of_m5("us-east-1"), "0.075", &["0.15"]),
        commitment("elsewhere", None, of_m5("eu-west-1"), "0.5", &["0.15"]),
    ];
    let found = at_decision(&usage(vec![windows], &[(0, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("0.08", "0.08", "0.094", "0"));
    assert_eq!(shown(&found, 1), figures("0.075", "0.075", "0.094", "0"));
    assert_eq!(shown(&found, 2), figures("0.5", "0", "0", "0"));
}

/// The owner's account first, though another has the better discount: account 0 owns the plan and runs Fargate (20 %),
/// account 1 runs m5 (40 %). 0.04 serves Fargate; owned by nobody it would serve m5.
#[test]
fn the_owner_is_served_first() {
    let skus = vec![ec2("m5.large", "4", "0.1"), fargate("0.05")];
    let usage = usage(skus, &[(0, 1, &["1"]), (1, 0, &["1"])]);
    let plan = |owner| [commitment("sp", owner, Covers::Compute, "0.04", &["0.06", "0.04"])];
    assert_eq!(shown(&at_decision(&usage, &plan(Some(0))), 0), figures("0.04", "0.04", "0.05", "0.1"));
    // 0.04 / 0.06 of an instance is 2/3: 0.0666... at the on-demand rate.
    let shared = at_decision(&usage, &plan(None));
    assert_eq!(shared.commitments[0].equivalent, decimal("0.066666666666666667"));
    assert_eq!(shared.total.uncovered + shared.commitments[0].equivalent, decimal("0.15"));
}

/// Restricted groups: accounts 0 and 1 are one group, 2 is not. The plan of account 0 (0.12) takes account 1's m5
/// (0.06), and 0.06 stays unused while account 2 runs two m5 on demand: sharing would have saved one, 0.1.
#[test]
fn a_restricted_group_leaks() {
    let skus = vec![ec2("m5.large", "4", "0.1")];
    let usage = usage(skus, &[(0, 1, &["1"]), (0, 2, &["2"])]);
    let owned = [commitment("sp", Some(0), Covers::Compute, "0.12", &["0.06"])];
    let sharing = Sharing { mode: Mode::Restricted, groups: vec![Some(1), Some(1), Some(2)], off: vec![] };
    let found = replayed(&usage, &owned, &sharing, &Span::at_decision(0..1, 1)).unwrap();
    assert_eq!(shown(&found, 0), figures("0.12", "0.06", "0.1", "0.2"));
    assert_eq!(found.leak.on_demand, decimal("0.1"));
    assert_eq!(at_decision(&usage, &owned).leak.on_demand, Decimal::ZERO);
}

/// Databases: reservations, then Database plans. One db.r6g.large of two is reserved; the plan of 0.1 at 0.172 takes
/// 0.1 / 0.172 of the other. Compute plans take none.
#[test]
fn database_plans_come_after_reservations() {
    let sku = database("r6g.large", "", "4", "0.215");
    let owned = [
        commitment("sp", None, Covers::Database, "0.1", &["0.172"]),
        reservation("ri", None, &sku, 1, "0.14"),
        commitment("compute", None, Covers::Compute, "0.1", &["0.1"]),
    ];
    let found = at_decision(&usage(vec![sku], &[(0, 0, &["2"])]), &owned);
    // 0.1 / 0.172 x 0.215 = 0.125
    assert_eq!(shown(&found, 1), figures("4", "4", "0.215", "0.09"));
    assert_eq!(found.commitments[0].equivalent, decimal("0.125"));
    assert_eq!(found.commitments[2].used, Decimal::ZERO);
}

/// A rate that is unknown or no discount serves nothing; a price that is unknown is no money.
#[test]
fn what_has_no_price_stays_on_demand() {
    let unpriced = Sku { on_demand: None, ..ec2("m7i.large", "4", "0.1") };
    let skus = vec![ec2("m5.large", "4", "0.1"), ec2("r5.large", "4", "0.12"), unpriced];
    let owned = [commitment("sp", None, Covers::Compute, "1", &["", "0.12", "0.05"])];
    let found = at_decision(&usage(skus, &[(0, 0, &["1"]), (1, 0, &["1"]), (2, 0, &["1"])]), &owned);
    assert_eq!(shown(&found, 0), figures("1", "0", "0", "0.22"));
    let unpriced = found.served.iter().find(|one| one.sku == 2).unwrap();
    assert_eq!((unpriced.amount, unpriced.equivalent), (decimal("1"), None));
}

/// Spot and corrections are outside: -1 m5 stays as it is.
#[test]
fn spot_and_corrections_are_taken_by_nothing() {
    let skus = vec![ec2("m5.large", "4", "0.1")];
    let mut usage = usage(skus, &[(0, 0, &["1", "-1"]), (0, 0, &["5", "5"])]);
    usage.series[1].bought = Bought::Spot;
    let owned = [commitment("sp", None, Covers::Compute, "0.6", &["0.06"])];
    let found = at_decision(&usage, &owned);
    assert_eq!(shown(&found, 0), figures("1.2", "0.06", "0.1", "-0.1"));
}

/// Two plans that act as one fill by their begin; one ends in the second hour, which no longer counts for it. Hours as
/// they were: 0.06 + 0.06 for 3 x 0.06; then 0.06 alone.
#[test]
fn as_it_was_goes_by_dates() {
    let skus = vec![ec2("m5.large", "4", "0.1")];
    let usage = usage(skus, &[(0, 0, &["3", "3"])]);
    let plan = |id: &str| commitment(id, None, Covers::Compute, "0.06", &["0.06"]);
    let mut owned = vec![plan("b"), plan("a")];
    owned[1].rates = owned[0].rates.clone();
    owned[1].end = start() + chrono::TimeDelta::minutes(90);
    let span = Span { when: When::AsItWas, ..Span::at_decision(0..2, 2) };
    let found = replayed(&usage, &owned, &Sharing::default(), &span).unwrap();
    assert_eq!(shown(&found, 0), figures("0.12", "0.12", "0.2", "0.3"));
    assert_eq!(shown(&found, 1), figures("0.06", "0.06", "0.1", "0.3"));
    assert_eq!(found.total.committed, decimal("0.18"));
}

/// Less usage, before anything is applied: 90 % of 2 is 1.8, of which a plan for one instance leaves 0.8.
#[test]
fn less_usage_is_less_before_commitments() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["2"])]);
    let owned = [commitment("sp", None, Covers::Compute, "0.06", &["0.06"])];
    let span = Span { usage_percent: 90, ..Span::at_decision(0..1, 1) };
    let found = replayed(&usage, &owned, &Sharing::default(), &span).unwrap();
    assert_eq!(shown(&found, 0), figures("0.06", "0.06", "0.1", "0.08"));
    assert_eq!(found.coverage(&usage, |_| true), Some(decimal("0.555555555555")));
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["2"])]);
    let plan = || commitment("sp", None, Covers::Compute, "0.06", &["0.06"]);
    let refused = |usage: &Usage, owned: &[Commitment]| {
        replayed(usage, owned, &Sharing::default(), &Span::at_decision(0..1, 1)).unwrap_err()
    };
    assert_eq!(refused(&usage, &[plan(), plan()]), Refused::Twice("sp".into()));
    let negative = Commitment { hourly: decimal("-1"), ..plan() };
    assert_eq!(refused(&usage, &[negative]), Refused::Commitment("sp".into()));
    let large = Commitment { hourly: decimal("900000000"), ..plan() };
    assert_eq!(refused(&usage, &[large]), Refused::TooLarge);
    let elsewhere = Usage { accounts: vec![], ..usage };
    assert_eq!(refused(&elsewhere, &[]), Refused::Series(0));
}
