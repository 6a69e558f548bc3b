//! Runs jobs for as long as the process lives, each lane beside the others. Whatever a job does, a panic included, ends
//! that run alone.
//!
//! Readings take lanes in turns of their organizations (`meta::Meta::take_job`): the endless source of one holds one
//! place, for as long as its deadline allows, and the others go on.

use super::{
    At, BEAT, KINDS, Kind, LEASE, Lane, check, deliver, detect, follow, kind, read, report, stopped, vacuum,
};
use crate::panics::caught;
use crate::{App, AppError, ErrorKind, Result};
use meta::{Beat, Lease, TakenJob};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// Between looks for work that nobody announced: what came due, retries whose time has come.
const LOOK: Duration = Duration::from_secs(5);
/// Between looks whether the time of files is over, which is days and hours.
const FILES_LOOK: Duration = Duration::from_hours(1);
/// Between tries to take up what an earlier process left, while something of it is still at work.
const TAKE_UP: Duration = Duration::from_millis(500);
/// Before what stopped at a defect begins anew.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs what has to be run for as long as the process lives. A reading that a killed process left is run again: what it
/// had published is found unchanged and not read twice.
pub async fn run(app: App) {
    let all = &app;
    let lane = |one: Lane| kept_up(all, one.name(), move || take_turns(all.clone(), one));
    tokio::join!(
        futures::future::join_all(Lane::ALL.map(lane)),
        kept_up(&app, "looking for what is due", || due(app.clone())),
        kept_up(&app, "taking over what is left", || take_over(app.clone())),
    );
}

/// Runs a loop that ends when the server stops; begins it anew when it panics.
async fn kept_up<F: Future<Output = ()> + Send + 'static>(app: &App, what: &str, begin: impl Fn() -> F) {
    loop {
        match tokio::spawn(begin()).await {
            Err(error) if error.is_panic() => {
                tracing::error!(error = %panicked(error), "{what} stopped at a defect and begins anew");
            }
            _ => return,
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = app.stopping() => return,
        }
    }
}

/// Queues what comes due by the clock.
async fn due(app: App) {
    let mut files_looked_at: Option<Instant> = None;
    loop {
        app.lanes().sign("due");
        if let Err(error) = check::queue_due(&app).await {
            tracing::error!(%error, "the daily checks could not be queued");
        }
        if let Err(error) = stopped::queue_due(&app).await {
            tracing::error!(%error, "it could not be seen whether deliveries stopped");
        }
        if let Err(error) = follow::relay_left(&app).await {
            tracing::error!(%error, "what follows from publications could not be queued");
        }
        if let Err(error) = deliver::queue_due(&app).await {
            tracing::error!(%error, "the messages that are due could not be queued");
        }
        if let Err(error) = report::queue_due(&app).await {
            tracing::error!(%error, "the reports that are due could not be queued");
        }
        if files_looked_at.is_none_or(|at| at.elapsed() >= FILES_LOOK) {
            if let Err(error) = deliver::prune(&app).await {
                tracing::error!(%error, "what was told long ago could not be forgotten");
            }
            let by_the_hour = files_looked_at.replace(Instant::now()).is_some();
            if let Err(error) = vacuum::queue_due(&app, by_the_hour).await {
                tracing::error!(%error, "it could not be seen whether the time of files is over");
            }
            if let Err(error) = detect::queue_due(&app).await {
                tracing::error!(%error, "it could not be seen whether connections are silent");
            }
        }
        if !go_on(&app).await {
            return;
        }
    }
}

/// Waits for the next look; `false` when the server stops.
async fn go_on(app: &App) -> bool {
    tokio::select! {
        () = tokio::time::sleep(LOOK) => true,
        () = app.stopping() => false,
    }
}

/// A name for whoever holds leases. Each loop has one of its own: what it left at a defect is not its any more.
fn holder() -> String {
    format!("{}-{:016x}", std::process::id(), rand::random::<u64>())
}

fn lease(app: &App, holder: &str) -> Lease {
    let lasts = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    Lease { holder: holder.to_owned(), until_ms: app.now().timestamp_millis().saturating_add(lasts) }
}

async fn take_turns(app: App, lane: Lane) {
    if lane == Lane::Reading && !take_up(&app).await {
        return;
    }
    let holder = holder();
    let mut queued = app.queued().listen();
    let mut running = JoinSet::new();
    loop {
        queued.mark_unchanged();
        app.lanes().sign(lane.name());
        while running.len() < lane.width(&app) {
            match next(&app, lane, &holder).await {
                Ok(Some(job)) => {
                    running.spawn(one(app.clone(), job));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(lane = lane.name(), %error, "the job queue could not be read");
                    break;
                }
            }
        }
        tokio::select! {
            Some(ended) = running.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(lane = lane.name(), %error, "a job stopped at a defect");
                }
            }
            // The sender lives as long as the app.
            _ = queued.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopping() => break,
        }
    }
    // Each gives its job back.
    while running.join_next().await.is_some() {}
}

/// The next job of a lane, if there is one.
async fn next(app: &App, lane: Lane, holder: &str) -> Result<Option<TakenJob>> {
    let (now, lease) = (app.now().timestamp_millis(), lease(app, holder));
    if lane == Lane::Reading {
        app.meta().queue_polls(now).await?;
        let job = app.meta().take_job(now, &lease).await?;
        return Ok(job.map(|job| TakenJob {
            id: job.id,
            name: "read".to_owned(),
            payload: json!({}),
            attempts: job.attempts,
            progress: None,
            holder: lease.holder,
        }));
    }
    let names: Vec<&str> = KINDS.iter().filter(|kind| kind.lane == lane).map(|kind| kind.name).collect();
    Ok(app.meta().claim(lane.name(), &names, lane.of_one(), now, &lease).await?)
}

