//! The demo company: generated as report files, then read through the real pipeline, so that a newcomer sees
//! every page alive without a cloud account. Idempotent: what is published already is left as it is, and a run
//! that was killed starts again from the files.

mod definitions;

use crate::ingest_job::{self, IngestRequest, IngestSummary};
use crate::{App, AppError, ErrorKind, Failure, OrganizationSpec, Progress, Result, Shown, Stage};
use model::OrganizationId;
use std::path::{Path, PathBuf};

/// Name of the demo organization.
pub const NAME: &str = "Demo company";
/// Name of its connection.
pub const CONNECTION: &str = "demo";
const SEED: u64 = 2026;

/// Fills the demo organization when it has no data yet; `None` when it has. Progress is kept in [`App::live`];
/// a failure is kept there too.
pub async fn fill(app: &App, rows: u64) -> Result<Option<IngestSummary>> {
    if filled(app).await? {
        return Ok(None);
    }
    let spec = OrganizationSpec { name: NAME.to_owned(), demo: true };
    let organization = app.organization_for_ingest(Some(&spec)).await?.id;
    let mut result = generate_and_ingest(app, &organization, rows).await;
    if result.is_ok()
        && let Err(error) = definitions::define(app).await
    {
        result = Err(error);
    }
    app.live().set_failure(&organization, result.as_ref().err().map(Failure::of));
    result.map(Some)
}

async fn filled(app: &App) -> Result<bool> {
    let all = app.meta().organizations().await?;
    let Some(demo) = all.iter().find(|organization| organization.demo) else { return Ok(false) };
    Ok(!app.meta().publications(&demo.id).await?.is_empty() && marker(app).is_file())
}

/// Says that the generated files are whole and were ingested to the end.
fn marker(app: &App) -> PathBuf {
    app.data_dir().join("demo").join("complete")
}

async fn generate_and_ingest(app: &App, organization: &OrganizationId, rows: u64) -> Result<IngestSummary> {
    let folder = app.data_dir().join("demo");
    let source = folder.join("reports");
    let worker = app.clone();
    let target = source.clone();
    let shown = app.live().begin(organization, None);
    tokio::task::spawn_blocking(move || generate(&worker, &shown, &target, rows))
        .await
        .map_err(|error| AppError::internal(format!("the demo generator stopped: {error}")))??;
    let request = IngestRequest {
        location: source.display().to_string(),
        organization: Some(OrganizationSpec { name: NAME.to_owned(), demo: true }),
        connection: Some(CONNECTION.to_owned()),
        force: false,
    };
    let summary = ingest_job::run(app, request, &|_| {}).await?;
    std::fs::write(marker(app), "").map_err(|error| disk(&folder, &error))?;
    Ok(summary)
}

fn generate(app: &App, shown: &Shown, out: &Path, rows: u64) -> Result<()> {
    if out.exists() {
        // Left by a run that did not finish.
        std::fs::remove_dir_all(out).map_err(|error| disk(out, &error))?;
    }
    let mut options = demo::Options::new(rows, demo::Format::Cur2, out.to_owned());
    options.seed = SEED;
    options.end = app.now();
    demo::generate(&options, &|progress| {
        shown.show(Progress {
            connection: CONNECTION.to_owned(),
            period: progress.period.parse().ok(),
            stage: Stage::Generating,
            files_done: 0,
            files_total: 0,
            bytes_done: progress.rows,
            bytes_total: progress.rows_total,
            rows: progress.rows,
            bytes_per_second: 0,
            seconds_left: None,
            periods_done: 0,
            periods_total: 0,
        });
    })
    .map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("cannot write the demo company's files: {error}"))
            .advise("Check the space left in the data folder.")
    })?;
    Ok(())
}

fn disk(path: &Path, error: &std::io::Error) -> AppError {
    AppError::new(ErrorKind::Unavailable, error.to_string())
        .in_file(path.display().to_string())
        .advise("Check that the data folder may be written to and has space left.")
}
