//! The metadata store on real database files.

mod bill_choices;
mod budgets;
mod identity;
mod jobs;
mod lake_files;
mod notifications;
mod store;
mod support;
mod trends;
mod work;
