//! A series: one resource's (or one account's) charge of one kind through time.

use super::catalog::{Shape, Waste};
use crate::calendar::{Hour, hour_of_day, weekday};
use crate::fixed::{AMOUNT, mul_div};
use crate::mix::mix2;

/// How much time a row of a series covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Hour,
    Day,
    Month,
}

/// Load through the day (permille of the mean).
const DAY: [i64; 24] = [
    610, 540, 500, 480, 490, 560, 690, 860, 1040, 1190, 1280, 1320, 1330, 1350, 1370, 1380, 1360, 1320, 1260,
    1190, 1100, 990, 850, 740,
];
/// Load through the week, from Monday (permille of the mean).
const WEEK: [i64; 7] = [1080, 1110, 1120, 1100, 1060, 790, 740];

/// One charge of one resource through time.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Seed of this series' own noise.
    pub(crate) key: u64,
    /// Template of its plain rows.
    pub(crate) template: u32,
    pub(crate) rate: i64,
    pub(crate) list_rate: i64,
    /// Units per hour at level 1,000.
    pub(crate) base: i64,
    pub(crate) shape: Shape,
    /// Level above which an elastic member runs.
    pub(crate) rank: i64,
    /// Instances run whole hours; other charges carry noise and growth.
    pub(crate) whole: bool,
    pub(crate) birth: Hour,
    pub(crate) death: Hour,
    pub(crate) step: Step,
    /// Whether hourly rows are natural for this charge.
    pub(crate) hourly: bool,
    /// A stretch of hours with so many times the usual amount (permille).
    pub(crate) boost: Option<(Hour, Hour, i64)>,
    pub(crate) account: u16,
    /// Slots of the discount rows that this series feeds: enterprise, private rate, bundled; 0 for none.
    pub(crate) slots: [u32; 3],
    pub(crate) private: u16,
    pub(crate) bundled: u16,
    /// The series that its resource is charged by first, if it is not that itself.
    pub(crate) leader: Option<u32>,
    /// Whether the market settles it: commitments, or the spot market.
    pub(crate) market: bool,
    /// What it proves to be waste.
    pub(crate) waste: Option<Waste>,
    /// Containers that share its instance: their templates, in pairs of CPU and memory.
    pub(crate) pods: Vec<u32>,
}

/// The load curve of an hour, in permille of the mean.
pub(crate) fn wave(hour: Hour) -> i64 {
    DAY[hour_of_day(hour)] * WEEK[weekday(hour)] / 1000
}

impl Series {
    /// Level of an hour in permille; 0 is off.
    fn level(&self, hour: Hour) -> i64 {
        let time = hour_of_day(hour);
        match self.shape {
            Shape::Flat => 1000,
            Shape::Wave => wave(hour),
            Shape::Work => match (weekday(hour) < 5, (7..19).contains(&time)) {
                (true, true) => 1900,
                // Instances stop after hours; other work only fades.
                _ if self.whole => 0,
                (true, false) => 420,
                (false, _) => 180,
            },
            Shape::Batch => {
                let start = usize::try_from(self.key % 4).unwrap_or(0);
                if (start..start + 5).contains(&time) { 4000 } else { 0 }
            }
            Shape::Elastic => {
                if wave(hour) > self.rank {
                    1000
                } else {
                    0
                }
            }
            Shape::Spell => {
                let length = 9 + i32::try_from(self.key % 23).unwrap_or(0);
                let spell = u64::from(hour.div_euclid(length).unsigned_abs());
                if mix2(self.key, spell) % 10 < 7 { 1000 } else { 0 }
            }
        }
    }

    /// Units used in `[from, to)`, a stretch of whole hours; `growth` is the company's size then, in permille.
    pub(crate) fn amount(&self, from: Hour, to: Hour, growth: i64) -> i64 {
        let from = from.max(self.birth);
        let to = to.min(self.death);
        if from >= to {
            return 0;
        }
        if self.whole {
            // Hours, counted: an instance that runs is billed by the whole hour here.
            let on = if self.shape == Shape::Flat {
                i64::from(to - from)
            } else {
                (from..to).map(|hour| i64::from(self.level(hour) > 0)).sum()
            };
            return on * self.base;
        }
        let levels: i64 = (from..to).map(|hour| self.boosted(hour)).sum();
        if levels == 0 {
            return 0;
        }
        let noise = 900 + i64::try_from(mix2(self.key, u64::from(from.unsigned_abs())) % 201).unwrap_or(100);
        let grown = mul_div(self.base, levels, 1000);
        let amount = mul_div(grown, noise * growth, 1_000_000);
        // Counts of requests are whole, and stay within a double's fifteen digits.
        if amount > 1000 * AMOUNT { amount / AMOUNT * AMOUNT } else { amount }
    }

    fn boosted(&self, hour: Hour) -> i64 {
        let level = self.level(hour);
        match self.boost {
            Some((from, to, factor)) if hour >= from && hour < to => level * factor / 1000,
            _ => level,
        }
    }

    /// Share of its steps in which the series has a row, in permille, over the week from `from`; and its mean level.
    pub(crate) fn duty(&self, from: Hour) -> (i64, i64) {
        let week = from..from + 168;
        let levels: i64 = week.clone().map(|hour| self.level(hour)).sum();
        let on: i64 = match self.step {
            Step::Hour => week.map(|hour| i64::from(self.level(hour) > 0)).sum::<i64>() * 1000 / 168,
            Step::Day => {
                (0..7)
                    .map(|day| i64::from((0..24).any(|hour| self.level(from + day * 24 + hour) > 0)))
                    .sum::<i64>()
                    * 1000
                    / 7
            }
            Step::Month => 1000,
        };
        let mean = if self.whole {
            (from..from + 168).map(|hour| i64::from(self.level(hour) > 0)).sum::<i64>() * 1000 / 168
        } else {
            levels / 168
        };
        (on, mean)
    }

    /// Hours of `[from, to)` in which the series exists.
    pub(crate) fn lifetime(&self, from: Hour, to: Hour) -> i64 {
        i64::from((to.min(self.death) - from.max(self.birth)).max(0))
    }
}
