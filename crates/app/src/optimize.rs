//! Optimization: what commitments that are owned do, from the bill's own rows.
//!
//! `hours` reads what ran, by the hour; `deeds` what is known of each commitment; `bill` makes of both what
//! [`analyses::commitments`] asks for, one payer and one currency at a time. Nothing here buys anything.

mod accounts;
mod bill;
mod deeds;
mod history;
mod hours;
mod owned;
mod rates;
mod replay;

pub use accounts::{account_names, of_accounts};
pub use analyses::commitments::ratio;
pub use bill::{Bill, OfferKey, OfferRates, bills};
pub use deeds::{Deed, DeedKind, deeds};
pub use history::{OfKind, OfService, OwnedMonth, OwnedOverTime, ScheduledMonth, owned_over_time};
pub use hours::{Detail, HourRow, HourSums, HoursAsked, Part, What, hour_rows};
pub use owned::{OwnedCommitment, OwnedHour, month_of, owned, owned_by_hour};
pub use rates::{MonthRates, ScopeRates, rates};
pub use replay::{Replay, ReplayedCommitment, replay};
