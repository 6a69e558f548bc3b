//! Which days are whole: learned per connection and service from earlier deliveries.
//!
//! Providers write a day over hours, each service in its own time. How much of a day is there at an age is what was
//! there of earlier days when they were as old. What was never seen is not known, which is not zero.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Part of a day's cost that makes it whole.
const WHOLE: f64 = 0.98;
/// Days that have to be known to learn from them.
const LEAST_DAYS: usize = 5;
/// Newest settled days that are learned from.
const MOST_DAYS: usize = 28;
/// Days after which a day's cost does not grow any more.
const SETTLED: u64 = 5;
/// Hours after its start at which a day is whole if nothing is known: twelve after its end.
const UNKNOWN_HOURS: i64 = 36;
/// Part of the days that may have been less complete than what is believed.
const PESSIMISTIC: f64 = 0.2;

/// What a publication held of one day of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// Identifier of the connection.
    pub connection: String,
    /// Product code.
    pub service: String,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// The day.
    pub day: NaiveDate,
    /// Its cost in that publication.
    pub cost: f64,
}

/// Of one connection and service: of each day what was published when.
type OfDays = BTreeMap<NaiveDate, Vec<(DateTime<Utc>, f64)>>;

/// What was learned from deliveries. Their order does not matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completeness(BTreeMap<(String, String), OfDays>);

impl Completeness {
    /// Learns from all deliveries that are known.
    pub fn learn(deliveries: impl IntoIterator<Item = Delivered>) -> Self {
        let mut found = Self::default();
        for delivered in deliveries {
            let days = found.0.entry((delivered.connection, delivered.service)).or_default();
            days.entry(delivered.day).or_default().push((delivered.published, delivered.cost));
        }
        for deliveries in found.0.values_mut().flat_map(BTreeMap::values_mut) {
            deliveries.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        }
        found
    }

    /// Part of a day's cost that is there when the day is as old as it was at a publication; `None` where too little is
    /// known.
    pub fn part(
        &self,
        connection: &str,
        service: &str,
        day: NaiveDate,
        published: DateTime<Utc>,
    ) -> Option<f64> {
        let days = self.0.get(&(connection.to_owned(), service.to_owned()))?;
        let age = published - start(day);
        let settled = published.date_naive().checked_sub_days(Days::new(SETTLED))?;
        let mut parts: Vec<f64> = days
            .range(..settled)
            .rev()
            .filter_map(|(day, known)| part_at(*day, known, age))
            .take(MOST_DAYS)
            .collect();
        if parts.len() < LEAST_DAYS {
            return None;
        }
        parts.sort_by(f64::total_cmp);
        let place =
            (0..parts.len()).rfind(|place| *place as f64 <= PESSIMISTIC * (parts.len() - 1) as f64)?;
        Some(parts[place])
    }

    /// Whether a day is whole, by what is known or, where it is not, by its age.
    pub fn whole(&self, connection: &str, service: &str, day: NaiveDate, published: DateTime<Utc>) -> bool {
        match self.part(connection, service, day, published) {
            Some(part) => part >= WHOLE,
            None => published - start(day) >= TimeDelta::hours(UNKNOWN_HOURS),
        }
    }

    /// How many of a service's days, from a first one on, are whole: the figure of [`super::Series::whole`]. `through` is the
    /// newest hour of the connection's data: a day that they do not reach the end of is not whole, however old it is.
    pub fn whole_days(
        &self,
        connection: &str,
        service: &str,
        first_day: NaiveDate,
        days: usize,
        published: DateTime<Utc>,
        through: DateTime<Utc>,
    ) -> usize {
        let reached = ((through + TimeDelta::hours(1)).date_naive() - first_day).num_days();
        let days = days.min(usize::try_from(reached).unwrap_or(0));
        let part = |place: &usize| {
            let day = first_day + Days::new(*place as u64);
            !self.whole(connection, service, day, published)
        };
        let old = published.date_naive().checked_sub_days(Days::new(2 * SETTLED)).unwrap_or(first_day);
        let from = usize::try_from((old - first_day).num_days()).unwrap_or(0).min(days);
        (from..days).find(part).unwrap_or(days)
    }
}

/// Part of a settled day that was there when it was of an age; `None` if nothing was published by then that tells.
fn part_at(day: NaiveDate, known: &[(DateTime<Utc>, f64)], age: TimeDelta) -> Option<f64> {
    let whole = known.last().map(|(_, cost)| *cost).filter(|cost| *cost > 0.0)?;
    let until = start(day) + age;
    let (first, _) = known.first()?;
    let then = known.iter().rev().find(|(published, _)| *published <= until);
    match then {
        Some((_, cost)) => Some(cost / whole),
        // Nothing of it was there at that age, if anything was looked at then.
        None => (*first <= until + TimeDelta::days(1)).then_some(0.0),
    }
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}
