//! The other side: this process reads for the one that started it, tells how it gets on, and ends.
//!
//! It opens the data folder itself, and so finds the connection's secret there, sealed; nothing secret travels. What it
//! publishes is found by the other process in the metadata store, as everybody's is. Its memory is bounded, so that a
//! report that asks for too much ends this process and no other.

use super::attempt;
use super::line::Line;
use crate::ingest_job::IngestSummary;
use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::Write;
use std::time::Duration;

/// Between signs of life.
const ALIVE: Duration = Duration::from_millis(500);

/// How the process ends that has no memory for a thread; none of the orderly ends.
const STARVED: i32 = 3;

/// Bounds this process: memory for data, no core dumps (they hold what the process held), and first in line when the
/// machine runs out of memory. Call it before anything of a stranger is read.
///
/// # Errors
/// When the system does not allow it: nothing is read without bounds.
pub fn bound(app: &App) -> Result<()> {
    // A bound that is there already may be lower, and can only be lowered.
    let set = |resource, most: u64| {
        let most = getrlimit(resource).maximum.map_or(most, |there| there.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
    };
    // Not the address space: that also counts the program, mapped files, and what threads reserve and never touch.
    set(Resource::Data, app.reading().memory).and_then(|()| set(Resource::Core, 0)).map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("a reading process cannot be bounded: {error}"))
            .advise("Look at the limits of this service (ulimit -d).")
    })?;
    // Only Linux knows it; elsewhere, and where it is denied, the order is the system's.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    Ok(())
}

/// Reads for a job and tells how it went.
///
/// # Errors
/// When there is no such job. How reading went is told, not returned.
pub async fn work(app: &App, job: i64) -> Result<()> {
    let found = app.meta().job(job).await?;
    let job = found.ok_or_else(|| AppError::new(ErrorKind::NotFound, format!("there is no job {job}")))?;
    // A stop of the whole service reaches this process as well; whoever started it ends it in order.
    #[cfg(unix)]
    let _terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    std::thread::Builder::new()
        .name("alive".to_owned())
        .spawn(|| {
            loop {
                tell(&Line::Alive);
                std::thread::sleep(ALIVE);
            }
        })
        .map_err(|error| AppError::internal(format!("no thread for signs of life: {error}")))?;
    let show = |progress| tell(&Line::Progress(progress));
    let ended = caught(Box::pin(attempt::read(app, &job, &show))).await;
    if starved(&ended) {
        starve();
    }
    tell(&match ended {
        Ok(summary) => Line::Done(summary),
        Err(error) => Line::Failed(error),
    });
    Ok(())
}

/// Whether the bound on memory was met where that comes back as an error or a panic, while any other allocation that
/// fails ends the process: where a thread was to be started, also the one that each connection to SQLite is, and in
/// SQLite itself.
fn starved(ended: &Result<IngestSummary>) -> bool {
    match ended {
        Ok(summary) => summary.periods.iter().filter_map(|period| period.message.as_deref()).any(lacks),
        Err(error) => lacks(&error.message),
    }
}

/// Whether a message says so, in the words of our own errors, the standard library's panic, sqlx or SQLite.
fn lacks(message: &str) -> bool {
    let no_thread = ["(os error 11)", "kind: WouldBlock"].iter().any(|how| message.contains(how));
    let stored = message.contains("error communicating with database");
    let no_memory = message.contains("error returned from database") && message.contains("out of memory");
    no_memory || (no_thread && (stored || message.contains("thread")))
}

/// Ends this process as an allocation that fails does: whoever started it says why.
#[expect(clippy::exit, reason = "there is no memory to go on with")]
fn starve() -> ! {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "out of memory: no thread could be started");
    std::process::exit(STARVED)
}

#[expect(
    clippy::exit,
    reason = "nobody is left to read for, and what is staged is removed by the next vacuum"
)]
fn tell(line: &Line) {
    let mut out = std::io::stdout().lock();
    let told = serde_json::to_writer(&mut out, line).map_err(std::io::Error::from);
    if told.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

#[cfg(test)]
mod tests {
    use super::lacks;

    #[test]
    fn no_memory_for_a_thread_is_known_by_all_its_words_and_nothing_else_is() {
        for said in [
            "no thread for signs of life: Resource temporarily unavailable (os error 11)",
            "metadata store: error communicating with database: Resource temporarily unavailable (os error 11)",
            "thread 'main' panicked: failed to spawn thread: Os { code: 11, kind: WouldBlock }",
            "metadata store: error returned from database: (code: 7) out of memory",
        ] {
            assert!(lacks(said), "{said}");
        }
        for said in [
            "metadata store: error returned from database: (code: 5) database is locked",
            "row 7 of thread.csv: not a number",
            "the source answered: Resource temporarily unavailable (os error 11)",
            "out of memory.csv is no report",
        ] {
            assert!(!lacks(said), "{said}");
        }
    }
}
