//! Connections that stopped delivering.

use super::asked::Asked;
use super::event::{Direction, Event, Kind, Severity, Status};
use super::identity::event_id;
use super::input::{Measure, Seen};
use super::object::{Attribute, Object};
use chrono::{DateTime, TimeDelta, Utc};
use model::Decimal;

/// Hours without data that are an event.
const SILENT_HOURS: i64 = 36;
/// Hours without data that matter much.
const LONG_HOURS: i64 = 72;

/// How far a connection's data reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Identifier of the connection.
    pub connection: String,
    /// Newest hour of its data; `None` if it never had any, which is no silence.
    pub through: Option<DateTime<Utc>>,
}

/// An event for each connection without data for 36 hours. It ends when data are there: it is not found any more.
pub fn silent(feeds: &[Feed], now: DateTime<Utc>, currency: &str, asked: &Asked) -> Vec<Event> {
    let event = |feed: &Feed| {
        let through = feed.through?;
        let since = now - through;
        if since < TimeDelta::hours(SILENT_HOURS) {
            return None;
        }
        let object = Object::of([(Attribute::Connection, feed.connection.as_str())]);
        let first_day = through.date_naive();
        let mut event = Event {
            id: event_id(currency, &object, Measure::Usage, Direction::Decrease, first_day),
            currency: currency.to_owned(),
            object,
            measure: Measure::Usage,
            kind: Kind::NoData,
            direction: Direction::Decrease,
            status: Status::Open,
            first_day,
            last_day: now.date_naive(),
            raised_on: first_day,
            data_through: first_day,
            days: vec![],
            expected_low: Decimal::ZERO,
            expected_high: Decimal::ZERO,
            cost: Decimal::ZERO,
            excess: Decimal::ZERO,
            peak: Decimal::ZERO,
            change_percent: None,
            monthly_excess: Decimal::ZERO,
            share_percent: None,
            severity: if since >= TimeDelta::hours(LONG_HOURS) { Severity::High } else { Severity::Medium },
            definitions: vec![],
            causes: vec![],
            waterfall: None,
            seen: Seen { publication: None, through: Some(through) },
            quiet: None,
            opening: 1,
            hint: None,
        };
        event.quiet = asked.quiet(&event);
        Some(event)
    };
    feeds.iter().filter_map(event).collect()
}
