//! Recommendations: the amount, the figures that a colleague could check, what is unknown.

use super::*;
use analyses::commitments::{Asked, Limits, Offer, Question, owned_at};
use proptest::prelude::*;

fn offer(covers: Covers, rates: &[&str]) -> Offer {
    let made = commitment("offer", None, covers, "0", rates);
    let hourly = None;
    Offer {
        covers: made.covers,
        term: made.term,
        class: made.class,
        payment: made.payment,
        rates: made.rates,
        hourly,
    }
}

fn question<'a>(usage: &'a Usage, owned: &'a [Commitment], sharing: &'a Sharing) -> Asked<'a> {
    Question { usage, owned, sharing, span: Span::at_decision(0..usage.hours, 2) }.asked().unwrap()
}

/// Ten hours of 1 to 10 m5.large at 0.1, 0.065 in the plan: ratio 0.65. More pays while it is exceeded in more than 6.5
/// of the hours: three of ten hours are at or below 3 instances, so up to 4 x 0.065 = 0.26 (7 hours reach it) and not
/// 5 (6 hours). Cost 10 x 0.26 = 2.6 and 0.1 x (1 + 2 + ... + 6) = 2.1 on demand: 4.7 instead of 5.5. Used: 1 + 2 + 3 +
/// 7 x 4 = 34 of 40 instance-hours.
#[test]
fn one_plan_by_hand() {
    let amounts: Vec<String> = (1..=10).map(|count| count.to_string()).collect();
    let amounts: Vec<&str> = amounts.iter().map(String::as_str).collect();
    let usage = usage(
        vec![ec2("m5.large", "4", "0.1"), ec2("m7i.large", "4", "0.2")],
        &[(0, 0, &amounts), (1, 0, &["1"])],
    );
    let sharing = Sharing::default();
    let question = question(&usage, &[], &sharing);
    let found = question.best_of(&offer(Covers::Compute, &["0.065", ""])).unwrap();
    assert_eq!((found.steps, found.commitment), (260, decimal("0.26")));
    // The m7i has no rate: its 0.2 stay in both, and are listed.
    assert_eq!((found.tried.before.cost(), found.tried.after.cost()), (decimal("5.7"), decimal("4.9")));
    assert_eq!(found.unknown.len(), 1);
    assert_eq!((found.unknown[0].sku, found.unknown[0].on_demand), (1, Some(decimal("0.2"))));
    let purchase = &found.tried.purchase;
    assert_eq!(
        (purchase.cost, purchase.replaced, purchase.savings),
        (decimal("2.6"), decimal("3.4"), decimal("0.8"))
    );
    assert_eq!(purchase.utilization, Some(decimal("0.85")));
    // 2.21 used replace 3.4: it breaks even at 65 % used.
    assert_eq!(purchase.break_even_utilization, Some(decimal("0.65")));
    assert_eq!(found.tried.bought[0].full_hours, 7);
    assert_eq!((found.bound, found.gap), (Some(decimal("4.9")), Some(Decimal::ZERO)));
    assert!(found.curve.iter().all(|point| point.cost >= decimal("4.899999")));
    // At nine tenths of it, 3.6 instances: 1 + 2 + 3 + 7 x 3.6 = 31.2 of 36 are used, and of 55 and two that are not.
    let point = found.curve.iter().find(|point| point.commitment == decimal("0.234")).unwrap();
    assert_eq!(point.utilization, Some(decimal("0.866667")));
    // 3.12 of 5.5 and 0.2.
    assert_eq!(point.coverage, Some(decimal("0.547368")));
    // 90 % of the usage: 0.9 to 9 instances. Used 0.9 + 1.8 + 2.7 + 3.6 + 6 x 4 = 33; 5.13 before and 0.2 x 0.9.
    let risk = question.risk(&[(&offer(Covers::Compute, &["0.065", ""]), 260)]).unwrap();
    assert_eq!(risk[0].0, 90);
    assert_eq!(risk[0].1.purchase.savings, decimal("0.7"));
    assert_eq!(risk[0].1.before.cost(), decimal("5.13"));
}

/// A plan that is dearer than on demand is not bought, and says why.
#[test]
fn what_does_not_pay_is_not_bought() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["1", "1"])]);
    let sharing = Sharing::default();
    let found = question(&usage, &[], &sharing).best_of(&offer(Covers::Compute, &["0.11"])).unwrap();
    assert_eq!(
        (found.steps, found.dearer.clone(), found.tried.purchase.savings),
        (0, vec![0], Decimal::ZERO)
    );
}

