//! The HTTP interface: routes by noun under `/api/v1`, and the web app at every other address.
//!
//! A handler extracts, makes one call of the application, and shows its answer in a view. Errors become
//! `application/problem+json` in one place. The OpenAPI description comes from the handlers themselves; the web
//! app's client is generated from it. Until there is sign-in, only loopback addresses may be served, and requests
//! that name another host are refused, so that no foreign page can reach the server through DNS.

mod assets;
mod caching;
mod guard;
mod params;
mod problem;
mod router;
mod routes;
mod serve;
mod state;

pub use router::{openapi, router};
pub use serve::{ServeError, check_listen, serve};
pub use state::ApiState;
