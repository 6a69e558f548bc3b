//! The checks of connections that are in use, run again each day: rights are taken away, reports are changed.

use crate::{App, ErrorKind, Result, connections};
use model::ConnectionId;
use std::collections::HashMap;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Before checks that could not even be started are started again.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// When checks were last started, by this process.
#[derive(Default)]
pub(super) struct Daily(HashMap<ConnectionId, i64>);

impl Daily {
    /// Starts the checks of every connection whose last were a day ago; they run behind.
    pub(super) async fn start_due(&mut self, app: &App) -> Result<()> {
        let now = app.now().timestamp_millis();
        for (organization, id) in app.meta().connections_verified_before(now - DAY_MS).await? {
            if self.0.get(&id).is_some_and(|last| now - last < HOUR_MS) {
                continue;
            }
            self.0.insert(id.clone(), now);
            let started = connections::start_daily_verification(app, &organization, &id).await;
            if started.as_ref().is_err_and(|error| error.kind == ErrorKind::TooMany) {
                // No place now: the next look, some seconds from now, finds one.
                self.0.remove(&id);
            } else if let Err(error) = started {
                tracing::warn!(connection.id = %id, %error, "the daily checks of a connection did not start");
            }
        }
        Ok(())
    }
}
