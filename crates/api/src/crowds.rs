//! Behind a proxy all connections are the proxy's: what one address may have at once is counted by request, and by
//! what the proxy says of it.

use crate::limits;
use crate::origin;
use crate::problem::ApiError;
use crate::seats::{Seat, Seats};
use crate::state::Site;
use app::{AppError, ErrorKind};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Requests under way, by address.
#[derive(Clone, Debug)]
pub(crate) struct Crowds {
    site: Arc<Site>,
    /// `None` without a proxy: then connections are counted instead.
    under_way: Option<Seats<String>>,
}

impl Crowds {
    pub(crate) fn of(site: &Arc<Site>) -> Self {
        Self { site: Arc::clone(site), under_way: site.behind_proxy.then(Seats::default) }
    }
}

/// Refuses requests of an address that has too many under way.
pub(crate) async fn limit(State(crowds): State<Crowds>, request: Request, next: Next) -> Response {
    let Some(under_way) = &crowds.under_way else { return next.run(request).await };
    let address = origin::address(&crowds.site, &request).unwrap_or_default();
    let Some(seat) = under_way.take(address.as_str(), limits::REQUESTS_OF_ADDRESS) else {
        let error = AppError::new(ErrorKind::TooMany, "too many requests of this address are under way")
            .advise("Wait for answers before asking more.");
        return ApiError::from(error).into_response();
    };
    next.run(request).await.map(|body| Body::new(Seated { body, _seat: seat }))
}

/// An answer that keeps its seat until it is handed over.
struct Seated {
    body: Body,
    _seat: Seat<String>,
}

impl HttpBody for Seated {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
