//! Optimization: what commitments that are owned do, what is waste and what workloads ran, from the bill's own rows.
//!
//! `hours` reads what ran, by the hour; `deeds` what is known of each commitment; `bill` makes of both what
//! [`analyses::commitments`] asks for, one payer and one currency at a time. `prices` is the price book, and `buy` what to buy.
//! Nothing here buys anything.

mod accounts;
mod bill;
pub mod buy;
mod decisions;
mod deeds;
pub mod efficiency;
mod history;
mod hours;
mod narrowing;
mod owned;
pub mod prices;
mod rates;
mod replay;
mod rows;
mod span;
pub mod split;
mod spot;
pub mod waste;
pub mod workloads;

pub use accounts::{account_names, of_accounts};
pub use analyses::commitments::ratio;
pub use bill::{Bill, OfferKey, OfferRates, Paid, bills};
pub use decisions::{Dismissal, Exclusion, NewDismissal, dismiss, exclude, include, restore};
pub use deeds::{Deed, DeedKind, deeds};
pub use history::{OfKind, OfService, OwnedMonth, OwnedOverTime, ScheduledMonth, owned_over_time};
pub use hours::{Detail, HourRow, HourSums, HoursAsked, Part, What, hour_rows};
pub use narrowing::Accounts;
pub use owned::{OwnedCommitment, OwnedHour, month_of, owned, owned_by_hour};
pub use rates::{MonthRates, ScopeRates, rates};
pub use replay::{Replay, ReplayedCommitment, replay};
pub use span::span_of;
pub use spot::{SpotKind, SpotPrice, SpotPrices};
