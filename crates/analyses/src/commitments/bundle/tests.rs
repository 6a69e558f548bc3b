//! The bundle against an exact linear program, solved by a plain simplex tableau that only these tests have.

use super::super::field::{Class, Field};
use super::*;
use proptest::prelude::*;

/// A small joint case: classes by pool, dollars by hour, what is owned.
#[derive(Debug)]
struct Case {
    field: Field,
    owned: Vec<f64>,
}

/// Ratios as at AWS: a family has one ratio in its plan and one in the wide plan for Linux, and a licence's dollars
/// dilute both. Or arbitrary ones.
fn any_case(like_aws: bool) -> impl Strategy<Value = Case> {
    (1..4_usize, 2..7_usize, 2..10_usize).prop_flat_map(move |(pools, classes, hours)| {
        let thousandths = || 0_u32..1_000;
        (
            proptest::collection::vec((thousandths(), thousandths()), pools),
            proptest::collection::vec((0..=pools, thousandths(), thousandths(), thousandths()), classes),
            proptest::collection::vec(proptest::collection::vec(0_u32..3_000, classes), hours),
            proptest::collection::vec(proptest::option::weighted(0.3, 0_u32..400), pools + 1),
        )
            .prop_map(move |(families, classes, hours, owned)| {
                case(like_aws, &families, &classes, &hours, &owned)
            })
    })
}

fn case(
    like_aws: bool,
    families: &[(u32, u32)],
    classes: &[(usize, u32, u32, u32)],
    hours: &[Vec<u32>],
    owned: &[Option<u32>],
) -> Case {
    let part = |thousandths: u32| f64::from(thousandths) / 1e3;
    let pools = families.len();
    let class = |(pool, one, two, three): &(usize, u32, u32, u32)| {
        let free = 0.6 + 0.4 * part(*one);
        if *pool == pools {
            return Class { pool: None, rank: 0.0, inner: f64::INFINITY, wide: free };
        }
        let inner = 0.55 + 0.15 * part(families[*pool].0);
        let wide = inner + 0.05 + 0.1 * part(families[*pool].1);
        let licence = if *two < 300 { part(*three) } else { 0.0 };
        let (inner, wide) = if like_aws {
            ((inner + licence) / (1.0 + licence), (wide + licence) / (1.0 + licence))
        } else {
            (0.4 + 0.55 * part(*two), 0.5 + 0.49 * part(*three))
        };
        Class { pool: Some(*pool), rank: inner, inner, wide }
    };
    let mut made: Vec<(Class, usize)> = classes.iter().map(class).zip(0..).collect();
    made.sort_by(|(one, _), (other, _)| {
        let pool = |class: &Class| class.pool.unwrap_or(usize::MAX);
        pool(one).cmp(&pool(other)).then(one.rank.total_cmp(&other.rank))
    });
    let dollars = hours.iter().flat_map(|row| made.iter().map(|(_, at)| part(row[*at])).collect::<Vec<_>>());
    let field = Field {
        hours: hours.len(),
        dollars: dollars.collect(),
        classes: made.iter().map(|(class, _)| *class).collect(),
        rest: 0.0,
    };
    Case { field, owned: owned.iter().map(|capacity| capacity.map_or(0.0, part)).collect() }
}

/// The cost if every dollar may be allocated freely: `min hours × Σ commitments + Σ what stays`.
fn linear_program(case: &Case) -> f64 {
    let (field, plans) = (&case.field, case.owned.len());
    let width = field.classes.len();
    // Parts of (hour, class) that a plan takes.
    let mut parts = vec![];
    for hour in 0..field.hours {
        for (at, class) in field.classes.iter().enumerate() {
            if class.wide < 1.0 {
                parts.push((hour, at, 0, class.wide));
            }
            if let Some(pool) = class.pool.filter(|_| class.inner < 1.0) {
                parts.push((hour, at, pool + 1, class.inner));
            }
        }
    }
    let dollars = |hour: usize, at: usize| field.dollars[hour * width + at];
    let (columns, rows) = (plans + parts.len(), field.hours * (plans + width));
    let mut table = vec![vec![0.0; columns + rows + 1]; rows + 1];
    for (at, (hour, class, plan, ratio)) in parts.iter().enumerate() {
        let column = plans + at;
        table[hour * plans + plan][column] = ratio * dollars(*hour, *class);
        table[field.hours * plans + hour * width + class][column] = 1.0;
        table[rows][column] = -dollars(*hour, *class);
    }
    for plan in 0..plans {
        table[rows][plan] = field.hours as f64;
        for hour in 0..field.hours {
            table[hour * plans + plan][plan] = -1.0;
            table[hour * plans + plan][columns + rows] = case.owned[plan];
        }
    }
    for row in 0..rows {
        table[row][columns + row] = 1.0;
        if row >= field.hours * plans {
            table[row][columns + rows] = 1.0;
        }
        // A little more of everything, never the same: no ties, no cycles.
        table[row][columns + rows] += 1e-13 * (row + 1) as f64;
    }
    field.total() - maximum(table)
}

