//! Medians and ranks.

/// Makes a median absolute deviation comparable with a standard deviation.
pub(super) const MAD: f64 = 1.4826;

/// The median; of two middle figures their mean. 0 of none.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let length = values.len();
    if length == 0 {
        return 0.0;
    }
    let (below, middle, _) = values.select_nth_unstable_by(length / 2, f64::total_cmp);
    let upper = *middle;
    if length % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    f64::midpoint(lower, upper)
}

/// Mean; 0 of none.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Largest and second largest.
#[derive(Clone, Copy, Debug)]
pub(super) struct TopTwo(pub(super) f64, pub(super) f64);

impl TopTwo {
    pub(super) const NONE: Self = Self(f64::NEG_INFINITY, f64::NEG_INFINITY);

    pub(super) fn add(&mut self, value: f64) {
        if value > self.0 {
            *self = Self(value, self.0);
        } else if value > self.1 {
            self.1 = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_even_and_none() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(&mut [4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-12);
        assert!(median(&mut []).abs() < 1e-12);
        let mut top = TopTwo::NONE;
        [1.0, 5.0, 5.0, 2.0].into_iter().for_each(|value| top.add(value));
        assert!((top.0 - 5.0).abs() < 1e-12 && (top.1 - 5.0).abs() < 1e-12);
    }
}
