//! Draws of the generators, the same for the same seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub struct Random(StdRng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// Uniform in its logarithm.
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        self.uniform(low.ln(), high.ln()).exp()
    }

    pub fn chance(&mut self, part: f64) -> bool {
        self.0.random::<f64>() < part
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    pub fn between(&mut self, low: usize, end: usize) -> usize {
        self.0.random_range(low..end.max(low + 1))
    }

    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let (one, two) = (1.0 - self.0.random::<f64>(), self.0.random::<f64>());
        mean + deviation * (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos()
    }

    pub fn poisson(&mut self, mean: f64) -> usize {
        let (mut product, mut count) = (self.0.random::<f64>(), 0);
        while product > (-mean).exp() {
            product *= self.0.random::<f64>();
            count += 1;
        }
        count
    }

    /// A place, by weights.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform(0.0, weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }
}
