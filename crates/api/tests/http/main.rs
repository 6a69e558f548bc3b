//! The HTTP interface against a real server on a real data folder.

mod empty;
mod filled;
mod guards;
mod spec;
mod test_app;
