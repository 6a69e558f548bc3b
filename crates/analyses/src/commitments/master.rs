//! The small problem of cutting planes: the lowest point of the highest of some cuts, over a box.
//!
//! Solved from its dual, which has one row a plan and one column a cut, by the revised simplex method: a new cut is a new
//! column, and the last solution is where the next begins. What comes out is checked by weights that anybody can add up:
//! for any weights of sum 1, `Σ weight × cut` is below the cost, and its lowest point over the box is a bound. So a bound
//! that rounding spoilt is low, not wrong.

use super::joint::Cut;

/// Pivots of one solution.
const PIVOTS: usize = 2_000;
const NOTHING: f64 = 1e-11;

/// Cuts over the box of commitments from zero to one (scaled by the caller).
#[derive(Debug)]
pub(super) struct Master {
    plans: usize,
    cuts: Vec<Cut>,
    basis: Vec<Column>,
    /// Inverse of the basis, by rows.
    inverse: Vec<Vec<f64>>,
    values: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Column {
    Cut(usize),
    /// Price of a plan's upper bound.
    Most(usize),
    /// Surplus of a plan's row.
    Surplus(usize),
}

impl Master {
    /// From a first cut.
    pub(super) fn new(first: Cut) -> Self {
        let plans = first.slopes.len();
        let slack = |(plan, slope): (usize, &f64)| {
            if *slope >= 0.0 { Column::Surplus(plan) } else { Column::Most(plan) }
        };
        let mut basis = vec![Column::Cut(0)];
        basis.extend(first.slopes.iter().enumerate().map(slack));
        let mut master = Self { plans, cuts: vec![first], basis, inverse: vec![], values: vec![] };
        master.refresh();
        master
    }

