//! Commitments (reserved instances, savings plans): what those that are owned do, and which to buy.
//!
//! Both come from one replay: each hour of the look-back, commitments are applied to usage in AWS's order (zonal
//! reservations, regional ones, EC2 Instance plans, the wide plans; the owner's account first, the highest percentage
//! first), and what nothing took is paid on demand. All that is shown is replayed, exactly. Doubles are at home in the
//! search for an amount alone; the amount that it finds is replayed like any other.
//!
//! For each payer and currency:
//!
//! ```text
//! usage    = Usage { hours × SKU × account, with on-demand rates }           from the hourly table
//! owned    = owned_at(&commitments, decision, expires_within_days)           what counts, whenever it was bought
//! span     = Span::at_decision(usage.look_back(30).0, threads)               7, 30, 60, 90 days; says if shortened
//! asked    = Question { usage, owned, sharing, span }.asked()                replayed once with what is owned
//! found    = asked.best_of(&offer)                                           one offer: amount, curve, gap, unknown
//! tried    = asked.tried(&[(&offer, steps)])                                 a dragged amount, exactly
//! risks    = asked.risk(&[(&offer, steps)])                                  usage at 90, 80, 70 %
//! ladder   = asked.ladder(&offer, steps, months)
//! joint    = asked.together(&pools, &wide, limits, |progress| …)             several offers, with their gap
//! past     = replayed(&usage, &commitments, &sharing, &Span { when: When::AsItWas, .. })
//! ```
//!
//! While an amount is dragged its figures come from the curve, which is linear between its points; where it rests it is
//! replayed. A sentence that a colleague can check: of `purchase.hours` hours, `bought.full_hours` used all of the
//! commitment; it costs `purchase.cost`, on-demand dollars fall by `purchase.replaced`, and the difference is
//! `purchase.savings`. Shares of an account are those of one replay over all: [`Served`].
//!
//! What the bill's own rows say of what was owned is [`Measured`] and [`Scope`]; a past month replayed is held against it.
//!
//! *A missing price is unknown*: such usage stays on demand in every figure and is listed with its dollars. *A discount
//! below zero is none*: what a plan has no lower rate for it does not take. *The bound is never wrong*: it is made from
//! prices of commitment dollars (duality) and holds whatever the order in which AWS serves; at worst the gap that is
//! shown is wider than the real one.

mod asked;
mod bundle;
mod facts;
mod field;
mod hours;
mod input;
mod joint;
mod ladder;
mod master;
mod measures;
mod money;
mod offer;
mod order;
mod owned;
mod problem;
mod replayed;
mod single;
mod together;
mod walk;

pub use asked::{Asked, Tried, Unknown};
pub use facts::{Factor, Facts, Returns, Said, facts, without_region};
pub use hours::{Span, When};
pub use input::{Bought, Mode, Series, Sharing, Sku, Usage, World};
pub use ladder::{Ladder, Rung};
pub use measures::{Measured, Scope};
pub use money::{Rate, RateError, ratio, share};
pub use offer::{Offer, Purchase};
pub use order::Refused;
pub use owned::{Class, Commitment, Covers, Payment, Rates, Reserved, Term, owned_at};
pub use problem::Question;
pub use replayed::{Applied, Leak, Replayed, Served, Sums, replayed};
pub use single::{Point, Recommendation};
pub use together::{Limits, Progress, Together};
