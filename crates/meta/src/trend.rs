//! Irregular spend: what is looked for, what was found and what became of it, what people said of it, and the last look.
//!
//! Events are the application's, kept as JSON with a few columns to find them by. What a look found, the look itself and
//! the jobs that tell of it are written in one transaction, and only if no other look came between: whatever is killed or
//! run twice writes once.

mod comment;
mod definition;
mod delivery;
mod event;
mod look;
mod said;

pub use comment::TrendComment;
pub use definition::TrendDefinition;
pub use event::{TrendEvent, TrendFilter, TrendHistory};
pub use look::{FoundTrend, TrendLook};
pub use said::TrendSaid;
