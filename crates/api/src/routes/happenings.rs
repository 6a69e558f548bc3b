//! What happens in the organization, as it happens.

use crate::access::By;
use crate::events::Reader;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::App;
use app::happenings::{self, Stand};
use app::identity;
use app::policy::Caller;
use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use utoipa::ToSchema;

/// Looks after which a reader hears that the stream is alive: a connection may be dead without an end.
const ALIVE: u32 = 5;
/// Between looks at whether a reader may still read.
const STILL: Duration = Duration::from_secs(3);

/// How the organization stands: each a short name, which is another one once something of it changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandView {
    /// What is published and proven.
    data: String,
    /// What fails, and how connections stand.
    health: String,
    /// What is being read, or waits for it.
    work: String,
}

impl From<&Stand> for StandView {
    fn from(stand: &Stand) -> Self {
        Self { data: stand.data.clone(), health: stand.health.clone(), work: stand.work.clone() }
    }
}

/// What happens in the organization as server-sent events: one `stand` event as it is and whenever it changes, and an
/// `alive` event every 15 seconds. The stream ends when whoever reads it may not any more: signed out, removed, another role or organization.
#[utoipa::path(get, path = "/events", responses(
    (status = OK, body = StandView, content_type = "text/event-stream"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn events(
    State(state): State<ApiState>,
    By(caller): By,
    reader: Reader,
) -> Result<Response, ApiError> {
    let stand = happenings::watch(&state.app, &caller.organization()?.id).await?;
    let (sender, told) = mpsc::channel(4);
    tokio::spawn(tell(state.app, caller, stand, sender));
    Ok(reader.hear(told))
}

async fn tell(
    app: App,
    caller: Caller,
    mut stand: watch::Receiver<Stand>,
    events: mpsc::Sender<Result<Event, Infallible>>,
) {
    stand.mark_changed();
    let mut silent = 0;
    loop {
        let changed = tokio::select! {
            changed = stand.changed() => match changed {
                Ok(()) => true,
                // The server stops.
                Err(_) => return,
            },
            () = tokio::time::sleep(STILL) => false,
            () = events.closed() => return,
        };
        // Before anything is told: what happened may be that they have to go.
        if !identity::is_still(&app, &caller).await.unwrap_or(false) {
            return;
        }
        silent = if changed { 0 } else { silent + 1 };
        if silent >= ALIVE {
            silent = 0;
            if events.send(Ok(Event::default().event("alive").data("{}"))).await.is_err() {
                return;
            }
        }
        if changed {
            let view = StandView::from(&*stand.borrow_and_update());
            let Ok(event) = Event::default().event("stand").json_data(&view) else { return };
            if events.send(Ok(event)).await.is_err() {
                return;
            }
        }
    }
}
