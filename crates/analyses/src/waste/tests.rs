//! Each rule: one that it finds, with its amount, its busy twin that it does not, and one that is gone from the newest day.
//! November 2026, thirty days; the data begin a hundred days before.

mod idle;
mod kinds;
mod totals;

use super::*;
use model::Decimal;
use std::ops::Range;
use std::sync::Arc;

/// 2026-11-30, in days since 1970.
const NEWEST: i64 = 20_787;
/// Days of November, and of the months before, counted back from the newest day.
const MONTHS: [(Range<i64>, i64); 5] =
    [(0..30, 30), (30..61, 31), (61..91, 30), (91..122, 31), (122..153, 31)];

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn times(amount: Decimal, by: i64) -> Decimal {
    mul_div(amount, Decimal::from(by), Decimal::from(1)).unwrap()
}

/// Rows of one day each, from so many days back until another.
struct Of<'a> {
    product: &'a str,
    usage_type: &'a str,
    operation: &'a str,
    resource: &'a str,
    /// Days back from the newest: `0..100` lasts until today, `5..100` ended five days ago.
    days: Range<i64>,
    /// Usage and cost of a day.
    usage: &'a str,
    cost: &'a str,
}

fn of<'a>(product: &'a str, usage_type: &'a str, resource: &'a str, usage: &'a str, cost: &'a str) -> Of<'a> {
    Of { product, usage_type, operation: "", resource, days: 0..100, usage, cost }
}

impl<'a> Of<'a> {
    fn operation(self, operation: &'a str) -> Self {
        Self { operation, ..self }
    }

    fn days(self, days: Range<i64>) -> Self {
        Self { days, ..self }
    }

    fn row(&self) -> Row {
        let mut row = Row {
            account: "111".into(),
            region: "eu-west-1".into(),
            resource: self.resource.into(),
            product: self.product.into(),
            usage_type: self.usage_type.into(),
            operation: self.operation.into(),
            month_hours: 720,
            last_end: (NEWEST - self.days.start + 1) * 86_400,
            ..Row::default()
        };
        let day = Sums { usage: decimal(self.usage), cost: decimal(self.cost), seconds: 86_400 };
        for back in self.days.clone() {
            if back < 30 {
                row.amount.add(day);
                row.size.add(day);
            }
            for (at, days) in LOOK_BACKS.iter().enumerate() {
                if back < i64::from(*days) {
                    row.look_back[at].add(day);
                    if at < 2 && back < 30 {
                        row.lately[at] += day.cost;
                    }
                }
            }
            if let Some(step) = usize::try_from(back / 10).ok().filter(|step| *step < GROWTH_STEPS) {
                let days = MONTHS.iter().find(|(month, _)| month.contains(&back)).unwrap().1;
                row.steps[step].add(Sums { usage: times(day.usage, days * 24), ..day });
            }
        }
        row
    }
}

fn asked<'a>(rows: &'a [Row], unused: &'a [Unused]) -> Asked<'a> {
    Asked { rows, unused, newest_day: NEWEST, first_day: NEWEST - 99, book: &NoBook }
}

/// What a rule finds: resource, amount, low, confidence.
type Seen = (String, Option<String>, Option<String>, Confidence);

fn found_of(rule: u8, rows: &[Row]) -> Vec<Seen> {
    let words = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
    find(asked(rows, &[]))
        .into_iter()
        .filter(|one| one.rule == rule)
        .map(|one| (one.resource.to_string(), words(one.amount), words(one.low), one.confidence))
        .collect()
}

fn seen(resource: &str, amount: &str, low: &str, confidence: Confidence) -> Seen {
    (resource.to_owned(), Some(amount.to_owned()), Some(low.to_owned()), confidence)
}

fn rows(all: &[Of<'_>]) -> Vec<Row> {
    all.iter().map(Of::row).collect()
}
