//! `serve`: the web app and the HTTP interface, until told to stop.

use super::Folder;
use crate::cli::Serve;
use crate::output::print;
use ::app::{App, OrganizationSpec, demo_company};
use std::time::Instant;

pub(crate) async fn run(folder: &Folder, args: Serve) -> anyhow::Result<()> {
    // Before anything is opened or generated.
    api::check_listen(args.listen)?;
    let app = folder.open().await?;
    let mut organization = folder.organization.clone();
    if args.demo {
        let spec = OrganizationSpec { name: demo_company::NAME.to_owned(), demo: true };
        organization = Some(app.organization_for_ingest(Some(&spec)).await?.id.to_string());
        // The page shows its progress; it may be stopped at any moment.
        tokio::spawn(fill(app.clone(), args.demo_rows));
    }
    let router = api::router(api::ApiState { app, organization });
    let ready = |address| {
        // The address is the result; a closed pipe is no reason not to serve.
        let _ = print(&format!("Cloud Analyzer is at http://{address}\n"));
    };
    api::serve(router, args.listen, ready, stopped()).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn fill(app: App, rows: u64) {
    let started = Instant::now();
    match demo_company::fill(&app, rows).await {
        Ok(None) => tracing::info!("the demo company is there already"),
        Ok(Some(summary)) => tracing::info!(
            demo.seconds = started.elapsed().as_secs_f64(),
            demo.periods = summary.periods.len(),
            "the demo company is ready"
        ),
        Err(error) => tracing::error!("the demo company could not be loaded: {error}"),
    }
}

/// Interrupted from the keyboard, or terminated.
async fn stopped() {
    let interrupt = async {
        // Without a handler the signal ends the process anyway.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping: answering what was asked already");
}
