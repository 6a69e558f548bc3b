//! Whether the server can do its work: its database answers and has the schema that this program knows, its lake can be
//! read, and its lanes look for work.

use crate::App;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// A part that does not answer for so long is not ready. Load balancers wait for one to five seconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// A look is good for so long: anybody may ask, as often as they like.
const KEPT: Duration = Duration::from_secs(1);
/// Lanes look for work every few seconds; one that did not for so long hangs.
const SILENCE: Duration = Duration::from_mins(1);

/// A part of the server, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Whether it works.
    pub ready: bool,
    /// What was found, in words that anybody may read.
    pub found: String,
}

/// The last look.
#[derive(Debug, Default)]
pub(crate) struct Looks(tokio::sync::Mutex<Option<(Instant, Vec<Part>)>>);

/// Lanes of jobs, and when each last looked for work. Cheap to clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Lanes(Arc<Mutex<Seen>>);

/// By the clock that only goes on, and by the one that people read.
type Seen = BTreeMap<&'static str, (Instant, DateTime<Utc>)>;

impl Lanes {
    /// A lane looks for work.
    pub(crate) fn sign(&self, lane: &'static str) {
        self.all().insert(lane, (Instant::now(), Utc::now()));
    }

    /// When each last did, by the machine's clock.
    pub(crate) fn seen(&self) -> Vec<(&'static str, DateTime<Utc>)> {
        self.all().iter().map(|(lane, (_, at))| (*lane, *at)).collect()
    }

    fn all(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self) -> Part {
        let all = self.all();
        let silent: Vec<&str> =
            all.iter().filter(|(_, (at, _))| at.elapsed() > SILENCE).map(|(lane, _)| *lane).collect();
        let (ready, found) = match (all.len(), silent.is_empty()) {
            (0, _) => (false, "no lane looks for work yet".to_owned()),
            (count, true) => (true, format!("{count} look for work")),
            (_, false) => (false, format!("silent: {}", silent.join(", "))),
        };
        Part { name: "lanes", ready, found }
    }
}

/// Looks at each part.
pub async fn look(app: &App) -> Vec<Part> {
    let mut kept = app.looks().0.lock().await;
    if let Some((at, parts)) = &*kept
        && at.elapsed() < KEPT
    {
        return parts.clone();
    }
    let parts =
        vec![going_on(app), database(app).await, schema(app).await, lake(app).await, app.lanes().part()];
    *kept = Some((Instant::now(), parts.clone()));
    parts
}

fn going_on(app: &App) -> Part {
    let ready = !app.is_stopping();
    Part { name: "server", ready, found: if ready { "serves" } else { "is being stopped" }.to_owned() }
}

async fn database(app: &App) -> Part {
    part(
        "database",
        timeout(PATIENCE, app.meta().organizations()).await.map(|found| found.map(|_| "answers".to_owned())),
    )
}

async fn schema(app: &App) -> Part {
    let asked = timeout(PATIENCE, app.meta().is_current()).await;
    match asked {
        Ok(Ok(false)) => {
            let found = "another version of the program changed it".to_owned();
            Part { name: "migrations", ready: false, found }
        }
        asked => part("migrations", asked.map(|found| found.map(|_| "done".to_owned()))),
    }
}

/// The log of each table can be listed. Without the tables' own locks: a commit of a large month takes its time.
async fn lake(app: &App) -> Part {
    let looked = async { app.lake().look().await.map(|()| "can be read".to_owned()) };
    part("lake", timeout(PATIENCE, looked).await)
}

/// What a look gave. What went wrong is logged, and not told to whoever asks.
fn part<E: std::error::Error>(
    name: &'static str,
    looked: Result<Result<String, E>, tokio::time::error::Elapsed>,
) -> Part {
    match looked {
        Ok(Ok(found)) => Part { name, ready: true, found },
        Ok(Err(error)) => {
            tracing::warn!(part = name, %error, "not ready");
            Part { name, ready: false, found: "does not work; the server's log says why".to_owned() }
        }
        Err(_) => {
            tracing::warn!(part = name, "not ready: no answer in time");
            Part { name, ready: false, found: "does not answer in time".to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;
    use lake::Table;

    async fn not_ready(app: &App) -> Vec<&'static str> {
        *app.looks().0.lock().await = None;
        look(app).await.iter().filter(|part| !part.ready).map(|part| part.name).collect()
    }

    #[tokio::test]
    async fn each_part_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), AppOptions::default()).await.unwrap();
        assert_eq!(not_ready(&app).await, ["lanes"]);
        app.lanes().sign("reading");
        assert_eq!(not_ready(&app).await, [""; 0]);
        let log = app.lake().table_path(Table::Rollup).join("_delta_log");
        let away = folder.path().join("away");
        std::fs::rename(&log, &away).unwrap();
        assert_eq!(not_ready(&app).await, ["lake"]);
        std::fs::rename(away, log).unwrap();
        app.meta().close().await;
        assert_eq!(not_ready(&app).await, ["database", "migrations"]);
        app.stop();
        assert!(not_ready(&app).await.contains(&"server"));
    }
}
