//! What holds for any usage and any commitments.

use super::*;
use proptest::prelude::*;

/// Four SKUs of two families, three accounts, some hours in hundredths.
fn any_usage() -> impl Strategy<Value = Usage> {
    let amounts = proptest::collection::vec(0_u32..500, 6);
    proptest::collection::vec((0..4_usize, 0..3_usize, amounts), 1..8).prop_map(|series| {
        let skus = vec![
            ec2("m5.large", "4", "0.096"),
            ec2("m5.xlarge", "8", "0.192"),
            Sku { zone: Some("us-east-1a".into()), ..ec2("r5.large", "4", "0.126") },
            fargate("0.04048"),
        ];
        let mut usage = usage(skus, &[]);
        usage.hours = 6;
        usage.series = series
            .into_iter()
            .map(|(sku, account, amounts)| Series {
                sku,
                account,
                bought: Bought::OnDemand,
                from: 0,
                amounts: amounts.into_iter().map(|hundredths| decimal(&format!("{hundredths}e-2"))).collect(),
            })
            .collect();
        usage
    })
}

fn any_commitments() -> impl Strategy<Value = Vec<Commitment>> {
    let owner = proptest::option::of(0..3_usize);
    proptest::collection::vec((0..5_usize, owner, 1..600_u32, 500..999_u32), 0..6).prop_map(|all| {
        let make = |(at, (kind, owner, size, thousandths)): (usize, (usize, Option<usize>, u32, u32))| {
            let id = format!("{at}");
            let rates: Vec<String> = [96_000, 192_000, 126_000, 40_480]
                .iter()
                .map(|rate| format!("{}e-9", rate * thousandths))
                .collect();
            let rates: Vec<&str> = rates.iter().map(String::as_str).collect();
            let hourly = format!("{size}e-3");
            let zonal = Sku { zone: Some("us-east-1a".into()), ..ec2("r5.large", "4", "0.126") };
            match kind {
                0 => reservation(&id, owner, &ec2("m5.xlarge", "8", "0.192"), size / 200 + 1, &hourly),
                1 => reservation(&id, owner, &zonal, size / 200 + 1, &hourly),
                2 => commitment(&id, owner, of_m5("us-east-1"), &hourly, &rates),
                _ => commitment(&id, owner, Covers::Compute, &hourly, &rates),
            }
        };
        all.into_iter().enumerate().map(make).collect()
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_is_used_twice(usage in any_usage(), owned in any_commitments()) {
        let found = at_decision(&usage, &owned);
        // Usage: what was used is what is served and what is left.
        let used: Decimal = usage.series.iter().flat_map(|series| &series.amounts).copied().sum();
        prop_assert_eq!(found.served.iter().map(|one| one.amount).sum::<Decimal>(), used);
        for one in &found.served {
            prop_assert!(one.left >= Decimal::ZERO && one.left <= one.amount);
        }
        // Money: the hours' sums, and what commitments took is what does not stay on demand, to the last digit.
        let equivalent: Decimal = found.commitments.iter().map(|one| one.equivalent).sum();
        let rounding = Decimal::from_units(20 * i128::try_from(owned.len() + 1).unwrap());
        prop_assert!((found.total.covered() - equivalent).abs() <= rounding);
        let hourly: Decimal = owned.iter().map(|one| one.hourly).sum();
        prop_assert_eq!(found.total.committed, (0..usage.hours).map(|_| hourly).sum::<Decimal>());
        prop_assert_eq!(found.hours.iter().map(analyses::commitments::Sums::cost).sum::<Decimal>(), found.total.cost());
        let left: Decimal = found.served.iter().filter_map(|one| one.uncovered).sum();
        prop_assert!((left - found.total.uncovered).abs() <= Decimal::from_units(100));
        for one in &found.commitments {
            prop_assert!(one.used <= one.capacity && one.utilization() <= Some(Decimal::from(1)));
            prop_assert!(one.waste() >= Decimal::ZERO && one.waste() <= one.cost);
        }
    }

    #[test]
    fn more_commitment_never_raises_on_demand(
        usage in any_usage(), owned in any_commitments(), more in 1..500_u32, ratio in 500..999_u32,
    ) {
        let before = at_decision(&usage, &owned).total;
        let rates: Vec<String> =
            [96_000, 192_000, 126_000, 40_480].iter().map(|rate| format!("{}e-9", rate * ratio)).collect();
        let rates: Vec<&str> = rates.iter().map(String::as_str).collect();
        // Alone in its layer: beside other plans it may take what they would have, and they then serve what is dearer.
        let alone: Vec<Commitment> =
            owned.iter().filter(|one| !matches!(one.covers, Covers::Compute)).cloned().collect();
        let without = at_decision(&usage, &alone).total;
        let with = [alone, vec![commitment("new", None, Covers::Compute, &format!("{more}e-3"), &rates)]].concat();
        prop_assert!(at_decision(&usage, &with).total.uncovered <= without.uncovered);
        prop_assert!(before.uncovered <= before.equivalent);
    }

    #[test]
    fn the_order_of_the_input_says_nothing(usage in any_usage(), owned in any_commitments(), seed in 0..1000_usize) {
        let mut other = usage.clone();
        // SKUs and accounts the other way round, series and commitments turned.
        other.skus.reverse();
        other.accounts.reverse();
        for series in &mut other.series {
            (series.sku, series.account) = (3 - series.sku, 2 - series.account);
        }
        let turn = seed % other.series.len();
        other.series.rotate_left(turn);
        let mut turned = owned.clone();
        for one in &mut turned {
            one.owner = one.owner.map(|owner| 2 - owner);
            let mut rates = (*one.rates).clone();
            rates.0.reverse();
            one.rates = Arc::new(rates);
        }
        if !turned.is_empty() {
            let turn = seed % turned.len();
            turned.rotate_left(turn);
        }
        let (one, two) = (at_decision(&usage, &owned), at_decision(&other, &turned));
        prop_assert_eq!(&one.hours, &two.hours);
        for applied in &one.commitments {
            prop_assert_eq!(Some(applied), two.commitments.iter().find(|other| other.id == applied.id));
        }
    }

    #[test]
    fn plans_of_one_rate_and_owner_are_one(usage in any_usage(), one in 1..400_u32, other in 1..400_u32) {
        let rates = ["0.06", "0.12", "0.09", "0.03"];
        let plan = |id: &str, size: u32| commitment(id, None, Covers::Compute, &format!("{size}e-3"), &rates);
        let mut two = [plan("a", one), plan("b", other)];
        two[1].rates = Arc::clone(&two[0].rates);
        let (two, together) = (at_decision(&usage, &two), at_decision(&usage, &[plan("c", one + other)]));
        prop_assert_eq!(&two.hours, &together.hours);
        let sum = |of: fn(&analyses::commitments::Applied) -> Decimal| two.commitments.iter().map(of).sum::<Decimal>();
        prop_assert_eq!(sum(|one| one.used), together.commitments[0].used);
        prop_assert_eq!(sum(|one| one.equivalent), together.commitments[0].equivalent);
        // The first fills first.
        prop_assert!(two.commitments[0].utilization() >= two.commitments[1].utilization());
    }

    #[test]
    fn threads_and_blocks_change_nothing(usage in any_usage(), owned in any_commitments(), threads in 1..5_usize) {
        let mut long = usage.clone();
        long.hours = 60;
        for series in &mut long.series {
            series.amounts = (0..60).map(|hour| series.amounts[hour % 6]).collect();
        }
        let span = |threads| Span::at_decision(3..60, threads);
        let one = replayed(&long, &owned, &Sharing::default(), &span(1)).unwrap();
        prop_assert_eq!(one, replayed(&long, &owned, &Sharing::default(), &span(threads)).unwrap());
    }
}