/// What is owned at the decision: a plan bought within the look-back counts for all of it, one that has expired for
/// none, and one that soon will if it is asked.
#[test]
fn owned_is_what_is_owned_at_the_decision() {
    let decision = start() + chrono::Days::new(30);
    let plan = |id: &str| commitment(id, None, Covers::Compute, "0.06", &["0.06"]);
    let bought = Commitment { begin: decision - chrono::Days::new(3), ..plan("bought") };
    let expired = Commitment { end: decision, ..plan("expired") };
    let soon = Commitment { end: decision + chrono::Days::new(10), ..plan("soon") };
    let all = [bought, expired, soon];
    let names = |days| owned_at(&all, decision, days).iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(names(0), ["bought", "soon"]);
    assert_eq!(names(10), ["bought"]);
    // Two m5 each hour, one of them served by what was just bought: one more, not two.
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["2", "2"])]);
    let (sharing, owned) = (Sharing::default(), owned_at(&all, decision, 10));
    let found = question(&usage, &owned, &sharing).best_of(&offer(Covers::Compute, &["0.06"])).unwrap();
    assert_eq!((found.steps, found.gap), (60, Some(Decimal::ZERO)));
}

/// A new EC2 plan frees an owned Compute plan, which then serves Fargate. One m5 (0.1; 0.055 in the EC2 plan, 0.07 in
/// Compute), Fargate of 0.1 (0.08 in Compute), a Compute plan of 0.07 owned, which takes the m5. Subtracted first, there
/// would be nothing for the EC2 plan. Replayed: 0.055 of it and 0.07 of Compute's 0.08 for Fargate, 0.0875 of 0.1:
/// 0.0125 stays. Cost 0.07 + 0.055 + 0.0125 = 0.1375 against 0.17.
#[test]
fn a_new_plan_frees_an_owned_one() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1"), fargate("0.1")], &[(0, 0, &["1"]), (1, 0, &["1"])]);
    let owned = [commitment("owned", None, Covers::Compute, "0.07", &["0.07", "0.08"])];
    let sharing = Sharing::default();
    let found =
        question(&usage, &owned, &sharing).best_of(&offer(of_m5("us-east-1"), &["0.055", ""])).unwrap();
    assert_eq!((found.steps, found.tried.before.cost()), (55, decimal("0.17")));
    assert_eq!((found.tried.after.cost(), found.gap), (decimal("0.1375"), Some(Decimal::ZERO)));
}

/// Reservations in whole numbers: 2, 3 and 2 db.r6g.large at 0.2, one reserved costs 0.13. Two: 6 x 0.13 + 0.2 = 0.98;
/// three: 9 x 0.13 = 1.17; one: 0.39 + 0.8 = 1.19. None 1.4.
#[test]
fn reservations_are_whole() {
    let sku = database("r6g.large", "", "4", "0.2");
    let made = reservation("offer", None, &sku, 1, "0");
    let offer = Offer { hourly: Some(rate("0.13")), ..offer(made.covers, &[]) };
    let usage = usage(vec![sku], &[(0, 0, &["2", "3", "2"])]);
    let sharing = Sharing::default();
    let found = question(&usage, &[], &sharing).best_of(&offer).unwrap();
    assert_eq!((found.steps, found.commitment), (2, decimal("0.26")));
    assert_eq!((found.tried.after.cost(), found.gap), (decimal("0.98"), Some(Decimal::ZERO)));
    assert_eq!(found.tried.bought[0].utilization(), Some(decimal("1")));
}

/// Four steps of 0.25 x 0.26: the usage of ten hours in one_plan_by_hand. Given up is what the ladder costs more.
#[test]
fn a_ladder_says_what_waiting_costs() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["4", "4"])]);
    let sharing = Sharing::default();
    let ladder = question(&usage, &[], &sharing).ladder(&offer(Covers::Compute, &["0.06"]), 240, 4).unwrap();
    assert_eq!(
        ladder.rungs.iter().map(|rung| (rung.steps, rung.owned)).collect::<Vec<_>>(),
        [(60, 60), (60, 120), (60, 180), (60, 240)]
    );
    // 730 hours of 0.06 + 0.3, 0.12 + 0.2, 0.18 + 0.1, 0.24; four times 0.4; four times 0.24.
    assert_eq!(ladder.rungs[0].cost, decimal("262.8"));
    assert_eq!((ladder.without, ladder.at_once), (decimal("1168"), decimal("700.8")));
    assert_eq!((ladder.given_up, ladder.expires_in_a_quarter), (decimal("175.2"), 180));
}

