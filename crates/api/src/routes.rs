//! Handlers, one file a noun, each with its views beside it.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod connection_setup;
pub(crate) mod connections;
pub(crate) mod costs;
pub(crate) mod customers;
pub(crate) mod dimensions;
pub(crate) mod explain;
pub(crate) mod exports;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod openid;
pub(crate) mod organizations;
pub(crate) mod overview;
pub(crate) mod processing;
pub(crate) mod projection;
pub(crate) mod reports;
pub(crate) mod savings;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod shared_costs;
pub(crate) mod subsets;
pub(crate) mod summary;
pub(crate) mod tokens;
pub(crate) mod verification;
pub(crate) mod virtual_tags;
