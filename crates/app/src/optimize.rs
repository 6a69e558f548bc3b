//! Optimization: what commitments that are owned do, from the bill's own rows.
//!
//! `hours` reads what ran, by the hour; `deeds` what is known of each commitment; `bill` makes of both what
//! [`analyses::commitments`] asks for, one payer and one currency at a time. `prices` is the price book, and `buy` what to buy.
//! Nothing here buys anything.

mod accounts;
mod bill;
pub mod buy;
mod deeds;
mod history;
mod hours;
mod owned;
pub mod prices;
mod rates;
mod replay;
mod spot;

pub use accounts::{account_names, of_accounts};
pub use analyses::commitments::ratio;
pub use bill::{Bill, OfferKey, OfferRates, Paid, bills};
pub use deeds::{Deed, DeedKind, deeds};
pub use history::{OfKind, OfService, OwnedMonth, OwnedOverTime, ScheduledMonth, owned_over_time};
pub use hours::{Detail, HourRow, HourSums, HoursAsked, Part, What, hour_rows};
pub use owned::{OwnedCommitment, OwnedHour, month_of, owned, owned_by_hour};
pub use rates::{MonthRates, ScopeRates, rates};
pub use replay::{Replay, ReplayedCommitment, replay};
pub use spot::{SpotKind, SpotPrice, SpotPrices};
