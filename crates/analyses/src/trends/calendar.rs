//! Days of a bill, and which earlier days a day is like.

use chrono::{Datelike, Days, Months, NaiveDate};

/// Months back on whose same day a charge may have come.
const MONTHS_BACK: u32 = 3;

/// The days of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Calendar {
    first_day: NaiveDate,
    weekdays: Vec<usize>,
    /// Of each day the same day of the months before, the day before and the day after them.
    months: Vec<Vec<usize>>,
}

impl Calendar {
    pub(super) fn new(first_day: NaiveDate, days: usize) -> Self {
        let mut found = Self { first_day, weekdays: vec![], months: vec![] };
        found.extend(days);
        found
    }

    /// Makes it so long.
    pub(super) fn extend(&mut self, days: usize) {
        for place in self.weekdays.len()..days {
            let day = self.day(place);
            self.weekdays.push(day.weekday().num_days_from_monday() as usize);
            let same = (1..=MONTHS_BACK).filter_map(|back| same_day(day, back));
            let around = same.flat_map(|day| [day.pred_opt(), Some(day), day.succ_opt()]).flatten();
            self.months.push(around.filter_map(|day| self.place(day)).filter(|at| *at < place).collect());
        }
    }

    pub(super) fn day(&self, place: usize) -> NaiveDate {
        self.first_day + Days::new(place as u64)
    }

    pub(super) fn place(&self, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - self.first_day).num_days()).ok()
    }

    /// From Monday, 0, to Sunday, 6.
    pub(super) fn weekday(&self, place: usize) -> usize {
        self.weekdays[place]
    }

    pub(super) fn same_days_of_months(&self, place: usize) -> &[usize] {
        &self.months[place]
    }
}

/// The same day of an earlier month; a day of the last three of its month is counted from the end.
fn same_day(day: NaiveDate, back: u32) -> Option<NaiveDate> {
    let first = day.with_day(1)?;
    let from_end = last_of_month(first)?.day() - day.day();
    let last = last_of_month(first.checked_sub_months(Months::new(back))?)?;
    if from_end < 3 { last.with_day(last.day() - from_end) } else { last.with_day(day.day().min(last.day())) }
}

fn last_of_month(first: NaiveDate) -> Option<NaiveDate> {
    first.checked_add_months(Months::new(1))?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_month_is_like_the_end_of_another() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (of, back, expected) in [
            ("2026-03-31", 1, "2026-02-28"),
            ("2026-03-29", 1, "2026-02-26"),
            ("2026-03-28", 1, "2026-02-28"),
            ("2026-02-28", 1, "2026-01-31"),
            ("2026-01-01", 2, "2025-11-01"),
            ("2026-05-15", 3, "2026-02-15"),
        ] {
            assert_eq!(same_day(day(of), back), Some(day(expected)), "{of}");
        }
        let calendar = Calendar::new(day("2026-01-01"), 60);
        assert_eq!(calendar.same_days_of_months(31), [0, 1]);
        assert_eq!(calendar.weekday(0), 3);
    }
}
