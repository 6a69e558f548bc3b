//! Irregular spend: found, explained, and nothing said when nothing is wrong.
//!
//! What is found is a function of the bill and of what people said (definitions, verdicts, what they expect): looking
//! twice, or after the days came in another order, finds the same. Three steps, so that each costs only what it needs:
//!
//! 1. [`Memory`] learns each series: what a day is expected to cost, and how far it may be from that. It is made once
//!    and [renewed](Memory::renewed) when days come or are restated.
//! 2. [`Memory::runs`] compares with the definitions' thresholds.
//! 3. [`detect`] joins what stands beside each other for one cause and explains it.
//!
//! What is found by other means ([`unit_prices`], [`silent`]) stands beside that, and [`reconcile`] tells what became of
//! what was recorded: nothing is doubled, and what was unsaid by the bill is withdrawn. [`Memory::why`] and
//! [`Memory::backtest`] answer people who ask.
//!
//! A job that follows a publication does this, for each currency:
//!
//! ```text
//! memory  = Memory::new(bill, threads)               (or what it was, renewed)
//! runs    = memory.runs(&asked.definitions)          those that reach into new days: which leaves to load (wanted)
//! found   = detect(&memory, &leaves, &asked)         and unit_prices(…), silent(…)
//! changed = reconcile(recorded, found, memory.settled(data_begin))
//! ```
//!
//! Money in events is exact; doubles are at home in statistics alone.

mod asked;
mod assemble;
mod backtest;
mod calendar;
mod completeness;
mod cover;
mod definition;
mod detect;
mod event;
mod feeds;
mod fees;
mod fit;
mod groups;
mod identity;
mod input;
mod memory;
mod object;
mod parts;
mod prices;
mod range;
mod reconcile;
mod runs;
mod stats;
mod sustained;
mod waterfall;
mod why;

pub use asked::{Asked, Expectation, Judged, Snooze, Verdict};
pub use backtest::{Backtest, Tried};
pub use completeness::{Completeness, Delivered};
pub use definition::{Definition, Method};
pub use detect::{detect, wanted};
pub use event::{Cause, Direction, Event, Hint, Kind, Quiet, Severity, Sighting, Status, Waterfall};
pub use feeds::{Feed, silent};
pub use input::{Bill, Leaf, Leaves, Measure, Priced, Seen, Series, first_day};
pub use memory::Memory;
pub use object::{Attribute, AttributeError, Object};
pub use prices::unit_prices;
pub use reconcile::{Changed, Transition, reconcile};
pub use runs::Run;
pub(crate) use waterfall::of_other;
pub use why::{Answer, Band, Rule, Why};
