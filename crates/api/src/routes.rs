//! Handlers, one file a noun, each with its views beside it.

pub(crate) mod costs;
pub(crate) mod dimensions;
pub(crate) mod explain;
pub(crate) mod overview;
pub(crate) mod summary;
