//! The HTTP interface: routes by noun under `/api/v1`, and the web app at every other address.
//!
//! A handler extracts, makes one call of the application, and shows its answer in a view. Errors become
//! `application/problem+json` in one place. The OpenAPI description comes from the handlers themselves; the web
//! app's client is generated from it. Before any handler runs, one middleware finds out who asks and one table
//! says what they ask for ([`access`]); requests that name an unknown host are refused, so that no foreign page can
//! reach the server through DNS.

mod access;
mod as_of;
mod assets;
mod body;
mod caching;
mod crowds;
mod events;
mod expected;
mod guard;
mod limits;
mod methods;
mod names;
mod operation;
mod origin;
mod params;
mod problem;
mod requests;
mod router;
mod routes;
mod seats;
mod serve;
mod shares;
mod state;
mod streaming;
mod time;

pub use caching::Bodies;
pub use requests::Requests;
pub use router::{openapi, operators, router};
pub use serve::{Listening, ServeError, check_demo, serve};
pub use state::{ApiState, Site};