/// EC2 plans with a Compute plan: nothing else tried by hand on the grid is cheaper.
#[test]
fn together_is_the_cheapest_of_all() {
    let skus = vec![ec2("m5.large", "4", "0.1"), ec2("c5.large", "4", "0.085"), fargate("0.05")];
    let usage = usage(
        skus,
        &[
            (0, 0, &["3", "1", "4", "2", "5", "3"]),
            (1, 1, &["2", "6", "1", "3", "2", "4"]),
            (2, 2, &["4", "2", "3", "5", "1", "6"]),
        ],
    );
    let m5 = offer(of_m5("us-east-1"), &["0.058", "", ""]);
    let c5 =
        offer(Covers::Ec2Instance { family: "c5".into(), region: "us-east-1".into() }, &["", "0.05", ""]);
    let compute = offer(Covers::Compute, &["0.066", "0.058", "0.04"]);
    let sharing = Sharing::default();
    let question = question(&usage, &[], &sharing);
    let limits = Limits { gap: 1e-9, passes: 300 };
    let found = question.together(&[m5.clone(), c5.clone()], &compute, limits, |_| true).unwrap();
    let cost = found.tried.after.cost();
    assert!(found.gap.unwrap() <= decimal("0.002"), "{found:?}");
    let begin = usage.first_hour;
    for m in (0..=290_u64).step_by(29) {
        for c in (0..=300_u64).step_by(50) {
            for wide in (0..=400_u64).step_by(40) {
                let new =
                    [m5.bought("1", m, begin), c5.bought("2", c, begin), compute.bought("3", wide, begin)];
                let other = at_decision(&usage, &new).total.cost();
                assert!(cost <= other + decimal("0.01"), "{m} {c} {wide}: {other} against {cost}");
            }
        }
    }
    assert_eq!(
        found.commitments.iter().copied().sum::<Decimal>().units() * 6,
        found.tried.purchase.cost.units()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Exact replays at neighbours of a recommendation are not cheaper, and the curve says what a replay says.
    #[test]
    fn neighbours_are_not_cheaper(
        amounts in proptest::collection::vec(proptest::collection::vec(0_u32..400, 3), 4..24),
        wide in proptest::option::of(1_u32..300),
    ) {
        let skus = vec![ec2("m5.large", "4", "0.1"), ec2("c5.large", "4", "0.085"), fargate("0.05")];
        let mut usage = usage(skus, &[]);
        usage.hours = amounts.len();
        usage.series = (0..3)
            .map(|sku| Series {
                sku,
                account: sku,
                bought: Bought::OnDemand,
                from: 0,
                amounts: amounts.iter().map(|row| decimal(&format!("{}e-2", row[sku]))).collect(),
            })
            .collect();
        let owned: Vec<Commitment> = wide
            .map(|wide| commitment("owned", None, Covers::Compute, &format!("{wide}e-3"), &["0.066", "0.058", "0.04"]))
            .into_iter()
            .collect();
        let sharing = Sharing::default();
        let question = question(&usage, &owned, &sharing);
        for offer in [offer(Covers::Compute, &["0.066", "0.058", "0.04"]), offer(of_m5("us-east-1"), &["0.058", "", ""])] {
            let found = question.best_of(&offer).unwrap();
            let cost = found.tried.after.cost();
            prop_assert!(found.tried.purchase.savings >= Decimal::ZERO);
            for steps in [found.steps.saturating_sub(7), found.steps.saturating_sub(1), found.steps + 1, found.steps + 7] {
                let other = question.tried(&[(&offer, steps)]).unwrap().after.cost();
                prop_assert!(cost <= other + decimal("0.000000000001"), "{steps}: {other} against {cost}");
            }
            prop_assert!(found.bound.unwrap() <= cost);
            let point = &found.curve[found.curve.len() / 2];
            let steps = u64::try_from(point.commitment.units() / Decimal::from(1).units().checked_div(1000).unwrap()).unwrap();
            let tried = question.tried(&[(&offer, steps)]).unwrap();
            prop_assert!((tried.after.cost() - point.cost).abs() <= decimal("0.000002"), "{} {}", tried.after.cost(), point.cost);
        }
    }
}

/// Reservations of two families with a Database plan: no whole numbers with any plan are cheaper.
#[test]
fn reservations_with_a_database_plan_are_the_cheapest_of_all() {
    let skus = vec![database("r6g.large", "", "4", "0.2"), database("m6g.large", "", "4", "0.15")];
    let reserved = |sku: &Sku, hourly: &str| {
        let made = reservation("offer", None, sku, 1, "0");
        Offer { hourly: Some(rate(hourly)), class: Class::Standard, ..offer(made.covers, &[]) }
    };
    let pools = [reserved(&skus[0], "0.13"), reserved(&skus[1], "0.1")];
    let plan = offer(Covers::Database, &["0.16", "0.125"]);
    let usage = usage(
        skus,
        &[(0, 0, &["2", "3.5", "2", "4", "1.5", "3"]), (1, 1, &["1", "4", "2.5", "2", "3", "2"])],
    );
    let sharing = Sharing::default();
    let question = question(&usage, &[], &sharing);
    let found = question.together(&pools, &plan, Limits::default(), |_| true).unwrap();
    let cost = found.tried.after.cost();
    assert!(found.bound.unwrap() <= cost);
    for one in 0..5 {
        for two in 0..5 {
            for wide in (0..=600_u64).step_by(25) {
                let other = question.tried(&[(&pools[0], one), (&pools[1], two), (&plan, wide)]).unwrap();
                let other = other.after.cost();
                assert!(cost <= other + decimal("0.01"), "{one} {two} {wide}: {other} against {cost}");
                assert!(found.bound.unwrap() <= other);
            }
        }
    }
}

/// Beside owned plans whose rates rank usage otherwise the bound is still below all that can be bought.
#[test]
fn the_bound_holds_beside_owned_plans_at_other_rates() {
    let skus = vec![ec2("m5.large", "4", "0.1"), ec2("c5.large", "4", "0.085"), fargate("0.05")];
    let usage = usage(
        skus,
        &[(0, 0, &["3", "1", "4", "2"]), (1, 1, &["2", "6", "1", "3"]), (2, 2, &["4", "2", "3", "5"])],
    );
    let m5 = offer(of_m5("us-east-1"), &["0.058", "", ""]);
    let compute = offer(Covers::Compute, &["0.066", "0.058", "0.04"]);
    let owned = [
        commitment("three years", None, Covers::Compute, "0.1", &["0.06", "0.04", "0.03"]),
        commitment("m5", Some(1), of_m5("us-east-1"), "0.05", &["0.05", "", ""]),
    ];
    let sharing = Sharing::default();
    let question = question(&usage, &owned, &sharing);
    let limits = Limits { gap: 1e-9, passes: 200 };
    let found = question.together(std::slice::from_ref(&m5), &compute, limits, |_| true).unwrap();
    let (bound, cost) = (found.bound.unwrap(), found.tried.after.cost());
    let single = [question.best_of(&m5).unwrap(), question.best_of(&compute).unwrap()];
    for m in (0..=400_u64).step_by(10) {
        for wide in (0..=700_u64).step_by(10) {
            let other = question.tried(&[(&m5, m), (&compute, wide)]).unwrap().after.cost();
            assert!(bound <= other, "{m} {wide}: {other} below {bound}");
            assert!(wide > 0 || single[0].bound.unwrap() <= other);
            assert!(m > 0 || single[1].bound.unwrap() <= other);
            assert!(cost <= other + decimal("0.05"), "{m} {wide}: {other} against {cost}");
        }
    }
}

/// Where sharing is restricted, what is bought in an account outside of all groups serves those outside alone.
#[test]
fn a_purchase_counts_only_whom_it_may_serve() {
    let usage = usage(vec![ec2("m5.large", "4", "0.1")], &[(0, 0, &["1", "1"]), (0, 1, &["3", "3"])]);
    let sharing =
        Sharing { mode: analyses::commitments::Mode::Restricted, groups: vec![None, Some(1)], off: vec![] };
    let found = question(&usage, &[], &sharing).best_of(&offer(Covers::Compute, &["0.06"])).unwrap();
    assert_eq!((found.steps, found.gap), (60, Some(Decimal::ZERO)));
    assert_eq!(found.tried.after.cost(), decimal("0.72"));
}

/// A bound that cannot be said is not said: reservations beside an owned EC2 plan, which stays where it is.
#[test]
fn reservations_beside_an_owned_ec2_plan_are_found_by_replays() {
    let sku = ec2("m5.large", "4", "0.1");
    let made = reservation("offer", None, &sku, 1, "0");
    let reserved = Offer { hourly: Some(rate("0.055")), ..offer(made.covers, &[]) };
    let usage = usage(vec![sku], &[(0, 0, &["3", "3", "2"])]);
    // One instance is served by the plan; of the others one runs always and one in two hours of three.
    let owned = [commitment("owned", None, of_m5("us-east-1"), "0.06", &["0.06"])];
    let sharing = Sharing::default();
    let found = question(&usage, &owned, &sharing).best_of(&reserved).unwrap();
    assert_eq!((found.steps, found.bound), (2, None));
    // 3 x 0.06 and 6 x 0.055.
    assert_eq!(found.tried.after.cost(), decimal("0.51"));
}
