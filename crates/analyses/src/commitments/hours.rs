//! Hour by hour: each stands alone, and nothing unused is carried over.

use super::order::{Order, Pair};
use super::owned::{Commitment, Layer};
use chrono::{DateTime, Utc};
use std::ops::Range;

/// Hours that are turned from series into rows at once.
const BLOCK: usize = 32;

/// Which commitments count in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All that are given, in every hour: what is owned at a decision, tried on the usage of the look-back.
    AtDecision,
    /// Those that were owned in the hour: a past month again. The hour in which one begins counts, that in which it
    /// ends does not.
    AsItWas,
}

impl When {
    /// Whether a commitment counts in the hour from `begin` to `end`.
    pub(super) fn counts(self, one: &Commitment, begin: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        match self {
            Self::AtDecision => true,
            Self::AsItWas => one.begin < end && one.end >= end && one.end > begin,
        }
    }
}

/// What a replay is made over.
#[derive(Clone, Debug)]
pub struct Span {
    /// Hours of the usage.
    pub hours: Range<usize>,
    /// Which commitments count.
    pub when: When,
    /// Usage in percent of what it was: 90 asks what less usage would do. Scaled before anything is applied.
    pub usage_percent: u32,
    /// Threads to use.
    pub threads: usize,
}

impl Span {
    /// What is owned at a decision, on the usage of some hours.
    pub fn at_decision(hours: Range<usize>, threads: usize) -> Self {
        Self { hours, when: When::AtDecision, usage_percent: 100, threads }
    }
}

/// One hour after its commitments were applied. Amounts count 10⁻¹⁸, capacities 10⁻³⁰.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) hour: usize,
    /// Usage of each item.
    pub(super) amounts: &'a [i128],
    /// What of it stays on demand.
    pub(super) left: &'a [i128],
    /// Capacity of each group.
    pub(super) capacity: &'a [i128],
    /// What of it stays unused.
    pub(super) room: &'a [i128],
    /// Pair and amount that it took.
    pub(super) takes: &'a [(u32, i128)],
}

/// Replays hours on several threads, each with its own sink; layers up to one.
pub(super) fn replay<S: Send>(
    order: &Order<'_>,
    span: &Span,
    last: Layer,
    make: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, &Row<'_>) + Sync,
) -> Vec<S> {
    let threads = span.threads.clamp(1, span.hours.len().div_ceil(BLOCK).max(1));
    let part = span.hours.len().div_ceil(threads);
    let (make, each) = (&make, &each);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let begin = (span.hours.start + worker * part).min(span.hours.end);
                let hours = begin..(begin + part).min(span.hours.end);
                scope.spawn(move || {
                    let mut sink = make();
                    Worker::new(order, span).run(hours, last, |row| each(&mut sink, row));
                    sink
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

struct Worker<'a> {
    order: &'a Order<'a>,
    span: &'a Span,
    capacity: Vec<i128>,
    room: Vec<i128>,
    takes: Vec<(u32, i128)>,
}

impl<'a> Worker<'a> {
    fn new(order: &'a Order<'a>, span: &'a Span) -> Self {
        let groups = order.groups.len();
        Self { order, span, capacity: vec![0; groups], room: vec![0; groups], takes: vec![] }
    }

    fn run(&mut self, hours: Range<usize>, last: Layer, mut each: impl FnMut(&Row<'_>)) {
        let items = self.order.items.len();
        let (mut rows, mut left) = (vec![0_i128; items * BLOCK], vec![0_i128; items]);
        let mut begin = hours.start;
        while begin < hours.end {
            let block = begin..(begin + BLOCK).min(hours.end);
            self.turn(&block, &mut rows);
            for hour in block.clone() {
                let at = (hour - begin) * items;
                let amounts = &rows[at..at + items];
                left.copy_from_slice(amounts);
                self.open(hour);
                self.serve(&mut left, last);
                each(&Row {
                    hour,
                    amounts,
                    left: &left,
                    capacity: &self.capacity,
                    room: &self.room,
                    takes: &self.takes,
                });
            }
            begin = block.end;
        }
    }

    /// Series into rows of one hour each.
    fn turn(&self, block: &Range<usize>, rows: &mut [i128]) {
        let items = self.order.items.len();
        rows.fill(0);
        for (at, item) in self.order.items.iter().enumerate() {
            for series in item.series.iter().map(|series| &self.order.usage.series[*series]) {
                let begin = block.start.max(series.from);
                let end = block.end.min(series.from + series.amounts.len());
                for hour in begin..end {
                    rows[(hour - block.start) * items + at] += series.amounts[hour - series.from].units();
                }
            }
        }
        if self.span.usage_percent != 100 {
            let percent = i128::from(self.span.usage_percent);
            rows.iter_mut().for_each(|amount| *amount = *amount * percent / 100);
        }
    }

    /// The hour's capacities.
    fn open(&mut self, hour: usize) {
        let begin = self.order.usage.hour(hour);
        let end = self.order.usage.hour(hour + 1);
        for (at, group) in self.order.groups.iter().enumerate() {
            let counts = group
                .members
                .iter()
                .filter(|at| self.span.when.counts(&self.order.commitments[**at], begin, end));
            self.capacity[at] = counts.map(|at| self.order.capacity[*at]).sum();
        }
        self.room.copy_from_slice(&self.capacity);
        self.takes.clear();
    }

    fn serve(&mut self, left: &mut [i128], last: Layer) {
        for (layer, pairs) in &self.order.layers {
            if *layer > last {
                return;
            }
            let mut open = (0..self.room.len())
                .filter(|at| self.order.groups[*at].layer == *layer && self.room[*at] > 0)
                .count();
            for at in pairs.clone() {
                if open == 0 {
                    break;
                }
                let pair = self.order.pairs[at];
                let room = &mut self.room[pair.group as usize];
                if *room == 0 {
                    continue;
                }
                let taken = take(pair, &mut left[pair.item as usize], room);
                if taken > 0 {
                    self.takes.push((u32::try_from(at).unwrap_or(u32::MAX), taken));
                }
                open -= usize::from(*room == 0);
            }
        }
    }
}

/// Serves one pair: what is smaller of the usage that is left and the room.
pub(super) fn take(pair: Pair, left: &mut i128, room: &mut i128) -> i128 {
    if *left <= 0 {
        return 0;
    }
    let weight = i128::from(pair.weight.count());
    let needs = *left * weight;
    let taken = if needs <= *room {
        *room -= needs;
        *left
    } else {
        // All the room is used; what the last 10⁻¹⁸ of usage would have taken of it is too.
        std::mem::take(room) / weight
    };
    *left -= taken;
    taken
}