/// A tableau whose last row is to be made non-negative: the largest coefficient first, the first one after a while, so
/// that it ends.
fn maximum(mut table: Vec<Vec<f64>>) -> f64 {
    let (rows, columns) = (table.len() - 1, table[0].len() - 1);
    for pivot in 0..20_000 {
        let goal = &table[rows];
        let negative = (0..columns).filter(|at| goal[*at] < -1e-10);
        let column = if pivot < 500 {
            negative.min_by(|one, other| goal[*one].total_cmp(&goal[*other]))
        } else {
            negative.min()
        };
        let Some(column) = column else { return table[rows][columns] };
        let ratio = |row: &usize| table[*row][columns] / table[*row][column];
        let row = (0..rows)
            .filter(|row| table[*row][column] > 1e-10)
            .min_by(|one, other| ratio(one).total_cmp(&ratio(other)))
            .expect("bounded");
        let by = table[row][column];
        table[row].iter_mut().for_each(|value| *value /= by);
        let own = table[row].clone();
        for (_, other) in table.iter_mut().enumerate().filter(|(other, _)| *other != row) {
            let factor = other[column];
            if factor != 0.0 {
                other.iter_mut().zip(&own).for_each(|(value, own)| *value -= factor * own);
            }
        }
    }
    panic!("the tableau does not end");
}

fn solved(case: &Case, passes: usize) -> Found {
    let all = vec![true; case.owned.len()];
    let joint = Joint::new(&case.field, case.owned.clone(), &all, 1);
    bundle(&joint, &vec![0.0; case.owned.len()], 1e-8, passes, |_| true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(220))]

    #[test]
    fn the_bundle_reaches_the_linear_program(case in any_case(true)) {
        let (found, exact) = (solved(&case, 400), linear_program(&case));
        prop_assert!((found.cost - exact).abs() <= 1e-6 * (1.0 + exact), "{} against {exact}, {} passes", found.cost, found.passes);
        prop_assert!(found.bound <= exact + 1e-8 * (1.0 + exact));
        prop_assert!(found.gap() <= 1e-6 || found.cost < 1e-6, "gap {} after {}", found.gap(), found.passes);
    }

    /// Where AWS's order is not the cheapest allocation, the bound is still below it.
    #[test]
    fn the_bound_holds_whatever_the_ratios(case in any_case(false)) {
        let (found, exact) = (solved(&case, 40), linear_program(&case));
        prop_assert!(found.bound <= exact + 1e-8 * (1.0 + exact), "{} above {exact}", found.bound);
        prop_assert!(found.cost >= exact - 1e-8 * (1.0 + exact));
    }
}

#[test]
fn what_stops_early_says_how_far_it_is() {
    let case = case(
        true,
        &[(100, 200), (300, 400)],
        &[(0, 0, 900, 0), (1, 0, 900, 0), (2, 500, 0, 0)],
        &[vec![1000, 2000, 500], vec![500, 700, 900], vec![2500, 100, 50]],
        &[None, None, None],
    );
    let joint = Joint::new(&case.field, case.owned.clone(), &[true; 3], 2);
    let found = bundle(&joint, &[0.0; 3], 1e-9, 400, |found| found.passes < 3);
    assert_eq!(found.passes, 3);
    assert!(found.bound <= linear_program(&case) + 1e-9 && found.cost >= linear_program(&case) - 1e-9);
}
