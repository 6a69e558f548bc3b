//! Answers cost questions from what is published: the semantic layer above the lake.
//!
//! Two engines stand behind one door. Questions by day or coarser go to a kernel of our own: the daily
//! roll-up is kept in memory as dictionary codes and scaled integers and summed into dense accumulators
//! (several times faster than a general engine, at a fraction of its memory). Questions by hour or by
//! resource, *explain* and free SQL go to DataFusion over the line items' Parquet files. Both answer the
//! same [`model::CostQuery`] with the same figures; tests hold them to each other.
//!
//! Nothing here looks up what is published: each call is given a [`View`], so that one request sees one
//! state of the bills throughout.
//!
//! - `scope`: what may be seen, and the two doors where it is applied.
//! - `engine`: the door. `plan`: spans, buckets, which periods. `store`: the roll-up in memory.
//! - `kernel`: sums over the store. `lines`: DataFusion over line items; `batches`: what a statement gives. `sql`: the portable SQL of an answer.
//! - `turns`, `stop`, `limits`: who is next, and where work ends. `top`: the largest of too many groups.
//! - `currencies`: one currency at a time. `assemble`: sorted groups, top N, comparison. `tags`: values of tags and cost categories by key.

mod answers;
mod assemble;
mod batches;
mod currencies;
mod engine;
mod error;
mod explain;
mod kernel;
mod limits;
mod lines;
mod load;
mod plan;
mod scope;
mod sql;
mod stop;
mod store;
mod tags;
mod top;
mod turns;
mod view;

pub use batches::{Batches, TextRow};
pub use currencies::only_in;
pub use engine::{Engine, EngineOptions};
pub use error::{ErrorKind, QueryError};
pub use explain::{ExplainOrder, ExplainSort, ExplainedRow, Explanation};
pub use load::{Load, Work};
pub use scope::Scope;
pub use view::{AccountNames, PublishedPeriod, Span, View};