    /// Adds a cut.
    pub(super) fn add(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    /// All cuts.
    pub(super) fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// The lowest point, and a bound below the cost anywhere in the box.
    pub(super) fn solve(&mut self) -> (Vec<f64>, f64) {
        self.refresh();
        let mut prices = self.prices();
        for pivot in 0..PIVOTS {
            let Some(entering) = self.entering(&prices) else { break };
            if !self.pivot(entering) {
                break;
            }
            if pivot % 64 == 63 {
                self.refresh();
            }
            prices = self.prices();
        }
        let point = prices[1..].iter().map(|price| (-price).clamp(0.0, 1.0)).collect();
        (point, self.bound())
    }

    /// The bound that the cuts' weights prove.
    fn bound(&self) -> f64 {
        let weights: Vec<(usize, f64)> = self
            .basis
            .iter()
            .zip(&self.values)
            .filter_map(|(column, value)| match column {
                Column::Cut(cut) if *value > 0.0 => Some((*cut, *value)),
                _ => None,
            })
            .collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if sum <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let mean = |of: &dyn Fn(&Cut) -> f64| {
            weights.iter().map(|(cut, weight)| weight / sum * of(&self.cuts[*cut])).sum::<f64>()
        };
        let lowest: f64 = (0..self.plans).map(|plan| mean(&|cut| cut.slopes[plan]).min(0.0)).sum();
        mean(&|cut| cut.intercept) + lowest
    }

    fn column(&self, column: Column) -> Vec<f64> {
        let mut found = vec![0.0; self.plans + 1];
        match column {
            Column::Cut(cut) => {
                found[0] = 1.0;
                found[1..].copy_from_slice(&self.cuts[cut].slopes);
            }
            Column::Most(plan) => found[plan + 1] = 1.0,
            Column::Surplus(plan) => found[plan + 1] = -1.0,
        }
        found
    }

    fn worth(&self, column: Column) -> f64 {
        match column {
            Column::Cut(cut) => self.cuts[cut].intercept,
            Column::Most(_) => -1.0,
            Column::Surplus(_) => 0.0,
        }
    }

    /// Prices of the rows: the bound first, then the commitments, negative.
    fn prices(&self) -> Vec<f64> {
        let mut prices = vec![0.0; self.plans + 1];
        for (row, column) in self.basis.iter().enumerate() {
            let worth = self.worth(*column);
            if worth != 0.0 {
                prices.iter_mut().zip(&self.inverse[row]).for_each(|(price, at)| *price += worth * at);
            }
        }
        prices
    }

    /// The column that raises the bound most.
    fn entering(&self, prices: &[f64]) -> Option<Column> {
        let mut best = (1e-12, None);
        let mut look = |gain: f64, column: Column| {
            if gain > best.0 {
                best = (gain, Some(column));
            }
        };
        for (at, cut) in self.cuts.iter().enumerate() {
            let slopes: f64 = cut.slopes.iter().zip(&prices[1..]).map(|(slope, price)| slope * price).sum();
            look(cut.intercept - prices[0] - slopes, Column::Cut(at));
        }
        for (plan, price) in prices[1..].iter().enumerate() {
            look(-1.0 - price, Column::Most(plan));
            look(*price, Column::Surplus(plan));
        }
        best.1
    }

    /// Brings a column into the basis; false if nothing can leave it.
    fn pivot(&mut self, entering: Column) -> bool {
        let column = self.column(entering);
        let step: Vec<f64> = self
            .inverse
            .iter()
            .map(|row| row.iter().zip(&column).map(|(one, other)| one * other).sum())
            .collect();
        let mut leaving: Option<(usize, f64)> = None;
        for (row, step) in step.iter().enumerate().filter(|(_, step)| **step > NOTHING) {
            let ratio = self.values[row].max(0.0) / step;
            // Of equal ratios the largest pivot: it keeps the inverse sound.
            let better = leaving.is_none_or(|(other, least)| {
                ratio < least - NOTHING
                    || (ratio < least + NOTHING && *step > step_of(&self.inverse, other, &column))
            });
            if better {
                leaving = Some((row, ratio));
            }
        }
        let Some((row, ratio)) = leaving else { return false };
        let pivot = step[row];
        self.inverse[row].iter_mut().for_each(|value| *value /= pivot);
        let pivot_row = self.inverse[row].clone();
        for (other, step) in step.iter().enumerate().filter(|(other, step)| *other != row && **step != 0.0) {
            self.inverse[other].iter_mut().zip(&pivot_row).for_each(|(value, at)| *value -= step * at);
            self.values[other] -= step * ratio;
        }
        self.values[row] = ratio;
        self.basis[row] = entering;
        true
    }

    /// Inverts the basis anew, against what rounding added up.
    fn refresh(&mut self) {
        let size = self.plans + 1;
        let columns: Vec<Vec<f64>> = self.basis.iter().map(|column| self.column(*column)).collect();
        // Rows of the matrix beside those of the identity, made into the identity beside the inverse.
        let mut rows: Vec<Vec<f64>> = (0..size)
            .map(|row| {
                let own = columns.iter().map(|column| column[row]);
                own.chain((0..size).map(|at| if at == row { 1.0 } else { 0.0 })).collect()
            })
            .collect();
        for at in 0..size {
            let Some(best) =
                (at..size).max_by(|one, other| rows[*one][at].abs().total_cmp(&rows[*other][at].abs()))
            else {
                return;
            };
            if rows[best][at].abs() < 1e-14 {
                // Singular by rounding: the inverse that was kept up is what there is.
                return;
            }
            rows.swap(at, best);
            let pivot = rows[at][at];
            rows[at].iter_mut().for_each(|value| *value /= pivot);
            let pivot_row = rows[at].clone();
            for (_, row) in rows.iter_mut().enumerate().filter(|(other, _)| *other != at) {
                let factor = row[at];
                if factor != 0.0 {
                    row.iter_mut().zip(&pivot_row).for_each(|(value, at)| *value -= factor * at);
                }
            }
        }
        self.inverse = rows.into_iter().map(|row| row[size..].to_vec()).collect();
        // The right side is one for the weights and zero elsewhere.
        self.values = self.inverse.iter().map(|row| row[0]).collect();
    }
}

fn step_of(inverse: &[Vec<f64>], row: usize, column: &[f64]) -> f64 {
    inverse[row].iter().zip(column).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_cuts_meet() {
        // 2 - 3x and -1 + 2x meet at 0.6, 0.2.
        let mut master = Master::new(Cut { intercept: 2.0, slopes: vec![-3.0] });
        assert_eq!(master.solve(), (vec![1.0], -1.0));
        master.add(Cut { intercept: -1.0, slopes: vec![2.0] });
        let (point, bound) = master.solve();
        assert!((point[0] - 0.6).abs() < 1e-12 && (bound - 0.2).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_bound_is_the_highest_cut_at_the_lowest_point(
            cuts in proptest::collection::vec(proptest::collection::vec(-100_i32..100, 5), 1..40)
        ) {
            let cut = |figures: &Vec<i32>| Cut {
                intercept: f64::from(figures[0]) / 10.0,
                slopes: figures[1..].iter().map(|slope| f64::from(*slope) / 10.0).collect(),
            };
            let mut master = Master::new(cut(&cuts[0]));
            for more in &cuts[1..] {
                master.add(cut(more));
                master.solve();
            }
            let (point, bound) = master.solve();
            let value = |cut: &Cut| cut.intercept + cut.slopes.iter().zip(&point).map(|(a, b)| a * b).sum::<f64>();
            let highest = master.cuts().iter().map(value).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((highest - bound).abs() < 1e-8, "{highest} and {bound}");
        }
    }
}