/// Runs the job of that name now, in this process, if it waits; one that is no connection's. False where none does.
pub(super) async fn run_now(app: &App, name: &str) -> Result<bool> {
    let (now, lease) = (app.now().timestamp_millis(), lease(app, &holder()));
    let job = app.meta().claim_now(name, now, &lease).await?;
    let found = job.is_some();
    if let Some(job) = job {
        one(app.clone(), job).await;
    }
    Ok(found)
}

/// Runs a job. One whose end cannot be written down is written down as failed, as soon as that goes.
async fn one(app: App, job: TakenJob) {
    let Some(kind) = kind(&job.name) else { return };
    let _running = app.running().begin(job.id);
    let (tell, stop) = watch::channel(false);
    let at = At { app: app.clone(), job: Arc::new(job), stop };
    let work = async {
        let ended = caught((kind.run)(at.clone())).await;
        write_down(kind, &at, ended).await;
    };
    tokio::select! {
        () = work => {}
        () = alive(&at, &tell) => {
            tracing::warn!(job.id = at.job.id, job.name = at.job.name, "a job is not ours any more");
        }
        () = ending(&app, kind.lane) => {
            let now = app.now().timestamp_millis();
            if let Err(error) = app.meta().put_back(&at.job, now, None).await {
                tracing::warn!(%error, "a job could not be given back: its lease runs out");
            }
        }
    }
}

async fn write_down(kind: &Kind, at: &At, ended: Result<()>) {
    let mut ended = caught((kind.settle)(at.clone(), ended)).await;
    while let Err(error) = ended {
        tracing::error!(job.id = at.job.id, job.name = at.job.name, %error, "a job stopped at a defect, or its end could not be written down");
        ended = caught((kind.settle)(at.clone(), Err(error))).await;
        if ended.is_err() && !go_on(&at.app).await {
            return;
        }
    }
}

/// Gives signs of life for as long as the job is ours; passes on that somebody wants it to stop.
async fn alive(at: &At, tell: &watch::Sender<bool>) {
    let mut beats = tokio::time::interval(BEAT);
    beats.tick().await;
    loop {
        beats.tick().await;
        let beat = async { Ok(at.app.meta().beat(at.job.id, &lease(&at.app, &at.job.holder)).await?) };
        match caught(beat).await {
            Ok(Beat::Held) => {}
            Ok(Beat::Stop) => {
                tell.send_replace(true);
            }
            Ok(Beat::Lost) => return,
            Err(error) => tracing::warn!(%error, "a sign of life could not be written"),
        }
    }
}

/// The server stops, and the time for work to end by itself is over.
async fn ending(app: &App, lane: Lane) {
    app.stopping().await;
    tokio::time::sleep(lane.grace()).await;
}

/// Takes over, for as long as the process lives, what nobody gives signs of life for.
async fn take_over(app: App) {
    loop {
        app.lanes().sign("left");
        take_over_left(&app).await;
        if !go_on(&app).await {
            return;
        }
    }
}

/// Takes over what nobody gives signs of life for now.
pub(super) async fn take_over_left(app: &App) {
    // Each with a name of its own: one that could not be taken over is left again. Readings are taken up elsewhere,
    // too: one of both at a time.
    let alone = app.running().taking_over().await;
    while let Some(job) = left(app, &holder()).await {
        let Some(kind) = kind(&job.name) else { continue };
        let (_tell, stop) = watch::channel(false);
        let at = At { app: app.clone(), job: Arc::new(job), stop };
        tracing::warn!(job.id = at.job.id, job.name = at.job.name, "nobody is at a job any more");
        if let Err(error) = caught((kind.lost)(at)).await {
            // Its lease runs out again.
            tracing::warn!(%error, "a job that was left is not taken over yet");
        }
        app.queued().wake();
    }
    drop(alone);
}

async fn left(app: &App, holder: &str) -> Option<TakenJob> {
    let now = app.now().timestamp_millis();
    match app.meta().take_over(now, &app.running().ids(), &lease(app, holder)).await {
        Ok(left) => left,
        Err(error) => {
            tracing::error!(%error, "jobs that were left could not be looked for");
            None
        }
    }
}

/// Takes up the readings that an earlier process left when it ended, without waiting for their leases: the lock of the
/// data folder says that it is gone. `false` when the server stops.
async fn take_up(app: &App) -> bool {
    loop {
        app.lanes().sign(Lane::Reading.name());
        match left_over(app).await {
            Ok(()) => return true,
            // Another process, or what a killed one started, is still at work: its jobs are not left.
            Err(error) if error.kind == ErrorKind::Conflict => {
                tracing::debug!(%error, "jobs of an earlier run are not taken up yet");
            }
            Err(error) => tracing::error!(%error, "jobs of an earlier run could not be taken up"),
        }
        tokio::select! {
            () = tokio::time::sleep(TAKE_UP) => {}
            () = app.stopping() => return false,
        }
    }
}

async fn left_over(app: &App) -> Result<()> {
    if app.meta().running_jobs().await?.is_empty() {
        return Ok(());
    }
    let _writing = app.writing().await?;
    let _alone = app.running().taking_over().await;
    for job in app.meta().take_over_readings(&lease(app, &holder())).await? {
        read::left_over(app, &job).await?;
    }
    Ok(())
}

fn panicked(error: JoinError) -> AppError {
    match error.try_into_panic() {
        Ok(panic) => AppError::panicked(&*panic),
        Err(error) => AppError::internal(format!("a task ended early: {error}")),
    }
}
