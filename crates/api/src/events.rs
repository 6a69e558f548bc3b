//! Server-sent events. A stream is idle for as long as nothing happens, which is legitimate: it is kept open by
//! heartbeats, and held by numbers instead, for each person, each organization and in all.

use crate::limits;
use crate::problem::ApiError;
use crate::seats::{Seat, Seats};
use crate::serve::Stopping;
use app::policy::{Caller, Via};
use app::{AppError, ErrorKind};
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

/// What is told, one by one.
pub(crate) type Told = mpsc::Receiver<Result<Event, Infallible>>;

/// Places for readers of event streams. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams(Seats<String>);

/// A reader's place; made before anything is told.
pub(crate) struct Reader {
    seats: [Seat<String>; 3],
    stopping: Option<Stopping>,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let extensions = &parts.extensions;
        let streams = extensions.get::<Streams>().cloned().unwrap_or_default();
        let caller = extensions.get::<Caller>();
        let organization = caller.and_then(|caller| caller.organization.as_ref());
        let organization = organization.map(|found| found.id.to_string()).unwrap_or_default();
        let person = caller.map(person).unwrap_or_default();
        let take = |name: String, most| streams.0.take(name.as_str(), most);
        let seats = (|| {
            Some([
                take(format!("person {person}"), limits::STREAMS_OF_PERSON)?,
                take(format!("organization {organization}"), limits::STREAMS_OF_ORGANIZATION)?,
                take("all".to_owned(), limits::STREAMS)?,
            ])
        })();
        let seats = seats.ok_or_else(|| {
            AppError::new(ErrorKind::TooMany, "too many event streams are open already")
                .advise("Close those that nobody reads; or ask for the state now and then instead.")
        })?;
        Ok(Self { seats, stopping: extensions.get::<Stopping>().cloned() })
    }
}

/// Names whoever reads; those without an account by where they are.
fn person(caller: &Caller) -> String {
    match &caller.via {
        Via::Session { user, .. } => user.id.to_string(),
        Via::Token { id, .. } => id.to_string(),
        Via::Nobody | Via::Demo | Via::CommandLine => caller.address.clone().unwrap_or_default(),
    }
}

impl Reader {
    /// The answer: what is told, until there is no more, the stream is old, or the server stops.
    pub(crate) fn hear(self, told: Told) -> Response {
        let stopping = self.stopping;
        let end = async move {
            let stop = async {
                match stopping {
                    Some(stopping) => stopping.begun().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = tokio::time::sleep(limits::STREAM_LIFE) => {}
                () = stop => {}
            }
        };
        let stream = Ending { told: ReceiverStream::new(told), end: Box::pin(end), _seats: self.seats };
        let mut answer = Sse::new(stream).keep_alive(KeepAlive::default()).into_response();
        // Proxies that collect an answer before they pass it on would tell nothing until it ends.
        answer.headers_mut().insert("X-Accel-Buffering", HeaderValue::from_static("no"));
        answer
    }
}

/// A stream that ends with something else.
struct Ending {
    told: ReceiverStream<Result<Event, Infallible>>,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    _seats: [Seat<String>; 3],
}

impl Stream for Ending {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.told).poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn read(streams: &Streams, address: &str) -> Option<Reader> {
        let caller = Caller { via: Via::Demo, address: Some(address.to_owned()), ..Caller::nobody() };
        let request = Request::builder().extension(streams.clone()).extension(caller).body(()).unwrap();
        Reader::from_request_parts(&mut request.into_parts().0, &()).await.ok()
    }

    #[tokio::test]
    async fn a_person_and_an_organization_have_so_many_streams() {
        let streams = Streams::default();
        let mut readers = vec![];
        for _ in 0..limits::STREAMS_OF_PERSON {
            readers.push(read(&streams, "10.0.0.1").await.unwrap());
        }
        assert!(read(&streams, "10.0.0.1").await.is_none(), "one more than a person may have");
        for at in limits::STREAMS_OF_PERSON..limits::STREAMS_OF_ORGANIZATION {
            readers.push(read(&streams, &format!("10.0.1.{}", at / 10)).await.unwrap());
        }
        assert!(read(&streams, "10.0.2.1").await.is_none(), "one more than an organization may have");
        readers.clear();
        assert!(read(&streams, "10.0.0.1").await.is_some());
    }
}
