//! Methods that an address does not know, and the question which ones it knows.

use crate::access;
use crate::problem::RequestProblem;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Methods of addresses that can only be read.
const READ: &str = "GET, HEAD, OPTIONS";

/// The answer to a method that a route of the interface has no action for. Nobody needs to sign in for it: the
/// interface is described in public.
pub(crate) fn of_route(method: &Method, path: &str) -> Response {
    let mut allowed = vec![];
    for (known, below, _) in access::ACCESS {
        if path.strip_prefix("/api/v1") == Some(below) {
            allowed.push(known.as_str());
            if *known == Method::GET {
                allowed.push("HEAD");
            }
        }
    }
    allowed.push("OPTIONS");
    answer(method, &allowed.join(", "))
}

/// The answer of an address that can only be read to any other method.
pub(crate) async fn of_reading(method: Method) -> Response {
    answer(&method, READ)
}

fn answer(method: &Method, allowed: &str) -> Response {
    let mut response = if *method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        RequestProblem::Method.into_response()
    };
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
