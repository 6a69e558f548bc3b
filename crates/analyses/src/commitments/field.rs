//! Usage as the optimiser looks at it: on-demand dollars by hour and class, in doubles.
//!
//! Usage of equal ratios is one class, exactly: three thousand usage types fall to a few hundred. Accounts play no part,
//! as what is bought is bought in an account without usage.

use super::hours::{Span, replay};
use super::order::{Item, Order};
use super::owned::Layer;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Ratios of a class: plan dollars for one on-demand dollar. Infinite where the offer takes none of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Class {
    /// Which pool (EC2 Instance plan or reservation) can take it.
    pub(super) pool: Option<usize>,
    /// What decides when the pool takes it: its ratio, or the size of reservations.
    pub(super) rank: f64,
    /// Ratio in its pool.
    pub(super) inner: f64,
    /// Ratio in the plan that comes after the pools.
    pub(super) wide: f64,
}

impl Class {
    /// What one plan alone takes.
    pub(super) const fn of_one(ratio: f64, rank: f64) -> Self {
        Self { pool: Some(0), rank, inner: ratio, wide: f64::INFINITY }
    }

    /// Equal to eleven digits is equal: quotients of prices of one ratio differ in their last bit.
    #[expect(clippy::cast_possible_truncation, reason = "ratios are near one, ranks below a thousand")]
    fn key(&self) -> (usize, [i64; 3]) {
        let digits = |ratio: f64| if ratio.is_finite() { (ratio * 1e11).round() as i64 } else { i64::MAX };
        (self.pool.unwrap_or(usize::MAX), [self.rank, self.inner, self.wide].map(digits))
    }
}

/// On-demand dollars of some hours.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    /// Hours.
    pub(super) hours: usize,
    /// Classes by pool and, in it, in the order in which they are served.
    pub(super) classes: Vec<Class>,
    /// Dollars of each hour, class by class.
    pub(super) dollars: Vec<f64>,
    /// Dollars of all hours that no class holds.
    pub(super) rest: f64,
}

impl Field {
    /// What layers up to one leave, in classes; `None` for what is left to `rest`.
    pub(super) fn after(
        order: &Order<'_>,
        span: &Span,
        last: Layer,
        class: impl Fn(&Item) -> Option<Class>,
    ) -> Self {
        let mut places: BTreeMap<_, usize> = BTreeMap::new();
        let mut classes: Vec<Class> = vec![];
        let of_items: Vec<Option<usize>> = order
            .items
            .iter()
            .map(|item| {
                let class = class(item)?;
                Some(match places.entry(class.key()) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => {
                        classes.push(class);
                        *new.insert(classes.len() - 1)
                    }
                })
            })
            .collect();
        let mut sorted: Vec<usize> = (0..classes.len()).collect();
        sorted.sort_by(|one, other| {
            let (one, other) = (&classes[*one], &classes[*other]);
            let pool = |class: &Class| class.pool.unwrap_or(usize::MAX);
            (pool(one).cmp(&pool(other)))
                .then(one.rank.total_cmp(&other.rank))
                .then(one.inner.total_cmp(&other.inner))
                .then(one.wide.total_cmp(&other.wide))
        });
        let mut place = vec![0; classes.len()];
        sorted.iter().enumerate().for_each(|(new, old)| place[*old] = new);
        let of_items: Vec<Option<usize>> =
            of_items.into_iter().map(|old| old.map(|old| place[old])).collect();
        let rates: Vec<f64> =
            (0..order.items.len()).map(|item| order.on_demand(item) as f64 / 1e30).collect();
        let width = classes.len();
        let parts = replay(
            order,
            span,
            last,
            || (vec![], 0.0),
            |(dollars, rest): &mut (Vec<f64>, f64), row| {
                let begin = dollars.len();
                dollars.resize(begin + width, 0.0);
                for ((left, rate), class) in row.left.iter().zip(&rates).zip(&of_items) {
                    let cost = *left as f64 * rate;
                    match class {
                        Some(class) if cost > 0.0 => dollars[begin + class] += cost,
                        _ => *rest += cost,
                    }
                }
            },
        );
        let mut field = Self {
            hours: span.hours.len(),
            classes: sorted.iter().map(|old| classes[*old]).collect(),
            dollars: Vec::new(),
            rest: 0.0,
        };
        for (dollars, rest) in parts {
            field.rest += rest;
            if field.dollars.is_empty() { field.dollars = dollars } else { field.dollars.extend(dollars) }
        }
        field
    }

    /// Each hour's dollars.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.dollars.chunks_exact(self.classes.len().max(1))
    }

    /// All dollars.
    pub(super) fn total(&self) -> f64 {
        self.rest + self.dollars.iter().sum::<f64>()
    }
}

/// Works on a field's rows on some threads.
pub(super) fn on_threads<S: Send>(
    field: &Field,
    threads: usize,
    work: impl Fn(&[f64]) -> S + Sync,
) -> Vec<S> {
    let width = field.classes.len().max(1);
    let part = field.hours.div_ceil(threads.max(1)).max(1) * width;
    if threads <= 1 || field.dollars.len() <= part {
        return vec![work(&field.dollars)];
    }
    let work = &work;
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            field.dollars.chunks(part).map(|rows| scope.spawn(move || work(rows))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
